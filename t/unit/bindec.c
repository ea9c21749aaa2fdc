#include "test.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>

#include "bindec.h"

/* Text in, text expected back (the same if NULL; none if ""), scale, hex. */
static const struct {
	const char *in, *out;
	int32_t scale;
	const char *hex;
} cases[] = {
	{ "0", NULL, 0, "00" },
	{ "0.00", NULL, 2, "00" },
	{ "-0", "0", 0, "00" },
	{ "123.45", NULL, 2, "3039" },
	{ "-123.45", NULL, 2, "B039" },
	{ "+1", "1", 0, "01" },
	{ "1.0", NULL, 1, "0A" },
	{ "128", NULL, 0, "0080" },
	{ "-128", NULL, 0, "8080" },
	{ "12E3", "1.2E+4", -3, "0C" },
	{ "1e-10", "1E-10", 10, "01" },
	{ "0E+3", NULL, -3, "00" },
	{ "0.000001", NULL, 6, "01" },
	{ "1E-7", NULL, 7, "01" },
	{ ".5", "0.5", 1, "05" },
	{ "5.", "5", 0, "05" },
	{ "1E+2147483648", NULL, INT32_MIN, "01" },
	{ "1E-2147483647", NULL, INT32_MAX, "01" },
	{ "999999999999999999", NULL, 0, "0DE0B6B3A763FFFF" },
	{ "000000000000000000000000000000000001", "1", 0, "01" },
};

static void
test_cases(void **state)
{
	struct buf m = { NULL, 0, 0 }, t = { NULL, 0, 0 };
	char hex[64];
	int32_t scale;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		buf_reset(&m);
		buf_reset(&t);
		if (!bindec_parse(slice_str(cases[i].in), &scale, &m))
			fail_msg("%s is no number", cases[i].in);
		for (j = 0; j < m.n; j++)
			snprintf(hex + j * 2, 3, "%02X", m.p[j]);
		assert_string_equal(hex, cases[i].hex);
		assert_int_equal(scale, cases[i].scale);
		assert_true(bindec_text(&t, scale, buf_bytes(&m)));
		buf_u8(&t, 0);
		assert_string_equal((char *)t.p,
		    cases[i].out == NULL ? cases[i].in : cases[i].out);
	}
	buf_release(&m);
	buf_release(&t);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = {
		"", "-", "+", ".", "1a", "1..2", "1.2.3", "e5", "1e", "1e+",
		" 1", "1 ", "--1", "0x1", "1E+2147483649", "1E-2147483648",
		"1E99999999999999999999", "NaN"
	};
	struct buf m = { NULL, 0, 0 };
	int32_t scale;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		if (bindec_parse(slice_str(bad[i]), &scale, &m) || m.n != 0)
			fail_msg("%s is a number", bad[i]);
	buf_release(&m);
}

/* Any bytes, against OpenSSL's conversion; and there and back. */
static void
test_bignum(void **state)
{
	unsigned char bytes[600];
	struct buf t = { NULL, 0, 0 }, m = { NULL, 0, 0 };
	size_t i, n, round;
	int32_t scale;
	BIGNUM *bn;
	char *dec;

	(void)state;
	test_seed();
	for (round = 0; round < test_rounds(300); round++) {
		n = 1 + test_below(round % 10 == 0 ? sizeof bytes : 24);
		for (i = 0; i < n; i++)
			bytes[i] = (unsigned char)(test_below(4) == 0 ? 0 :
			    test_u64());
		buf_reset(&t);
		assert_true(bindec_unsigned_text(&t, slice_of(bytes, n)));
		buf_u8(&t, 0);
		bn = BN_bin2bn(bytes, (int)n, NULL);
		dec = BN_bn2dec(bn);
		assert_string_equal((char *)t.p, dec);
		OPENSSL_free(dec);
		BN_free(bn);

		buf_reset(&m);
		assert_true(bindec_parse(slice_of(t.p, t.n - 1), &scale, &m));
		buf_reset(&t);
		bindec_to_twos(&t, buf_bytes(&m));
		for (i = 0; i < n - 1 && bytes[i] == 0; i++)
			;
		if (bytes[i] >= 0x80) {
			assert_int_equal(t.p[0], 0);
			assert_memory_equal(t.p + 1, bytes + i, n - i);
		} else {
			assert_int_equal(t.n, n - i);
			assert_memory_equal(t.p, bytes + i, n - i);
		}
	}
	buf_release(&t);
	buf_release(&m);
}

static void
twos(const char *text, const char *hex)
{
	struct buf m = { NULL, 0, 0 }, t = { NULL, 0, 0 }, b = { NULL, 0, 0 };
	char got[64];
	int32_t scale;
	size_t i;

	assert_true(bindec_parse(slice_str(text), &scale, &m));
	bindec_to_twos(&t, buf_bytes(&m));
	for (i = 0; i < t.n; i++)
		snprintf(got + i * 2, 3, "%02X", t.p[i]);
	assert_string_equal(got, hex);
	bindec_from_twos(&b, buf_bytes(&t));
	assert_true(slice_eq(buf_bytes(&b), buf_bytes(&m)));
	/* A longer form of the same number means the same. */
	buf_reset(&b);
	buf_u8(&b, t.p[0] & 0x80 ? 0xff : 0);
	buf_add(&b, t.p, t.n);
	buf_reset(&t);
	bindec_from_twos(&t, buf_bytes(&b));
	assert_true(slice_eq(buf_bytes(&t), buf_bytes(&m)));
	buf_release(&m);
	buf_release(&t);
	buf_release(&b);
}

static void
test_twos(void **state)
{
	struct buf b = { NULL, 0, 0 };

	(void)state;
	twos("0", "00");
	twos("1", "01");
	twos("-1", "FF");
	twos("127", "7F");
	twos("128", "0080");
	twos("-128", "80");
	twos("-129", "FF7F");
	twos("-256", "FF00");
	twos("256", "0100");
	twos("-32768", "8000");
	twos("65535", "00FFFF");
	bindec_from_twos(&b, slice_of("", 0));
	assert_true(slice_eq(buf_bytes(&b), slice_of("\0", 1)));
	buf_reset(&b);
	bindec_to_twos(&b, slice_of("", 0));
	assert_true(slice_eq(buf_bytes(&b), slice_of("\0", 1)));
	buf_release(&b);
}

static void
test_large(void **state)
{
	unsigned char *p = malloc(BINDEC_MAX + 1);
	struct buf t = { NULL, 0, 0 }, m = { NULL, 0, 0 };
	int32_t scale;

	(void)state;
	memset(p, 0x7f, BINDEC_MAX + 1);
	assert_false(bindec_text(&t, 0, slice_of(p, BINDEC_MAX + 1)));
	assert_int_equal(t.n, 0);
	assert_true(bindec_text(&t, 0, slice_of(p, BINDEC_MAX)));
	assert_true(bindec_parse(buf_bytes(&t), &scale, &m));
	assert_true(slice_eq(buf_bytes(&m), slice_of(p, BINDEC_MAX)));
	buf_add(&t, "0000000000000000", 16);
	buf_reset(&m);
	assert_false(bindec_parse(buf_bytes(&t), &scale, &m));
	buf_release(&t);
	buf_release(&m);
	free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bignum),
		cmocka_unit_test(test_twos),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
