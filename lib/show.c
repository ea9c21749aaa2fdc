#include "show.h"

#include <inttypes.h>

#include "binskip.h"
#include "showleaf.h"
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
	show_text(w->out, "{\"@enum\":");
	if (v->type_id != 0)
		buf_fmt(w->out, "%d", v->type_id);
	else
		show_string(w->out, v->name);
	buf_fmt(w->out, ",\"@ordinal\":%" PRId64 "}", v->i);
}

static bool
proxy(struct show *w, struct cur *c, const struct bin_val *v)
{
	struct cur ids = cur_on(v->s);
	struct slice name = { NULL, 0 };
	int32_t id;
	uint32_t i;

	show_text(w->out, "{\"@proxy\":[");
	for (i = 0; i < v->n; i++) {
		if (i > 0)
			buf_u8(w->out, ',');
		id = cur_i32(&ids);
		if (id == 0)
			name = bin_string(&ids);
		show_class(w->out, id, name);
	}
	show_text(w->out, "],\"@handler\":");
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
		show_chars(w->out, f->name, UTF8_BAD);
	else
		buf_fmt(w->out, "#%d", id);
	show_text(w->out, "\":");
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
		show_text(w->out, "\"@type\":");
		show_class(w->out, o.type_id, o.name);
	}
	if (!known && o.n > 0 && (o.flags & BIN_COMPACT)) {
		/* Values without names are still worth more than bytes. */
		if (t != NULL) {
			show_text(w->out, "\"@type\":");
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
		show_text(w->out, "\"@raw\":");
		show_base64(w->out, raw);
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
		show_text(w->out, "{\"@ref\":null}");
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
	if (v.code == BIN_ENUM || v.code == BIN_BINENUM) {
		constant(w, &v);
		return true;
	}
	if (show_leaf(w->out, &v))
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
	struct bin_val v;
	size_t was = b->n;

	if (bin_skip(&c, NULL, e) < 0)
		return -1;
	if (!cur_done(&c))
		return err_set(e, EX_DATAERR, "%zu bytes behind a value",
		    cur_left(&c));
	c = cur_on(s);
	if (bin_code(s) == BIN_WRAPPED && bin_next(&c, &v)) {
		w.root = v.s;
		c = cur_on(bin_unwrap(s));
	}
	if (!value(&w, &c)) {
		b->n = was;
		return err_set(e, EX_DATAERR, "value cannot be shown");
	}
	return 0;
}
