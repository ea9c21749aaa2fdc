#include "test.h"

#include "bytes.h"

/* Few values and short: so that equal and prefix happen often. */
static struct slice
some(unsigned char room[4])
{
	size_t n = (size_t)test_below(5), i;

	for (i = 0; i < 4; i++)
		room[i] = test_below(2) == 0 ? 1 : 200;
	if (n == 4 && test_below(4) == 0)
		return slice_of(NULL, 0);
	return slice_of(room, n);
}

static int
sign(int v)
{
	return (v > 0) - (v < 0);
}

static void
compare_is_an_order(void **state)
{
	unsigned char ra[4], rb[4], rc[4];
	struct slice a, b, c;
	uint64_t i;

	(void)state;
	test_seed();
	for (i = 0; i < test_rounds(20000); i++) {
		a = some(ra);
		b = some(rb);
		c = some(rc);
		assert_int_equal(sign(slice_cmp(a, b)),
		    -sign(slice_cmp(b, a)));
		assert_int_equal(slice_eq(a, b), slice_cmp(a, b) == 0);
		if (slice_cmp(a, b) <= 0 && slice_cmp(b, c) <= 0)
			assert_true(slice_cmp(a, c) <= 0);
		if (slice_starts(a, b) && b.p != NULL && a.p != NULL)
			assert_true(slice_cmp(a, b) >= 0);
	}
}

static void
null_is_not_empty(void **state)
{
	struct slice null = slice_of(NULL, 0), empty = slice_str("");

	(void)state;
	assert_false(slice_eq(null, empty));
	assert_true(slice_eq(null, slice_str(NULL)));
	assert_true(slice_eq(empty, slice_of("x", 0)));
	assert_true(slice_cmp(null, empty) < 0);
	assert_true(slice_starts(null, null));
	assert_true(slice_starts(empty, empty));
	assert_false(slice_starts(empty, slice_str("a")));
	assert_false(slice_starts(null, slice_str("a")));
}

static void
bytes_compare_unsigned(void **state)
{
	(void)state;
	assert_true(slice_cmp(slice_str("\x7f"), slice_str("\x80")) < 0);
	assert_true(slice_cmp(slice_str("a"), slice_str("ab")) < 0);
	assert_true(slice_cmp(slice_str("b"), slice_str("ab")) > 0);
}

static void
scalars_come_back(void **state)
{
	unsigned char p[8];
	uint64_t i, v;

	(void)state;
	test_seed();
	for (i = 0; i < test_rounds(10000); i++) {
		v = test_any();
		le64_put(p, v);
		assert_true(le64(p) == v);
		assert_true(le32(p) == (uint32_t)v);
		assert_true(le16(p) == (uint16_t)v);
		assert_true(p[0] == (v & 0xff) && p[7] == v >> 56);
	}
	le32_put(p, 0x11223344);
	assert_memory_equal(p, "\x44\x33\x22\x11", 4);
	le16_put(p, 0xfffe);
	assert_memory_equal(p, "\xfe\xff\x22\x11", 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compare_is_an_order),
		cmocka_unit_test(null_is_not_empty),
		cmocka_unit_test(bytes_compare_unsigned),
		cmocka_unit_test(scalars_come_back)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
