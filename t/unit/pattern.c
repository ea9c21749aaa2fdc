#include "test.h"

#include <string.h>

#include "pattern.h"

static struct opt_list
list(const char **v, size_t n)
{
	return (struct opt_list){ v, n };
}

static void
names_are_whole_and_expressions_are_not(void **state)
{
	const char *in[] = { "Person", "^SQL_.*_CITY$", "^tmp" };
	const char *out[] = { "tmp1", "^tmp2" };
	struct opt_list wanted = list(in, 3), unwanted = list(out, 2);
	struct err e;
	struct pattern *p = pattern_new(&wanted, &unwanted, &e);

	(void)state;
	assert_non_null(p);
	assert_true(pattern_wants(p, "Person"));
	assert_false(pattern_wants(p, "Person2"));
	assert_false(pattern_wants(p, "person"));
	assert_true(pattern_wants(p, "SQL_PUBLIC_CITY"));
	assert_false(pattern_wants(p, "SQL_PUBLIC_CITY2"));
	assert_true(pattern_wants(p, "tmp"));
	assert_false(pattern_wants(p, "tmp1"));
	assert_true(pattern_wants(p, "tmp11"));
	assert_false(pattern_wants(p, "tmp22"));
	assert_string_equal(pattern_name(p, 0), "Person");
	assert_null(pattern_name(p, 1));
	pattern_free(p);
}

static void
a_bad_expression_is_named(void **state)
{
	const char *in[] = { "^a(b" };
	struct opt_list wanted = list(in, 1), none = list(NULL, 0);
	struct err e;

	(void)state;
	assert_null(pattern_new(&wanted, &none, &e));
	assert_int_equal(e.status, EX_USAGE);
	assert_non_null(strstr(e.text, "^a(b: "));
}

/* Nothing that a user can write takes for ever. */
static void
an_expensive_expression_ends(void **state)
{
	const char *in[] = { "^(a+)+$" };
	struct opt_list wanted = list(in, 1), none = list(NULL, 0);
	char name[200];
	struct err e;
	struct pattern *p = pattern_new(&wanted, &none, &e);

	(void)state;
	memset(name, 'a', sizeof name);
	name[sizeof name - 2] = 'b';
	name[sizeof name - 1] = '\0';
	assert_false(pattern_wants(p, name));
	pattern_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_whole_and_expressions_are_not),
		cmocka_unit_test(a_bad_expression_is_named),
		cmocka_unit_test(an_expensive_expression_ends),
	};

	return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
