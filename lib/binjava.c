#include "binjava.h"

#include "bin.h"
#include "bindec.h"
#include "isotime.h"

/*
 * How the classes begin: 'e' or 'f', the hash of the class's name, a sum
 * over its fields. All of java.time goes by java.time.Ser.
 */
static const unsigned char ser[] =
    { 0x65, 0xeb, 0xdf, 0x36, 0x06, 0xb2, 0x48 };
static const unsigned char sql_date[] =
    { 0x66, 0x3a, 0xde, 0xd5, 0x40, 0x97, 0x66 };
/* With BigInteger's four counts, which always are -1, -1, -2, -2. */
static const unsigned char big_integer[] =
    { 0x66, 0x18, 0xbf, 0x02, 0xc5, 0x1d, 0xfb,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xfe, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0x09 };

/* What each kind of java.time consists of, in this order. */
enum part { SECONDS = 1, DATE = 2, TIME = 4, OFFSET = 8, ZONE = 16 };

static const uint8_t parts[] = {
	[BINJAVA_DURATION] = SECONDS,
	[BINJAVA_INSTANT] = SECONDS,
	[BINJAVA_LOCAL_DATE] = DATE,
	[BINJAVA_LOCAL_TIME] = TIME,
	[BINJAVA_LOCAL_DATE_TIME] = DATE | TIME,
	[BINJAVA_ZONED_DATE_TIME] = DATE | TIME | OFFSET | ZONE,
	[BINJAVA_ZONE_REGION] = ZONE,
	[BINJAVA_ZONE_OFFSET] = OFFSET,
	[BINJAVA_OFFSET_TIME] = TIME | OFFSET,
	[BINJAVA_OFFSET_DATE_TIME] = DATE | TIME | OFFSET,
	[BINJAVA_YEAR] = 0, [BINJAVA_YEAR_MONTH] = 0,
	[BINJAVA_MONTH_DAY] = 0, [BINJAVA_PERIOD] = 0
};

#define INSTANT_MIN INT64_C(-31557014167219200)
#define INSTANT_MAX INT64_C(31556889864403199)
#define YEAR_MAX 999999999

static bool
good_year(int32_t y)
{
	return y >= -YEAR_MAX && y <= YEAR_MAX;
}

static bool
good_day(int32_t y, int32_t m, int32_t d)
{
	static const int8_t last[] =
	    { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

	return m >= 1 && m <= 12 && d >= 1 &&
	    d <= last[m - 1] + (m == 2 && leap);
}

static bool
get_date(struct cur *c, struct binjava *j)
{
	j->year = cur_i32(c);
	j->month = cur_u8(c);
	j->day = cur_u8(c);
	return good_year(j->year) && good_day(j->year, j->month, j->day);
}

/*
 * Hour, minute, second, nanoseconds; zeros at the end are left out, and the
 * last byte that is there is inverted to say so. Returns whether more come.
 */
static bool
get_part(struct cur *c, int32_t *v)
{
	*v = (int8_t)cur_u8(c);
	if (*v >= 0)
		return true;
	*v = ~*v;
	return false;
}

static bool
get_time(struct cur *c, struct binjava *j)
{
	if (!get_part(c, &j->hour))
		return j->hour < 24;
	if (!get_part(c, &j->minute))
		return j->hour < 24 && j->minute > 0 && j->minute < 60;
	if (j->hour > 23 || j->minute > 59)
		return false;
	if (!get_part(c, &j->second))
		return j->second > 0 && j->second < 60;
	j->ns = cur_i32(c);
	return j->second < 60 && j->ns > 0 && j->ns < 1000000000;
}

static bool
get_offset(struct cur *c, int32_t *offset)
{
	int32_t quarters = (int8_t)cur_u8(c);

	if (quarters != 127) {
		*offset = quarters * 900;
		return quarters >= -72 && quarters <= 72;
	}
	*offset = cur_i32(c);
	return *offset % 900 != 0 && *offset > -64800 && *offset < 64800;
}

/* What Java has in names of zones. */
static bool
in_region(unsigned char c, bool first)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		return true;
	return !first && c != '\0' && strchr("0123456789~/._+-", c) != NULL;
}

static bool
get_region(struct cur *c, struct slice *zone)
{
	uint32_t n = cur_u32(c);
	size_t i;

	*zone = cur_bytes(c, n);
	for (i = 0; i < zone->n; i++)
		if (!in_region(zone->p[i], i == 0))
			return false;
	return zone->n > 1;
}

static bool
get_zone(struct cur *c, struct binjava *j)
{
	int32_t again;

	switch (cur_u8(c)) {
	case BINJAVA_ZONE_REGION:
		return get_region(c, &j->zone);
	case BINJAVA_ZONE_OFFSET:
		return get_offset(c, &again) && again == j->offset;
	}
	return false;
}

