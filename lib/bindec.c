#include "bindec.h"

#include <assert.h>

#define BASE 1000000000U	/* nine digits at a time */
#define WORDS (BINDEC_MAX / 4 + 1)
#define DIGITS (BINDEC_MAX / 4 * 10 + 18)

/* The decimal digits of an unsigned number; returns how many, at least 1. */
static size_t
digits_of(struct slice s, bool sign_bit, char digits[DIGITS])
{
	uint32_t word[WORDS];
	char *p = digits + DIGITS;
	size_t n = 0, i;
	uint64_t rest;
	uint32_t chunk;
	int j;

	for (i = 0; i < s.n; i++) {
		size_t w = (s.n - 1 - i) / 4;

		if (n <= w)
			n = w + 1;
		if (i == 0 || (s.n - i) % 4 == 0)
			word[w] = 0;
		word[w] = word[w] << 8 |
		    (i == 0 && sign_bit ? s.p[i] & 0x7fU : s.p[i]);
	}
	do {
		for (rest = 0, i = n; i > 0; i--) {
			rest = rest << 32 | word[i - 1];
			word[i - 1] = (uint32_t)(rest / BASE);
			rest %= BASE;
		}
		while (n > 0 && word[n - 1] == 0)
			n--;
		chunk = (uint32_t)rest;
		for (j = 0; j < 9; j++, chunk /= 10)
			*--p = (char)('0' + chunk % 10);
	} while (n > 0);
	n = (size_t)(digits + DIGITS - p);
	while (n > 1 && *p == '0') {
		p++;
		n--;
	}
	memmove(digits, p, n);
	return n;
}

static void
zeros(struct buf *b, uint64_t n)
{
	for (; n > 0; n--)
		buf_u8(b, '0');
}

bool
bindec_text(struct buf *b, int32_t scale, struct slice s)
{
	char d[DIGITS];
	int64_t power;
	size_t n;

	if (s.n > BINDEC_MAX)
		return false;
	n = digits_of(s, true, d);
	if (s.n > 0 && (s.p[0] & 0x80) != 0 && d[0] != '0')
		buf_u8(b, '-');
	power = (int64_t)n - 1 - scale;
	if (scale == 0) {
		buf_add(b, d, n);
	} else if (scale < 0 || power < -6) {
		buf_u8(b, (uint8_t)d[0]);
		if (n > 1) {
			buf_u8(b, '.');
			buf_add(b, d + 1, n - 1);
		}
		buf_fmt(b, "E%+lld", (long long)power);
	} else if (power >= 0) {
		buf_add(b, d, n - (size_t)scale);
		buf_u8(b, '.');
		buf_add(b, d + (n - (size_t)scale), (size_t)scale);
	} else {
		buf_add(b, "0.", 2);
		zeros(b, (uint64_t)scale - n);
		buf_add(b, d, n);
	}
	return true;
}

bool
bindec_unsigned_text(struct buf *b, struct slice number)
{
	char d[DIGITS];

	if (number.n > BINDEC_MAX)
		return false;
	buf_add(b, d, digits_of(number, false, d));
	return true;
}

/* Unsigned big-endian bytes and a sign, in the shortest form of the wire. */
static void
put(struct buf *b, const unsigned char *p, size_t n, bool negative)
{
	size_t at = b->n;

	for (; n > 0 && *p == 0; n--)
		p++;
	if (n == 0) {
		buf_u8(b, 0);
		return;
	}
	if (*p & 0x80)
		buf_u8(b, 0);
	buf_add(b, p, n);
	if (negative)
		b->p[at] |= 0x80;
}

struct number {
	uint32_t word[WORDS];	/* lowest first */
	size_t n;
};

static bool
shift_in(struct number *x, uint32_t digit)
{
	uint64_t carry = digit;
	size_t i;

	for (i = 0; i < x->n; i++) {
		carry += (uint64_t)x->word[i] * 10;
		x->word[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry == 0)
		return true;
	if (x->n == WORDS - 1)
		return false;
	x->word[x->n++] = (uint32_t)carry;
	return true;
}

static bool
is_digit(struct slice s)
{
	return s.n > 0 && *s.p >= '0' && *s.p <= '9';
}

static struct slice
after(struct slice s)
{
	return slice_of(s.p + 1, s.n - 1);
}

/* E and an int32, to the end of the text. */
static bool
exponent(struct slice s, int64_t *power)
{
	bool negative;

	*power = 0;
	if (s.n == 0)
		return true;
	if (*s.p != 'e' && *s.p != 'E')
		return false;
	s = after(s);
	negative = s.n > 0 && *s.p == '-';
	if (negative || (s.n > 0 && *s.p == '+'))
		s = after(s);
	if (!is_digit(s))
		return false;
	for (; is_digit(s); s = after(s)) {
		*power = *power * 10 + (*s.p - '0');
		if (*power > INT64_C(1) << 33)
			return false;
	}
	if (negative)
		*power = -*power;
	return s.n == 0;
}

bool
bindec_parse(struct slice s, int32_t *scale, struct buf *b)
{
	struct number x = { .n = 0 };
	unsigned char bytes[WORDS * 4];
	bool negative = s.n > 0 && *s.p == '-';
	bool point = false;
	size_t some = 0, fraction = 0, i;
	int64_t power;

	if (negative || (s.n > 0 && *s.p == '+'))
		s = after(s);
	for (; is_digit(s) || (s.n > 0 && *s.p == '.' && !point); s = after(s)) {
		if (*s.p == '.') {
			point = true;
			continue;
		}
		some++;
		fraction += point;
		if (!shift_in(&x, (uint32_t)(*s.p - '0')))
			return false;
	}
	if (some == 0 || !exponent(s, &power))
		return false;
	power = (int64_t)fraction - power;
	if (power < INT32_MIN || power > INT32_MAX)
		return false;
	*scale = (int32_t)power;
	for (i = 0; i < x.n * 4; i++)
		bytes[x.n * 4 - 1 - i] =
		    (unsigned char)(x.word[i / 4] >> i % 4 * 8);
	put(b, bytes, x.n * 4, negative);
	return true;
}

/* Two's complement negation in place. */
static void
negate(unsigned char *p, size_t n)
{
	unsigned carry = 1;

	for (; n > 0; n--) {
		carry += (unsigned char)~p[n - 1];
		p[n - 1] = (unsigned char)carry;
		carry >>= 8;
	}
}

void
bindec_from_twos(struct buf *b, struct slice twos)
{
	bool negative = twos.n > 0 && (twos.p[0] & 0x80) != 0;
	struct buf t = { NULL, 0, 0 };

	if (!negative) {
		put(b, twos.p, twos.n, false);
		return;
	}
	buf_add(&t, twos.p, twos.n);
	negate(t.p, t.n);
	put(b, t.p, t.n, true);
	buf_release(&t);
}

void
bindec_to_twos(struct buf *b, struct slice s)
{
	bool negative = s.n > 0 && (s.p[0] & 0x80) != 0;
	size_t at = b->n;
	unsigned char *p;
	size_t n;

	buf_u8(b, 0);
	buf_add(b, s.p, s.n);
	p = b->p + at;
	n = b->n - at;
	if (negative) {
		p[1] &= 0x7f;
		negate(p, n);
	}
	/* The first byte goes while the second one's sign says the same. */
	while (n > 1 && (p[0] == 0 || p[0] == 0xff) &&
	    ((p[0] ^ p[1]) & 0x80) == 0) {
		p++;
		n--;
	}
	memmove(b->p + at, p, n);
	b->n = at + n;
}
