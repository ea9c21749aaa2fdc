/*
 * binjava: the common values that Java serializes by its own means.
 *
 * BIN_JAVA holds what Ignite's "optimized marshaller" made: bytes that only
 * Java reads, but for these classes, which SQL DATE columns and modern
 * models are full of.
 */
#ifndef BINJAVA_H
#define BINJAVA_H

#include "buf.h"
#include "bytes.h"

enum binjava_kind {
	BINJAVA_DURATION = 1,		/* s, ns */
	BINJAVA_INSTANT = 2,		/* s, ns */
	BINJAVA_LOCAL_DATE = 3,		/* year, month, day */
	BINJAVA_LOCAL_TIME = 4,		/* hour, minute, second, ns */
	BINJAVA_LOCAL_DATE_TIME = 5,	/* both */
	BINJAVA_ZONED_DATE_TIME = 6,	/* both, offset, zone */
	BINJAVA_ZONE_REGION = 7,	/* zone */
	BINJAVA_ZONE_OFFSET = 8,	/* offset */
	BINJAVA_OFFSET_TIME = 9,	/* time, offset */
	BINJAVA_OFFSET_DATE_TIME = 10,	/* both, offset */
	BINJAVA_YEAR = 11,		/* year */
	BINJAVA_YEAR_MONTH = 12,	/* year, month */
	BINJAVA_MONTH_DAY = 13,		/* month, day */
	BINJAVA_PERIOD = 14,		/* year, month, day: signed counts */
	BINJAVA_SQL_DATE = 100,		/* s: milliseconds since 1970 */
	BINJAVA_BIG_INTEGER = 101	/* number, negative */
};

struct binjava {
	enum binjava_kind kind;
	int64_t s;
	int32_t ns;
	int32_t year, month, day;
	int32_t hour, minute, second;
	int32_t offset;		/* seconds east of UTC */
	struct slice zone;	/* region's name; null: the offset is all */
	struct slice number;	/* unsigned, big-endian, no leading 00 */
	bool negative;
};

/*
 * Read the bytes of a BIN_JAVA value (struct bin_val's s). false if it is
 * of another class or not exactly as Java writes it; so that binjava_put
 * gives the same bytes for each true.
 */
bool	binjava_get(struct slice blob, struct binjava *);

/* Write a whole value, its code included. */
void	binjava_put(struct buf *, const struct binjava *);

/*
 * Append its text: ISO 8601 as Java's toString has it, but with seconds in
 * every time. A SQL_DATE is a date, or, when it isn't midnight in UTC, the
 * date and time there. A BIG_INTEGER is its digits; beyond BINDEC_MAX bytes
 * false is returned and nothing appended, in all other cases true.
 */
bool	binjava_text(struct buf *, const struct binjava *);

#endif
