/*
 * known: which types of binary objects the target cluster has been told of.
 *
 * Asked for every object of every key and value, nested ones too, so it is
 * one look into a table. Pure; a zeroed struct known is empty.
 */
#ifndef KNOWN_H
#define KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum known_how {
	KNOWN_NOT,
	KNOWN_BARE,	/* not known; objects that name their fields may pass */
	KNOWN_WELL
};

struct known {
	struct known_slot {
		uint64_t id;	/* type and schema */
		enum known_how how;
	} *slot;
	size_t cap;		/* a power of two */
	size_t n;
};

static inline uint64_t
known_id(int32_t type, int32_t schema)
{
	return (uint64_t)(uint32_t)type << 32 | (uint32_t)schema;
}

enum known_how known_get(const struct known *, uint64_t id);

/* Never makes it less known than it is. */
void	known_put(struct known *, uint64_t id, enum known_how);

void	known_release(struct known *);

#endif
