/*
 * offsets: which offsets may be committed, from the position up to which
 * the stream was acknowledged. Pure.
 *
 * Each record handed on is remembered with its partition and the offset
 * behind it, until an acknowledgement passes it. A partition is a slot: one
 * that was taken away and comes back is another slot, so that what is left
 * in the window from before can never be committed for it.
 *
 * A zeroed struct offsets is an empty one.
 */
#ifndef OFFSETS_H
#define OFFSETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct offsets_slot {
	bool used;
	bool gone;		/* not ours any more */
	int64_t next;		/* to be committed; -1: nothing known */
	int64_t committed;	/* -1: nothing */
	uint64_t last;		/* position of its last record; 0: none */
	size_t held;		/* records in the window */
};

struct offsets {
	struct offsets_held {
		int64_t next;		/* offset behind the record */
		uint32_t slot;
		uint32_t bytes;
	} *ring;
	size_t cap;		/* a power of two */
	uint64_t head;		/* position of the oldest that is held */
	uint64_t tail;		/* position of the next */
	uint64_t bytes;		/* of all that are held */
	struct offsets_slot *slots;
	size_t n;
	uint64_t acknowledged;	/* records since offsets_commit_begin */
};

/*
 * A partition is ours from now on. next: where reading begins, if that is
 * worth a commit; -1: it is not.
 */
uint32_t offsets_open(struct offsets *, int64_t next);

/* It is ours no more: nothing of it will be due. */
void	offsets_close(struct offsets *, uint32_t slot);

/* One more record was handed on; returns its position, which is one more
 * than the one before: 1, 2, ... */
uint64_t offsets_add(struct offsets *, uint32_t slot, int64_t next,
	    size_t bytes);

/* All up to seq is acknowledged. */
void	offsets_ack(struct offsets *, uint64_t seq);

/* How many records are held, and the position of the newest (0: none). */
size_t	offsets_n(const struct offsets *);
uint64_t offsets_last(const struct offsets *);

/* What should be committed for the slot; -1: nothing new. */
int64_t	offsets_due(const struct offsets *, uint32_t slot);

/* It was committed; next -1: it was not after all. */
void	offsets_committed(struct offsets *, uint32_t slot, int64_t next);

void	offsets_release(struct offsets *);

#endif
