#include "binhash.h"

#include "binid.h"

static uint32_t
fold64(uint64_t v)
{
	return (uint32_t)(v ^ v >> 32);
}

static uint32_t
float_bits(uint32_t bits)
{
	bool nan = (bits & 0x7f800000) == 0x7f800000 && bits << 9 != 0;

	return nan ? 0x7fc00000 : bits;
}

static uint32_t
double_hash(uint64_t bits)
{
	const uint64_t inf = UINT64_C(0x7ff) << 52;
	bool nan = (bits & inf) == inf && bits << 12 != 0;

	return fold64(nan ? UINT64_C(0x7ff8) << 48 : bits);
}

/* BigDecimal: the magnitude in 32-bit words, highest first, then scale. */
static uint32_t
decimal(struct slice s, uint32_t scale)
{
	bool negative = s.n > 0 && (s.p[0] & 0x80) != 0;
	uint32_t h = 0, word = 0;
	size_t i;

	for (i = 0; i < s.n; i++) {
		word = word << 8 | (i == 0 ? s.p[0] & 0x7fU : s.p[i]);
		if ((s.n - 1 - i) % 4 == 0) {
			h = 31 * h + word;
			word = 0;
		}
	}
	return 31 * (negative ? 0 - h : h) + scale;
}

static uint32_t
boolean(uint8_t v)
{
	return v != 0 ? 1231 : 1237;
}

/* Element i of an array without codes, as Arrays.hashCode counts it. */
static uint32_t
element(const struct bin_val *v, size_t i)
{
	const unsigned char *p = v->s.p;
	int32_t narrow;

	switch (v->code) {
	case BIN_BYTES:
		narrow = (int8_t)p[i];
		return (uint32_t)narrow;
	case BIN_SHORTS:
		narrow = (int16_t)le16(p + i * 2);
		return (uint32_t)narrow;
	case BIN_CHARS:
		return le16(p + i * 2);
	case BIN_INTS:
		return le32(p + i * 4);
	case BIN_FLOATS:
		return float_bits(le32(p + i * 4));
	case BIN_LONGS:
		return fold64(le64(p + i * 8));
	case BIN_DOUBLES:
		return double_hash(le64(p + i * 8));
	}
	return boolean(p[i]);
}

static bool
hash(struct slice value, uint32_t *h)
{
	struct cur c = cur_on(bin_unwrap(value));
	struct bin_val v;
	struct bin_obj o;
	struct err e;
	uint32_t i;

	if (!bin_next(&c, &v))
		return false;
	switch (v.code) {
	case BIN_BYTE:
	case BIN_SHORT:
	case BIN_INT:
	case BIN_CHAR:
		*h = (uint32_t)v.i;
		return true;
	case BIN_LONG:
	case BIN_DATE:
	case BIN_TIME:
	case BIN_TIMESTAMP:
		*h = fold64((uint64_t)v.i);
		return true;
	case BIN_BOOL:
		*h = boolean((uint8_t)v.i);
		return true;
	case BIN_FLOAT:
		*h = float_bits((uint32_t)v.i);
		return true;
	case BIN_DOUBLE:
		*h = double_hash((uint64_t)v.i);
		return true;
	case BIN_STRING:
		*h = (uint32_t)bin_java_hash(v.s);
		return true;
	case BIN_UUID:
		*h = fold64((uint64_t)v.i ^ (uint64_t)v.j);
		return true;
	case BIN_DECIMAL:
		*h = decimal(v.s, (uint32_t)v.j);
		return true;
	case BIN_ENUM:
	case BIN_BINENUM:
		if (v.type_id == 0)
			v.type_id = bin_type_id(v.name);
		*h = 31 * (uint32_t)v.type_id + (uint32_t)v.i;
		return true;
	case BIN_BYTES:
	case BIN_SHORTS:
	case BIN_INTS:
	case BIN_LONGS:
	case BIN_FLOATS:
	case BIN_DOUBLES:
	case BIN_CHARS:
	case BIN_BOOLS:
		for (*h = 1, i = 0; i < v.n; i++)
			*h = 31 * *h + element(&v, i);
		return true;
	case BIN_OBJECT:
		if (bin_obj_open(v.s, &o, &e) < 0)
			return false;
		*h = (uint32_t)o.hash;
		return true;
	}
	return false;
}

/* 1 and the affinity field's value, 0 when there is none, -1 unknown. */
static int
affinity(const struct bin_obj *o, const struct bin_affinity *a,
    struct slice *value)
{
	const struct bin_type *t;
	int32_t id = bin_obj_type_id(o);
	size_t i;

	for (i = 0; i < a->n; i++)
		if (a->keys[i].type_id == id)
			return bin_obj_find(o, a->types,
			    a->keys[i].field_id, value);
	t = a->types == NULL ? NULL : bin_types_find(a->types, id);
	if (t == NULL || t->affinity.p == NULL)
		return 0;
	return bin_obj_find_named(o, a->types, t->affinity, value);
}

bool
bin_hash(struct slice key, const struct bin_affinity *a, int32_t *h)
{
	struct slice bare = bin_unwrap(key);
	struct slice value;
	struct bin_obj o;
	struct err e;
	uint32_t u;
	int r;

	if (a != NULL && bin_code(bare) == BIN_OBJECT &&
	    bin_obj_open(bare, &o, &e) == 0) {
		r = affinity(&o, a, &value);
		if (r < 0)
			return false;
		if (r > 0)
			value = bin_deref(o.all, value);
		if (r > 0 && bin_code(value) != BIN_NULL)
			bare = value;
	}
	if (!hash(bare, &u))
		return false;
	*h = (int32_t)u;
	return true;
}

int32_t
bin_partition(int32_t h, int32_t parts)
{
	uint32_t u = (uint32_t)h;
	int32_t r;

	if ((parts & (parts - 1)) == 0)
		return (int32_t)((u ^ u >> 16) & (uint32_t)(parts - 1));
	r = h % parts;
	return r < 0 ? -r : r;
}
