#include "test.h"

#include <math.h>

#include <jansson.h>

#include "binid.h"
#include "binskip.h"
#include "binwrite.h"
#include "goldens.h"
#include "show.h"

static void
check(const struct buf *b, const struct bin_types *types, const char *json)
{
	struct buf out = { NULL, 0, 0 };
	struct err e = { .text = "" };
	json_error_t je;
	json_t *j;

	if (show_value(&out, buf_bytes(b), types, &e) < 0)
		fail_msg("%s: %s", json, e.text);
	j = json_loadb((char *)out.p, out.n,
	    JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &je);
	if (j == NULL)
		fail_msg("%.*s: %s", (int)out.n, (char *)out.p, je.text);
	json_decref(j);
	buf_u8(&out, 0);
	assert_string_equal((char *)out.p, json);
	buf_release(&out);
}

static void
shows(const char *hex, const char *json)
{
	struct buf b = { NULL, 0, 0 };

	unhex(&b, hex);
	check(&b, NULL, json);
	buf_release(&b);
}

static void
test_goldens(void **state)
{
	struct bin_types types = { .n = 0 };
	struct buf b = { NULL, 0, 0 };
	size_t i;

	(void)state;
	golden_add_types(&types);
	for (i = 0; i < GOLDEN_N; i++) {
		buf_reset(&b);
		unhex(&b, golden[i].hex);
		check(&b, &types, golden[i].json);
	}
	buf_release(&b);
	bin_types_release(&types);
}

static void
test_unknown(void **state)
{
	(void)state;
	shows(golden_named("person")->hex, "{\"@type\":2075143188,"
	    "\"@schema\":970781171,\"@fields\":[7,\"Bob\"]}");
	shows(golden_named("full person")->hex,
	    "{\"@type\":2075143188,\"#3355\":7,\"#3373707\":\"Bob\"}");
	shows(golden_named("enum")->hex,
	    "{\"@enum\":-1330246972,\"@ordinal\":1}");
	shows("2600000000 0901000000 41 02000000",
	    "{\"@enum\":\"A\",\"@ordinal\":2}");
	shows("2009000000", "{\"@class\":9}");
	shows("2000000000 0901000000 41", "{\"@class\":\"A\"}");
	shows("2302000000 05000000 00000000 0901000000 41 0801",
	    "{\"@proxy\":[5,\"A\"],\"@handler\":true}");
	shows("fe02000000 6500", "{\"@java\":\"ZQA=\"}");
	shows("2100000000000000 0040420f00",
	    "{\"@timestamp\":[0,1000000]}");
	shows("1b27000000 67012b00c06d57fceaade02827000000f3f1dc3925000000"
	    "0307000000 0903000000426f62 181d 00000000",
	    "{\"@type\":-61379136,\"@schema\":970781171,"
	    "\"@fields\":[7,\"Bob\"]}");
}

static void
test_scalars(void **state)
{
	(void)state;
	shows("0904000000 6122ff0a", "\"a\\\"\xef\xbf\xbd\\n\"");
	shows("0903000000 005c1f", "\"\\u0000\\\\\\u001f\"");
	shows("07 00d8", "\"\xef\xbf\xbd\"");
	shows("1203000000 3dd8 00de 00d8", "\"😀\xef\xbf\xbd\"");
	shows("0802", "true");
	shows("24 ffffffffffffffff", "\"1969-12-31T23:59:59.999Z\"");
	shows("24 ff5b260500000000", "\"23:59:59.999\"");
	shows("0b 0000000000000080", "\"-292275055-05-16T16:47:04.192Z\"");
	shows("0b ffffffffffffff7f", "\"+292278994-08-17T07:12:55.807Z\"");
	shows("06 0000000000000080", "-0.0");
	shows("06 000000000000f07f", "\"Infinity\"");
	shows("06 0100000000000000", "4.94065645841247e-324");
	shows("05 cdcccc3d", "0.1");
	shows("04 ffffffffffffff7f", "9223372036854775807");
	shows("1e00000000 00000000", "\"0\"");
	shows("1300000000", "[]");
	shows("1800000000 01", "[]");
	shows("1900000000 01", "{}");
}

static void
test_maps(void **state)
{
	(void)state;
	shows("1902000000 01 0901000000 61 0801 0900000000 65",
	    "{\"a\":true,\"\":null}");
	/* Keys that are not all proper strings: pairs. */
	shows("1902000000 01 0901000000 61 0801 0101 65",
	    "[[\"a\",true],[1,null]]");
	shows("1901000000 01 0901000000 00 65", "[[\"\\u0000\",null]]");
	shows("1901000000 01 0901000000 ff 65", "[[\"\xef\xbf\xbd\",null]]");
	shows("1901000000 01 65 65", "[[null,null]]");
}

