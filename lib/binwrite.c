#include "binwrite.h"

#include <assert.h>
#include <stdlib.h>

#include "binid.h"
#include "mem.h"

static void
type(struct buf *b, int32_t type_id, struct slice name)
{
	buf_u32(b, (uint32_t)type_id);
	if (type_id == 0)
		bin_put_string(b, name);
}

static void
run(struct buf *b, uint32_t n, struct slice s)
{
	buf_u32(b, n);
	buf_add(b, s.p, s.n);
}

void
bin_put(struct buf *b, const struct bin_val *v)
{
	if (v->code == BIN_OBJECT) {
		buf_add(b, v->s.p, v->s.n);
		return;
	}
	buf_u8(b, v->code);
	switch (v->code) {
	case BIN_NULL:
		break;
	case BIN_BYTE:
	case BIN_BOOL:
		buf_u8(b, (uint8_t)v->i);
		break;
	case BIN_SHORT:
	case BIN_CHAR:
		buf_u16(b, (uint16_t)v->i);
		break;
	case BIN_INT:
	case BIN_FLOAT:
	case BIN_HANDLE:
		buf_u32(b, (uint32_t)v->i);
		break;
	case BIN_LONG:
	case BIN_DOUBLE:
	case BIN_DATE:
	case BIN_TIME:
		buf_u64(b, (uint64_t)v->i);
		break;
	case BIN_UUID:
		buf_u64(b, (uint64_t)v->i);
		buf_u64(b, (uint64_t)v->j);
		break;
	case BIN_TIMESTAMP:
		buf_u64(b, (uint64_t)v->i);
		buf_u32(b, (uint32_t)v->j);
		break;
	case BIN_DECIMAL:
		buf_u32(b, (uint32_t)v->j);
		run(b, (uint32_t)v->s.n, v->s);
		break;
	case BIN_STRING:
	case BIN_JAVA:
		run(b, (uint32_t)v->s.n, v->s);
		break;
	case BIN_ENUM:
	case BIN_BINENUM:
		type(b, v->type_id, v->name);
		buf_u32(b, (uint32_t)v->i);
		break;
	case BIN_CLASS:
		type(b, v->type_id, v->name);
		break;
	case BIN_OBJECTS:
	case BIN_ENUMS:
		type(b, v->type_id, v->name);
		buf_u32(b, v->n);
		break;
	case BIN_COLL:
	case BIN_MAP:
		buf_u32(b, v->n);
		buf_u8(b, (uint8_t)v->kind);
		break;
	case BIN_WRAPPED:
		run(b, (uint32_t)v->s.n, v->s);
		buf_u32(b, (uint32_t)v->i);
		break;
	default:
		/* Arrays: a count, then bytes, or nothing for heads. */
		run(b, v->n, v->s);
		break;
	}
}

void
bin_put_null(struct buf *b)
{
	buf_u8(b, BIN_NULL);
}

void
bin_put_byte(struct buf *b, int8_t v)
{
	buf_u8(b, BIN_BYTE);
	buf_u8(b, (uint8_t)v);
}

void
bin_put_short(struct buf *b, int16_t v)
{
	buf_u8(b, BIN_SHORT);
	buf_u16(b, (uint16_t)v);
}

void
bin_put_int(struct buf *b, int32_t v)
{
	buf_u8(b, BIN_INT);
	buf_u32(b, (uint32_t)v);
}

void
bin_put_long(struct buf *b, int64_t v)
{
	buf_u8(b, BIN_LONG);
	buf_u64(b, (uint64_t)v);
}

void
bin_put_float(struct buf *b, float v)
{
	uint32_t bits;

	memcpy(&bits, &v, sizeof bits);
	buf_u8(b, BIN_FLOAT);
	buf_u32(b, bits);
}

void
bin_put_double(struct buf *b, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof bits);
	buf_u8(b, BIN_DOUBLE);
	buf_u64(b, bits);
}

void
bin_put_char(struct buf *b, uint16_t v)
{
	buf_u8(b, BIN_CHAR);
	buf_u16(b, v);
}

void
bin_put_bool(struct buf *b, bool v)
{
	buf_u8(b, BIN_BOOL);
	buf_u8(b, v);
}

