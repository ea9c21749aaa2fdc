#include "test.h"

#include "binid.h"
#include "goldens.h"

/* The description of demo.Person {id, name} with one schema. */
#define HEAD "c06d57fc 090b00000064656d6f2e506572736f6e"
#define ID "0902000000 6964 03000000 1b0d0000"
#define NAME "0904000000 6e616d65 09000000 8b7a3300"
#define PERSON HEAD "65 02000000" ID NAME \
    "00 01000000 f3f1dc39 02000000 1b0d0000 8b7a3300"

static int
add(struct bin_types *types, const char *hex)
{
	struct buf b = { NULL, 0, 0 };
	struct err e = { .status = 0 };
	int r;

	unhex(&b, hex);
	r = bin_types_add(types, buf_bytes(&b), &e);
	if (r < 0)
		assert_int_equal(e.status, EX_DATAERR);
	buf_release(&b);
	return r;
}

static void
test_round(void **state)
{
	struct buf b = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	struct bin_type *t;
	struct err e;
	struct cur c;
	size_t i, n;

	(void)state;
	for (i = 0; i <= GOLDEN_TYPES_N; i++) {
		buf_reset(&b);
		buf_reset(&out);
		unhex(&b, i < GOLDEN_TYPES_N ? golden_types[i] : PERSON);
		c = cur_on(buf_bytes(&b));
		t = bin_type_decode(&c, &e);
		assert_non_null(t);
		assert_true(cur_done(&c));
		bin_type_encode(t, &out);
		assert_true(slice_eq(buf_bytes(&b), buf_bytes(&out)));
		bin_type_free(t);
		for (n = 0; n < b.n; n++) {
			c = cur_on(slice_of(b.p, n));
			assert_null(bin_type_decode(&c, &e));
		}
	}
	buf_release(&b);
	buf_release(&out);
}

static void
test_find(void **state)
{
	struct bin_types types = { .n = 0 };
	const struct bin_type *t;
	const struct bin_schema *s;
	int32_t id;

	(void)state;
	golden_add_types(&types);
	assert_int_equal(add(&types, PERSON), 1);
	assert_int_equal(add(&types, PERSON), 0);
	assert_int_equal(types.n, GOLDEN_TYPES_N + 1);
	t = bin_types_find(&types, -61379136);
	assert_non_null(t);
	assert_true(slice_eq(t->name, slice_str("demo.Person")));
	assert_null(t->affinity.p);
	assert_int_equal(bin_type_field(t, 3355)->code, BIN_INT);
	assert_null(bin_type_field(t, 3356));
	assert_int_equal(bin_type_field_named(t, slice_str("NaMe"))->id,
	    3373707);
	assert_null(bin_type_field_named(t, slice_str("nam")));
	s = bin_type_schema(t, 970781171);
	assert_int_equal(s->n, 2);
	assert_true(slice_eq(bin_schema_field(t, s, 1)->name,
	    slice_str("name")));
	assert_null(bin_type_schema(t, 1));
	t = bin_types_find(&types, -1330246972);
	assert_true(t->is_enum);
	assert_true(slice_eq(bin_type_constant(t, 2)->name,
	    slice_str("BLUE")));
	assert_int_equal(bin_type_constant_named(t,
	    slice_str("GREEN"))->ordinal, 1);
	assert_null(bin_type_constant(t, 3));
	assert_null(bin_types_find(&types, 1));
	/* Many of them: the index grows. */
	for (id = 1; id <= 1000; id++)
		assert_int_equal(bin_types_take(&types, bin_type_new(id,
		    slice_of(NULL, 0), slice_of(NULL, 0), false), NULL), 1);
	for (id = 1; id <= 1000; id++)
		assert_int_equal(bin_types_find(&types, id)->id, id);
	assert_null(bin_types_find(&types, 1001));
	bin_types_release(&types);
}

