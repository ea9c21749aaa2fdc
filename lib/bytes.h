/*
 * bytes: borrowed runs of bytes, and little-endian scalars.
 *
 * Null and empty are different everywhere: p == NULL is null, n == 0 with
 * p != NULL is empty. Everything that Ignite and the frame stream put on
 * the wire is little-endian.
 */
#ifndef BYTES_H
#define BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* n bytes at p, borrowed; whoever hands it out says until when. */
struct slice {
	const unsigned char *p;
	size_t n;
};

/* For printf: "%.*s", SLICE_ARG(s). */
#define SLICE_ARG(s) (int)(s).n, (s).p == NULL ? "" : (const char *)(s).p

static inline struct slice
slice_of(const void *p, size_t n)
{
	return (struct slice){ p, n };
}

/* The bytes of a C string without its NUL; null for NULL. */
static inline struct slice
slice_str(const char *s)
{
	return slice_of(s, s == NULL ? 0 : strlen(s));
}

/* Same bytes; null equals only null. */
bool	slice_eq(struct slice a, struct slice b);

/* Order by unsigned bytes, the shorter first; null before everything. */
int	slice_cmp(struct slice a, struct slice b);

bool	slice_starts(struct slice s, struct slice prefix);

static inline uint16_t
le16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 |
	    (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t
le64(const unsigned char *p)
{
	return (uint64_t)le32(p) | (uint64_t)le32(p + 4) << 32;
}

static inline void
le16_put(unsigned char *p, uint16_t v)
{
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
}

static inline void
le32_put(unsigned char *p, uint32_t v)
{
	le16_put(p, (uint16_t)v);
	le16_put(p + 2, (uint16_t)(v >> 16));
}

static inline void
le64_put(unsigned char *p, uint64_t v)
{
	le32_put(p, (uint32_t)v);
	le32_put(p + 4, (uint32_t)(v >> 32));
}

#endif
