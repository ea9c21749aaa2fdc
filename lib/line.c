#include "line.h"

#include <errno.h>
#include <stdlib.h>

#include "base64.h"
#include "rec.h"

/* From here on not every integer is a double. */
#define EXACT 9007199254740992.0

static bool
is_blank(struct slice s)
{
	while (s.n > 0 && (*s.p == ' ' || *s.p == '\t' || *s.p == '\r')) {
		s.p++;
		s.n--;
	}
	return s.n == 0;
}

int
line_open(struct line *l, struct slice s, struct err *e)
{
	json_error_t je;

	*l = (struct line){ .e = e };
	if (is_blank(s))
		return 0;
	/*
	 * As doubles, because programs in between write numbers that are no
	 * 64-bit integers any more; what matters is a string in raw.
	 */
	l->all = json_loadb((const char *)s.p, s.n, JSON_ALLOW_NUL |
	    JSON_DECODE_INT_AS_REAL, &je);
	if (l->all == NULL)
		return err_set(e, EX_DATAERR, "no JSON: %s at column %d",
		    je.text, je.column);
	if (!json_is_object(l->all))
		return err_set(e, EX_DATAERR, "no JSON object");
	l->raw = json_object_get(l->all, "raw");
	if (l->raw != NULL && !json_is_object(l->raw))
		return err_set(e, EX_DATAERR, "\"raw\" is no object");
	return 1;
}

void
line_release(struct line *l)
{
	size_t i;

	for (i = 0; i < sizeof l->tmp / sizeof *l->tmp; i++)
		buf_release(&l->tmp[i]);
	json_decref(l->all);
}

bool
line_has(const struct line *l, const char *name)
{
	return json_object_get(l->all, name) != NULL;
}

bool
line_true(const struct line *l, const char *name)
{
	return json_is_true(json_object_get(l->all, name));
}

int
line_wrong(struct line *l, const char *name, const char *what)
{
	return err_set(l->e, EX_DATAERR, "\"%s\" %s", name, what);
}

/* The member: from raw if it is there, else from in front of it. */
static json_t *
member(const struct line *l, const char *name)
{
	json_t *v = l->raw == NULL ? NULL : json_object_get(l->raw, name);

	return v != NULL ? v : json_object_get(l->all, name);
}

static struct slice
text_of(const json_t *s)
{
	return slice_of(json_string_value(s), json_string_length(s));
}

/* A string of digits, with a minus before them or without. */
static int
digits_of(struct line *l, const char *name, const char *s, bool *less,
    uint64_t *v)
{
	char *end;

	*less = *s == '-';
	if (s[*less] < '0' || s[*less] > '9')
		return line_wrong(l, name, "is no integer");
	errno = 0;
	*v = strtoull(s + *less, &end, 10);
	if (*end != '\0' || errno != 0 || (*less && *v > (uint64_t)1 << 63))
		return line_wrong(l, name, "is no integer of 64 bits");
	*less = *less && *v != 0;
	if (*less)
		*v = -*v;
	return 0;
}

int
line_integer(struct line *l, const char *name, int64_t min, uint64_t max,
    uint64_t *v)
{
	const json_t *j = member(l, name);
	bool less;
	double d;

	if (j == NULL)
		return 0;
	if (json_is_string(j)) {
		if (digits_of(l, name, json_string_value(j), &less, v) < 0)
			return -1;
	} else if (json_is_real(j)) {
		d = json_real_value(j);
		if (d >= EXACT || d <= -EXACT)
			return line_wrong(l, name, "is not below 2^53: write "
			    "it as a string");
		*v = (uint64_t)(int64_t)d;
		less = d < 0;
		if ((double)(int64_t)d < d || (double)(int64_t)d > d)
			return line_wrong(l, name, "is no integer");
	} else {
		return line_wrong(l, name, "is no integer");
	}
	if (less ? (int64_t)*v < min : *v > max)
		return line_wrong(l, name, "is out of range");
	return 0;
}

int
line_string(struct line *l, const char *name, struct slice *s)
{
	const json_t *j = l->raw == NULL ? NULL :
	    json_object_get(l->raw, name);
	struct buf *b = &l->tmp[l->n_tmp];

	if (j != NULL) {
		if (!json_is_string(j) || base64_decode(b, text_of(j)) < 0)
			return line_wrong(l, name, "in raw is no base64");
		*s = buf_bytes(b);
		l->n_tmp++;
		return 0;
	}
	j = json_object_get(l->all, name);
	if (j == NULL)
		return 0;
	if (!json_is_string(j))
		return line_wrong(l, name, "is no string");
	*s = text_of(j);
	return 0;
}

