#include "binskip.h"

#include "binid.h"

/* Bytes of values of one size, code included; by code. */
static const uint8_t fixed[256] = {
	[BIN_NULL] = 1,
	[BIN_BYTE] = 2, [BIN_BOOL] = 2,
	[BIN_SHORT] = 3, [BIN_CHAR] = 3,
	[BIN_INT] = 5, [BIN_FLOAT] = 5,
	[BIN_LONG] = 9, [BIN_DOUBLE] = 9, [BIN_DATE] = 9, [BIN_TIME] = 9,
	[BIN_TIMESTAMP] = 13,
	[BIN_UUID] = 17
};

/* Which values arrays of one kind hold besides null; by array code. */
static const uint8_t held[256] = {
	[BIN_STRINGS] = BIN_STRING, [BIN_UUIDS] = BIN_UUID,
	[BIN_DATES] = BIN_DATE, [BIN_DECIMALS] = BIN_DECIMAL,
	[BIN_TIMESTAMPS] = BIN_TIMESTAMP, [BIN_TIMES] = BIN_TIME,
	[BIN_ENUMS] = BIN_ENUM
};

struct walk {
	struct cur c;
	const unsigned char *base;	/* of the whole */
	const unsigned char *root;	/* of what handles may point into */
	const struct bin_visit *visit;
	struct buf *marks;	/* a bit per byte where a handle may point */
	bool again;		/* marks are needed: start over */
	struct err *e;
};

static int	value(struct walk *, int depth);

/* Bytes of a scalar or string at p of so many; 0 for others and too few. */
static inline size_t
plain(const unsigned char *p, size_t left)
{
	size_t n;

	if (left == 0)
		return 0;
	n = fixed[*p];
	if (*p == BIN_STRING && left >= 5)
		n = 5 + (size_t)le32(p + 1);
	return n <= left ? n : 0;
}

static int
broken(struct walk *w, const unsigned char *at, const char *what)
{
	return err_set(w->e, EX_DATAERR, "value at byte %zu: %s",
	    (size_t)(at - w->base), what);
}

static void
mark(struct walk *w, const unsigned char *from, size_t n)
{
	size_t at = (size_t)(from - w->base);
	size_t need = (at + n + 7) / 8;

	if (w->marks->n < need) {
		memset(buf_room(w->marks, need - w->marks->n), 0,
		    need - w->marks->n);
		w->marks->n = need;
	}
	for (; n > 0; n--, at++)
		w->marks->p[at / 8] |= (unsigned char)(1 << at % 8);
}

static int
handle(struct walk *w, const unsigned char *at, int64_t back)
{
	size_t to;

	if (back <= 0 || back > at - w->root)
		return broken(w, at, "handle points outside");
	if (w->marks == NULL) {
		w->again = true;
		return -1;
	}
	to = (size_t)(at - back - w->base);
	if (to / 8 >= w->marks->n ||
	    (w->marks->p[to / 8] >> to % 8 & 1) == 0)
		return broken(w, at, "handle points to no value");
	return 0;
}

static void
met(struct walk *w, int32_t type_id, struct slice name, int32_t schema,
    unsigned flags)
{
	if (w->visit == NULL)
		return;
	if (type_id == 0)
		type_id = bin_type_id(name);
	w->visit->type(w->visit->arg, type_id, schema, flags);
}

/*
 * Ignite's own serialization begins with the kind of what follows and the id
 * of its class, 0 when the name follows. Classes further inside cannot be
 * found without their source.
 */
static void
met_java(struct walk *w, struct slice s)
{
	enum { EXTERNALIZABLE = 0x65, SERIALIZABLE = 0x66 };

	if (s.n >= 5 && le32(s.p + 1) != 0 &&
	    (*s.p == EXTERNALIZABLE || *s.p == SERIALIZABLE))
		met(w, (int32_t)le32(s.p + 1), s, 0, BIN_IS_CLASS);
}

/* The object at the start of s; what is behind it stays with the caller. */
static int
object(struct walk *w, struct slice s, int depth)
{
	const unsigned char *end = w->c.end;
	const unsigned char *at, *fields, *p;
	struct bin_obj o;
	uint32_t i, offset;
	size_t id, step, n;

	if (bin_obj_open(s, &o, w->e) < 0)
		return err_in(w->e, "value at byte %zu",
		    (size_t)(s.p - w->base));
	met(w, o.type_id, o.name, o.schema_id, o.flags);

