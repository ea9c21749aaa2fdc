#include "props.h"

#include <stdlib.h>

#include "mem.h"

/* Where reading is: what is left, and the line. Ends with '\0'. */
struct at {
	const char *p, *end;
	unsigned line;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\f';
}

static bool
is_end(char c)
{
	return c == '\n' || c == '\r' || c == '\0';
}

static void
skip_blanks(struct at *a)
{
	while (is_blank(*a->p))
		a->p++;
}

/* Over the end of a line, which may be two characters. */
static void
next_line(struct at *a)
{
	if (a->p == a->end)
		return;
	a->p += a->p[0] == '\r' && a->p[1] == '\n' ? 2 : 1;
	a->line++;
}

static int
hex(const char *p, unsigned *u)
{
	int i;

	for (*u = 0, i = 0; i < 4; i++) {
		char c = p[i];

		if (c >= '0' && c <= '9')
			*u = *u << 4 | (unsigned)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			*u = *u << 4 | (unsigned)((c | 32) - 'a' + 10);
		else
			return -1;
	}
	return 0;
}

static char *
put_utf8(char *to, unsigned u)
{
	if (u < 0x80) {
		*to++ = (char)u;
	} else if (u < 0x800) {
		*to++ = (char)(0xc0 | u >> 6);
		*to++ = (char)(0x80 | (u & 0x3f));
	} else if (u < 0x10000) {
		*to++ = (char)(0xe0 | u >> 12);
		*to++ = (char)(0x80 | (u >> 6 & 0x3f));
		*to++ = (char)(0x80 | (u & 0x3f));
	} else {
		*to++ = (char)(0xf0 | u >> 18);
		*to++ = (char)(0x80 | (u >> 12 & 0x3f));
		*to++ = (char)(0x80 | (u >> 6 & 0x3f));
		*to++ = (char)(0x80 | (u & 0x3f));
	}
	return to;
}

/* \uXXXX, and a pair of them where that is one character. */
static int
unicode(struct at *a, char **to, struct err *e)
{
	unsigned u, low;

	if (hex(a->p + 1, &u) < 0 || u == 0)
		return err_set(e, EX_CONFIG, "line %u: \\u needs four "
		    "hexadecimal digits, not all 0", a->line);
	a->p += 5;
	if (u >= 0xd800 && u < 0xdc00 && a->p[0] == '\\' && a->p[1] == 'u' &&
	    hex(a->p + 2, &low) == 0 && low >= 0xdc00 && low < 0xe000) {
		u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
		a->p += 6;
	} else if (u >= 0xd800 && u < 0xe000) {
		return err_set(e, EX_CONFIG,
		    "line %u: \\u%04x is half a character", a->line, u);
	}
	*to = put_utf8(*to, u);
	return 0;
}

/* What stands behind a backslash. */
static int
escape(struct at *a, char **to, struct err *e)
{
	static const char letters[] = "tnrf", means[] = "\t\n\r\f";
	const char *s;

	if (*a->p == 'u')
		return unicode(a, to, e);
	if (is_end(*a->p)) {
		next_line(a);
		skip_blanks(a);
		return 0;
	}
	s = strchr(letters, *a->p);
	*(*to)++ = s != NULL ? means[s - letters] : *a->p;
	a->p++;
	return 0;
}

/* A key, or with ends "" a value: up to the end of the line or one of ends. */
static int
word(struct at *a, const char *ends, char **to, struct err *e)
{
	while (!is_end(*a->p) && strchr(ends, *a->p) == NULL)
		if (*a->p == '\\') {
			a->p++;
			if (escape(a, to, e) < 0)
				return -1;
		} else {
			*(*to)++ = *a->p++;
		}
	*(*to)++ = '\0';
	return 0;
}

static int
line(struct props *ps, struct at *a, char **to, struct err *e)
{
	struct prop *p;

	ps->v = mem_grow(ps->v, ps->n + 1, sizeof *ps->v);
	p = &ps->v[ps->n];
	p->line = a->line;
	p->key = *to;
	if (word(a, "=: \t\f", to, e) < 0)
		return -1;
	skip_blanks(a);
	if (*a->p == '=' || *a->p == ':')
		a->p++;
	skip_blanks(a);
	p->value = *to;
	if (word(a, "", to, e) < 0)
		return -1;
	ps->n++;
	return 0;
}

int
props_parse(struct props *ps, struct slice text, struct err *e)
{
	char *copy, *to;
	struct at a;
	int r = 0;

	props_release(ps);
	if (text.n != 0 && memchr(text.p, '\0', text.n) != NULL)
		return err_set(e, EX_CONFIG, "a NUL byte: not a property file");
	/* No value is longer than its line, and each has one NUL or two. */
	copy = mem_dup(text.n == 0 ? "" : (const char *)text.p, text.n);
	to = ps->text = mem_alloc(2 * text.n + 2);
	a = (struct at){ copy, copy + text.n, 1 };
	while (r == 0 && a.p != a.end) {
		skip_blanks(&a);
		if (*a.p == '#' || *a.p == '!')
			while (!is_end(*a.p))
				a.p++;
		else if (!is_end(*a.p))
			r = line(ps, &a, &to, e);
		if (r == 0)
			next_line(&a);
	}
	free(copy);
	if (r < 0)
		props_release(ps);
	return r;
}

const char *
props_get(const struct props *ps, const char *key)
{
	size_t i;

	for (i = ps->n; i-- > 0; )
		if (strcmp(ps->v[i].key, key) == 0)
			return ps->v[i].value;
	return NULL;
}

void
props_release(struct props *ps)
{
	free(ps->v);
	free(ps->text);
	*ps = (struct props){ NULL, 0, NULL };
}
