/*
 * deliver: writes batches of changes to the cluster, one request in flight,
 * whatever comes between. Used by one thread.
 */
#ifndef DELIVER_H
#define DELIVER_H

#include "fold.h"
#include "link.h"
#include "target.h"

struct batch {
	struct batch *next;	/* whoever has it */
	struct target *target;
	struct fold fold;
	bool together;		/* folded for WIRE_STREAM */
	bool folded;
	unsigned lane;		/* these three are for those who deal it out: */
	size_t weight;
	uint64_t ticket;	/* of the first op */
};

struct deliver_config {
	int64_t settle;		/* ms */
	struct count *applied, *unknown;
};

struct deliver {
	struct link link;
	const struct deliver_config *cfg;
	struct fold_work work;
	int64_t not_before;	/* clock_ms: what was lost may still land */
	void (*busy)(void *);	/* called while the server works */
	void *arg;
};

void	deliver_init(struct deliver *, struct links *,
	    const struct deliver_config *, void (*busy)(void *), void *arg);
void	deliver_release(struct deliver *);

/* Fold a batch as its cache needs it, if that has not been done. */
void	deliver_fold(struct deliver *, struct batch *);

/*
 * Write a batch, as often as it takes; what it is replaced by may be sent
 * when this returns. Winners that reached the cluster are done. -1: not all
 * did; EX_DATAERR names the record at fault, and all others are in.
 */
int	deliver(struct deliver *, struct batch *, struct err *);

#endif
