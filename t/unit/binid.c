#include "test.h"

#include "binid.h"

/* As Ignite 2.17's BinaryContext, name mapper and String.hashCode say. */
static const struct {
	const char *name;
	int32_t type_id;
	const char *simple;
	int32_t hash;
} names[] = {
	{ "demo.Person", -61379136, "Person", -977511968 },
	{ "demo.Gen$Person", 2075143188, "Person", -1142492076 },
	{ "a.B$1", 91047266, "B$1", 91016514 },
	{ "a.B$", 2937007, "B$", 2936015 },
	{ "X+Y.Z", 112221362, "Y.Z", 82637906 },
	{ "ÀİА.Σ𐐀I", -1002166962, "Σ𐐀I", -1335035627 },
	{ "", 0, "", 0 },
};

static void
test_names(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		struct slice s = slice_str(names[i].name);

		assert_int_equal(bin_type_id(s), names[i].type_id);
		assert_int_equal(bin_java_hash(s), names[i].hash);
		assert_true(slice_eq(bin_simple_name(s),
		    slice_str(names[i].simple)));
	}
	assert_int_equal(bin_field_id(slice_str("id")), 3355);
	assert_int_equal(bin_field_id(slice_str("NAME")), 3373707);
	assert_int_equal(bin_java_hash(slice_str("demo")), 3079651);
}

/* The second string serialization: each surrogate by itself, NUL as two. */
static void
test_units(void **state)
{
	(void)state;
	assert_int_equal(bin_java_hash(slice_str("\xed\xa0\x81\xed\xb0\x80")),
	    bin_java_hash(slice_str("\xf0\x90\x90\x80")));
	assert_int_equal(bin_java_hash(slice_of("a\xc0\x80" "b", 4)),
	    bin_java_hash(slice_of("a\0b", 3)));
}

static void
test_schema(void **state)
{
	const int32_t ids[] = { 3355, 3373707 };

	(void)state;
	assert_int_equal(bin_schema_id(ids, 2), 970781171);
	assert_int_equal(bin_schema_id(ids, 1), 0x633403dd);
	assert_int_equal(bin_schema_id(NULL, 0), (int32_t)0x811c9dc5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