static void
bytes(struct buf *b, enum bin_code code, struct slice s)
{
	if (s.p == NULL) {
		bin_put_null(b);
		return;
	}
	assert(s.n <= INT32_MAX);
	buf_u8(b, (uint8_t)code);
	run(b, (uint32_t)s.n, s);
}

void
bin_put_string(struct buf *b, struct slice s)
{
	bytes(b, BIN_STRING, s);
}

void
bin_put_bytes(struct buf *b, struct slice s)
{
	bytes(b, BIN_BYTES, s);
}

void
bin_put_uuid(struct buf *b, uint64_t high, uint64_t low)
{
	buf_u8(b, BIN_UUID);
	buf_u64(b, high);
	buf_u64(b, low);
}

void
bin_put_date(struct buf *b, int64_t ms)
{
	buf_u8(b, BIN_DATE);
	buf_u64(b, (uint64_t)ms);
}

void
bin_put_time(struct buf *b, int64_t ms)
{
	buf_u8(b, BIN_TIME);
	buf_u64(b, (uint64_t)ms);
}

void
bin_put_timestamp(struct buf *b, int64_t ms, int32_t ns)
{
	buf_u8(b, BIN_TIMESTAMP);
	buf_u64(b, (uint64_t)ms);
	buf_u32(b, (uint32_t)ns);
}

void
bin_put_decimal(struct buf *b, int32_t scale, struct slice magnitude)
{
	assert(magnitude.n <= INT32_MAX);
	buf_u8(b, BIN_DECIMAL);
	buf_u32(b, (uint32_t)scale);
	run(b, (uint32_t)magnitude.n, magnitude);
}

void
bin_put_enum(struct buf *b, int32_t type_id, int32_t ordinal)
{
	buf_u8(b, BIN_ENUM);
	buf_u32(b, (uint32_t)type_id);
	buf_u32(b, (uint32_t)ordinal);
}

void
bin_put_coll(struct buf *b, enum bin_kind kind, uint32_t n)
{
	buf_u8(b, BIN_COLL);
	buf_u32(b, n);
	buf_u8(b, (uint8_t)kind);
}

void
bin_put_map(struct buf *b, enum bin_map_kind kind, uint32_t n)
{
	buf_u8(b, BIN_MAP);
	buf_u32(b, n);
	buf_u8(b, (uint8_t)kind);
}

void
bin_put_objects(struct buf *b, int32_t type_id, uint32_t n)
{
	assert(type_id != 0);
	buf_u8(b, BIN_OBJECTS);
	buf_u32(b, (uint32_t)type_id);
	buf_u32(b, n);
}

void
bin_put_array(struct buf *b, enum bin_code code, uint32_t n)
{
	buf_u8(b, (uint8_t)code);
	buf_u32(b, n);
}

void
binw_release(struct binw *w)
{
	free(w->open);
	free(w->ids);
	free(w->at);
	*w = (struct binw){ .out = NULL };
}

void
binw_reset(struct binw *w)
{
	w->n_open = 0;
	w->n = 0;
}

void
binw_begin(struct binw *w, int32_t type_id, struct slice name, unsigned flags)
{
	struct binw_open *o;

	assert(type_id != 0 || name.p != NULL);
	if (w->n_open == w->cap_open) {
		w->cap_open = w->cap_open * 2 + 8;
		w->open = mem_grow(w->open, w->cap_open, sizeof *w->open);
	}
	o = &w->open[w->n_open++];
	*o = (struct binw_open){
		.start = w->out->n,
		.fields = w->n,
		.schema_id = BIN_NO_FIELDS,
		.flags = flags & 0xffff & ~(unsigned)(BIN_HAS_SCHEMA |
		    BIN_HAS_RAW | BIN_OFFSET_1 | BIN_OFFSET_2)
	};
	buf_u8(w->out, BIN_OBJECT);
	buf_u8(w->out, 1);
	buf_u16(w->out, 0);
	buf_u32(w->out, (uint32_t)type_id);
	memset(buf_room(w->out, BIN_HEAD - 8), 0, BIN_HEAD - 8);
	w->out->n += BIN_HEAD - 8;
	if (type_id == 0)
		bin_put_string(w->out, name);
}

