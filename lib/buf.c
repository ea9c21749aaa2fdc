#include "buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "mem.h"

unsigned char *
buf_room_slow(struct buf *b, size_t n)
{
	size_t cap = b->cap == 0 ? 256 : b->cap;

	while (cap - b->n < n)
		cap = cap > SIZE_MAX / 2 ? SIZE_MAX : cap * 2;
	b->p = mem_grow(b->p, cap, 1);
	b->cap = cap;
	return b->p + b->n;
}

void
buf_slice(struct buf *b, struct slice s)
{
	if (s.p == NULL) {
		buf_u32(b, UINT32_MAX);
		return;
	}
	assert(s.n < UINT32_MAX);
	buf_u32(b, (uint32_t)s.n);
	buf_add(b, s.p, s.n);
}

void
buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	size_t room = 128;
	int n;

	for (;;) {
		buf_room(b, room);
		va_start(ap, fmt);
		n = vsnprintf((char *)b->p + b->n, room, fmt, ap);
		va_end(ap);
		assert(n >= 0);
		if ((size_t)n < room)
			break;
		room = (size_t)n + 1;
	}
	b->n += (size_t)n;
}

void
buf_patch_u32(struct buf *b, size_t at, uint32_t v)
{
	assert(at + 4 <= b->n);
	le32_put(b->p + at, v);
}

struct slice
buf_bytes(const struct buf *b)
{
	return slice_of(b->p == NULL ? (const unsigned char *)"" : b->p, b->n);
}

void
buf_drop(struct buf *b, size_t n)
{
	assert(n <= b->n);
	b->n -= n;
	if (n != 0 && b->n != 0)
		memmove(b->p, b->p + n, b->n);
}

unsigned char *
buf_detach(struct buf *b, size_t *n)
{
	unsigned char *p = b->p;

	*n = b->n;
	*b = (struct buf){ NULL, 0, 0 };
	return p;
}

void
buf_release(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ NULL, 0, 0 };
}
