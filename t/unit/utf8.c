#include "test.h"

#include "utf8.h"

static void
check(const char *bytes, size_t n, const char *expected, bool ok)
{
	struct buf out = { NULL, 0, 0 };
	struct slice s = slice_of(bytes, n);

	assert_int_equal(utf8_ok(s), ok);
	while (s.n > 0)
		utf8_put(&out, utf8_next(&s));
	assert_true(slice_eq(buf_bytes(&out), slice_str(expected)));
	buf_release(&out);
}

#define BAD "\xef\xbf\xbd"
#define CHECK(bytes, expected, ok) \
	check(bytes, sizeof(bytes) - 1, expected, ok)

static void
test_bytes(void **state)
{
	(void)state;
	CHECK("", "", true);
	CHECK("aé€😀", "aé€😀", true);
	CHECK(BAD, BAD, true);
	CHECK("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", true);
	CHECK("\xff" "a", BAD "a", false);
	CHECK("\x80", BAD, false);
	CHECK("\xc3", BAD, false);
	CHECK("\xc3" "a", BAD "a", false);
	CHECK("\xc1\xbf", BAD BAD, false);
	CHECK("\xe2\x82", BAD, false);
	CHECK("\xe2\x82" "a", BAD "a", false);
	CHECK("\xe0\x80\x80", BAD BAD BAD, false);
	CHECK("\xf0\x9f\x98", BAD, false);
	CHECK("\xf0\x80\x80\x80", BAD BAD BAD BAD, false);
	CHECK("\xf4\x90\x80\x80", BAD BAD BAD BAD, false);
	/* Surrogates: a pair is a code point, half of one is nothing. */
	CHECK("\xed\xa0\xbd\xed\xb8\x80", "😀", false);
	CHECK("\xed\xa0\xbd", BAD, false);
	CHECK("\xed\xa0\xbd\xed\xb8", BAD BAD, false);
	CHECK("\xed\xb8\x80\xed\xa0\xbd", BAD BAD, false);
}

static void
test_all(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct slice s;
	uint32_t c;

	(void)state;
	for (c = 0; c < 0x110000; c++) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		buf_reset(&b);
		utf8_put(&b, c);
		s = buf_bytes(&b);
		assert_int_equal(utf8_next(&s), c);
		assert_int_equal(s.n, 0);
	}
	s = slice_of("\xc0\x80", 2);
	assert_false(utf8_ok(s));
	assert_int_equal(utf8_next(&s), 0);
	assert_int_equal(s.n, 0);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
