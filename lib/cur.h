/*
 * cur: read fields from bytes that nobody vouches for.
 *
 * A cursor that has run past the end stays bad, reads as zero, null and
 * empty from then on, and never reads outside its bytes; so take all the
 * fields and ask once. Scalars are little-endian.
 */
#ifndef CUR_H
#define CUR_H

#include "bytes.h"

struct cur {
	const unsigned char *p;		/* the next byte */
	const unsigned char *end;	/* one past the last */
	bool bad;			/* something was asked that isn't there */
};

static inline struct cur
cur_on(struct slice s)
{
	return (struct cur){ s.p, s.p == NULL ? NULL : s.p + s.n, false };
}

/* Bytes not yet read. */
static inline size_t
cur_left(const struct cur *c)
{
	return c->p == c->end ? 0 : (size_t)(c->end - c->p);
}

/* Where the next n bytes are, and step over them; NULL if there are fewer. */
static inline const unsigned char *
cur_take(struct cur *c, size_t n)
{
	const unsigned char *p = c->p;

	if (cur_left(c) < n) {
		c->bad = true;
		c->p = c->end;
		return NULL;
	}
	if (n != 0)
		c->p += n;
	return p;
}

static inline uint8_t
cur_u8(struct cur *c)
{
	const unsigned char *p = cur_take(c, 1);

	return p == NULL ? 0 : *p;
}

static inline uint16_t
cur_u16(struct cur *c)
{
	const unsigned char *p = cur_take(c, 2);

	return p == NULL ? 0 : le16(p);
}

static inline uint32_t
cur_u32(struct cur *c)
{
	const unsigned char *p = cur_take(c, 4);

	return p == NULL ? 0 : le32(p);
}

static inline uint64_t
cur_u64(struct cur *c)
{
	const unsigned char *p = cur_take(c, 8);

	return p == NULL ? 0 : le64(p);
}

static inline int32_t
cur_i32(struct cur *c)
{
	return (int32_t)cur_u32(c);
}

static inline int64_t
cur_i64(struct cur *c)
{
	return (int64_t)cur_u64(c);
}

/* n bytes; null if bad, and only then. */
static inline struct slice
cur_bytes(struct cur *c, size_t n)
{
	const unsigned char *p = cur_take(c, n);

	/* No bytes of a bad cursor are null too, though p may point. */
	if (p == NULL || c->bad)
		return slice_of(c->bad ? NULL : "", 0);
	return slice_of(p, n);
}

/* What buf_slice wrote: u32 length and bytes, 0xffffffff for null. */
static inline struct slice
cur_slice(struct cur *c)
{
	uint32_t n = cur_u32(c);

	if (n == UINT32_MAX || c->bad)
		return slice_of(NULL, 0);
	return cur_bytes(c, n);
}

/* All was there and nothing is left. */
static inline bool
cur_done(const struct cur *c)
{
	return !c->bad && c->p == c->end;
}

#endif
