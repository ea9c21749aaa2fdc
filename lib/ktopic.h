/*
 * ktopic: topics that are there, and topics that are made.
 */
#ifndef KTOPIC_H
#define KTOPIC_H

#include "kafka.h"

/* How a topic that is missing is made. */
struct ktopic_wish {
	bool create;
	int64_t partitions;		/* -1: as the broker likes */
	int64_t replication;		/* -1: as the broker likes */
	struct opt_list config;		/* "name=value" */
};

/* EX_USAGE for a config without '='. */
int	ktopic_wish_check(const struct ktopic_wish *, struct err *);

/* All topics that can be seen, as they were once; zeroed, none is known. */
struct ktopics {
	const struct rd_kafka_metadata *md;
};

void	ktopics_release(struct ktopics *);

/*
 * Open a topic for producing; it is made if it is missing and may be. All
 * its partitions have leaders then, and *n says how many they are. NULL:
 * EX_CONFIG when it is missing or cannot be made so, EX_NOPERM,
 * EX_UNAVAILABLE.
 */
rd_kafka_topic_t *ktopic_open(struct kafka *, struct ktopics *,
	    const char *name, const struct ktopic_wish *, int32_t *n,
	    struct err *);

/*
 * How many partitions the topic has now: 0 for "there is none". -1: nobody
 * says (err describes why).
 */
int32_t	ktopic_partitions(struct kafka *, rd_kafka_topic_t *, int ms,
	    struct err *);

#endif
