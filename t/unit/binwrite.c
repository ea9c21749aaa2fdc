#include "test.h"

#include "binid.h"
#include "goldens.h"
#include "recode.h"

static void
same(const char *name, const struct buf *a, const struct buf *b)
{
	if (!slice_eq(buf_bytes(a), buf_bytes(b)))
		fail_msg("%s is not what it was", name);
}

/* What Java wrote, we write: hash, schema id, footer and all. */
static void
test_goldens(void **state)
{
	struct buf b = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	struct binw w = { .out = &out };
	struct bin_types types = { .n = 0 };
	struct err e = { .text = "" };
	struct cur c;
	size_t i;

	(void)state;
	golden_add_types(&types);
	for (i = 0; i < GOLDEN_N; i++) {
		buf_reset(&b);
		unhex(&b, golden[i].hex);
		buf_reset(&out);
		c = cur_on(buf_bytes(&b));
		if (recode(&c, &w, &types, &e) < 0)
			fail_msg("%s: %s", golden[i].name, e.text);
		same(golden[i].name, &b, &out);

		buf_reset(&out);
		c = cur_on(buf_bytes(&b));
		assert_int_equal(recode(&c, &w, NULL, &e), 0);
		same(golden[i].name, &b, &out);
	}
	binw_release(&w);
	buf_release(&b);
	buf_release(&out);
	bin_types_release(&types);
}

static void
person(struct binw *w, unsigned flags, struct err *e)
{
	binw_begin(w, bin_type_id(slice_str("demo.Person")),
	    slice_of(NULL, 0), flags);
	binw_field(w, bin_field_id(slice_str("id")));
	bin_put_int(w->out, 7);
	binw_field(w, bin_field_id(slice_str("name")));
	bin_put_string(w->out, slice_str("Bob"));
	assert_int_equal(binw_end(w, NULL, e), 0);
}

static void
test_person(void **state)
{
	struct buf b = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	struct binw w = { .out = &out };
	struct err e;

	(void)state;
	unhex(&b, "67012b00c06d57fceaade02827000000f3f1dc3925000000"
	    "0307000000 0903000000426f62 181d");
	unhex(&b, "67010b00c06d57fceaade0282f000000f3f1dc3925000000"
	    "0307000000 0903000000426f62 1b0d000018 8b7a33001d");
	person(&w, BIN_USER_TYPE | BIN_COMPACT, &e);
	person(&w, BIN_USER_TYPE, &e);
	same("person", &b, &out);

	buf_reset(&b);
	buf_reset(&out);
	unhex(&b, "67012f00c06d57fcff6cce7f27000000dd03346322000000"
	    "0307000000 0309000000 18 1d000000");
	binw_begin(&w, -61379136, slice_of(NULL, 0), 0x21);
	binw_field(&w, 3355);
	bin_put_int(&out, 7);
	binw_raw(&w);
	bin_put_int(&out, 9);
	assert_int_equal(binw_end(&w, NULL, &e), 0);
	same("raw", &b, &out);

	buf_reset(&b);
	buf_reset(&out);
	unhex(&b, "670121008239a56a0100000018000000c59d1c8118000000");
	binw_begin(&w, 0x6aa53982, slice_of(NULL, 0), 0x21);
	assert_int_equal(binw_end(&w, NULL, &e), 0);
	same("empty", &b, &out);
	binw_release(&w);
	buf_release(&b);
	buf_release(&out);
}

/* The offset of the last field decides on the width. */
static void
width(size_t before, unsigned expected)
{
	unsigned char *zeros = calloc(1, before + 1);
	struct buf out = { NULL, 0, 0 };
	struct binw w = { .out = &out };
	struct bin_obj o;
	struct err e;

	binw_begin(&w, 1, slice_of(NULL, 0), BIN_USER_TYPE | BIN_COMPACT);
	binw_field(&w, 1);
	bin_put_bytes(&out, slice_of(zeros, before - 24 - 5));
	binw_field(&w, 2);
	bin_put_null(&out);
	assert_int_equal(binw_end(&w, NULL, &e), 0);
	assert_int_equal(bin_obj_open(buf_bytes(&out), &o, &e), 0);
	assert_int_equal(o.flags & (BIN_OFFSET_1 | BIN_OFFSET_2), expected);
	assert_int_equal(bin_obj_field(&o, 0).n, before - 24);
	assert_int_equal(bin_obj_field(&o, 1).n, 1);
	assert_int_equal(o.hash,
	    bin_obj_hash(slice_of(out.p + 24, before - 24 + 1)));
	binw_release(&w);
	buf_release(&out);
	free(zeros);
}

static void
test_width(void **state)
{
	(void)state;
	width(255, BIN_OFFSET_1);
	width(256, BIN_OFFSET_2);
	width(65535, BIN_OFFSET_2);
	width(65536, 0);
}

/* Objects in objects, one forgotten half way. */
static void
test_nesting(void **state)
{
	struct buf out = { NULL, 0, 0 };
	struct binw w = { .out = &out };
	struct bin_obj o, in;
	struct err e;

	(void)state;
	binw_begin(&w, 5, slice_of(NULL, 0), 0);
	binw_field(&w, 1);
	binw_reset(&w);
	buf_reset(&out);

	binw_begin(&w, 0, slice_str("a.B"), BIN_USER_TYPE);
	binw_field(&w, 1);
	binw_begin(&w, 6, slice_of(NULL, 0), BIN_USER_TYPE);
	binw_field(&w, 2);
	bin_put_long(&out, 9);
	binw_field(&w, 3);
	bin_put_bool(&out, true);
	assert_int_equal(binw_end(&w, NULL, &e), 0);
	binw_field(&w, 4);
	bin_put_uuid(&out, 1, 2);
	assert_int_equal(binw_end(&w, NULL, &e), 0);

	assert_int_equal(bin_obj_open(buf_bytes(&out), &o, &e), 0);
	assert_int_equal(o.all.n, out.n);
	assert_true(slice_eq(o.name, slice_str("a.B")));
	assert_int_equal(o.n, 2);
	assert_int_equal(o.data, 24 + 5 + 3);
	assert_int_equal(o.hash,
	    bin_obj_hash(slice_of(out.p + o.data, o.footer - o.data)));
	assert_int_equal(bin_obj_field_id(&o, 1), 4);
	assert_int_equal(bin_obj_open(bin_obj_field(&o, 0), &in, &e), 0);
	assert_int_equal(in.n, 2);
	assert_int_equal(bin_obj_field_id(&in, 1), 3);
	binw_release(&w);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goldens),
		cmocka_unit_test(test_person),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
