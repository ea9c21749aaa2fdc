#include "bin.h"

#include <assert.h>

/* Where a complex object's header has what. */
enum { AT_FLAGS = 2, AT_TYPE = 4, AT_HASH = 8, AT_LENGTH = 12,
    AT_SCHEMA = 16, AT_FOOTER = 20 };

/* Bytes of an element of the arrays without codes, by array code. */
static const uint8_t width_of[] = {
	[BIN_BYTES] = 1, [BIN_SHORTS] = 2, [BIN_INTS] = 4, [BIN_LONGS] = 8,
	[BIN_FLOATS] = 4, [BIN_DOUBLES] = 8, [BIN_CHARS] = 2, [BIN_BOOLS] = 1
};

static bool
fail(struct cur *c)
{
	c->bad = true;
	c->p = c->end;
	return false;
}

/* i32 count and so many things of the given size. */
static bool
run(struct cur *c, size_t size, uint32_t *n, struct slice *s)
{
	*n = cur_u32(c);
	if (*n > INT32_MAX || cur_left(c) / size < *n)
		return fail(c);
	*s = cur_bytes(c, *n * size);
	return !c->bad;
}

struct slice
bin_string(struct cur *c)
{
	struct slice s = { NULL, 0 };
	uint32_t n;

	switch (cur_u8(c)) {
	case BIN_NULL:
		return s;
	case BIN_STRING:
		run(c, 1, &n, &s);
		return s;
	}
	fail(c);
	return s;
}

/* i32 type id, and the class name that stands in for an id of 0. */
static void
type(struct cur *c, struct bin_val *v)
{
	v->type_id = cur_i32(c);
	if (v->type_id == 0)
		v->name = bin_string(c);
}

static bool
count(struct cur *c, struct bin_val *v, size_t per)
{
	v->n = cur_u32(c);
	if (v->n > INT32_MAX || v->n > cur_left(c) / per)
		return fail(c);
	return !c->bad;
}

static bool
object(struct cur *c, struct bin_val *v)
{
	const unsigned char *p = c->p - 1;
	size_t left = (size_t)(c->end - p);
	uint32_t n;

	if (left < BIN_HEAD)
		return fail(c);
	n = le32(p + AT_LENGTH);
	if (n < BIN_HEAD || n > INT32_MAX || n > left)
		return fail(c);
	v->type_id = (int32_t)le32(p + AT_TYPE);
	v->s = slice_of(p, n);
	c->p = p + n;
	return true;
}

static bool
wrapped(struct cur *c, struct bin_val *v)
{
	if (!run(c, 1, &v->n, &v->s))
		return false;
	v->i = cur_u32(c);
	return !c->bad;
}

static bool
proxy(struct cur *c, struct bin_val *v)
{
	struct bin_val one;
	const unsigned char *from;
	uint32_t i;

	if (!count(c, v, 4))
		return false;
	from = c->p;
	for (i = 0; i < v->n && !c->bad; i++)
		type(c, &one);
	v->s = slice_of(from, (size_t)(c->p - from));
	return !c->bad;
}

static double
number(uint64_t bits)
{
	double d;

	memcpy(&d, &bits, sizeof d);
	return d;
}

static double
single(uint32_t bits)
{
	float f;

	memcpy(&f, &bits, sizeof f);
	return (double)f;
}

