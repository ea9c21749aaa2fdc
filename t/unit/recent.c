#include "test.h"

#include <string.h>

#include "recent.h"

enum { KEYS = 4000 };

static struct slice
key(unsigned i, char s[32])
{
	/* Of all lengths, and all alike at the front. */
	memset(s, 'k', 32);
	le32_put((unsigned char *)s + i % 28, i);
	return slice_of(s, 4 + i % 28);
}

/*
 * Time passes, keys are added, others asked for, old ones forgotten: what
 * was added at the horizon or later is always there, and what never was
 * isn't.
 */
static void
keeps_what_is_younger_than_the_horizon(void **state)
{
	static int64_t added[KEYS];
	struct recent r = { .now = { .n = 0 } };
	int64_t now = 1, horizon = 0, h;
	uint64_t round;
	char s[32];
	unsigned i;

	(void)state;
	test_seed();
	memset(added, 0, sizeof added);
	for (round = 0; round < test_rounds(200000); round++) {
		i = (unsigned)test_below(KEYS);
		now += (int64_t)test_below(4);
		if (test_below(3) == 0) {
			recent_add(&r, key(i, s), now);
			added[i] = now;
		} else if (test_below(50) == 0) {
			h = now - (int64_t)test_below(3000);
			horizon = h > horizon ? h : horizon;
			recent_forget(&r, now, horizon);
		}
		i = (unsigned)test_below(KEYS);
		if (added[i] == 0)
			assert_false(recent_has(&r, key(i, s)));
		else if (added[i] >= horizon)
			assert_true(recent_has(&r, key(i, s)));
	}
	recent_release(&r);
}

static void
memory_stays_bounded(void **state)
{
	struct recent r = { .now = { .n = 0 } };
	size_t most = 0;
	unsigned i;
	char s[32];

	(void)state;
	for (i = 0; i < 400000; i++) {
		/* 100 a millisecond, forgotten after two seconds at most. */
		recent_add(&r, key(i, s), i / 100);
		if (i % 1000 == 0)
			recent_forget(&r, i / 100, i / 100 - 100);
		if (recent_size(&r) > most)
			most = recent_size(&r);
	}
	assert_true(most < 64 * 1024 * 1024);
	recent_forget(&r, 10000, 9000);
	recent_forget(&r, 20000, 19000);
	recent_forget(&r, 30000, 29000);
	assert_false(recent_has(&r, key(1, s)));
	recent_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_is_younger_than_the_horizon),
		cmocka_unit_test(memory_stays_bounded),
	};

	return cmocka_run_group_tests_name("recent", tests, NULL, NULL);
}
