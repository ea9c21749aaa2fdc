#include "show.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base64.h"
#include "bindec.h"
#include "binjava.h"
#include "binskip.h"
#include "utf8.h"

/*
 * Handles are followed, so that shared parts appear wherever they are; but
 * not around a cycle, not deeper than this, and not once the text has grown
 * out of proportion: a few bytes of handles can stand for gigabytes.
 */
#define DEPTH 96
#define TEXT_MAX(n) (65536 + 8 * (n))

/* Ignite's own objects for Java's sorted collections. */
#define TREE_MAP ((int32_t)0xe09fc5dd)
#define TREE_SET ((int32_t)0x48cd9979)

struct show {
	struct buf *out;
	const struct bin_types *types;
	struct slice root;
	size_t max;		/* of out->n, after which no handle is followed */
	int depth;
	const unsigned char *open[DEPTH];	/* the values we are inside of */
};

static bool	value(struct show *, struct cur *);

static void
text(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

static void
escape(struct buf *b, uint32_t c)
{
	switch (c) {
	case '"':
		text(b, "\\\"");
		break;
	case '\\':
		text(b, "\\\\");
		break;
	case '\n':
		text(b, "\\n");
		break;
	case '\r':
		text(b, "\\r");
		break;
	case '\t':
		text(b, "\\t");
		break;
	default:
		if (c < 0x20 || c == 0x7f)
			buf_fmt(b, "\\u%04x", c);
		else
			utf8_put(b, c);
	}
}

/* The inside of a string; with what a NUL becomes (keys can't have it). */
static void
string(struct buf *b, struct slice s, uint32_t nul)
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
		escape(b, c == 0 ? nul : c);
	}
}

void
show_string(struct buf *b, struct slice s)
{
	buf_u8(b, '"');
	string(b, s, 0);
	buf_u8(b, '"');
}

static bool
not_finite(struct buf *b, double d)
{
	if (isnan(d))
		text(b, "\"NaN\"");
	else if (isinf(d))
		text(b, d < 0 ? "\"-Infinity\"" : "\"Infinity\"");
	else
		return false;
	return true;
}

