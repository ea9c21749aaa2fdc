/*
 * kmember: a consumer as a member of its group: partitions that come and
 * go, where they begin, what is committed for them and when.
 *
 * Everything happens in the caller's thread, in kmember_serve and
 * kmember_flush.
 */
#ifndef KMEMBER_H
#define KMEMBER_H

#include "ack.h"
#include "count.h"
#include "kassign.h"
#include "kstart.h"
#include "kwake.h"
#include "pipeout.h"

struct kmember_set {
	const char *group;		/* NULL: no member of any */
	struct kstart start;
	bool at_end;			/* look up where partitions end */
	int64_t commit_every;		/* ms */
	int64_t revoke_wait;		/* ms, for acknowledgements */
	struct count *committed, *position, *held, *failures, *rebalances;
};

struct kmember {
	const struct kmember_set *set;
	struct kafka *k;
	struct ack_in *acked;		/* NULL: nothing is acknowledged */
	struct pipeout *out;
	struct offsets offsets;
	struct kassign assign;
	struct kwake *wake;
	rd_kafka_queue_t *queue;	/* the group's */
	uint64_t changes;		/* of the partitions; see kassign_find */
	bool assigned;			/* at least once */
	bool leaving;
	uint64_t expect;		/* records up to the ends */
	int64_t poll_ms;		/* serve it so often at least */
	int64_t committed_at;		/* clock_ms */
	uint64_t committed_n;
	struct err failure;		/* in a callback; status 0: none */
};

/* Give the client's configuration its callbacks: for kafka_open, with the
 * struct kmember as user. */
void	kmember_set_up(rd_kafka_conf_t *);

/* k has been reached. What is borrowed here must last until close. */
void	kmember_open(struct kmember *, const struct kmember_set *,
	    struct kafka *, struct ack_in *, struct pipeout *);

/* Take part with these topics, or begin with these partitions. */
int	kmember_subscribe(struct kmember *,
	    const rd_kafka_topic_partition_list_t *, struct err *);
int	kmember_assign(struct kmember *, rd_kafka_topic_partition_list_t *,
	    struct err *);

/*
 * See what the group and the acknowledgements say, and commit if it is
 * time. Never waits for long, except for acknowledgements when partitions
 * are taken away.
 */
int	kmember_serve(struct kmember *, struct err *);

/*
 * Send what out holds, serving the group while the pipe is full: 1 if it
 * was, and news of data or room may have been passed over; look before you
 * sleep. 0; -1.
 */
int	kmember_flush(struct kmember *, struct err *);

/* How long to sleep at most before kmember_serve, in ms. */
int64_t	kmember_patience(const struct kmember *);

/* A message that is an error: 0 if it passes by itself, else -1. */
int	kmember_complain(const rd_kafka_message_t *, struct err *);

/* Commit what is acknowledged, and leave. */
void	kmember_close(struct kmember *);

#endif
