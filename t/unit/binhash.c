#include "test.h"

#include "binhash.h"
#include "binid.h"
#include "binwrite.h"
#include "goldens.h"

static bool
hash_hex(const char *hex, const struct bin_affinity *a, int32_t *h)
{
	struct buf b = { NULL, 0, 0 };
	bool r;

	unhex(&b, hex);
	r = bin_hash(buf_bytes(&b), a, h);
	buf_release(&b);
	return r;
}

static void
test_java(void **state)
{
	size_t i, n = 0;
	int32_t h;

	(void)state;
	for (i = 0; i < GOLDEN_N; i++) {
		if (!golden[i].hashed)
			continue;
		n++;
		if (!hash_hex(golden[i].hex, NULL, &h) || h != golden[i].hash)
			fail_msg("%s", golden[i].name);
	}
	assert_true(n > 30);
}

static void
test_others(void **state)
{
	int32_t h;

	(void)state;
	/* Arrays.hashCode of {1, 2, -3}, and of {1, -2} as long. */
	assert_true(hash_hex("0c03000000 0102fd", NULL, &h));
	assert_int_equal(h, ((31 + 1) * 31 + 2) * 31 - 3);
	assert_true(hash_hex("0f02000000 0100000000000000 feffffffffffffff",
	    NULL, &h));
	assert_int_equal(h, (31 + 1) * 31 + (-1 ^ -2));
	assert_true(hash_hex("1302000000 0100", NULL, &h));
	assert_int_equal(h, (31 + 1231) * 31 + 1237);
	assert_true(hash_hex("26 02000000 03000000", NULL, &h));
	assert_int_equal(h, 31 * 2 + 3);
	/* NaN of other bits is the same key to Java. */
	assert_true(hash_hex("05010080ff", NULL, &h));
	assert_int_equal(h, 0x7fc00000);
	assert_true(hash_hex("0601000000000ff07f", NULL, &h));
	assert_int_equal(h, 0x7ff80000);
	assert_false(hash_hex("1800000000 01", NULL, &h));
	assert_false(hash_hex("fe00000000", NULL, &h));
	assert_false(hash_hex("65", NULL, &h));
	assert_false(hash_hex("", NULL, &h));
}

/* Type 7 with fields "org" (compact or not) and "id". */
static void
write_key(struct buf *b, unsigned flags, bool null)
{
	struct binw w = { .out = b };
	struct err e;

	binw_begin(&w, 7, slice_of(NULL, 0), flags);
	binw_field(&w, bin_field_id(slice_str("id")));
	bin_put_int(b, 5);
	binw_field(&w, bin_field_id(slice_str("org")));
	if (null)
		bin_put_null(b);
	else
		bin_put_string(b, slice_str("acme"));
	assert_int_equal(binw_end(&w, NULL, &e), 0);
	binw_release(&w);
}

static int32_t
key_hash(unsigned flags, bool null, const struct bin_affinity *a)
{
	struct buf b = { NULL, 0, 0 };
	int32_t h = 0;

	write_key(&b, flags, null);
	if (!bin_hash(buf_bytes(&b), a, &h))
		h = -1;
	buf_release(&b);
	return h;
}

static void
test_affinity(void **state)
{
	const int32_t org = bin_field_id(slice_str("org"));
	const int32_t ids[] = { bin_field_id(slice_str("id")), org };
	const int32_t acme = bin_java_hash(slice_str("acme"));
	struct bin_key_field other = { 8, org }, key = { 7, ids[0] };
	struct bin_types types = { .n = 0 };
	struct bin_affinity a = { &other, 1, NULL };
	struct bin_type *t;
	int32_t whole = key_hash(BIN_COMPACT, false, NULL);

	(void)state;
	assert_int_not_equal(whole, acme);
	assert_int_equal(key_hash(BIN_COMPACT, false, &a), whole);
	a.types = &types;
	assert_int_equal(key_hash(BIN_COMPACT, false, &a), whole);

	/* The type's description names a field. */
	t = bin_type_new(7, slice_str("K"), slice_str("ORG"), false);
	bin_type_add_field(t, slice_str("id"), BIN_INT, ids[0]);
	bin_type_add_field(t, slice_str("org"), BIN_STRING, org);
	bin_type_add_schema(t, bin_schema_id(ids, 2), ids, 2);
	assert_int_equal(bin_types_take(&types, t, NULL), 1);
	assert_int_equal(key_hash(BIN_COMPACT, false, &a), acme);
	assert_int_equal(key_hash(0, false, &a), acme);
	assert_int_equal(key_hash(BIN_COMPACT, true, &a),
	    key_hash(BIN_COMPACT, true, NULL));

	/* The key configuration goes first. */
	a.keys = &key;
	assert_int_equal(key_hash(BIN_COMPACT, false, &a), 5);
	/* Without its schema a compact key cannot be told. */
	a.types = NULL;
	assert_int_equal(key_hash(BIN_COMPACT, false, &a), -1);
	assert_int_equal(key_hash(0, false, &a), 5);
	bin_types_release(&types);
}

static void
test_partition(void **state)
{
	(void)state;
	assert_int_equal(bin_partition(0, 1024), 0);
	assert_int_equal(bin_partition(0x12345678, 1024),
	    (0x5678 ^ 0x1234) & 1023);
	assert_int_equal(bin_partition(-1, 1024), 0);
	assert_int_equal(bin_partition(-2, 16), 1);
	assert_int_equal(bin_partition(-70000, 1024),
	    (0xee90 ^ 0xfffe) & 1023);
	assert_int_equal(bin_partition(-70001, 100), 1);
	assert_int_equal(bin_partition(70099, 100), 99);
	assert_int_equal(bin_partition(INT32_MIN, 100), 48);
	assert_int_equal(bin_partition(INT32_MIN, 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_java),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_affinity),
		cmocka_unit_test(test_partition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