/* A number of ours: with a point or exponent, so that it reads as one. */
static void
real(struct buf *b, const char *s)
{
	text(b, s);
	if (strpbrk(s, ".e") == NULL)
		text(b, ".0");
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

static void
base64(struct buf *b, struct slice s)
{
	buf_u8(b, '"');
	base64_encode(b, s);
	buf_u8(b, '"');
}

static void
java(struct buf *b, const struct binjava *j)
{
	buf_u8(b, '"');
	binjava_text(b, j);
	buf_u8(b, '"');
}

static void
instant(struct buf *b, int64_t ms, int32_t ns)
{
	struct binjava j = { .kind = BINJAVA_INSTANT };
	int64_t in = ms % 1000;

	j.s = ms / 1000;
	if (in < 0) {
		in += 1000;
		j.s--;
	}
	j.ns = (int32_t)in * 1000000 + ns;
	java(b, &j);
}

static void
timestamp(struct buf *b, int64_t ms, int64_t ns)
{
	if (ns >= 0 && ns < 1000000)
		instant(b, ms, (int32_t)ns);
	else
		buf_fmt(b, "{\"@timestamp\":[%" PRId64 ",%" PRId64 "]}", ms, ns);
}

static void
time_of_day(struct buf *b, int64_t ms)
{
	struct binjava j = { .kind = BINJAVA_LOCAL_TIME };

	if (ms < 0 || ms >= 86400000) {
		instant(b, ms, 0);
		return;
	}
	j.hour = (int32_t)(ms / 3600000);
	j.minute = (int32_t)(ms / 60000 % 60);
	j.second = (int32_t)(ms / 1000 % 60);
	j.ns = (int32_t)(ms % 1000) * 1000000;
	java(b, &j);
}

static void
uuid(struct buf *b, uint64_t high, uint64_t low)
{
	buf_fmt(b, "\"%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64
	    "-%012" PRIx64 "\"", high >> 32, high >> 16 & 0xffff,
	    high & 0xffff, low >> 48, low & 0xffffffffffff);
}

static void
decimal(struct buf *b, int64_t scale, struct slice magnitude)
{
	size_t was = b->n;

	buf_u8(b, '"');
	if (bindec_text(b, (int32_t)scale, magnitude)) {
		buf_u8(b, '"');
		return;
	}
	b->n = was;
	buf_fmt(b, "{\"@decimal\":%" PRId64 ",\"@magnitude\":", scale);
	base64(b, magnitude);
	buf_u8(b, '}');
}

static void
blob(struct buf *b, struct slice s)
{
	struct binjava j;
	size_t was = b->n;

	if (binjava_get(s, &j)) {
		buf_u8(b, '"');
		if (binjava_text(b, &j)) {
			buf_u8(b, '"');
			return;
		}
		b->n = was;
	}
	text(b, "{\"@java\":");
	base64(b, s);
	buf_u8(b, '}');
}

/* UTF-16 units, a pair of surrogates as what they mean together. */
static void
chars(struct buf *b, struct slice s)
{
	uint32_t c, low;
	size_t i;

	buf_u8(b, '"');
	for (i = 0; i + 2 <= s.n; i += 2) {
		c = le16(s.p + i);
		low = i + 4 <= s.n ? le16(s.p + i + 2) : 0;
		if (c >> 10 == 0xd800 >> 10 && low >> 10 == 0xdc00 >> 10) {
			c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
			i += 2;
		}
		escape(b, c);
	}
	buf_u8(b, '"');
}

static void
element(struct buf *b, uint8_t code, const unsigned char *p)
{
	uint32_t bits = 0;
	uint64_t wide;
	double d;
	float f;

	switch (code) {
	case BIN_SHORTS:
		buf_fmt(b, "%d", (int16_t)le16(p));
		break;
	case BIN_INTS:
		buf_fmt(b, "%d", (int32_t)le32(p));
		break;
	case BIN_LONGS:
		buf_fmt(b, "%" PRId64, (int64_t)le64(p));
		break;
	case BIN_FLOATS:
		bits = le32(p);
		memcpy(&f, &bits, sizeof f);
		show_float(b, f);
		break;
	case BIN_DOUBLES:
		wide = le64(p);
		memcpy(&d, &wide, sizeof d);
		show_double(b, d);
		break;
	default:
		text(b, *p != 0 ? "true" : "false");
	}
}

static void
scalars(struct buf *b, const struct bin_val *v)
{
	size_t width = v->n == 0 ? 0 : v->s.n / v->n;
	uint32_t i;

	buf_u8(b, '[');
	for (i = 0; i < v->n; i++) {
		if (i > 0)
			buf_u8(b, ',');
		element(b, v->code, v->s.p + i * width);
	}
	buf_u8(b, ']');
}

static bool
several(struct show *w, struct cur *c, uint64_t n)
{
	uint64_t i;

	buf_u8(w->out, '[');
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_u8(w->out, ',');
		if (!value(w, c))
			return false;
	}
	buf_u8(w->out, ']');
	return true;
}

/* Step over a value without a word; handles are not looked at. */
static bool
step(struct cur *c)
{
	struct bin_val v;
	uint64_t n;

	for (n = 1; n > 0; n--) {
		if (!bin_next(c, &v))
			return false;
		n += bin_follow(&v);
	}
	return true;
}

static bool
keys_are_names(struct cur c, uint32_t n)
{
	struct bin_val v;

	for (; n > 0; n--) {
		if (!bin_next(&c, &v) || v.code != BIN_STRING ||
		    (v.s.n > 0 && memchr(v.s.p, '\0', v.s.n) != NULL) ||
		    !utf8_ok(v.s) || !step(&c))
			return false;
	}
	return true;
}

static bool
map(struct show *w, struct cur *c, uint32_t n)
{
	bool names = keys_are_names(*c, n);
	uint32_t i;

	buf_u8(w->out, names ? '{' : '[');
	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_u8(w->out, ',');
		if (!names) {
			if (!several(w, c, 2))
				return false;
			continue;
		}
		if (!value(w, c))
			return false;
		buf_u8(w->out, ':');
		if (!value(w, c))
			return false;
	}
	buf_u8(w->out, names ? '}' : ']');
	return true;
}

/* An enum by its name if that is known, else by number. */
static void
constant(struct show *w, const struct bin_val *v)
{
	const struct bin_type *t = v->type_id == 0 || w->types == NULL ? NULL :
	    bin_types_find(w->types, v->type_id);
	const struct bin_constant *k = t == NULL ? NULL :
	    bin_type_constant(t, (int32_t)v->i);

	if (k != NULL) {
		show_string(w->out, k->name);
		return;
	}
	text(w->out, "{\"@enum\":");
	if (v->type_id != 0)
		buf_fmt(w->out, "%d", v->type_id);
	else
		show_string(w->out, v->name);
	buf_fmt(w->out, ",\"@ordinal\":%" PRId64 "}", v->i);
}

