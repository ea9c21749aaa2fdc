/*
 * kassign: the partitions a consumer has, what is read from them and what
 * is committed for them.
 *
 * Data does not come through the consumer's own queue but through another,
 * so that the group can be served at any time while data has to wait.
 */
#ifndef KASSIGN_H
#define KASSIGN_H

#include "kafka.h"
#include "offsets.h"

struct kpart {
	char *topic;
	int32_t partition;
	uint32_t slot;		/* in the window */
	int64_t at;		/* offset of the next record */
	int64_t end;		/* where to stop; -1: nowhere */
	bool done;		/* it is reached */
	bool idle;		/* the broker had no more */
	rd_kafka_queue_t *queue;
};

struct kassign {
	struct kafka *k;
	rd_kafka_queue_t *data;
	struct offsets *offsets;
	struct kpart *v;
	size_t n, cap;
	size_t done, idle;	/* how many are */
};

void	kassign_open(struct kassign *, struct kafka *, struct offsets *);
void	kassign_release(struct kassign *);

/*
 * Partitions are ours, and begin at their offsets. from_group[i]: the group
 * has that offset; else it is worth a commit. ends: NULL, or the same
 * partitions with their ends.
 */
void	kassign_add(struct kassign *, const rd_kafka_topic_partition_list_t *,
	    const bool *from_group,
	    const rd_kafka_topic_partition_list_t *ends);

/* They are not any more. NULL: none is. */
void	kassign_drop(struct kassign *, const rd_kafka_topic_partition_list_t *);

/* NULL: not ours. Good until partitions come or go. */
struct kpart *kassign_find(struct kassign *, const char *topic,
	    int32_t partition);

/* Reading has come to this offset; at_end: and the broker has no more. */
void	kassign_at(struct kassign *, struct kpart *, int64_t offset,
	    bool at_end);

/* The position of the newest record of these partitions in the window. */
uint64_t kassign_last(struct kassign *,
	    const rd_kafka_topic_partition_list_t *);

/* All partitions; the caller destroys the list. */
rd_kafka_topic_partition_list_t *kassign_list(const struct kassign *);

/*
 * Commit what is due, of these partitions or, with NULL, of all. Not in the
 * background: until the broker has it. Returns how many partitions had
 * something to commit, or -1, EX_UNAVAILABLE, EX_NOPERM.
 */
int	kassign_commit(struct kassign *,
	    const rd_kafka_topic_partition_list_t *, bool background,
	    struct err *);

/* A commit in the background failed: its offsets are due again. */
void	kassign_undo(struct kassign *, const rd_kafka_topic_partition_list_t *);

/* Records that brokers have and we have not read, as far as we know. */
uint64_t kassign_lag(struct kassign *);

#endif
