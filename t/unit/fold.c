#include "test.h"

#include <stdio.h>
#include <string.h>

#include "fold.h"

static const struct fold_lead none[2];
static const struct fold_from nowhere;

static void
add(struct fold *f, const char *key, const char *value)
{
	struct slice k = slice_str(key);

	fold_add(f, none, k, slice_str(value), value == NULL,
	    (uint32_t)fold_hash(k, 7), 0, &nowhere);
}

static void
assert_op(const struct fold *f, uint32_t i, const char *key,
    const char *value)
{
	assert_true(slice_eq(fold_key(f, i), slice_str(key)));
	assert_true(slice_eq(fold_value(f, i), slice_str(value)));
}

static void
last_wins_and_keys_are_sorted(void **state)
{
	struct fold f = { .n = 0 };
	struct fold_work w = { .table_n = 0 };
	int round;

	(void)state;
	for (round = 0; round < 2; round++) {
		add(&f, "b", "1");
		add(&f, "a", NULL);
		add(&f, "c", "1");
		add(&f, "b", "2");
		add(&f, "a", "3");
		add(&f, "c", NULL);
		add(&f, "", "4");
		add(&f, "ab", NULL);
		fold_run(&f, &w, false);
		assert_int_equal(f.nput, 3);
		assert_op(&f, f.put[0], "", "4");
		assert_op(&f, f.put[1], "a", "3");
		assert_op(&f, f.put[2], "b", "2");
		assert_int_equal(f.nrem, 2);
		assert_op(&f, f.rem[0], "ab", NULL);
		assert_op(&f, f.rem[1], "c", NULL);
		fold_run(&f, &w, true);
		assert_int_equal(f.nput, 5);
		assert_int_equal(f.nrem, 0);
		assert_op(&f, f.put[2], "ab", NULL);
		fold_reset(&f);
	}
	fold_run(&f, &w, false);
	assert_int_equal(f.nput + f.nrem, 0);
	assert_true(fold_done(&f));
	fold_release(&f);
	fold_work_release(&w);
}

static void
lead_stands_in_front(void **state)
{
	static const struct fold_lead lead[2] = {
		{ "\x09\x01\x00\x00\x00", 5 }, { "\x0c\x02\x00\x00\x00", 5 }
	};
	struct fold f = { .n = 0 };

	(void)state;
	fold_add(&f, lead, slice_str("k"), slice_str("vv"), false, 1,
	    0, &nowhere);
	assert_true(slice_eq(fold_key(&f, 0), slice_of("\x09\1\0\0\0k", 6)));
	assert_true(slice_eq(fold_value(&f, 0),
	    slice_of("\x0c\2\0\0\0vv", 7)));
	fold_release(&f);
}

/* A key of few letters, so that many are equal or begin alike. */
static size_t
make_key(char *to)
{
	size_t n = (size_t)test_below(12), i, same = (size_t)test_below(10);

	for (i = 0; i < n; i++)
		to[i] = i < same ? 'k' : (char)test_below(3);
	to[0] = 'k';
	return n == 0 ? 1 : n;
}

/* Against the plain way: for each op, look at all behind it. */
static void
agrees_with_the_plain_way(void **state)
{
	struct fold f = { .n = 0 };
	struct fold_work w = { .table_n = 0 };
	char key[16], value[24];
	uint64_t round;
	uint32_t i, k, n, winners, good;
	bool together, all;

	(void)state;
	test_seed();
	for (round = 0; round < test_rounds(200); round++) {
		n = (uint32_t)test_below(300);
		together = test_below(2) == 0;
		for (i = 0; i < n; i++) {
			struct slice s = slice_of(key, make_key(key));

			snprintf(value, sizeof value, "%u", i);
			/* Few hashes, so that different keys share them. */
			fold_add(&f, none, s, slice_str(value),
			    test_below(3) == 0,
			    (uint32_t)fold_hash(s, 3) % 50, 0, &nowhere);
		}
		fold_run(&f, &w, together);
		for (i = 0, winners = 0; i < n; i++) {
			for (k = i + 1; k < n; k++) {
				if (slice_eq(fold_key(&f, i), fold_key(&f, k)))
					break;
			}
			winners += k == n;
			assert_true((k == n) == (f.op[i].by == i));
		}
		assert_int_equal(f.nput + f.nrem, winners);
		for (i = 1; i < f.nput; i++)
			assert_true(slice_cmp(fold_key(&f, f.put[i - 1]),
			    fold_key(&f, f.put[i])) < 0);
		for (i = 1; i < f.nrem; i++)
			assert_true(slice_cmp(fold_key(&f, f.rem[i - 1]),
			    fold_key(&f, f.rem[i])) < 0);
		for (i = 0; i < f.nput; i++)
			assert_true(together || !f.op[f.put[i]].remove);

		/* What is done: just what its last op decides. */
		good = (uint32_t)test_below(f.nput + 1);
		for (i = 0; i < good; i++)
			f.op[f.put[i]].done = true;
		all = fold_done(&f);
		assert_true(all == (good == winners));
		for (i = 0; i < n; i++) {
			k = i;
			while (f.op[k].by != k)
				k = f.op[k].by;
			assert_true(f.op[i].done == f.op[k].done);
		}
		fold_reset(&f);
	}
	fold_release(&f);
	fold_work_release(&w);
}

static void
hash_depends_on_all(void **state)
{
	static const char zeros[21];
	size_t n;

	(void)state;
	assert_true(fold_hash(slice_str("abcdefgh1"), 1) !=
	    fold_hash(slice_str("abcdefgh2"), 1));
	assert_true(fold_hash(slice_str("x"), 1) !=
	    fold_hash(slice_str("x"), 2));
	for (n = 0; n + 1 < sizeof zeros; n++)
		assert_true(fold_hash(slice_of(zeros, n), 1) !=
		    fold_hash(slice_of(zeros, n + 1), 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_wins_and_keys_are_sorted),
		cmocka_unit_test(lead_stands_in_front),
		cmocka_unit_test(agrees_with_the_plain_way),
		cmocka_unit_test(hash_depends_on_all)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
