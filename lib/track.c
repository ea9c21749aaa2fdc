#include "track.h"

#include <assert.h>
#include <stdlib.h>

#include "mem.h"

#define DONE (UINT64_C(1) << 63)

static void
grow(struct track *t)
{
	size_t cap = t->cap == 0 ? 1024 : t->cap * 2;
	uint64_t *seq = mem_grow(NULL, cap, sizeof *seq);
	uint64_t i;

	for (i = t->head; i != t->tail; i++)
		seq[i & (cap - 1)] = t->seq[i & (t->cap - 1)];
	free(t->seq);
	t->seq = seq;
	t->cap = cap;
}

uint64_t
track_add(struct track *t, uint64_t seq)
{
	assert((seq & DONE) == 0);
	if (t->tail - t->head == t->cap)
		grow(t);
	t->seq[t->tail & (t->cap - 1)] = seq;
	return t->tail++;
}

void
track_done(struct track *t, uint64_t ticket)
{
	uint64_t *s;

	assert(ticket - t->head < t->tail - t->head);
	s = &t->seq[ticket & (t->cap - 1)];
	assert((*s & DONE) == 0);
	*s |= DONE;
	while (t->head != t->tail) {
		s = &t->seq[t->head & (t->cap - 1)];
		if ((*s & DONE) == 0)
			break;
		t->low = *s & ~DONE;
		t->head++;
	}
}

uint64_t
track_seq(const struct track *t, uint64_t ticket)
{
	assert(ticket - t->head < t->tail - t->head);
	return t->seq[ticket & (t->cap - 1)] & ~DONE;
}

uint64_t
track_low(const struct track *t)
{
	return t->low;
}

size_t
track_n(const struct track *t)
{
	return (size_t)(t->tail - t->head);
}

void
track_release(struct track *t)
{
	free(t->seq);
	*t = (struct track){ NULL, 0, 0, 0, 0 };
}
