#include "test.h"

#include "murmur.h"

/* The values that Kafka's own tests of its hash expect. */
static void
is_javas(void **state)
{
	static const struct {
		const char *s;
		int32_t hash;
	} known[] = {
		{ "21", -973932308 },
		{ "foobar", -790332482 },
		{ "a-little-bit-long-string", -985981536 },
		{ "a-little-bit-longer-string", -1486304829 },
		{ "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8",
		    -58897971 },
		{ "abc", 479470107 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		assert_int_equal((int32_t)murmur2(slice_str(known[i].s)),
		    known[i].hash);
}

static void
stays_below_the_number_of_partitions(void **state)
{
	unsigned char key[9];
	size_t i, n;
	int32_t p, parts;

	(void)state;
	test_seed();
	for (i = 0; i < 10000; i++) {
		for (n = 0; n < sizeof key; n++)
			key[n] = (unsigned char)test_u64();
		parts = 1 + (int32_t)test_below(100);
		p = murmur_partition(slice_of(key, test_below(10)), parts);
		assert_in_range(p, 0, parts - 1);
	}
	/* The sign is cleared, not taken away: "foobar" is negative. */
	assert_int_equal(murmur_partition(slice_str("foobar"), INT32_MAX),
	    (-790332482 & 0x7fffffff) % INT32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_javas),
		cmocka_unit_test(stays_below_the_number_of_partitions)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
