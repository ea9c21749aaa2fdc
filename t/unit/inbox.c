#include "test.h"

#include "buf.h"
#include "inbox.h"

static struct err err;

/* Frames of all sizes, in pieces of all sizes, come out as they were. */
static void
frames_come_out_whole(void **state)
{
	struct inbox b = { .max = 1u << 22 };
	struct buf all = { 0 };
	struct slice f;
	unsigned char *room;
	size_t sizes[300], i, k, n, at = 0, want = 0, most = 0;
	bool ready;
	int r;

	(void)state;
	test_seed();
	for (i = 0; i < 300; i++) {
		sizes[i] = 1 + (size_t)test_below(
		    test_below(50) == 0 ? 1u << 21 : 3000);
		if (sizes[i] > most)
			most = sizes[i];
		buf_u32(&all, (uint32_t)sizes[i]);
		for (k = 0; k < sizes[i]; k++)
			buf_u8(&all, (uint8_t)(i + k));
	}
	i = 0;
	while (i < 300) {
		ready = inbox_ready(&b);
		r = inbox_next(&b, &f, &err);
		assert_int_equal(ready, r == 1);
		if (r == 1) {
			assert_int_equal(f.n, sizes[i] + 4);
			assert_memory_equal(f.p, all.p + want, f.n);
			want += f.n;
			i++;
			continue;
		}
		assert_int_equal(r, 0);
		room = inbox_room(&b, &n);
		assert_true(n > 0);
		if (n > all.n - at)
			n = all.n - at;
		n = 1 + (size_t)test_below(n);
		if (n > all.n - at)
			n = all.n - at;
		memcpy(room, all.p + at, n);
		inbox_add(&b, n);
		at += n;
	}
	/* Memory follows what came, not what was claimed. */
	assert_true(most > 1u << 19);
	assert_true(b.cap <= 2 * most);
	inbox_release(&b);
	buf_release(&all);
}

static void
claims_cost_nothing(void **state)
{
	struct inbox b = { .max = 1u << 28 };
	struct slice f;
	unsigned char *room;
	size_t n, cap;

	(void)state;
	room = inbox_room(&b, &n);
	cap = n;
	memcpy(room, "\0\0\0\x0f", 4);
	inbox_add(&b, 4);
	assert_int_equal(inbox_next(&b, &f, &err), 0);
	inbox_room(&b, &n);
	assert_int_equal(n, cap - 4);
	inbox_release(&b);
	b.max = 1000;
	room = inbox_room(&b, &n);
	memcpy(room, "\0\0\0\x0f", 4);
	inbox_add(&b, 4);
	assert_int_equal(inbox_next(&b, &f, &err), -1);
	assert_true(inbox_ready(&b));
	inbox_release(&b);
}

static void
put_by_and_taken_in_order(void **state)
{
	struct inbox b = { .max = 1000 };
	struct slice f;
	unsigned i, next = 0;
	unsigned char c;

	(void)state;
	for (i = 0; i < 200; i++) {
		c = (unsigned char)i;
		inbox_put_by(&b, slice_of(&c, 1));
		assert_true(inbox_ready(&b));
		if (i % 3 == 0) {
			assert_int_equal(inbox_taken(&b, &f), 1);
			assert_int_equal(f.p[0], next++);
		}
	}
	while (inbox_taken(&b, &f))
		assert_int_equal(f.p[0], next++);
	assert_int_equal(next, 200);
	assert_false(inbox_ready(&b));
	inbox_put_by(&b, slice_of("x", 1));
	inbox_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_out_whole),
		cmocka_unit_test(claims_cost_nothing),
		cmocka_unit_test(put_by_and_taken_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