bool
bin_next(struct cur *c, struct bin_val *v)
{
	*v = (struct bin_val){ .code = cur_u8(c) };
	switch (v->code) {
	case BIN_NULL:
		break;
	case BIN_BYTE:
		v->i = (int8_t)cur_u8(c);
		break;
	case BIN_SHORT:
		v->i = (int16_t)cur_u16(c);
		break;
	case BIN_INT:
		v->i = cur_i32(c);
		break;
	case BIN_LONG:
	case BIN_DATE:
	case BIN_TIME:
		v->i = cur_i64(c);
		break;
	case BIN_FLOAT:
		v->i = cur_u32(c);
		v->d = single((uint32_t)v->i);
		break;
	case BIN_DOUBLE:
		v->i = cur_i64(c);
		v->d = number((uint64_t)v->i);
		break;
	case BIN_CHAR:
		v->i = cur_u16(c);
		break;
	case BIN_BOOL:
		v->i = cur_u8(c);
		break;
	case BIN_UUID:
		v->i = cur_i64(c);
		v->j = cur_i64(c);
		break;
	case BIN_TIMESTAMP:
		v->i = cur_i64(c);
		v->j = cur_i32(c);
		break;
	case BIN_DECIMAL:
		v->j = cur_i32(c);
		return run(c, 1, &v->n, &v->s);
	case BIN_STRING:
	case BIN_JAVA:
		return run(c, 1, &v->n, &v->s);
	case BIN_BYTES:
	case BIN_SHORTS:
	case BIN_INTS:
	case BIN_LONGS:
	case BIN_FLOATS:
	case BIN_DOUBLES:
	case BIN_CHARS:
	case BIN_BOOLS:
		return run(c, width_of[v->code], &v->n, &v->s);
	case BIN_STRINGS:
	case BIN_UUIDS:
	case BIN_DATES:
	case BIN_DECIMALS:
	case BIN_TIMESTAMPS:
	case BIN_TIMES:
		return count(c, v, 1);
	case BIN_OBJECTS:
	case BIN_ENUMS:
		type(c, v);
		return count(c, v, 1);
	case BIN_COLL:
		v->n = cur_u32(c);
		v->kind = (int8_t)cur_u8(c);
		if (v->n > INT32_MAX || v->n > cur_left(c))
			return fail(c);
		break;
	case BIN_MAP:
		v->n = cur_u32(c);
		v->kind = (int8_t)cur_u8(c);
		if (v->n > INT32_MAX || v->n > cur_left(c) / 2)
			return fail(c);
		break;
	case BIN_ENUM:
	case BIN_BINENUM:
		type(c, v);
		v->i = cur_i32(c);
		break;
	case BIN_CLASS:
		type(c, v);
		break;
	case BIN_PROXY:
		return proxy(c, v);
	case BIN_HANDLE:
		v->i = cur_i32(c);
		break;
	case BIN_OBJECT:
		return !c->bad && object(c, v);
	case BIN_WRAPPED:
		return wrapped(c, v);
	default:
		return fail(c);
	}
	return !c->bad;
}

uint64_t
bin_follow(const struct bin_val *v)
{
	switch (v->code) {
	case BIN_STRINGS:
	case BIN_UUIDS:
	case BIN_DATES:
	case BIN_DECIMALS:
	case BIN_TIMESTAMPS:
	case BIN_TIMES:
	case BIN_OBJECTS:
	case BIN_ENUMS:
	case BIN_COLL:
		return v->n;
	case BIN_MAP:
		return (uint64_t)v->n * 2;
	case BIN_PROXY:
		return 1;
	}
	return 0;
}

struct slice
bin_unwrap(struct slice value)
{
	struct slice null = { NULL, 0 };
	struct cur c = cur_on(value);
	struct bin_val v;
	uint32_t n;

	if (bin_code(value) != BIN_WRAPPED)
		return value;
	if (!bin_next(&c, &v) || (uint64_t)v.i > v.s.n)
		return null;
	c = cur_on(slice_of(v.s.p + v.i, v.s.n - (size_t)v.i));
	if (cur_left(&c) < BIN_HEAD || *c.p != BIN_OBJECT)
		return null;
	n = le32(c.p + AT_LENGTH);
	if (n < BIN_HEAD || n > cur_left(&c))
		return null;
	return slice_of(c.p, n);
}

struct slice
bin_deref(struct slice root, struct slice value)
{
	struct cur c = cur_on(value);
	struct bin_val v;
	size_t at;

	if (bin_code(value) != BIN_HANDLE)
		return value;
	at = (size_t)(value.p - root.p);
	if (!bin_next(&c, &v) || v.i <= 0 || (uint64_t)v.i > at)
		return slice_of(NULL, 0);
	at -= (size_t)v.i;
	return slice_of(root.p + at, root.n - at);
}

/* Fields, raw data and footer of an object without fields. */
static int
bare(struct bin_obj *o, uint32_t at, struct err *e)
{
	uint32_t n = (uint32_t)o->all.n;

	o->raw = o->footer = n;
	if (o->flags & BIN_HAS_RAW) {
		if (at != o->data)
			return err_set(e, EX_DATAERR,
			    "object's raw data is not behind its header");
		o->raw = at;
	} else if (n != o->data) {
		return err_set(e, EX_DATAERR,
		    "object without fields has %zu bytes too many",
		    o->all.n - o->data);
	}
	return 0;
}

