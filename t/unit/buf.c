#include "test.h"

#include "buf.h"

#include "mem.h"

/* A long run of writes equals the same bytes put together by hand. */
static void
holds_what_was_written(void **state)
{
	struct buf b = { NULL, 0, 0 };
	unsigned char *want = mem_alloc(1 << 20), some[300];
	size_t n = 0, k;
	uint64_t i, v;

	(void)state;
	test_seed();
	for (i = 0; i < 5000; i++) {
		v = test_u64();
		switch (test_below(6)) {
		case 0:
			buf_u8(&b, (uint8_t)v);
			want[n++] = (uint8_t)v;
			break;
		case 1:
			buf_u16(&b, (uint16_t)v);
			le16_put(want + n, (uint16_t)v);
			n += 2;
			break;
		case 2:
			buf_u32(&b, (uint32_t)v);
			le32_put(want + n, (uint32_t)v);
			n += 4;
			break;
		case 3:
			buf_u64(&b, v);
			le64_put(want + n, v);
			n += 8;
			break;
		case 4:
			k = (size_t)test_below(sizeof some);
			memset(some, (int)(v & 0xff), k);
			buf_add(&b, some, k);
			memcpy(want + n, some, k);
			n += k;
			break;
		default:
			k = (size_t)test_below(n < 50 ? n + 1 : 50);
			buf_drop(&b, k);
			n -= k;
			memmove(want, want + k, n);
		}
		assert_int_equal(b.n, n);
		assert_true(b.n <= b.cap);
		assert_memory_equal(buf_bytes(&b).p, want, n);
	}
	free(want);
	buf_release(&b);
	assert_null(b.p);
}

static void
an_empty_one_is_not_null(void **state)
{
	struct buf b = { NULL, 0, 0 };

	(void)state;
	assert_non_null(buf_bytes(&b).p);
	assert_int_equal(buf_bytes(&b).n, 0);
	buf_add(&b, NULL, 0);
	assert_int_equal(b.n, 0);
	buf_drop(&b, 0);
	buf_release(&b);
	buf_release(&b);
}

static void
text_of_any_length(void **state)
{
	struct buf b = { NULL, 0, 0 };
	char long_one[5000];
	size_t n;

	(void)state;
	memset(long_one, 'x', sizeof long_one);
	for (n = 0; n < sizeof long_one; n += 61) {
		long_one[n] = '\0';
		buf_reset(&b);
		buf_fmt(&b, "<%s|%d>", long_one, 17);
		long_one[n] = 'x';
		assert_int_equal(b.n, n + 5);
		assert_memory_equal(b.p, "<", 1);
		assert_memory_equal(b.p + 1, long_one, n);
		assert_memory_equal(b.p + 1 + n, "|17>", 4);
	}
	buf_release(&b);
}

static void
a_length_can_be_set_later(void **state)
{
	struct buf b = { NULL, 0, 0 };

	(void)state;
	buf_u8(&b, 1);
	buf_u32(&b, 0);
	buf_u8(&b, 2);
	buf_patch_u32(&b, 1, 0x01020304);
	assert_int_equal(b.n, 6);
	assert_memory_equal(b.p, "\1\4\3\2\1\2", 6);
	buf_release(&b);
}

static void
detached_bytes_are_the_callers(void **state)
{
	struct buf b = { NULL, 0, 0 };
	unsigned char *p;
	size_t n;

	(void)state;
	buf_add(&b, "abc", 3);
	p = buf_detach(&b, &n);
	assert_int_equal(n, 3);
	assert_memory_equal(p, "abc", 3);
	assert_null(b.p);
	assert_int_equal(b.n, 0);
	buf_add(&b, "de", 2);
	assert_memory_equal(p, "abc", 3);
	free(p);
	buf_release(&b);
}

static void
slices_tell_null_from_empty(void **state)
{
	struct buf b = { NULL, 0, 0 };

	(void)state;
	buf_slice(&b, slice_of(NULL, 0));
	buf_slice(&b, slice_str(""));
	buf_slice(&b, slice_str("hi"));
	assert_int_equal(b.n, 14);
	assert_memory_equal(b.p, "\xff\xff\xff\xff\0\0\0\0\2\0\0\0hi", 14);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_what_was_written),
		cmocka_unit_test(an_empty_one_is_not_null),
		cmocka_unit_test(text_of_any_length),
		cmocka_unit_test(a_length_can_be_set_later),
		cmocka_unit_test(detached_bytes_are_the_callers),
		cmocka_unit_test(slices_tell_null_from_empty)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
