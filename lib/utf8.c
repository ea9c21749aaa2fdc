#include "utf8.h"

static bool
tail(struct slice s, size_t i)
{
	return i < s.n && (s.p[i] & 0xc0) == 0x80;
}

static uint32_t
step(struct slice *s, size_t n, uint32_t c)
{
	s->p += n;
	s->n -= n;
	return c;
}

/* Three bytes that stand for half a pair; they count only as a pair. */
static uint32_t
pair(struct slice *s)
{
	const unsigned char *p = s->p;
	uint32_t high, low;

	if (p[1] >= 0xb0 || s->n < 6 || p[3] != 0xed ||
	    (p[4] & 0xf0) != 0xb0 || !tail(*s, 5))
		return step(s, 3, UTF8_BAD);
	high = (uint32_t)(p[1] & 0x0f) << 6 | (p[2] & 0x3f);
	low = (uint32_t)(p[4] & 0x0f) << 6 | (p[5] & 0x3f);
	return step(s, 6, 0x10000 + (high << 10 | low));
}

uint32_t
utf8_next(struct slice *s)
{
	const unsigned char *p = s->p;
	uint32_t c = p[0];
	unsigned char from = 0x80, to = 0xbf;

	if (c < 0x80)
		return step(s, 1, c);
	if (c == 0xc0 && s->n >= 2 && p[1] == 0x80)
		return step(s, 2, 0);
	if (c < 0xc2 || c > 0xf4)
		return step(s, 1, UTF8_BAD);
	if (c < 0xe0) {
		if (!tail(*s, 1))
			return step(s, 1, UTF8_BAD);
		return step(s, 2, (c & 0x1f) << 6 | (p[1] & 0x3f));
	}
	if (c == 0xe0)
		from = 0xa0;
	else if (c == 0xf0)
		from = 0x90;
	else if (c == 0xf4)
		to = 0x8f;
	if (s->n < 2 || p[1] < from || p[1] > to)
		return step(s, 1, UTF8_BAD);
	if (!tail(*s, 2))
		return step(s, 2, UTF8_BAD);
	if (c == 0xed && p[1] >= 0xa0)
		return pair(s);
	if (c < 0xf0)
		return step(s, 3, (c & 0x0f) << 12 |
		    (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f));
	if (!tail(*s, 3))
		return step(s, 3, UTF8_BAD);
	return step(s, 4, (c & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
	    (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f));
}

void
utf8_put(struct buf *b, uint32_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = UTF8_BAD;
	if (c < 0x80) {
		buf_u8(b, (uint8_t)c);
		return;
	}
	if (c < 0x800) {
		buf_u8(b, (uint8_t)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_u8(b, (uint8_t)(0xe0 | c >> 12));
		} else {
			buf_u8(b, (uint8_t)(0xf0 | c >> 18));
			buf_u8(b, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_u8(b, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_u8(b, (uint8_t)(0x80 | (c & 0x3f)));
}

bool
utf8_ok(struct slice s)
{
	const unsigned char *was;
	uint32_t c;

	while (s.n > 0) {
		if (s.p[0] < 0x80) {
			s.p++;
			s.n--;
			continue;
		}
		was = s.p;
		c = utf8_next(&s);
		/* A replacement character may be there by itself. */
		if (c == UTF8_BAD && (s.p - was != 3 || was[0] != 0xef))
			return false;
		if (c == 0 || s.p - was == 6)
			return false;
	}
	return true;
}
