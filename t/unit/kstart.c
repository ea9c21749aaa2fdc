#include "test.h"

#include "kstart.h"

static void
knows_kcats_words(void **state)
{
	static const struct {
		const char *s;
		enum kstart_kind kind;
		int64_t n;
	} t[] = {
		{ "stored", KSTART_STORED, 0 },
		{ "beginning", KSTART_BEGINNING, 0 },
		{ "end", KSTART_END, 0 },
		{ "0", KSTART_AT, 0 },
		{ "4711", KSTART_AT, 4711 },
		{ "-10", KSTART_TAIL, 10 },
		{ "s@1700000000000", KSTART_TIME, 1700000000000 },
	};
	static const char *const bad[] = {
		"", "-", "start", "1x", "s@", "e@1", "--1", "+1", " 1",
		"99999999999999999999"
	};
	struct kstart k;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof t[0]; i++) {
		assert_int_equal(kstart_parse(&k, t[i].s, &e), 0);
		assert_int_equal(k.kind, t[i].kind);
		assert_int_equal(k.n, t[i].n);
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(kstart_parse(&k, bad[i], &e), -1);
		assert_int_equal(e.status, EX_USAGE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_kcats_words)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