int
bin_obj_open(struct slice s, struct bin_obj *o, struct err *e)
{
	struct slice in = bin_unwrap(s);
	const unsigned char *p = in.p;
	uint32_t n, at, entry, tail;

	if (in.n < BIN_HEAD || p[0] != BIN_OBJECT)
		return err_set(e, EX_DATAERR, "no object where one should be");
	if (p[1] != 1)
		return err_set(e, EX_DATAERR, "object of format %d", p[1]);
	n = le32(p + AT_LENGTH);
	if (n < BIN_HEAD || n > INT32_MAX || n > in.n)
		return err_set(e, EX_DATAERR, "object of %u bytes in %zu",
		    n, in.n);
	o->all = slice_of(p, n);
	o->flags = le16(p + AT_FLAGS);
	o->type_id = (int32_t)le32(p + AT_TYPE);
	o->hash = (int32_t)le32(p + AT_HASH);
	o->schema_id = (int32_t)le32(p + AT_SCHEMA);
	o->name = slice_of(NULL, 0);
	o->n = 0;
	o->data = BIN_HEAD;
	o->width = o->flags & BIN_OFFSET_1 ? 1 : o->flags & BIN_OFFSET_2 ? 2 : 4;
	if (o->type_id == 0) {
		struct cur c = cur_on(slice_of(p + BIN_HEAD, n - BIN_HEAD));

		o->name = bin_string(&c);
		if (o->name.p == NULL)
			return err_set(e, EX_DATAERR,
			    "object without type id and class name");
		o->data = (uint32_t)(c.p - p);
	}
	at = le32(p + AT_FOOTER);
	if (!(o->flags & BIN_HAS_SCHEMA))
		return bare(o, at, e);

	tail = o->flags & BIN_HAS_RAW ? 4 : 0;
	entry = o->width + (o->flags & BIN_COMPACT ? 0U : 4U);
	if (at < o->data || at > n || n - at < entry + tail ||
	    (n - at - tail) % entry != 0)
		return err_set(e, EX_DATAERR,
		    "object of %u bytes with its footer at %u", n, at);
	o->footer = o->raw = at;
	o->n = (n - at - tail) / entry;
	if (tail != 0) {
		o->raw = le32(p + n - 4);
		if (o->raw < o->data || o->raw > at)
			return err_set(e, EX_DATAERR,
			    "object's raw data at %u is not before %u",
			    o->raw, at);
	}
	return 0;
}

static uint32_t
offset(const struct bin_obj *o, uint32_t i)
{
	size_t id = o->flags & BIN_COMPACT ? 0 : 4;
	const unsigned char *p = o->all.p + o->footer +
	    (size_t)i * (id + o->width) + id;

	return o->width == 1 ? p[0] : o->width == 2 ? le16(p) : le32(p);
}

struct slice
bin_obj_field(const struct bin_obj *o, uint32_t i)
{
	uint32_t from, to;

	assert(i < o->n);
	from = offset(o, i);
	to = i + 1 < o->n ? offset(o, i + 1) : o->raw;
	if (from < o->data || from >= to || to > o->raw)
		return slice_of(NULL, 0);
	return slice_of(o->all.p + from, to - from);
}

int32_t
bin_obj_field_id(const struct bin_obj *o, uint32_t i)
{
	assert(i < o->n && !(o->flags & BIN_COMPACT));
	return (int32_t)le32(o->all.p + o->footer +
	    (size_t)i * (4U + o->width));
}

struct slice
bin_obj_raw(const struct bin_obj *o)
{
	if (!(o->flags & BIN_HAS_RAW))
		return slice_of(NULL, 0);
	return slice_of(o->all.p + o->raw, o->footer - o->raw);
}

int32_t
bin_obj_hash(struct slice data)
{
	uint32_t h = 1;
	int32_t byte;
	size_t i;

	for (i = 0; i < data.n; i++) {
		byte = (int8_t)data.p[i];
		h = 31 * h + (uint32_t)byte;
	}
	return (int32_t)h;
}
