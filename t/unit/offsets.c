#include "test.h"

#include "offsets.h"

static void
follow_the_acknowledgements(void **state)
{
	struct offsets o = { .ring = NULL };
	uint32_t a = offsets_open(&o, -1), b = offsets_open(&o, 70);

	(void)state;
	assert_int_not_equal(a, b);
	assert_int_equal(offsets_due(&o, a), -1);
	/* Where reading began is worth a commit. */
	assert_int_equal(offsets_due(&o, b), 70);
	offsets_committed(&o, b, 70);
	assert_int_equal(offsets_due(&o, b), -1);

	assert_int_equal(offsets_last(&o), 0);
	assert_int_equal(offsets_add(&o, a, 11, 100), 1);
	assert_int_equal(offsets_add(&o, b, 71, 100), 2);
	assert_int_equal(offsets_add(&o, a, 15, 100), 3);
	assert_int_equal(offsets_n(&o), 3);
	assert_int_equal(o.bytes, 300);

	offsets_ack(&o, 2);
	assert_int_equal(offsets_due(&o, a), 11);
	assert_int_equal(offsets_due(&o, b), 71);
	assert_int_equal(offsets_n(&o), 1);
	assert_int_equal(o.bytes, 100);
	offsets_ack(&o, 1);	/* an old one */
	assert_int_equal(offsets_due(&o, a), 11);
	offsets_ack(&o, 99);	/* more than there are */
	assert_int_equal(offsets_due(&o, a), 15);
	assert_int_equal(offsets_n(&o), 0);
	assert_int_equal(offsets_last(&o), 3);
	assert_int_equal(o.acknowledged, 3);

	offsets_committed(&o, a, 15);
	assert_int_equal(offsets_due(&o, a), -1);
	offsets_committed(&o, a, -1);	/* it failed */
	assert_int_equal(offsets_due(&o, a), 15);
	offsets_release(&o);
	offsets_release(&o);
}

/* A partition that was taken away and came back knows nothing of before. */
static void
of_a_lost_partition_are_never_due(void **state)
{
	struct offsets o = { .ring = NULL };
	uint32_t a = offsets_open(&o, -1), again;

	(void)state;
	offsets_add(&o, a, 11, 1);
	offsets_add(&o, a, 12, 1);
	offsets_ack(&o, 1);
	offsets_close(&o, a);
	assert_int_equal(offsets_due(&o, a), -1);
	again = offsets_open(&o, -1);
	assert_int_not_equal(a, again);
	offsets_ack(&o, 2);
	assert_int_equal(offsets_due(&o, a), -1);
	assert_int_equal(offsets_due(&o, again), -1);
	/* Now nothing in the window is left of it. */
	assert_int_equal(offsets_open(&o, -1), a);
	offsets_release(&o);
}

/* Against the plain way, with partitions that come and go. */
static void
agree_with_a_list(void **state)
{
	enum { MOST = 20000, PARTS = 5 };
	static struct { uint64_t id; int64_t next; } all[MOST + 1];
	struct offsets o = { .ring = NULL };
	uint32_t slot[PARTS], p, q;
	uint64_t id[PARTS], ids = 0, n = 0, acked = 0, seq;
	int64_t next[PARTS] = { 0 }, want;

	(void)state;
	test_seed();
	for (p = 0; p < PARTS; p++) {
		slot[p] = offsets_open(&o, -1);
		id[p] = ids++;
	}
	while (n < MOST) {
		p = (uint32_t)test_below(PARTS);
		next[p] += 1 + (int64_t)test_below(3);
		all[++n].id = id[p];
		all[n].next = next[p];
		assert_int_equal(offsets_add(&o, slot[p], next[p], 1), n);
		if (test_below(50) == 0) {
			acked += test_below(n - acked + 1);
			offsets_ack(&o, acked);
		}
		if (test_below(200) == 0) {
			offsets_close(&o, slot[p]);
			slot[p] = offsets_open(&o, -1);
			id[p] = ids++;
		}
		if (test_below(100) != 0)
			continue;
		for (q = 0; q < PARTS; q++) {
			for (want = -1, seq = 1; seq <= acked; seq++)
				if (all[seq].id == id[q])
					want = all[seq].next;
			assert_true(offsets_due(&o, slot[q]) == want);
		}
		assert_int_equal(offsets_n(&o), n - acked);
		assert_int_equal(o.bytes, n - acked);
	}
	/* Slots are used again: a few are enough. */
	assert_in_range(o.n, PARTS, 256);
	offsets_release(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follow_the_acknowledgements),
		cmocka_unit_test(of_a_lost_partition_are_never_due),
		cmocka_unit_test(agree_with_a_list)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
