#include "showleaf.h"

#include <inttypes.h>

#include "base64.h"
#include "bindec.h"
#include "binjava.h"
#include "isotime.h"
#include "showtext.h"

void
show_base64(struct buf *b, struct slice s)
{
	buf_u8(b, '"');
	base64_encode(b, s);
	buf_u8(b, '"');
}

static void
instant(struct buf *b, int64_t ms, int32_t ns)
{
	int64_t in;
	int64_t s = isotime_floor(ms, 1000, &in);

	buf_u8(b, '"');
	isotime_instant(b, s, (int32_t)in * 1000000 + ns);
	buf_u8(b, '"');
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
	int s = (int)(ms / 1000);

	if (ms < 0 || ms >= 86400000) {
		instant(b, ms, 0);
		return;
	}
	buf_u8(b, '"');
	isotime_time(b, s / 3600, s / 60 % 60, s % 60,
	    (int32_t)(ms % 1000) * 1000000);
	buf_u8(b, '"');
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
	show_base64(b, magnitude);
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
	show_text(b, "{\"@java\":");
	show_base64(b, s);
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
		show_char(b, c);
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
		show_text(b, *p != 0 ? "true" : "false");
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

void
show_class(struct buf *b, int32_t type_id, struct slice name)
{
	if (type_id != 0 || name.p == NULL)
		buf_fmt(b, "%d", type_id);
	else
		show_string(b, name);
}

bool
show_leaf(struct buf *b, const struct bin_val *v)
{
	unsigned char unit[2];

	switch (v->code) {
	case BIN_NULL:
		show_text(b, "null");
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
		show_text(b, v->i != 0 ? "true" : "false");
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
		show_base64(b, v->s);
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
	case BIN_CLASS:
		show_text(b, "{\"@class\":");
		show_class(b, v->type_id, v->name);
		buf_u8(b, '}');
		return true;
	}
	return false;
}
