#include "test.h"

#include "binskip.h"
#include "goldens.h"

static int
skip_all(struct slice s)
{
	struct cur c = cur_on(s);
	struct err e = { .status = 0 };

	if (bin_skip(&c, NULL, &e) < 0) {
		assert_int_equal(e.status, EX_DATAERR);
		assert_ptr_equal(c.p, s.p);
		return -1;
	}
	return cur_left(&c) == 0 ? 0 : 1;
}

static int
skip_hex(const char *hex)
{
	struct buf b = { NULL, 0, 0 };
	int r;

	unhex(&b, hex);
	r = skip_all(buf_bytes(&b));
	buf_release(&b);
	return r;
}

static void
test_goldens(void **state)
{
	struct buf b = { NULL, 0, 0 };
	unsigned char *copy;
	size_t i, n;

	(void)state;
	for (i = 0; i < GOLDEN_N; i++) {
		buf_reset(&b);
		unhex(&b, golden[i].hex);
		if (skip_all(buf_bytes(&b)) != 0)
			fail_msg("%s", golden[i].name);
		/* Every cut is noticed; in a block of its own for valgrind. */
		for (n = 0; n < b.n; n++) {
			copy = malloc(n + 1);
			memcpy(copy, b.p, n);
			if (skip_all(slice_of(copy, n)) != -1)
				fail_msg("%s cut to %zu", golden[i].name, n);
			free(copy);
		}
		/* And what is behind a value is left alone. */
		buf_u8(&b, 3);
		if (skip_all(buf_bytes(&b)) != 1)
			fail_msg("%s", golden[i].name);
	}
	buf_release(&b);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = {
		"", "00", "63", "fd00000000", "68",
		"09ffffffff", "0900000080", "0903000000 6161",
		"18ffffffff01", "180200000001 65", "1901000000 01 65",
		"13ffffff7f", "11ffffff1f 00",
		"1401000000 0300000000",		/* int in String[] */
		"1501000000 0900000000", "1601000000 0801",
		"1d01000000 01000000 0300000000",	/* int in enum[] */
		"1c00000000 65 00000000",		/* enum of no type */
		"6601000000", "6600000000", "66ffffffff",
		"1801000000 01 6600000000",
		"1801000000 01 6605000000",		/* not where a value is */
		"1801000000 01 6607000000",		/* outside */
		"1802000000 01 6606000000 6605000000",	/* handle to handle */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		if (skip_hex(bad[i]) != -1)
			fail_msg("%s", bad[i]);
	assert_int_equal(skip_hex("1801000000 01 6606000000"), 0);
	assert_int_equal(skip_hex("1401000000 65"), 0);
	assert_int_equal(skip_hex("2301000000 00000000 65 65"), 0);
}

#define HEAD "67012b00c06d57fceaade028"

static void
test_fields(void **state)
{
	(void)state;
	assert_int_equal(skip_hex(HEAD "27000000f3f1dc3925000000"
	    "0307000000 0903000000426f62 181d"), 0);
	/* Offsets that do not follow one another. */
	assert_int_equal(skip_hex(HEAD "27000000f3f1dc3925000000"
	    "0307000000 0903000000426f62 1d18"), -1);
	assert_int_equal(skip_hex(HEAD "27000000f3f1dc3925000000"
	    "0307000000 0903000000426f62 181c"), -1);
	/* A string that runs into the footer, and over it. */
	assert_int_equal(skip_hex(HEAD "27000000f3f1dc3925000000"
	    "0307000000 0904000000426f62 181d"), -1);
	assert_int_equal(skip_hex(HEAD "27000000f3f1dc3925000000"
	    "0307000000 0903000080426f62 181d"), -1);
	/* A byte between fields and footer. */
	assert_int_equal(skip_hex(HEAD "28000000f3f1dc3926000000"
	    "0307000000 0903000000426f62 00 181d"), -1);
	/* A footer with a byte too many: entries are of two here. */
	assert_int_equal(skip_hex("67013300c06d57fceaade028"
	    "20000000f3f1dc391d000000 0307000000 1800 00"), -1);
	/* A wrapped one whose handle points out of its block, to an int. */
	assert_int_equal(skip_hex("1802000000 01 0105 1b1e000000"
	    "67012b000500000000000000 1e000000000000001d000000"
	    "661f000000 18 00000000"), -1);
	/* One field, and a footer of no field. */
	assert_int_equal(skip_hex(HEAD "1d000000f3f1dc391d000000"
	    "0307000000"), -1);
}

/* One in another, n lists deep, an int inside. */
static int
skip_deep(int n, const char *level)
{
	struct buf b = { NULL, 0, 0 };
	int i, r;

	for (i = 0; i < n; i++)
		unhex(&b, level);
	unhex(&b, "0300000000");
	r = skip_all(buf_bytes(&b));
	buf_release(&b);
	return r;
}

static void
test_depth(void **state)
{
	(void)state;
	assert_int_equal(skip_deep(BIN_DEPTH, "1801000000 01"), 0);
	assert_int_equal(skip_deep(BIN_DEPTH + 1, "1801000000 01"), -1);
	assert_int_equal(skip_deep(BIN_DEPTH, "17ffffffff01000000"), 0);
	assert_int_equal(skip_deep(BIN_DEPTH + 1, "17ffffffff01000000"), -1);
	assert_int_equal(skip_deep(100000, "2300000000"), -1);
}

struct seen {
	int32_t types[16];
	int32_t schemas[16];
	unsigned flags[16];
	int n;
};

static void
see(void *arg, int32_t type_id, int32_t schema_id, unsigned flags)
{
	struct seen *seen = arg;

	if (seen->n < 16) {
		seen->types[seen->n] = type_id;
		seen->schemas[seen->n] = schema_id;
		seen->flags[seen->n] = flags;
		seen->n++;
	}
}

static void
test_visit(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct seen seen = { .n = 0 };
	struct bin_visit visit = { see, &seen };
	struct err e;
	struct cur c;

	(void)state;
	/* A list of a wrapped person, an enum, an enum by class name. */
	unhex(&b, "1803000000 01 1b27000000" HEAD "27000000f3f1dc3925000000"
	    "0307000000 0903000000426f62 181d 00000000"
	    "1cc40ab6b001000000 2600000000 090b000000"
	    "64656d6f2e506572736f6e 00000000");
	c = cur_on(buf_bytes(&b));
	assert_int_equal(bin_skip(&c, &visit, &e), 0);
	assert_int_equal(seen.n, 3);
	assert_int_equal(seen.types[0], -61379136);
	assert_int_equal(seen.schemas[0], 970781171);
	assert_int_equal(seen.flags[0], 0x2b);
	assert_int_equal(seen.types[1], -1330246972);
	assert_int_equal(seen.flags[1], BIN_IS_ENUM);
	assert_int_equal(seen.types[2], -61379136);

	/* With handles too: trees has its map's object, then itself again. */
	seen.n = 0;
	buf_reset(&b);
	unhex(&b, golden_named("trees")->hex);
	c = cur_on(buf_bytes(&b));
	assert_int_equal(bin_skip(&c, &visit, &e), 0);
	assert_true(seen.n >= 2);
	assert_int_equal(seen.types[0], -1314464778);

	/*
	 * What only Java reads: a Duration, a stream of Java's own, a class
	 * by its id, one by its name.
	 */
	seen.n = 0;
	buf_reset(&b);
	unhex(&b, "1804000000 01"
	    "fe14000000 65ebdf3606 b248 01 ffffffffffffffff 05000000"
	    "fe06000000 fe aced000578"
	    "20 c40ab6b0"
	    "20 00000000 090b000000 64656d6f2e506572736f6e");
	c = cur_on(buf_bytes(&b));
	assert_int_equal(bin_skip(&c, &visit, &e), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.types[0], 0x0636dfeb);
	assert_int_equal(seen.flags[0], BIN_IS_CLASS);
	assert_int_equal(seen.types[1], -1330246972);
	assert_int_equal(seen.flags[1], BIN_IS_CLASS);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goldens),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_visit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