static void
class(struct buf *b, int32_t type_id, struct slice name)
{
	if (type_id != 0 || name.p == NULL)
		buf_fmt(b, "%d", type_id);
	else
		show_string(b, name);
}

static bool
proxy(struct show *w, struct cur *c, const struct bin_val *v)
{
	struct cur ids = cur_on(v->s);
	struct slice name = { NULL, 0 };
	int32_t id;
	uint32_t i;

	text(w->out, "{\"@proxy\":[");
	for (i = 0; i < v->n; i++) {
		if (i > 0)
			buf_u8(w->out, ',');
		id = cur_i32(&ids);
		if (id == 0)
			name = bin_string(&ids);
		class(w->out, id, name);
	}
	text(w->out, "],\"@handler\":");
	if (!value(w, c))
		return false;
	buf_u8(w->out, '}');
	return true;
}

/* A comparator, a count, elements or pairs; if that is all there is. */
static bool
tree(struct show *w, const struct bin_obj *o)
{
	struct slice raw = bin_obj_raw(o);
	struct cur c = cur_on(raw);
	size_t was = w->out->n;
	uint32_t n, per = o->type_id == TREE_MAP ? 2 : 1;

	if (o->n != 0 || raw.p == NULL || !step(&c))
		return false;
	n = cur_u32(&c);
	if (n > cur_left(&c) / per)
		return false;
	if ((per == 2 ? map(w, &c, n) : several(w, &c, n)) && cur_done(&c))
		return true;
	w->out->n = was;
	return false;
}

static bool
field(struct show *w, const struct bin_obj *o, uint32_t i)
{
	struct cur c = cur_on(bin_obj_field(o, i));

	return value(w, &c) && cur_done(&c);
}

static void
key(struct show *w, const struct bin_field *f, int32_t id)
{
	buf_u8(w->out, '"');
	if (f != NULL)
		string(w->out, f->name, UTF8_BAD);
	else
		buf_fmt(w->out, "#%d", id);
	text(w->out, "\":");
}

static bool
named_fields(struct show *w, const struct bin_obj *o,
    const struct bin_type *t, const struct bin_schema *s)
{
	const struct bin_field *f;
	int32_t id;
	uint32_t i;

	for (i = 0; i < o->n; i++) {
		if (w->out->p[w->out->n - 1] != '{')
			buf_u8(w->out, ',');
		if (o->flags & BIN_COMPACT) {
			id = s->ids[i];
			f = bin_schema_field(t, s, i);
		} else {
			id = bin_obj_field_id(o, i);
			f = t == NULL ? NULL : bin_type_field(t, id);
		}
		key(w, f, id);
		if (!field(w, o, i))
			return false;
	}
	return true;
}

static bool
object(struct show *w, struct slice bytes)
{
	const struct bin_type *t;
	const struct bin_schema *s = NULL;
	struct slice raw;
	struct bin_obj o;
	struct err e;
	uint32_t i;
	bool known;

	if (bin_obj_open(bytes, &o, &e) < 0)
		return false;
	if ((o.type_id == TREE_MAP || o.type_id == TREE_SET) && tree(w, &o))
		return true;
	known = bin_obj_schema(&o, w->types, &t, &s);
	buf_u8(w->out, '{');
	if (t == NULL) {
		text(w->out, "\"@type\":");
		class(w->out, o.type_id, o.name);
	}
	if (!known && o.n > 0 && (o.flags & BIN_COMPACT)) {
		/* Values without names are still worth more than bytes. */
		if (t != NULL) {
			text(w->out, "\"@type\":");
			show_string(w->out, t->name);
		}
		buf_fmt(w->out, ",\"@schema\":%d,\"@fields\":[", o.schema_id);
		for (i = 0; i < o.n; i++) {
			if (i > 0)
				buf_u8(w->out, ',');
			if (!field(w, &o, i))
				return false;
		}
		buf_u8(w->out, ']');
	} else if (!named_fields(w, &o, t, s)) {
		return false;
	}
	raw = bin_obj_raw(&o);
	if (raw.p != NULL) {
		if (w->out->p[w->out->n - 1] != '{')
			buf_u8(w->out, ',');
		text(w->out, "\"@raw\":");
		base64(w->out, raw);
	}
	buf_u8(w->out, '}');
	return true;
}

