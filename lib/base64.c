#include "base64.h"

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
base64_encode(struct buf *b, struct slice s)
{
	unsigned char *out = buf_room(b, (s.n + 2) / 3 * 4);
	const unsigned char *p = s.p;
	size_t left;
	uint32_t v;

	b->n += (s.n + 2) / 3 * 4;
	for (left = s.n; left >= 3; left -= 3, p += 3, out += 4) {
		v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		out[0] = (unsigned char)digits[v >> 18];
		out[1] = (unsigned char)digits[v >> 12 & 63];
		out[2] = (unsigned char)digits[v >> 6 & 63];
		out[3] = (unsigned char)digits[v & 63];
	}
	if (left == 0)
		return;
	v = (uint32_t)p[0] << 16 | (left == 2 ? (uint32_t)p[1] << 8 : 0);
	out[0] = (unsigned char)digits[v >> 18];
	out[1] = (unsigned char)digits[v >> 12 & 63];
	out[2] = left == 2 ? (unsigned char)digits[v >> 6 & 63] : '=';
	out[3] = '=';
}

static int
digit(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int
base64_decode(struct buf *b, struct slice text)
{
	const unsigned char *p = text.p;
	size_t was = b->n;
	size_t i, j, pad = 0;
	uint32_t v;
	int d;

	if (text.n % 4 != 0)
		return -1;
	if (text.n > 0 && p[text.n - 1] == '=')
		pad = p[text.n - 2] == '=' ? 2 : 1;
	buf_room(b, text.n / 4 * 3);
	for (i = 0; i < text.n; i += 4) {
		for (v = 0, j = 0; j < 4; j++) {
			d = i + j < text.n - pad ? digit(p[i + j]) : 0;
			if (d < 0)
				goto bad;
			v = v << 6 | (uint32_t)d;
		}
		buf_u8(b, (uint8_t)(v >> 16));
		buf_u8(b, (uint8_t)(v >> 8));
		buf_u8(b, (uint8_t)v);
	}
	/* The bits that padding leaves over, or two texts mean the same. */
	for (; pad > 0; pad--)
		if (b->p[--b->n] != 0)
			goto bad;
	return 0;
bad:
	b->n = was;
	return -1;
}