static bool
get_seconds(struct cur *c, struct binjava *j)
{
	j->s = cur_i64(c);
	j->ns = cur_i32(c);
	if (j->ns < 0 || j->ns >= 1000000000)
		return false;
	return j->kind != BINJAVA_INSTANT ||
	    (j->s >= INSTANT_MIN && j->s <= INSTANT_MAX);
}

static bool
get_ser(struct cur *c, struct binjava *j)
{
	uint8_t kind = cur_u8(c);

	if (kind < BINJAVA_DURATION || kind > BINJAVA_PERIOD)
		return false;
	j->kind = (enum binjava_kind)kind;
	switch (j->kind) {
	case BINJAVA_YEAR:
		j->year = cur_i32(c);
		return good_year(j->year);
	case BINJAVA_YEAR_MONTH:
		j->year = cur_i32(c);
		j->month = cur_u8(c);
		return good_year(j->year) && good_day(j->year, j->month, 1);
	case BINJAVA_MONTH_DAY:
		j->month = cur_u8(c);
		j->day = cur_u8(c);
		return good_day(4, j->month, j->day);
	case BINJAVA_PERIOD:
		j->year = cur_i32(c);
		j->month = cur_i32(c);
		j->day = cur_i32(c);
		return true;
	case BINJAVA_ZONE_REGION:
		return get_region(c, &j->zone);
	default:
		break;
	}
	if ((parts[kind] & SECONDS) && !get_seconds(c, j))
		return false;
	if ((parts[kind] & DATE) && !get_date(c, j))
		return false;
	if ((parts[kind] & TIME) && !get_time(c, j))
		return false;
	if ((parts[kind] & OFFSET) && !get_offset(c, &j->offset))
		return false;
	return !(parts[kind] & ZONE) || get_zone(c, j);
}

static bool
get_big_integer(struct cur *c, struct binjava *j)
{
	uint32_t n = cur_u32(c);
	int32_t sign;

	j->kind = BINJAVA_BIG_INTEGER;
	j->number = cur_bytes(c, n);
	sign = cur_i32(c);
	j->negative = sign < 0;
	if (j->number.n == 0)
		return sign == 0;
	return (sign == 1 || sign == -1) && j->number.p[0] != 0;
}

bool
binjava_get(struct slice blob, struct binjava *j)
{
	struct slice of_ser = { ser, sizeof ser };
	struct slice of_date = { sql_date, sizeof sql_date };
	struct slice of_big = { big_integer, sizeof big_integer };
	struct cur c = cur_on(blob);

	*j = (struct binjava){ .ns = 0 };
	if (slice_starts(blob, of_ser)) {
		cur_take(&c, sizeof ser);
		return get_ser(&c, j) && cur_done(&c);
	}
	if (slice_starts(blob, of_date)) {
		cur_take(&c, sizeof sql_date);
		j->kind = BINJAVA_SQL_DATE;
		j->s = cur_i64(&c);
		return cur_done(&c);
	}
	if (slice_starts(blob, of_big)) {
		cur_take(&c, sizeof big_integer);
		return get_big_integer(&c, j) && cur_done(&c);
	}
	return false;
}

static void
put_date(struct buf *b, const struct binjava *j)
{
	buf_u32(b, (uint32_t)j->year);
	buf_u8(b, (uint8_t)j->month);
	buf_u8(b, (uint8_t)j->day);
}

static void
put_time(struct buf *b, const struct binjava *j)
{
	bool minutes = j->ns != 0 || j->second != 0 || j->minute != 0;
	bool seconds = j->ns != 0 || j->second != 0;

	buf_u8(b, (uint8_t)(minutes ? j->hour : ~j->hour));
	if (minutes)
		buf_u8(b, (uint8_t)(seconds ? j->minute : ~j->minute));
	if (seconds)
		buf_u8(b, (uint8_t)(j->ns != 0 ? j->second : ~j->second));
	if (j->ns != 0)
		buf_u32(b, (uint32_t)j->ns);
}

static void
put_offset(struct buf *b, int32_t offset)
{
	if (offset % 900 == 0) {
		buf_u8(b, (uint8_t)(offset / 900));
		return;
	}
	buf_u8(b, 127);
	buf_u32(b, (uint32_t)offset);
}

static void
put_region(struct buf *b, struct slice zone)
{
	buf_u32(b, (uint32_t)zone.n);
	buf_add(b, zone.p, zone.n);
}

static void
put_zone(struct buf *b, const struct binjava *j)
{
	if (j->zone.p != NULL) {
		buf_u8(b, BINJAVA_ZONE_REGION);
		put_region(b, j->zone);
	} else {
		buf_u8(b, BINJAVA_ZONE_OFFSET);
		put_offset(b, j->offset);
	}
}

