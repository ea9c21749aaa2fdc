#include "test.h"

#include "props.h"

static int
parse(struct props *ps, const char *text, struct err *e)
{
	return props_parse(ps, slice_str(text), e);
}

static void
reads_what_java_reads(void **state)
{
	static const struct {
		const char *text, *key, *value;
		unsigned line;
	} t[] = {
		{ "a=b", "a", "b", 1 },
		{ "a = b ", "a", "b ", 1 },
		{ "  a:b", "a", "b", 1 },
		{ "a b c", "a", "b c", 1 },
		{ "a\t=\t b=c", "a", "b=c", 1 },
		{ "# x=y\n! z\n\n a=1\n", "a", "1", 4 },
		{ "a=b\\\n   c\\\r\n\td\n", "a", "bcd", 1 },
		{ "a=1\r\nb=2\r\n", "b", "2", 2 },
		{ "a=1\rb=2", "b", "2", 2 },
		{ "a", "a", "", 1 },
		{ "a=", "a", "", 1 },
		{ "=v", "", "v", 1 },
		{ "k\\=\\:\\ x=1", "k=: x", "1", 1 },
		{ "a=\\t\\n\\r\\f\\\\\\q", "a", "\t\n\r\f\\q", 1 },
		{ "a=\\u00e4\\u20ac\\ud83d\\ude00", "a",
		    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 1 },
		{ "a=\xc3\xa4", "a", "\xc3\xa4", 1 },
		{ "a=1\na=2\n", "a", "2", 1 },
		{ "a=x\\", "a", "x", 1 },
		{ "a=1 # no comment", "a", "1 # no comment", 1 },
	};
	struct props ps = { NULL, 0, NULL };
	struct err e;
	const char *v;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof t / sizeof t[0]; i++) {
		assert_int_equal(parse(&ps, t[i].text, &e), 0);
		v = props_get(&ps, t[i].key);
		assert_non_null(v);
		assert_string_equal(v, t[i].value);
		for (j = 0; strcmp(ps.v[j].key, t[i].key) != 0; j++)
			;
		assert_int_equal(ps.v[j].line, t[i].line);
	}
	assert_null(props_get(&ps, "other"));
	props_release(&ps);
	props_release(&ps);
}

static void
says_in_which_line_it_is_wrong(void **state)
{
	static const char *const bad[] = {
		"a=1\nb=\\u12g4", "\na=\\u12", "x\ny=\\ud83d\n",
		"x\ny=\\ud83d\\u0041\n", "x\ny=\\u0000",
	};
	struct props ps = { NULL, 0, NULL };
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(parse(&ps, bad[i], &e), -1);
		assert_int_equal(e.status, EX_CONFIG);
		assert_non_null(strstr(e.text, "line 2"));
		assert_int_equal(ps.n, 0);
	}
	assert_int_equal(props_parse(&ps, slice_of("a=\0b", 4), &e), -1);
	assert_int_equal(e.status, EX_CONFIG);
}

static void
reads_nothing_that_is_not_there(void **state)
{
	static const char letters[] = "ab=: \\\n\r\tu0d8#!";
	struct props ps = { NULL, 0, NULL };
	char text[40], *copy;
	struct err e;
	size_t n, i;
	uint64_t round;

	(void)state;
	test_seed();
	for (round = 0; round < test_rounds(20000); round++) {
		n = test_below(sizeof text);
		for (i = 0; i < n; i++)
			text[i] = letters[test_below(sizeof letters - 1)];
		/* Its own allocation, so that a sanitizer sees the border. */
		copy = malloc(n + 1);
		memcpy(copy, text, n);
		props_parse(&ps, slice_of(copy, n), &e);
		free(copy);
	}
	assert_int_equal(props_parse(&ps, slice_of(NULL, 0), &e), 0);
	assert_int_equal(ps.n, 0);
	props_release(&ps);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_java_reads),
		cmocka_unit_test(says_in_which_line_it_is_wrong),
		cmocka_unit_test(reads_nothing_that_is_not_there)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
