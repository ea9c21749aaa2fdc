/*
 * lane: threads that write batches to the cluster, each through a
 * connection of its own with one request in flight, ever.
 *
 * A lane takes its batches in the order in which they were given; so the
 * changes of a key keep theirs as long as all of them go to one lane. All
 * functions are for the one thread that owns the lanes.
 */
#ifndef LANE_H
#define LANE_H

#include "deliver.h"

struct lanes_config {
	struct links *links;
	struct deliver_config deliver;
	struct count *over;	/* changes that newer ones replaced */
};

struct lanes;

struct lanes *lanes_new(const struct lanes_config *, struct err *);

/* Waits until each lane has finished what it was given. */
void	lanes_free(struct lanes *);

/*
 * Have so many lanes for each node; all must be idle. n 0: nodes unknown.
 * -1: EX_OSERR.
 */
int	lanes_set(struct lanes *, const struct wire_uuid *node, size_t n,
	    unsigned each, struct err *);
unsigned lanes_n(const struct lanes *);

/* The batch belongs to the lane until lanes_done returns it. */
void	lanes_give(struct lanes *, unsigned lane, struct batch *);

/* Batches given to the lane that have not come back. */
unsigned lanes_load(const struct lanes *, unsigned lane);
/* The same of all lanes. */
unsigned lanes_busy(const struct lanes *);

/*
 * What has come back since: a list, NULL if there is none. The ops that
 * reached the cluster are done, which are all unless lanes_failed.
 */
struct batch *lanes_done(struct lanes *);

/* Readable when lanes_done has something. */
int	lanes_fd(const struct lanes *);

/* A lane has given up; what it was given comes back undone. */
bool	lanes_failed(struct lanes *, struct err *);

/*
 * A lane was told of a topology version since *seen, which begins as 0: the
 * newest one. Cheap enough to ask for each record.
 */
bool	lanes_moved(struct lanes *, unsigned *seen, int64_t *major,
	    int32_t *minor);

#endif
