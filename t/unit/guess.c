#include "test.h"

#include "guess.h"

static void
tells_what_it_sees(void **state)
{
	static const struct {
		const char *p;
		size_t n;
		enum guess_kind kind;
	} cases[] = {
		{ "", 0, GUESS_EMPTY },
		{ "{\"a\":1}", 7, GUESS_JSON },
		{ " \n[1]", 5, GUESS_JSON },
		{ "\"x\"", 3, GUESS_JSON },
		{ "\0\0\0\0\1ab", 7, GUESS_AVRO },
		{ "\xc3\x01" "12345678x", 11, GUESS_AVRO },
		{ "\xac\xed\0\5sr", 6, GUESS_JAVA },
		{ "order 17", 8, GUESS_TEXT },
		{ "gr\xc3\xbc\xc3\x9f", 6, GUESS_TEXT },
		{ "\0\0", 2, GUESS_BINARY },
		{ "\xff\xfe", 2, GUESS_BINARY },
		{ "a\1b", 3, GUESS_BINARY },
		{ "   ", 3, GUESS_TEXT }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(guess(slice_of(cases[i].p, cases[i].n)),
		    cases[i].kind);
	assert_string_equal(guess_text(GUESS_JSON), "looks like JSON");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_it_sees)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
