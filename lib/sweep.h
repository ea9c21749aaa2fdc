/*
 * sweep: the scans of gg-capture: some threads, each taking a partition of
 * a cache at a time and asking the node that is its primary.
 *
 * A row whose key had an event while its page was on the way is dropped
 * (recent.h), and so is a page of an epoch that is over.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "capture.h"

struct sweep;

/* Start c->scans threads; c->sweeps refers to them. NULL: EX_OSERR. */
struct sweep *sweep_new(struct capture *, struct err *);

/* When the oldest page still on the way was asked for; INT64_MAX: none. */
int64_t	sweep_oldest(const struct sweep *);

/* Wait for the threads, which capture_stop has ended, and free it all. */
void	sweep_free(struct sweep *);

#endif
