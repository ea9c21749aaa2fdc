#include "test.h"

#include "binjava.h"
#include "goldens.h"

static bool
get(const struct buf *b, struct binjava *j)
{
	struct cur c = cur_on(buf_bytes(b));
	struct bin_val v;

	assert_true(bin_next(&c, &v));
	return v.code == BIN_JAVA && binjava_get(v.s, j);
}

/* All that is understood is written as it was; a cut one is not understood. */
static void
test_round(void **state)
{
	struct buf b = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	struct binjava j;
	size_t i, n, k = 0;

	(void)state;
	for (i = 0; i < GOLDEN_N; i++) {
		buf_reset(&b);
		buf_reset(&out);
		unhex(&b, golden[i].hex);
		if (!get(&b, &j))
			continue;
		k++;
		binjava_put(&out, &j);
		assert_true(slice_eq(buf_bytes(&b), buf_bytes(&out)));
		for (n = 0; n < b.n - 5; n++)
			assert_false(binjava_get(slice_of(b.p + 5, n), &j));
		buf_u8(&b, 0);
		assert_false(binjava_get(slice_of(b.p + 5, b.n - 5), &j));
	}
	assert_int_equal(k, 55);
	buf_release(&b);
	buf_release(&out);
}

static void
check(const char *hex, const char *text)
{
	struct buf b = { NULL, 0, 0 }, out = { NULL, 0, 0 };
	struct binjava j;

	unhex(&b, hex);
	if (text == NULL) {
		assert_false(binjava_get(buf_bytes(&b), &j));
	} else {
		assert_true(binjava_get(buf_bytes(&b), &j));
		assert_true(binjava_text(&out, &j));
		buf_u8(&out, 0);
		assert_string_equal((char *)out.p, text);
	}
	buf_release(&b);
	buf_release(&out);
}

#define SER "65ebdf3606b248"
#define BIG "6618bf02c51dfb fffffffffffffffffefffffffeffffff 09"

static void
test_strict(void **state)
{
	(void)state;
	/* java.sql.Date: at midnight a date, else a moment. */
	check("663aded5409766 0000000000000000", "1970-01-01");
	check("663aded5409766 ffffffffffffffff", "1969-12-31T23:59:59.999Z");
	check(SER "03 e8070000 021d", "2024-02-29");
	check(SER "03 e7070000 021d", NULL);	/* no leap year */
	check(SER "03 6c070000 021d", NULL);	/* 1900 neither */
	check(SER "03 d0070000 021d", "2000-02-29");
	check(SER "03 e8070000 0d01", NULL);
	check(SER "03 e8070000 0100", NULL);
	check(SER "03 00ca9a3b 0101", NULL);
	check(SER "04 e8", "23:00:00");
	check(SER "04 e7", NULL);		/* 24 h */
	check(SER "04 01ff", NULL);		/* Java leaves a 0 out */
	check(SER "04 0102ff", NULL);
	check(SER "04 01020300000000", NULL);
	check(SER "04 01020300ca9a3b", NULL);
	check(SER "08 49", NULL);		/* +18:15 */
	check(SER "08 7f10270000", "+02:46:40");
	check(SER "08 7f84030000", NULL);	/* a quarter hour has a byte */
	check(SER "06 e8070000 021d fe 00 0804", NULL);	/* two offsets */
	check(SER "07 00000000", NULL);
	check(SER "07 010000005a", NULL);
	check(SER "07 020000005a41", "ZA");
	check(SER "07 020000005a22", NULL);
	check(SER "07 02000000305a", NULL);
	check(SER "00", NULL);
	check(SER "0f", NULL);
	check(SER "01 0000000000000000 00ca9a3b", NULL);
	check(SER "0d 021e", NULL);
	check(BIG "00000000 01000000", NULL);
	check(BIG "01000000 01 00000000", NULL);
	check(BIG "02000000 0001 01000000", NULL);
	check("", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