static void
test_merge(void **state)
{
	struct bin_types types = { .n = 0 };
	const struct bin_type *t;

	(void)state;
	/* Its schema comes before one of the fields in it. */
	assert_int_equal(add(&types, HEAD "65 01000000" ID
	    "00 01000000 f3f1dc39 02000000 1b0d0000 8b7a3300"), 1);
	t = bin_types_find(&types, -61379136);
	assert_null(bin_schema_field(t, &t->schemas[0], 1));
	assert_int_equal(add(&types, HEAD "65 01000000" NAME "00 00000000"), 1);
	assert_int_equal(t->n_fields, 2);
	assert_int_equal(t->n_schemas, 1);
	assert_int_equal(bin_schema_field(t, &t->schemas[0], 1)->id, 3373707);
	assert_int_equal(add(&types, PERSON), 0);
	assert_int_equal(add(&types, HEAD "65 00000000 00 01000000"
	    "dd033463 01000000 1b0d0000"), 1);
	assert_int_equal(t->n_schemas, 2);

	/* Another name, affinity, kind, field type; bytes too many. */
	assert_int_equal(add(&types, "c06d57fc 090b00000064656d6f2e506572736f6f"
	    "65 00000000 00 00000000"), -1);
	assert_int_equal(add(&types, HEAD "0902000000 6964 00000000 00"
	    "00000000"), -1);
	assert_int_equal(add(&types, HEAD "65 00000000 01 00000000 00000000"),
	    -1);
	assert_int_equal(add(&types, HEAD "65 01000000"
	    "0902000000 6964 04000000 1b0d0000 00 00000000"), -1);
	assert_int_equal(add(&types, PERSON "00"), -1);
	assert_int_equal(t->n_fields, 2);
	assert_int_equal(t->n_schemas, 2);
	/* Wrapped or bare, an object is an object. */
	assert_int_equal(add(&types, HEAD "65 01000000"
	    "0901000000 78 67000000 78000000 00 00000000"), 1);
	assert_int_equal(add(&types, HEAD "65 01000000"
	    "0901000000 78 1b000000 78000000 00 00000000"), 0);
	bin_types_release(&types);
}

static void
test_enum(void **state)
{
#define COLOR "05000000 0901000000 43 65 00000000 01"
	struct bin_types types = { .n = 0 };

	(void)state;
	assert_int_equal(add(&types, COLOR "01000000 0901000000 52 00000000"
	    "00000000"), 1);
	assert_int_equal(add(&types, COLOR "01000000 0901000000 47 01000000"
	    "00000000"), 1);
	assert_int_equal(add(&types, COLOR "01000000 0901000000 47 01000000"
	    "00000000"), 0);
	assert_int_equal(add(&types, COLOR "01000000 0901000000 47 02000000"
	    "00000000"), -1);
	assert_int_equal(add(&types, COLOR "01000000 0901000000 48 01000000"
	    "00000000"), -1);
	assert_int_equal(types.v[0]->n_constants, 2);
	bin_types_release(&types);
}

static void
test_lookup(void **state)
{
	struct bin_types types = { .n = 0 };
	struct buf b = { NULL, 0, 0 };
	struct slice v;
	struct bin_obj o;
	struct err e;

	(void)state;
	unhex(&b, golden_named("person")->hex);
	assert_int_equal(bin_obj_open(buf_bytes(&b), &o, &e), 0);
	assert_int_equal(bin_obj_find(&o, NULL, 3355, &v), -1);
	assert_int_equal(bin_obj_find(&o, &types, 3355, &v), -1);
	golden_add_types(&types);
	assert_int_equal(bin_obj_find(&o, &types, 3355, &v), 1);
	assert_int_equal(bin_code(v), BIN_INT);
	assert_int_equal(bin_obj_find(&o, &types, 3356, &v), 0);
	assert_null(v.p);
	assert_int_equal(bin_obj_find_named(&o, &types, slice_str("NAME"), &v),
	    1);
	assert_int_equal(v.n, 8);
	assert_int_equal(bin_obj_find_named(&o, &types, slice_str("x"), &v), 0);

	/* A full footer needs no types. */
	buf_reset(&b);
	unhex(&b, golden_named("full person")->hex);
	assert_int_equal(bin_obj_open(buf_bytes(&b), &o, &e), 0);
	assert_int_equal(bin_obj_find_named(&o, NULL, slice_str("NAME"), &v), 1);
	assert_int_equal(v.n, 8);
	buf_release(&b);
	bin_types_release(&types);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_enum),
		cmocka_unit_test(test_lookup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
