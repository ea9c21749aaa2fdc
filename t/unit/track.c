#include "test.h"

#include "track.h"

enum { MOST = 5000 };

/*
 * Against the plain way: an array of positions and of what is done, and
 * the prefix counted anew each time.
 */
static void
low_is_the_unbroken_prefix(void **state)
{
	static uint64_t seq[MOST], ticket[MOST];
	static unsigned char done[MOST];
	struct track t = { NULL, 0, 0, 0, 0 };
	size_t n = 0, first = 0, i, open = 0, window;
	uint64_t at = 0, want = 0, round;

	(void)state;
	test_seed();
	for (round = 0; round < test_rounds(20); round++) {
		n = first = open = 0;
		want = at = 0;
		track_release(&t);
		window = 1 + (size_t)test_below(3000);
		while (n < MOST || open > 0) {
			if (n < MOST && open < window &&
			    test_below(3) != 0) {
				at += 1 + test_below(3);
				done[n] = 0;
				seq[n] = at;
				ticket[n] = track_add(&t, at);
				n++;
				open++;
			} else if (open > 0) {
				/* One of those that are open, anywhere. */
				i = first + (size_t)test_below(n - first);
				while (done[i])
					i = i + 1 == n ? first : i + 1;
				done[i] = 1;
				open--;
				track_done(&t, ticket[i]);
			}
			while (first < n && done[first])
				want = seq[first++];
			assert_true(track_low(&t) == want);
			assert_int_equal(track_n(&t), n - first);
		}
		assert_true(track_low(&t) == at);
	}
	track_release(&t);
}

static void
starts_at_zero(void **state)
{
	struct track t = { NULL, 0, 0, 0, 0 };
	uint64_t ticket;

	(void)state;
	assert_true(track_low(&t) == 0);
	ticket = track_add(&t, INT64_MAX);
	assert_true(track_low(&t) == 0);
	track_done(&t, ticket);
	assert_true(track_low(&t) == INT64_MAX);
	track_release(&t);
	track_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(low_is_the_unbroken_prefix),
		cmocka_unit_test(starts_at_zero)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
