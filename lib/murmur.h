/*
 * murmur: where Java's producers put a key. Pure.
 */
#ifndef MURMUR_H
#define MURMUR_H

#include "bytes.h"

/* MurmurHash2, 32 bits, with the seed that Kafka uses. */
uint32_t murmur2(struct slice);

/* The partition of n for a key that is not null; n is at least 1. */
static inline int32_t
murmur_partition(struct slice key, int32_t n)
{
	return (int32_t)(murmur2(key) & 0x7fffffff) % n;
}

#endif
