#include "inbox.h"

#include <stdlib.h>

#include "mem.h"
#include "wire.h"

/* Read in pieces of so much, so that many events cost one call. */
#define PIECE (512 * 1024)
#define LEAST (64 * 1024)

struct inbox_frame {
	struct inbox_frame *next;
	size_t n;
	unsigned char bytes[];
};

static struct slice
here(const struct inbox *b)
{
	return slice_of(b->p == NULL ? (const unsigned char *)"" :
	    b->p + b->start, b->end - b->start);
}

unsigned char *
inbox_room(struct inbox *b, size_t *n)
{
	if (b->start == b->end) {
		b->start = b->end = 0;
	} else if (b->start != 0 && b->cap - b->end < LEAST) {
		memmove(b->p, b->p + b->start, b->end - b->start);
		b->end -= b->start;
		b->start = 0;
	}
	if (b->end == b->cap) {
		b->cap = b->cap == 0 ? PIECE : b->cap * 2;
		b->p = mem_grow(b->p, b->cap, 1);
	}
	return inbox_tail(b, n);
}

unsigned char *
inbox_tail(struct inbox *b, size_t *n)
{
	*n = b->cap - b->end;
	return b->p + b->end;
}

void
inbox_add(struct inbox *b, size_t n)
{
	b->end += n;
}

int
inbox_next(struct inbox *b, struct slice *frame, struct err *e)
{
	struct slice have = here(b);
	int64_t n = wire_frame(have, b->max, e);

	if (n < 0)
		return -1;
	if (n == 0 || (size_t)n > have.n)
		return 0;
	*frame = slice_of(have.p, (size_t)n);
	b->start += (size_t)n;
	return 1;
}

bool
inbox_ready(const struct inbox *b)
{
	struct slice have = here(b);
	struct err e;
	int64_t n;

	if (b->first != NULL)
		return true;
	n = wire_frame(have, b->max, &e);
	return n < 0 || (n != 0 && (size_t)n <= have.n);
}

void
inbox_put_by(struct inbox *b, struct slice frame)
{
	struct inbox_frame *f = mem_alloc(sizeof *f + frame.n);

	f->next = NULL;
	f->n = frame.n;
	memcpy(f->bytes, frame.p, frame.n);
	if (b->first == NULL)
		b->first = f;
	else
		b->last->next = f;
	b->last = f;
}

int
inbox_taken(struct inbox *b, struct slice *frame)
{
	free(b->lent);
	b->lent = b->first;
	if (b->lent == NULL)
		return 0;
	b->first = b->lent->next;
	*frame = slice_of(b->lent->bytes, b->lent->n);
	return 1;
}

void
inbox_release(struct inbox *b)
{
	struct inbox_frame *f;

	while ((f = b->first) != NULL) {
		b->first = f->next;
		free(f);
	}
	free(b->lent);
	free(b->p);
	*b = (struct inbox){ 0 };
}
