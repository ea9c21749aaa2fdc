#define _GNU_SOURCE
#include "test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "isotime.h"

/* Every day from the year 1 to 9999 as the C library has it, in steps. */
static void
test_days(void **state)
{
	struct buf b = { NULL, 0, 0 };
	char text[64];
	int64_t day;
	struct tm tm;
	time_t t;

	(void)state;
	for (day = -719162; day < 2932896; day += 13) {
		t = (time_t)(day * 86400);
		gmtime_r(&t, &tm);
		snprintf(text, sizeof text, "%04d-%02d-%02d",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
		buf_reset(&b);
		isotime_day(&b, day);
		buf_u8(&b, 0);
		assert_string_equal((char *)b.p, text);
	}
	buf_release(&b);
}

static void
test_text(void **state)
{
	struct buf b = { NULL, 0, 0 };
	int64_t rest;

	(void)state;
	isotime_instant(&b, -1, 999000000);
	isotime_instant(&b, 253402300800, 0);
	isotime_instant(&b, -62167219201, 1000);
	isotime_offset(&b, -1);
	isotime_duration(&b, -1, 500000000);
	isotime_duration(&b, -90, 0);
	isotime_time(&b, 1, 2, 3, 4);
	buf_u8(&b, 0);
	assert_string_equal((char *)b.p, "1969-12-31T23:59:59.999Z"
	    "+10000-01-01T00:00:00Z" "-0001-12-31T23:59:59.000001Z"
	    "-00:00:01" "PT-0.5S" "PT-1M-30S" "01:02:03.000000004");
	buf_release(&b);
	assert_int_equal(isotime_floor(-1, 1000, &rest), -1);
	assert_int_equal(rest, 999);
	assert_int_equal(isotime_floor(-1000, 1000, &rest), -1);
	assert_int_equal(rest, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
