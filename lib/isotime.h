/*
 * isotime: dates and times as ISO 8601 text, as Java's toString has it.
 *
 * The calendar is the proleptic Gregorian. Years have at least four digits,
 * those past 9999 a plus; fractions of a second as many digits as needed, in
 * groups of three. Seconds are always there, which is where Java differs.
 */
#ifndef ISOTIME_H
#define ISOTIME_H

#include "buf.h"

/* v divided by a > 0, rounded down; *rest is 0 to a - 1. */
int64_t	isotime_floor(int64_t v, int64_t a, int64_t *rest);

/* A year, with what stands before one past 9999. */
void	isotime_year(struct buf *, int64_t year, const char *plus);

void	isotime_date(struct buf *, int64_t year, int month, int day);
void	isotime_time(struct buf *, int hour, int minute, int second,
	    int32_t ns);

/* Seconds east of UTC: Z, +01:00, -05:30:15. */
void	isotime_offset(struct buf *, int32_t offset);

/* The date of a day counted from 1970-01-01. */
void	isotime_day(struct buf *, int64_t days);

/* Date, T, time and Z of a second since 1970 UTC. */
void	isotime_instant(struct buf *, int64_t s, int32_t ns);

/* PT8H6M12.345S; each part has its own sign. */
void	isotime_duration(struct buf *, int64_t s, int32_t ns);

#endif
