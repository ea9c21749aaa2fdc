/*
 * track: the unbroken prefix of what is done, where things finish in any
 * order. Pure; the caller locks.
 *
 * A zeroed struct track is an empty one.
 */
#ifndef TRACK_H
#define TRACK_H

#include <stddef.h>
#include <stdint.h>

struct track {
	uint64_t *seq;		/* ring of positions, highest bit: done */
	size_t cap;		/* a power of two */
	uint64_t head;		/* ticket of the oldest that is not done */
	uint64_t tail;		/* the next ticket */
	uint64_t low;
};

/* One more in flight, at position seq (below 2^63). Returns its ticket. */
uint64_t track_add(struct track *, uint64_t seq);

/* That one is done; each ticket once. */
void	track_done(struct track *, uint64_t ticket);

/* The position of a ticket that is not done. */
uint64_t track_seq(const struct track *, uint64_t ticket);

/* The position up to which all is done; 0 before the first. */
uint64_t track_low(const struct track *);

/* How many are in the ring: in flight, or done behind one in flight. */
size_t	track_n(const struct track *);

void	track_release(struct track *);

#endif