int
line_bytes(struct line *l, const char *name, struct slice *s)
{
	const json_t *j = l->raw == NULL ? NULL :
	    json_object_get(l->raw, name);
	struct buf *b = &l->tmp[l->n_tmp];

	if (j == NULL)
		return 0;
	*s = slice_of(NULL, 0);
	if (json_is_null(j))
		return 1;
	if (json_is_object(j) && json_is_string(json_object_get(j, "text"))) {
		*s = text_of(json_object_get(j, "text"));
		return 1;
	}
	if (!json_is_string(j) || base64_decode(b, text_of(j)) < 0)
		return line_wrong(l, name, "in raw is neither base64 nor null "
		    "nor {\"text\":...}");
	*s = buf_bytes(b);
	l->n_tmp++;
	return 1;
}

int
line_run(struct line *l, uint64_t *v)
{
	const json_t *j = json_object_get(l->all, "run");
	const char *s = json_string_value(j);

	if (j == NULL)
		return 0;
	if (s == NULL || strlen(s) != 16 ||
	    strspn(s, "0123456789abcdefABCDEF") != 16)
		return line_wrong(l, "run", "is not 16 hexadecimal digits");
	*v = strtoull(s, NULL, 16);
	return 0;
}

int
line_word(struct line *l, const char *name, const char *const *words,
    const char *letters, uint8_t *v)
{
	const json_t *j = json_object_get(l->all, name);
	const char *s = json_string_value(j);
	uint64_t number = 0;
	size_t i;

	if (j == NULL)
		return 0;
	for (i = 0; s != NULL && words[i] != NULL; i++) {
		if (strcmp(s, words[i]) == 0) {
			*v = (uint8_t)letters[i];
			return 0;
		}
	}
	/* A letter that this release does not know, as its number. */
	if (json_is_real(j)) {
		if (line_integer(l, name, 0, UINT8_MAX, &number) < 0)
			return -1;
		*v = (uint8_t)number;
		return 0;
	}
	return line_wrong(l, name, "is none of those in frame-dump(1)");
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t
days(int64_t y, int m, int d)
{
	int64_t era, of_era, of_year;

	/* Years that begin in March have the leap day at their end. */
	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	of_era = y - era * 400;
	of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

/* n digits, and the character behind them if there is one to be. */
static bool
digits(const char **s, int n, char behind, int *v)
{
	for (*v = 0; n > 0; n--, ++*s) {
		if (**s < '0' || **s > '9')
			return false;
		*v = *v * 10 + (**s - '0');
	}
	return behind == '\0' || *(*s)++ == behind;
}

/* 2026-01-31T12:00:00Z, with or without three digits of a fraction. */
static bool
iso(const char *s, int64_t *ms)
{
	static const int most[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };
	int y, mo, d, h, mi, sec, frac = 0;

	if (!digits(&s, 4, '-', &y) || !digits(&s, 2, '-', &mo) ||
	    !digits(&s, 2, 'T', &d) || !digits(&s, 2, ':', &h) ||
	    !digits(&s, 2, ':', &mi) || !digits(&s, 2, '\0', &sec))
		return false;
	if (*s == '.' && (s++, !digits(&s, 3, '\0', &frac)))
		return false;
	if (strcmp(s, "Z") != 0 || mo < 1 || mo > 12 || d < 1 ||
	    d > most[mo - 1] || h > 23 || mi > 59 || sec > 59)
		return false;
	*ms = (((days(y, mo, d) * 24 + h) * 60 + mi) * 60 + sec) * 1000 + frac;
	return true;
}

int
line_when(struct line *l, int64_t *ms)
{
	const json_t *j = member(l, "time");
	uint64_t v = 0;

	if (j == NULL || json_is_null(j))
		return 0;
	if (json_is_string(j) && iso(json_string_value(j), ms))
		return 0;
	if (json_is_string(j) && strchr(json_string_value(j), ':') != NULL)
		return line_wrong(l, "time", "is no time like "
		    "2026-01-31T12:00:00.000Z");
	if (line_integer(l, "time", INT64_MIN, INT64_MAX, &v) < 0)
		return -1;
	*ms = (int64_t)v;
	return 0;
}

int
line_headers(struct line *l, struct slice *s)
{
	const json_t *all = json_object_get(l->all, "headers");
	const json_t *h, *name, *v;
	struct buf *b;
	size_t i;
	int r = line_bytes(l, "headers", s);

	if (r != 0 || all == NULL || json_is_null(all))
		return r < 0 ? -1 : 0;
	if (!json_is_array(all))
		return line_wrong(l, "headers", "is no array");
	b = &l->tmp[l->n_tmp++];
	for (i = 0; i < json_array_size(all); i++) {
		h = json_array_get(all, i);
		name = json_object_get(h, "name");
		v = json_object_get(h, "value");
		if (!json_is_string(name) ||
		    !(json_is_string(v) || json_is_null(v)))
			return line_wrong(l, "headers", "holds one that is not "
			    "{\"name\":\"...\",\"value\":\"...\"}");
		rec_header_put(b, text_of(name), json_is_null(v) ?
		    slice_of(NULL, 0) : text_of(v));
	}
	*s = buf_bytes(b);
	return 0;
}
