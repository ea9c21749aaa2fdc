/*
 * kwake: keep librdkafka fetching.
 *
 * When a consumer's queue is full, librdkafka stops fetching for a second.
 * Since 2.2 a property makes that a millisecond; before, any request to the
 * broker ends the sleep. This is a thread that sends such requests, only
 * when it is told that data is wanted.
 */
#ifndef KWAKE_H
#define KWAKE_H

#include "kafka.h"

struct kwake;

/* NULL: this librdkafka does not need it. */
struct kwake *kwake_new(struct kafka *);
void	kwake_free(struct kwake *);

/* These are the partitions now; copied. The rest may be called with NULL. */
void	kwake_set(struct kwake *, const rd_kafka_topic_partition_list_t *);

/* So many records of so many bytes were taken off the queue. */
void	kwake_ate(struct kwake *, size_t records, size_t bytes);

/*
 * The queue is empty, more is wanted, and brokers have it. Returns how many
 * milliseconds to wait at most before saying so again; -1: as long as you
 * like.
 */
int	kwake_hungry(struct kwake *);

#endif