static void
handle(struct show *w, const unsigned char *at, int64_t back)
{
	size_t was = w->out->n;
	struct cur c;
	int i;

	if (back <= 0 || back > at - w->root.p) {
		text(w->out, "{\"@ref\":null}");
		return;
	}
	c = cur_on(w->root);
	c.p = at - back;
	for (i = 0; i < w->depth; i++)
		if (w->open[i] == c.p)
			break;
	at = c.p;
	if (i == w->depth && *c.p != BIN_HANDLE && w->out->n < w->max &&
	    value(w, &c))
		return;
	/* What came to nothing has taken its time all the same. */
	w->max -= w->out->n - was < w->max ? w->out->n - was : w->max;
	w->out->n = was;
	buf_fmt(w->out, "{\"@ref\":%zu}", (size_t)(at - w->root.p));
}

static bool
leaf(struct show *w, const struct bin_val *v)
{
	struct buf *b = w->out;
	unsigned char unit[2];

	switch (v->code) {
	case BIN_NULL:
		text(b, "null");
		return true;
	case BIN_BYTE:
	case BIN_SHORT:
	case BIN_INT:
	case BIN_LONG:
		buf_fmt(b, "%" PRId64, v->i);
		return true;
	case BIN_FLOAT:
		show_float(b, (float)v->d);
		return true;
	case BIN_DOUBLE:
		show_double(b, v->d);
		return true;
	case BIN_CHAR:
		le16_put(unit, (uint16_t)v->i);
		chars(b, slice_of(unit, 2));
		return true;
	case BIN_BOOL:
		text(b, v->i != 0 ? "true" : "false");
		return true;
	case BIN_STRING:
		show_string(b, v->s);
		return true;
	case BIN_UUID:
		uuid(b, (uint64_t)v->i, (uint64_t)v->j);
		return true;
	case BIN_DATE:
		instant(b, v->i, 0);
		return true;
	case BIN_TIME:
		time_of_day(b, v->i);
		return true;
	case BIN_TIMESTAMP:
		timestamp(b, v->i, v->j);
		return true;
	case BIN_DECIMAL:
		decimal(b, v->j, v->s);
		return true;
	case BIN_BYTES:
		base64(b, v->s);
		return true;
	case BIN_CHARS:
		chars(b, v->s);
		return true;
	case BIN_SHORTS:
	case BIN_INTS:
	case BIN_LONGS:
	case BIN_FLOATS:
	case BIN_DOUBLES:
	case BIN_BOOLS:
		scalars(b, v);
		return true;
	case BIN_JAVA:
		blob(b, v->s);
		return true;
	case BIN_ENUM:
	case BIN_BINENUM:
		constant(w, v);
		return true;
	case BIN_CLASS:
		text(b, "{\"@class\":");
		class(b, v->type_id, v->name);
		buf_u8(b, '}');
		return true;
	}
	return false;
}

static bool
holder(struct show *w, struct cur *c, const struct bin_val *v,
    struct slice whole)
{
	switch (v->code) {
	case BIN_OBJECT:
	case BIN_WRAPPED:
		return object(w, whole);
	case BIN_MAP:
		return map(w, c, v->n);
	case BIN_PROXY:
		return proxy(w, c, v);
	}
	return several(w, c, v->n);
}

/* false when the bytes are not a value: only behind a handle into raw data. */
static bool
value(struct show *w, struct cur *c)
{
	const unsigned char *at = c->p;
	struct slice whole;
	struct bin_val v;
	bool r;

	if (!bin_next(c, &v))
		return false;
	if (v.code == BIN_HANDLE) {
		handle(w, at, v.i);
		return true;
	}
	if (leaf(w, &v))
		return true;
	if (w->depth == DEPTH)
		return false;
	whole = bin_unwrap(slice_of(at, (size_t)(c->p - at)));
	w->open[w->depth++] = whole.p;
	r = holder(w, c, &v, whole);
	w->depth--;
	return r;
}

int
show_value(struct buf *b, struct slice s, const struct bin_types *types,
    struct err *e)
{
	struct show w = { .out = b, .types = types, .root = s,
	    .max = b->n + TEXT_MAX(s.n) };
	struct cur c = cur_on(s);
	size_t was = b->n;

	if (bin_skip(&c, NULL, e) < 0)
		return -1;
	if (!cur_done(&c))
		return err_set(e, EX_DATAERR, "%zu bytes behind a value",
		    cur_left(&c));
	w.root = bin_unwrap(s);
	c = cur_on(w.root);
	if (!value(&w, &c)) {
		b->n = was;
		return err_set(e, EX_DATAERR, "value cannot be shown");
	}
	return 0;
}
