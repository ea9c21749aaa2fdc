/*
 * kstart: where to begin reading a partition.
 */
#ifndef KSTART_H
#define KSTART_H

#include "kafka.h"

enum kstart_kind {
	KSTART_STORED,		/* where the group left off */
	KSTART_BEGINNING,
	KSTART_END,
	KSTART_AT,		/* offset n */
	KSTART_TAIL,		/* the last n */
	KSTART_TIME		/* the first of this time, ms, or later */
};

struct kstart {
	enum kstart_kind kind;
	int64_t n;
};

/* kcat's words: stored, beginning, end, N, -N, s@MS. EX_USAGE. */
int	kstart_parse(struct kstart *, const char *s, struct err *);

/*
 * Set the offset of each partition: what the group stored, if group is set
 * and it stored one, else what start says. from_group[i] tells which; NULL:
 * nobody asks. -1: nothing stored and start says nothing else (EX_GUARD),
 * EX_NOPERM, EX_UNAVAILABLE after a while.
 */
int	kstart_resolve(struct kafka *, const struct kstart *, bool group,
	    rd_kafka_topic_partition_list_t *, bool *from_group,
	    struct err *);

/* Set the offset of each partition to its end. */
int	kstart_ends(struct kafka *, rd_kafka_topic_partition_list_t *,
	    struct err *);

#endif
