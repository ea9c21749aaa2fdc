#include "test.h"

#include "goldens.h"

/* demo.Person {id 7, name "Bob"}, compact. */
#define PERSON "67012b00c06d57fceaade02827000000f3f1dc3925000000" \
    "0307000000 0903000000426f62 181d"

static void
test_scalars(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct bin_val v;
	struct cur c;

	(void)state;
	unhex(&b, "01ff 02feff 03fdffffff 04fcffffffffffffff 050000c0bf "
	    "069a9999999999b93f 07ffff 0801 0902000000c3a9 "
	    "0a01000000000000000200000000000000 0bffffffffffffffff "
	    "210100000000000000ffffffff 65 1efdffffff0200000030b9");
	c = cur_on(buf_bytes(&b));
	assert_true(bin_next(&c, &v));
	assert_int_equal(v.i, -1);
	assert_true(bin_next(&c, &v));
	assert_int_equal(v.i, -2);
	assert_true(bin_next(&c, &v));
	assert_int_equal(v.i, -3);
	assert_true(bin_next(&c, &v));
	assert_int_equal(v.i, -4);
	assert_true(bin_next(&c, &v));
	assert_true(v.d == -1.5);
	assert_true(bin_next(&c, &v));
	assert_true(v.d == 0.1);
	assert_true(bin_next(&c, &v));
	assert_int_equal(v.i, 0xffff);
	assert_true(bin_next(&c, &v));
	assert_int_equal(v.i, 1);
	assert_true(bin_next(&c, &v));
	assert_true(slice_eq(v.s, slice_str("\xc3\xa9")));
	assert_true(bin_next(&c, &v));
	assert_int_equal(v.i, 1);
	assert_int_equal(v.j, 2);
	assert_true(bin_next(&c, &v));
	assert_int_equal(v.i, -1);
	assert_true(bin_next(&c, &v));
	assert_int_equal(v.i, 1);
	assert_int_equal(v.j, -1);
	assert_true(bin_next(&c, &v));
	assert_int_equal(v.code, BIN_NULL);
	assert_true(bin_next(&c, &v));
	assert_int_equal(v.j, -3);
	assert_int_equal(v.s.n, 2);
	assert_true(cur_done(&c));
	assert_false(bin_next(&c, &v));
	assert_true(c.bad);
	buf_release(&b);
}

static void
test_object(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct bin_obj o;
	struct err e;

	(void)state;
	unhex(&b, PERSON);
	assert_int_equal(bin_obj_open(buf_bytes(&b), &o, &e), 0);
	assert_int_equal(o.type_id, -61379136);
	assert_int_equal(o.schema_id, 970781171);
	assert_int_equal(o.flags, BIN_USER_TYPE | BIN_HAS_SCHEMA |
	    BIN_OFFSET_1 | BIN_COMPACT);
	assert_int_equal(o.n, 2);
	assert_int_equal(bin_obj_field(&o, 0).n, 5);
	assert_int_equal(bin_obj_field(&o, 1).n, 8);
	assert_int_equal(bin_code(bin_obj_field(&o, 1)), BIN_STRING);
	assert_null(bin_obj_raw(&o).p);
	assert_int_equal(bin_obj_hash(slice_of(b.p + 24, 13)), o.hash);

	buf_reset(&b);
	unhex(&b, "67012f00c06d57fcff6cce7f27000000dd03346322000000"
	    "0307000000 0309000000 18 1d000000");
	assert_int_equal(bin_obj_open(buf_bytes(&b), &o, &e), 0);
	assert_int_equal(o.n, 1);
	assert_int_equal(bin_obj_field(&o, 0).n, 5);
	assert_int_equal(bin_obj_raw(&o).n, 5);

	buf_reset(&b);
	unhex(&b, "67010b00c06d57fceaade0282f000000f3f1dc3925000000"
	    "0307000000 0903000000426f62 1b0d000018 8b7a33001d");
	assert_int_equal(bin_obj_open(buf_bytes(&b), &o, &e), 0);
	assert_int_equal(bin_obj_field_id(&o, 0), 3355);
	assert_int_equal(bin_obj_field_id(&o, 1), 3373707);

	/* Another format, a length too small, a footer outside. */
	b.p[1] = 2;
	assert_int_equal(bin_obj_open(buf_bytes(&b), &o, &e), -1);
	assert_int_equal(e.status, EX_DATAERR);
	b.p[1] = 1;
	b.p[12] = 23;
	assert_int_equal(bin_obj_open(buf_bytes(&b), &o, &e), -1);
	b.p[12] = 0x2f;
	b.p[20] = 0x2f;
	assert_int_equal(bin_obj_open(buf_bytes(&b), &o, &e), -1);
	b.p[20] = 0x25;
	assert_int_equal(bin_obj_open(buf_bytes(&b), &o, &e), 0);
	buf_release(&b);
}

static void
test_wrapped(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct slice s;

	(void)state;
	unhex(&b, "1b27000000" PERSON "00000000");
	s = bin_unwrap(buf_bytes(&b));
	assert_ptr_equal(s.p, b.p + 5);
	assert_int_equal(s.n, 39);
	/* Three bytes before the object and one behind it. */
	buf_reset(&b);
	unhex(&b, "1b2b000000 aabbcc" PERSON "dd 03000000");
	s = bin_unwrap(buf_bytes(&b));
	assert_ptr_equal(s.p, b.p + 8);
	assert_int_equal(s.n, 39);
	b.p[8 + 12] = 0x29;	/* its length: more than there is */
	assert_null(bin_unwrap(buf_bytes(&b)).p);
	b.p[8 + 12] = 0x27;
	b.p[b.n - 4] = 0x29;
	assert_null(bin_unwrap(buf_bytes(&b)).p);
	b.p[b.n - 1] = 0xff;
	assert_null(bin_unwrap(buf_bytes(&b)).p);
	buf_reset(&b);
	unhex(&b, "0307000000");
	assert_ptr_equal(bin_unwrap(buf_bytes(&b)).p, b.p);
	buf_release(&b);
}

static void
test_handle(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct slice root, s;

	(void)state;
	unhex(&b, "180200000001 180000000001 6606000000");
	root = buf_bytes(&b);
	s = bin_deref(root, slice_of(root.p + 12, 5));
	assert_ptr_equal(s.p, root.p + 6);
	b.p[13] = 13;
	assert_null(bin_deref(root, slice_of(root.p + 12, 5)).p);
	s = slice_of(root.p + 6, 6);
	assert_ptr_equal(bin_deref(root, s).p, s.p);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_object),
		cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_handle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
