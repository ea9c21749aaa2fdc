#include "test.h"

#include "known.h"

static void
keeps_what_it_was_told(void **state)
{
	struct known k = { .n = 0 };
	int32_t i;

	(void)state;
	assert_int_equal(known_get(&k, known_id(1, 2)), KNOWN_NOT);
	for (i = -500; i < 500; i++)
		known_put(&k, known_id(i, ~i), i % 3 == 0 ? KNOWN_BARE :
		    KNOWN_WELL);
	for (i = -500; i < 500; i++) {
		assert_int_equal(known_get(&k, known_id(i, ~i)),
		    i % 3 == 0 ? KNOWN_BARE : KNOWN_WELL);
		assert_int_equal(known_get(&k, known_id(i, i)), KNOWN_NOT);
	}
	assert_int_equal(k.n, 1000);
	known_release(&k);
}

static void
never_knows_less(void **state)
{
	struct known k = { .n = 0 };

	(void)state;
	known_put(&k, 0, KNOWN_BARE);
	known_put(&k, 0, KNOWN_WELL);
	known_put(&k, 0, KNOWN_BARE);
	assert_int_equal(known_get(&k, 0), KNOWN_WELL);
	assert_int_equal(k.n, 1);
	known_release(&k);
	known_release(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_it_was_told),
		cmocka_unit_test(never_knows_less)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
