#include "showtext.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "utf8.h"

void
show_char(struct buf *b, uint32_t c)
{
	switch (c) {
	case '"':
		show_text(b, "\\\"");
		break;
	case '\\':
		show_text(b, "\\\\");
		break;
	case '\n':
		show_text(b, "\\n");
		break;
	case '\r':
		show_text(b, "\\r");
		break;
	case '\t':
		show_text(b, "\\t");
		break;
	default:
		if (c < 0x20 || c == 0x7f)
			buf_fmt(b, "\\u%04x", c);
		else
			utf8_put(b, c);
	}
}

void
show_chars(struct buf *b, struct slice s, uint32_t nul)
{
	const unsigned char *from;
	uint32_t c;

	while (s.n > 0) {
		for (from = s.p; s.n > 0 && *s.p >= 0x20 && *s.p < 0x7f &&
		    *s.p != '"' && *s.p != '\\'; s.p++)
			s.n--;
		buf_add(b, from, (size_t)(s.p - from));
		if (s.n == 0)
			break;
		c = utf8_next(&s);
		show_char(b, c == 0 ? nul : c);
	}
}

void
show_string(struct buf *b, struct slice s)
{
	buf_u8(b, '"');
	show_chars(b, s, 0);
	buf_u8(b, '"');
}

static bool
not_finite(struct buf *b, double d)
{
	if (isnan(d))
		show_text(b, "\"NaN\"");
	else if (isinf(d))
		show_text(b, d < 0 ? "\"-Infinity\"" : "\"Infinity\"");
	else
		return false;
	return true;
}

/* A number of ours: with a point or exponent, so that it reads as one. */
static void
real(struct buf *b, const char *s)
{
	show_text(b, s);
	if (strpbrk(s, ".e") == NULL)
		show_text(b, ".0");
}

void
show_double(struct buf *b, double d)
{
	char s[32];
	int digits;

	if (not_finite(b, d))
		return;
	for (digits = 15; digits <= 17; digits++) {
		snprintf(s, sizeof s, "%.*g", digits, d);
		if (strtod(s, NULL) == d)
			break;
	}
	real(b, s);
}

void
show_float(struct buf *b, float f)
{
	char s[32];
	int digits;

	if (not_finite(b, (double)f))
		return;
	for (digits = 6; digits <= 9; digits++) {
		snprintf(s, sizeof s, "%.*g", digits, (double)f);
		if (strtof(s, NULL) == f)
			break;
	}
	real(b, s);
}