	at = s.p + o.data;
	fields = s.p + o.raw;
	id = o.flags & BIN_COMPACT ? 0 : 4;
	step = id + o.width;
	p = s.p + o.footer + id;
	for (i = 0; i < o.n; i++, p += step) {
		offset = o.width == 1 ? *p : o.width == 2 ? le16(p) : le32(p);
		if (offset != (size_t)(at - s.p))
			return broken(w, s.p,
			    "fields do not lie one after the other");
		/* Most fields are such; no call for those. */
		n = w->marks == NULL ? plain(at, (size_t)(fields - at)) : 0;
		if (n != 0) {
			at += n;
			continue;
		}
		w->c.p = at;
		w->c.end = fields;
		if (value(w, depth + 1) < 0)
			return -1;
		at = w->c.p;
	}
	if (at != fields)
		return broken(w, s.p, "bytes between fields and footer");
	if (w->marks != NULL && o.raw < o.footer)
		mark(w, fields, o.footer - o.raw);
	w->c.p = s.p + o.all.n;
	w->c.end = end;
	return 0;
}

/*
 * The block is a message of its own: handles stay in it. What is before the
 * object in it was around the object when it was taken from another; parts
 * shared with that may be there, unchecked like raw data.
 */
static int
wrapped(struct walk *w, struct slice all, struct slice block, int depth)
{
	const unsigned char *root = w->root;
	struct slice in = bin_unwrap(all);
	struct cur after = w->c;
	int r;

	if (in.p == NULL)
		return broken(w, all.p, "wrapped object is not in its block");
	if (w->marks != NULL)
		mark(w, block.p, (size_t)(in.p - block.p) + 1);
	w->root = block.p;
	r = object(w, in, depth);
	w->root = root;
	w->c = after;
	return r;
}

static int
several(struct walk *w, const struct bin_val *v, int depth)
{
	uint64_t n = bin_follow(v);
	uint8_t only = held[v->code];
	uint8_t code;

	for (; n > 0; n--) {
		if (only != 0) {
			code = w->c.p == w->c.end ? 0 : *w->c.p;
			if (code != only && code != BIN_NULL &&
			    !(only == BIN_ENUM && code == BIN_BINENUM))
				return broken(w, w->c.p,
				    "wrong kind of value in an array");
		}
		if (value(w, depth + 1) < 0)
			return -1;
	}
	return 0;
}

static int
value(struct walk *w, int depth)
{
	const unsigned char *at = w->c.p;
	struct bin_val v;

	if (depth > BIN_DEPTH)
		return broken(w, at, "too deep");
	if (at == w->c.end)
		return broken(w, at, "is missing");
	if (*at == BIN_OBJECT) {
		if (w->marks != NULL)
			mark(w, at, 1);
		return object(w, slice_of(at, cur_left(&w->c)), depth);
	}
	if (!bin_next(&w->c, &v))
		return broken(w, at, "is cut off or of unknown kind");
	if (v.code == BIN_HANDLE)
		return handle(w, at, v.i);
	if (w->marks != NULL)
		mark(w, at, 1);
	switch (v.code) {
	case BIN_ENUM:
	case BIN_BINENUM:
		met(w, v.type_id, v.name, 0, BIN_IS_ENUM);
		/* FALLTHROUGH */
	case BIN_CLASS:
		if (v.type_id == 0 && v.name.p == NULL)
			return broken(w, at, "neither type id nor class name");
		if (v.code == BIN_CLASS && v.type_id != 0)
			met(w, v.type_id, v.name, 0, BIN_IS_CLASS);
		return 0;
	case BIN_JAVA:
		met_java(w, v.s);
		return 0;
	case BIN_WRAPPED:
		return wrapped(w, slice_of(at, (size_t)(w->c.p - at)), v.s,
		    depth);
	}
	return several(w, &v, depth);
}

int
bin_skip(struct cur *c, const struct bin_visit *visit, struct err *e)
{
	struct walk w = { .c = *c, .base = c->p, .root = c->p,
	    .visit = visit, .e = e };
	struct buf marks = { NULL, 0, 0 };
	size_t n = plain(c->p, cur_left(c));
	int r;

	if (n != 0) {
		c->p += n;
		return 0;
	}
	if (c->bad)
		return err_set(e, EX_DATAERR, "value is cut off");
	r = value(&w, 0);
	if (r < 0 && w.again) {
		w = (struct walk){ .c = *c, .base = c->p, .root = c->p,
		    .visit = visit, .marks = &marks, .e = e };
		r = value(&w, 0);
		buf_release(&marks);
	}
	if (r == 0)
		c->p = w.c.p;
	return r;
}
