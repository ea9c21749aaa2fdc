#include "offsets.h"

#include <assert.h>
#include <stdlib.h>

#include "mem.h"

static void
grow(struct offsets *o)
{
	size_t cap = o->cap == 0 ? 1024 : o->cap * 2;
	struct offsets_held *ring = mem_grow(NULL, cap, sizeof *ring);
	uint64_t i;

	for (i = o->head; i != o->tail; i++)
		ring[i & (cap - 1)] = o->ring[i & (o->cap - 1)];
	free(o->ring);
	o->ring = ring;
	o->cap = cap;
}

uint32_t
offsets_open(struct offsets *o, int64_t next)
{
	uint32_t i;

	for (i = 0; i < o->n && o->slots[i].used; i++)
		;
	if (i == o->n) {
		o->n = o->n == 0 ? 16 : o->n * 2;
		o->slots = mem_grow(o->slots, o->n, sizeof *o->slots);
		for (size_t j = i; j < o->n; j++)
			o->slots[j].used = false;
	}
	o->slots[i] = (struct offsets_slot){ true, false, next, -1, 0, 0 };
	return i;
}

/* A slot may be used again when nothing in the window points to it. */
static void
free_if_done(struct offsets_slot *s)
{
	if (s->gone && s->held == 0)
		s->used = false;
}

void
offsets_close(struct offsets *o, uint32_t slot)
{
	struct offsets_slot *s = &o->slots[slot];

	assert(slot < o->n && s->used && !s->gone);
	s->gone = true;
	free_if_done(s);
}

uint64_t
offsets_add(struct offsets *o, uint32_t slot, int64_t next, size_t bytes)
{
	struct offsets_held *h;

	assert(slot < o->n && o->slots[slot].used && !o->slots[slot].gone);
	if (o->tail == 0)
		o->head = o->tail = 1;
	if (o->tail - o->head == o->cap)
		grow(o);
	h = &o->ring[o->tail & (o->cap - 1)];
	h->next = next;
	h->slot = slot;
	h->bytes = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes;
	o->bytes += h->bytes;
	o->slots[slot].held++;
	o->slots[slot].last = o->tail;
	return o->tail++;
}

void
offsets_ack(struct offsets *o, uint64_t seq)
{
	struct offsets_held *h;
	struct offsets_slot *s;

	for (; o->head != o->tail && o->head <= seq; o->head++) {
		h = &o->ring[o->head & (o->cap - 1)];
		s = &o->slots[h->slot];
		o->bytes -= h->bytes;
		o->acknowledged++;
		s->held--;
		s->next = h->next;
		free_if_done(s);
	}
}

size_t
offsets_n(const struct offsets *o)
{
	return (size_t)(o->tail - o->head);
}

uint64_t
offsets_last(const struct offsets *o)
{
	return o->tail == 0 ? 0 : o->tail - 1;
}

int64_t
offsets_due(const struct offsets *o, uint32_t slot)
{
	const struct offsets_slot *s = &o->slots[slot];

	if (slot >= o->n || !s->used || s->gone || s->next == s->committed)
		return -1;
	return s->next;
}

void
offsets_committed(struct offsets *o, uint32_t slot, int64_t next)
{
	if (slot < o->n && o->slots[slot].used)
		o->slots[slot].committed = next;
}

void
offsets_release(struct offsets *o)
{
	free(o->ring);
	free(o->slots);
	*o = (struct offsets){ .ring = NULL };
}
