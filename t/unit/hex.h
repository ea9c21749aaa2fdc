/* hex: bytes written as text, for tests; spaces and bars do not count. */
#ifndef HEX_H
#define HEX_H

#include <string.h>

#include "buf.h"

static inline int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Append the bytes; returns all of the buf. */
static inline struct slice
hex(struct buf *b, const char *s)
{
	int high = -1, d;

	for (; *s != '\0'; s++) {
		d = hex_digit(*s);
		if (d < 0)
			continue;
		if (high < 0) {
			high = d;
			continue;
		}
		buf_u8(b, (uint8_t)(high << 4 | d));
		high = -1;
	}
	return buf_bytes(b);
}

/* Compare, and say where they differ. */
#define assert_hex(got, text) \
	do { \
		struct buf want_ = { 0 }; \
		struct slice got_ = (got); \
		hex(&want_, text); \
		assert_memory_equal(got_.p, want_.p, \
		    got_.n < want_.n ? got_.n : want_.n); \
		assert_int_equal(got_.n, want_.n); \
		buf_release(&want_); \
	} while (0)

#endif