void
binw_field(struct binw *w, int32_t id)
{
	struct binw_open *o = &w->open[w->n_open - 1];

	assert(w->n_open > 0 && o->raw == 0);
	if (w->n == w->cap) {
		w->cap = w->cap * 2 + 64;
		w->ids = mem_grow(w->ids, w->cap, sizeof *w->ids);
		w->at = mem_grow(w->at, w->cap, sizeof *w->at);
	}
	w->ids[w->n] = id;
	w->at[w->n] = w->out->n - o->start;
	w->n++;
	o->schema_id = bin_schema_id_add(o->schema_id, id);
}

void
binw_raw(struct binw *w)
{
	struct binw_open *o = &w->open[w->n_open - 1];

	assert(w->n_open > 0 && o->raw == 0);
	o->raw = w->out->n - o->start;
}

static unsigned
width_flags(size_t last, const struct bin_obj *as)
{
	unsigned width = last < 256 ? 1 : last < 65536 ? 2 : 4;

	/* Others may write offsets wider than they need to be. */
	if (as != NULL && as->width >= width)
		return as->flags & (BIN_OFFSET_1 | BIN_OFFSET_2);
	return width == 1 ? BIN_OFFSET_1 : width == 2 ? BIN_OFFSET_2 : 0;
}

static void
footer(struct binw *w, const struct binw_open *o, unsigned flags)
{
	struct buf *b = w->out;
	uint32_t i;

	for (i = o->fields; i < w->n; i++) {
		if (!(flags & BIN_COMPACT))
			buf_u32(b, (uint32_t)w->ids[i]);
		if (flags & BIN_OFFSET_1)
			buf_u8(b, (uint8_t)w->at[i]);
		else if (flags & BIN_OFFSET_2)
			buf_u16(b, (uint16_t)w->at[i]);
		else
			buf_u32(b, (uint32_t)w->at[i]);
	}
}

int
binw_end(struct binw *w, const struct bin_obj *as, struct err *e)
{
	struct binw_open o = w->open[w->n_open - 1];
	struct buf *b = w->out;
	size_t end = b->n - o.start;
	size_t last = w->n > o.fields ? w->at[w->n - 1] : 0;
	size_t data = BIN_HEAD;
	unsigned flags = o.flags;
	uint32_t at = BIN_HEAD;
	int32_t hash;

	assert(w->n_open > 0);
	if (end > INT32_MAX / 2)
		return err_set(e, EX_DATAERR, "object of %zu bytes", end);
	if (le32(b->p + o.start + 4) == 0)
		data += 5 + le32(b->p + o.start + BIN_HEAD + 1);
	hash = bin_obj_hash(slice_of(b->p + o.start + data, end - data));
	if (o.raw != 0)
		flags |= BIN_HAS_RAW;
	if (w->n > o.fields) {
		flags |= BIN_HAS_SCHEMA | width_flags(last, as);
		at = (uint32_t)end;
		footer(w, &o, flags);
		if (o.raw != 0)
			buf_u32(b, (uint32_t)o.raw);
	} else if (o.raw != 0) {
		at = (uint32_t)o.raw;
	}
	if (as != NULL) {
		hash = as->hash;
		o.schema_id = as->schema_id;
		/* What nobody reads is copied too. */
		if (!(flags & BIN_HAS_SCHEMA))
			flags |= as->flags & (BIN_OFFSET_1 | BIN_OFFSET_2);
		if (!(flags & (BIN_HAS_SCHEMA | BIN_HAS_RAW)))
			at = le32(as->all.p + 20);
	}
	le16_put(b->p + o.start + 2, (uint16_t)flags);
	buf_patch_u32(b, o.start + 8, (uint32_t)hash);
	buf_patch_u32(b, o.start + 12, (uint32_t)(b->n - o.start));
	buf_patch_u32(b, o.start + 16, (uint32_t)o.schema_id);
	buf_patch_u32(b, o.start + 20, at);
	w->n = o.fields;
	w->n_open--;
	return 0;
}