static void
test_handles(void **state)
{
	(void)state;
	shows("1802000000 01 1801000000 01 0105 6608000000", "[[5],[5]]");
	shows("1801000000 01 6606000000", "[{\"@ref\":0}]");
	shows("1802000000 01 1801000000 01 660c000000 660b000000",
	    "[[{\"@ref\":0}],[{\"@ref\":0}]]");
}

/* An object taken out of another, with a handle to what it shared with it. */
static void
test_block(void **state)
{
	static const char object[] = "67012b000500000000000000"
	    "1e000000000000001d000000 6607000000 18";
	struct buf b = { NULL, 0, 0 };
	struct cur c;
	struct err e;

	(void)state;
	unhex(&b, "1b26000000 1801000000 01 0107");
	unhex(&b, object);
	unhex(&b, "08000000");
	/* 24 bytes of header behind the 8 of the list, 32 back. */
	b.p[5 + 8 + 25] = 32;
	check(&b, NULL, "{\"@type\":5,\"@schema\":0,\"@fields\":[[7]]}");
	c = cur_on(bin_unwrap(buf_bytes(&b)));
	assert_int_equal(bin_skip(&c, NULL, &e), -1);
	/* Not a value there: said so. */
	b.p[5 + 8 + 25] = 30;
	check(&b, NULL, "{\"@type\":5,\"@schema\":0,"
	    "\"@fields\":[{\"@ref\":2}]}");
	/* Outside of the block. */
	b.p[5 + 8 + 25] = 33;
	c = cur_on(buf_bytes(&b));
	assert_int_equal(bin_skip(&c, NULL, &e), -1);
	buf_release(&b);
}

/* Each list holds the one before twice: 40 of them would be 2^40 values. */
static void
test_bomb(void **state)
{
	struct buf b = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	size_t before, at;
	struct err e;
	json_t *j;
	int i;

	(void)state;
	bin_put_coll(&b, BIN_ARRAY_LIST, 41);
	before = b.n;
	bin_put_coll(&b, BIN_ARRAY_LIST, 0);
	for (i = 0; i < 40; i++) {
		at = b.n;
		bin_put_coll(&b, BIN_ARRAY_LIST, 2);
		buf_u8(&b, BIN_HANDLE);
		buf_u32(&b, (uint32_t)(b.n - 1 - before));
		buf_u8(&b, BIN_HANDLE);
		buf_u32(&b, (uint32_t)(b.n - 1 - before));
		before = at;
	}
	assert_int_equal(show_value(&out, buf_bytes(&b), NULL, &e), 0);
	assert_true(out.n < 200000);
	j = json_loadb((char *)out.p, out.n, 0, NULL);
	assert_non_null(j);
	json_decref(j);
	buf_release(&b);
	buf_release(&out);
}

static void
test_refused(void **state)
{
	struct buf b = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	struct err e;

	(void)state;
	unhex(&b, "0901000000");
	assert_int_equal(show_value(&out, buf_bytes(&b), NULL, &e), -1);
	assert_int_equal(e.status, EX_DATAERR);
	buf_reset(&b);
	unhex(&b, "0105 00");
	assert_int_equal(show_value(&out, buf_bytes(&b), NULL, &e), -1);
	assert_int_equal(out.n, 0);
	assert_int_equal(show_value(&out, slice_of(NULL, 0), NULL, &e), -1);
	buf_release(&b);
	buf_release(&out);
}

/* Whatever the bits, the number reads back as those. */
static void
test_numbers(void **state)
{
	struct buf b = { NULL, 0, 0 };
	uint64_t bits;
	uint32_t half;
	double d;
	float f;
	size_t i;

	(void)state;
	test_seed();
	for (i = 0; i < test_rounds(20000); i++) {
		bits = test_u64();
		half = (uint32_t)bits;
		memcpy(&d, &bits, sizeof d);
		memcpy(&f, &half, sizeof f);
		if (isfinite(d)) {
			buf_reset(&b);
			show_double(&b, d);
			buf_u8(&b, 0);
			assert_true(strtod((char *)b.p, NULL) == d);
		}
		if (isfinite(f)) {
			buf_reset(&b);
			show_float(&b, f);
			buf_u8(&b, 0);
			assert_true(strtof((char *)b.p, NULL) == f);
		}
	}
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goldens),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_handles),
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
