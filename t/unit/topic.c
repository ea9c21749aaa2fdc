#include "test.h"

#include "mem.h"
#include "topic.h"

/* The topic for a cache, or NULL; the caller frees it. */
static char *
name_of(const char *template, const char *prefix, const char *cache,
    struct err *e)
{
	struct topic_rule r = { template, prefix };
	struct buf b = { NULL, 0, 0 };
	char *s = NULL;

	if (topic_name(&r, slice_str(cache), &b, e) == 0)
		s = mem_dup(b.p, b.n);
	buf_release(&b);
	return s;
}

static void
is_made_of_the_caches_name(void **state)
{
	static const struct {
		const char *template, *prefix, *cache, *want;
	} t[] = {
		{ "orders", NULL, "any cache/at all", "orders" },
		{ "{cache}", NULL, "orders", "orders" },
		{ "a.{cache}-{cache}", NULL, "x", "a.x-x" },
		{ NULL, "", "orders", "orders" },
		{ NULL, "prod.", "orders", "prod.orders" },
		{ NULL, ".", "x", ".x" },
		{ "{cache}", NULL, "a b", NULL },
		{ NULL, "p", "\xc3\xa4", NULL },
		{ NULL, "", ".", NULL },
		{ NULL, "", "..", NULL },
		{ NULL, "", "", NULL },
	};
	struct err e;
	char *s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof t[0]; i++) {
		s = name_of(t[i].template, t[i].prefix, t[i].cache, &e);
		if (t[i].want == NULL) {
			assert_null(s);
			assert_int_equal(e.status, EX_CONFIG);
			assert_non_null(strstr(e.text, "cache "));
		} else {
			assert_non_null(s);
			assert_string_equal(s, t[i].want);
		}
		free(s);
	}
}

static void
has_249_bytes_at_most(void **state)
{
	char text[TOPIC_MAX + 2];
	struct err e;

	(void)state;
	memset(text, 'a', sizeof text);
	assert_int_equal(topic_legal(slice_of(text, TOPIC_MAX), &e), 0);
	assert_int_equal(topic_legal(slice_of(text, TOPIC_MAX + 1), &e), -1);
	assert_int_equal(e.status, EX_CONFIG);
}

static void
rule_is_looked_at_before_records_come(void **state)
{
	static const struct {
		const char *template, *prefix;
		int want;
	} t[] = {
		{ "orders", NULL, 0 }, { "{cache}", NULL, 0 },
		{ "x{cache}", NULL, 0 }, { "{table}", NULL, -1 },
		{ "a b", NULL, -1 }, { "{cache", NULL, -1 }, { "", NULL, -1 },
		{ NULL, "", 0 }, { NULL, ".", 0 }, { NULL, "..", 0 },
		{ NULL, "a/", -1 },
	};
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof t[0]; i++)
		assert_int_equal(topic_check(&(struct topic_rule){
		    t[i].template, t[i].prefix }, &e), t[i].want);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_made_of_the_caches_name),
		cmocka_unit_test(has_249_bytes_at_most),
		cmocka_unit_test(rule_is_looked_at_before_records_come)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
