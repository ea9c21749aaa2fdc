/*
 * job: what there is to scan: partitions of caches, one at a time, handed
 * out to those who ask.
 */
#ifndef JOB_H
#define JOB_H

#include "capture.h"

struct job {
	struct cache *k;
	uint32_t epoch;		/* of the cache, when it was handed out */
	uint32_t part;
	bool map;		/* find out the partitions first */
};

/* Wait for something to do. False: it is over. */
bool	job_pick(struct capture *, struct job *);

/* It is done, or given up on in this epoch. */
void	job_done(struct capture *, const struct job *);

/* Put it back, to be handed out again. */
void	job_again(struct capture *, const struct job *);

/* The same, but not before so many ms: others go first. */
void	job_later(struct capture *, const struct job *, int64_t ms);

/* Its epoch is over: what it would give is of no use. */
bool	job_stale(struct capture *, const struct job *);

#endif
