#include "isotime.h"

#include <inttypes.h>
#include <stdlib.h>

void
isotime_year(struct buf *b, int64_t year, const char *plus)
{
	if (year < 0)
		buf_fmt(b, "-%04" PRId64, -year);
	else
		buf_fmt(b, "%s%04" PRId64, year > 9999 ? plus : "", year);
}

void
isotime_date(struct buf *b, int64_t year, int month, int day)
{
	isotime_year(b, year, "+");
	buf_fmt(b, "-%02d-%02d", month, day);
}

/* As many digits as needed, in groups of three. */
static void
fraction(struct buf *b, int32_t ns)
{
	if (ns == 0)
		return;
	if (ns % 1000000 == 0)
		buf_fmt(b, ".%03d", ns / 1000000);
	else if (ns % 1000 == 0)
		buf_fmt(b, ".%06d", ns / 1000);
	else
		buf_fmt(b, ".%09d", ns);
}

void
isotime_time(struct buf *b, int hour, int minute, int second, int32_t ns)
{
	buf_fmt(b, "%02d:%02d:%02d", hour, minute, second);
	fraction(b, ns);
}

void
isotime_offset(struct buf *b, int32_t offset)
{
	int32_t s = abs(offset);

	if (offset == 0) {
		buf_u8(b, 'Z');
		return;
	}
	buf_fmt(b, "%c%02d:%02d", offset < 0 ? '-' : '+', s / 3600,
	    s / 60 % 60);
	if (s % 60 != 0)
		buf_fmt(b, ":%02d", s % 60);
}

int64_t
isotime_floor(int64_t v, int64_t a, int64_t *rest)
{
	int64_t q = v / a;

	*rest = v % a;
	if (*rest < 0) {
		*rest += a;
		q--;
	}
	return q;
}

void
isotime_day(struct buf *b, int64_t days)
{
	int64_t in_era, era, year, yday, month;

	/*
	 * Years counted from March have the odd day at their end; 400 of
	 * them repeat.
	 */
	era = isotime_floor(days + 719468, 146097, &in_era);
	year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) /
	    365;
	yday = in_era - (year * 365 + year / 4 - year / 100);
	month = (5 * yday + 2) / 153;
	isotime_date(b, era * 400 + year + (month >= 10),
	    (int)(month < 10 ? month + 3 : month - 9),
	    (int)(yday - (153 * month + 2) / 5 + 1));
}

void
isotime_instant(struct buf *b, int64_t s, int32_t ns)
{
	int64_t in_day;
	int t;

	isotime_day(b, isotime_floor(s, 86400, &in_day));
	t = (int)in_day;
	buf_u8(b, 'T');
	isotime_time(b, t / 3600, t / 60 % 60, t % 60, ns);
	buf_u8(b, 'Z');
}

void
isotime_duration(struct buf *b, int64_t s, int32_t ns)
{
	bool below = s < 0 && ns > 0;
	int64_t whole = below ? s + 1 : s;
	int64_t second = whole % 60;

	buf_add(b, "PT", 2);
	if (whole / 3600 != 0)
		buf_fmt(b, "%" PRId64 "H", whole / 3600);
	if (whole / 60 % 60 != 0)
		buf_fmt(b, "%" PRId64 "M", whole / 60 % 60);
	if (second == 0 && ns == 0 && whole != 0)
		return;
	buf_fmt(b, "%s%" PRId64, below && second == 0 ? "-" : "", second);
	if (ns != 0) {
		buf_fmt(b, ".%09d", below ? 1000000000 - ns : ns);
		while (b->p[b->n - 1] == '0')
			b->n--;
	}
	buf_u8(b, 'S');
}
