#include "test.h"

#include "idmap.h"

static void
test_many(void **state)
{
	struct idmap m = { .slot = NULL };
	uint32_t i;

	(void)state;
	assert_int_equal(idmap_get(&m, 0), IDMAP_NONE);
	/* Ids that share their low or their high bits. */
	for (i = 0; i < 3000; i++)
		idmap_put(&m, (int32_t)(i % 2 == 0 ? i << 18 : i), i);
	for (i = 0; i < 3000; i++)
		assert_int_equal(idmap_get(&m,
		    (int32_t)(i % 2 == 0 ? i << 18 : i)), i);
	assert_int_equal(idmap_get(&m, -1), IDMAP_NONE);
	idmap_put(&m, -1, 7);
	idmap_put(&m, -1, 8);
	assert_int_equal(idmap_get(&m, -1), 7);
	idmap_release(&m);
	assert_int_equal(idmap_get(&m, -1), IDMAP_NONE);
	idmap_release(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