static void
put_ser(struct buf *b, const struct binjava *j)
{
	buf_add(b, ser, sizeof ser);
	buf_u8(b, (uint8_t)j->kind);
	switch (j->kind) {
	case BINJAVA_PERIOD:
		buf_u32(b, (uint32_t)j->year);
		buf_u32(b, (uint32_t)j->month);
		buf_u32(b, (uint32_t)j->day);
		return;
	case BINJAVA_YEAR:
	case BINJAVA_YEAR_MONTH:
		buf_u32(b, (uint32_t)j->year);
		if (j->kind == BINJAVA_YEAR_MONTH)
			buf_u8(b, (uint8_t)j->month);
		return;
	case BINJAVA_MONTH_DAY:
		buf_u8(b, (uint8_t)j->month);
		buf_u8(b, (uint8_t)j->day);
		return;
	case BINJAVA_ZONE_REGION:
		put_region(b, j->zone);
		return;
	default:
		break;
	}
	if (parts[j->kind] & SECONDS) {
		buf_u64(b, (uint64_t)j->s);
		buf_u32(b, (uint32_t)j->ns);
	}
	if (parts[j->kind] & DATE)
		put_date(b, j);
	if (parts[j->kind] & TIME)
		put_time(b, j);
	if (parts[j->kind] & OFFSET)
		put_offset(b, j->offset);
	if (parts[j->kind] & ZONE)
		put_zone(b, j);
}

void
binjava_put(struct buf *b, const struct binjava *j)
{
	size_t at = b->n;

	buf_u8(b, BIN_JAVA);
	buf_u32(b, 0);
	if (j->kind == BINJAVA_SQL_DATE) {
		buf_add(b, sql_date, sizeof sql_date);
		buf_u64(b, (uint64_t)j->s);
	} else if (j->kind == BINJAVA_BIG_INTEGER) {
		buf_add(b, big_integer, sizeof big_integer);
		buf_u32(b, (uint32_t)j->number.n);
		buf_add(b, j->number.p, j->number.n);
		buf_u32(b, j->number.n == 0 ? 0 : j->negative ?
		    UINT32_MAX : 1);
	} else {
		put_ser(b, j);
	}
	buf_patch_u32(b, at + 1, (uint32_t)(b->n - at - 5));
}

static void
text_period(struct buf *b, const struct binjava *j)
{
	buf_u8(b, 'P');
	if (j->year != 0)
		buf_fmt(b, "%dY", j->year);
	if (j->month != 0)
		buf_fmt(b, "%dM", j->month);
	if (j->day != 0 || (j->year == 0 && j->month == 0))
		buf_fmt(b, "%dD", j->day);
}

static void
text_sql_date(struct buf *b, int64_t ms)
{
	int64_t rest;
	int64_t days = isotime_floor(ms, 86400000, &rest);
	int64_t s;

	if (rest == 0) {
		isotime_day(b, days);
		return;
	}
	s = isotime_floor(ms, 1000, &rest);
	isotime_instant(b, s, (int32_t)rest * 1000000);
}

bool
binjava_text(struct buf *b, const struct binjava *j)
{
	unsigned has = j->kind <= BINJAVA_PERIOD ? parts[j->kind] : 0;
	size_t was = b->n;

	switch (j->kind) {
	case BINJAVA_BIG_INTEGER:
		if (j->negative)
			buf_u8(b, '-');
		if (!bindec_unsigned_text(b, j->number)) {
			b->n = was;
			return false;
		}
		return true;
	case BINJAVA_SQL_DATE:
		text_sql_date(b, j->s);
		return true;
	case BINJAVA_DURATION:
		isotime_duration(b, j->s, j->ns);
		return true;
	case BINJAVA_INSTANT:
		isotime_instant(b, j->s, j->ns);
		return true;
	case BINJAVA_PERIOD:
		text_period(b, j);
		return true;
	case BINJAVA_YEAR:
		buf_fmt(b, "%d", j->year);
		return true;
	case BINJAVA_YEAR_MONTH:
		isotime_year(b, j->year, "");
		buf_fmt(b, "-%02d", j->month);
		return true;
	case BINJAVA_MONTH_DAY:
		buf_fmt(b, "--%02d-%02d", j->month, j->day);
		return true;
	case BINJAVA_ZONE_REGION:
		buf_add(b, j->zone.p, j->zone.n);
		return true;
	default:
		break;
	}
	if (has & DATE)
		isotime_date(b, j->year, j->month, j->day);
	if ((has & DATE) && (has & TIME))
		buf_u8(b, 'T');
	if (has & TIME)
		isotime_time(b, j->hour, j->minute, j->second, j->ns);
	if (has & OFFSET)
		isotime_offset(b, j->offset);
	if ((has & ZONE) && j->zone.p != NULL)
		buf_fmt(b, "[%.*s]", SLICE_ARG(j->zone));
	return true;
}
