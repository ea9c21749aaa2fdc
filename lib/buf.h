/*
 * buf: bytes that are owned and grow; the writing side of cur.
 *
 * A zeroed struct buf is an empty one. Scalars are written little-endian.
 */
#ifndef BUF_H
#define BUF_H

#include "bytes.h"

struct buf {
	unsigned char *p;
	size_t n;		/* bytes written */
	size_t cap;		/* bytes allocated */
};

/* Make room for n more bytes, and return where they go; n is unchanged. */
unsigned char *buf_room_slow(struct buf *, size_t n);

static inline unsigned char *
buf_room(struct buf *b, size_t n)
{
	if (b->cap - b->n >= n && b->p != NULL)
		return b->p + b->n;
	return buf_room_slow(b, n);
}

static inline void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n != 0) {
		memcpy(buf_room(b, n), p, n);
		b->n += n;
	}
}

static inline void
buf_u8(struct buf *b, uint8_t v)
{
	*buf_room(b, 1) = v;
	b->n += 1;
}

static inline void
buf_u16(struct buf *b, uint16_t v)
{
	le16_put(buf_room(b, 2), v);
	b->n += 2;
}

static inline void
buf_u32(struct buf *b, uint32_t v)
{
	le32_put(buf_room(b, 4), v);
	b->n += 4;
}

static inline void
buf_u64(struct buf *b, uint64_t v)
{
	le64_put(buf_room(b, 8), v);
	b->n += 8;
}

/* u32 length and the bytes; length 0xffffffff for null. See cur_slice. */
void	buf_slice(struct buf *, struct slice);

/* Text as by printf, no NUL counted. */
void	buf_fmt(struct buf *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/* Overwrite the u32 at offset at, which was written before. */
void	buf_patch_u32(struct buf *, size_t at, uint32_t v);

/* What is in it; good until it is next written to. Never null. */
struct slice buf_bytes(const struct buf *);

/* Remove the first n bytes. */
void	buf_drop(struct buf *, size_t n);

/* Empty it, keep the memory. */
static inline void
buf_reset(struct buf *b)
{
	b->n = 0;
}

/* Hand the bytes over: the caller frees them; the buf is empty again. */
unsigned char *buf_detach(struct buf *, size_t *n);

void	buf_release(struct buf *);

#endif
