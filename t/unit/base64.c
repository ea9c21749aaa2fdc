#include "test.h"

#include "base64.h"

static const char *const pairs[][2] = {	/* RFC 4648, section 10 */
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" }, { "\xfb\xef\xff", "++//" }
};

static void
test_pairs(void **state)
{
	struct buf b = { NULL, 0, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		buf_reset(&b);
		base64_encode(&b, slice_str(pairs[i][0]));
		assert_true(slice_eq(buf_bytes(&b), slice_str(pairs[i][1])));
		buf_reset(&b);
		assert_int_equal(base64_decode(&b, slice_str(pairs[i][1])), 0);
		assert_true(slice_eq(buf_bytes(&b), slice_str(pairs[i][0])));
	}
	buf_release(&b);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = {
		"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zh==", "Zm9=", "Zm8",
		"Z g=", "Zg==Zg==", "Zm9v\n", "Zm-_", "Z=g=", "\xc3\xa9==",
		"==Zg"
	};
	struct buf b = { NULL, 0, 0 };
	size_t i;

	(void)state;
	buf_u8(&b, 'x');
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		if (base64_decode(&b, slice_str(bad[i])) != -1 || b.n != 1)
			fail_msg("%s", bad[i]);
	buf_release(&b);
}

static void
test_round(void **state)
{
	struct buf b = { NULL, 0, 0 }, t = { NULL, 0, 0 }, back = { NULL, 0, 0 };
	size_t i, n;

	(void)state;
	test_seed();
	for (i = 0; i < test_rounds(200); i++) {
		buf_reset(&b);
		buf_reset(&t);
		buf_reset(&back);
		for (n = test_below(100); n > 0; n--)
			buf_u8(&b, (uint8_t)test_u64());
		base64_encode(&t, buf_bytes(&b));
		assert_int_equal(base64_decode(&back, buf_bytes(&t)), 0);
		assert_true(slice_eq(buf_bytes(&b), buf_bytes(&back)));
	}
	buf_release(&b);
	buf_release(&t);
	buf_release(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
