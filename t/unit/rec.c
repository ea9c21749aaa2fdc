#include "test.h"

#include "rec.h"

static unsigned char pool[400];

static void
fill_pool(void)
{
	size_t i;

	for (i = 0; i < sizeof pool; i++)
		pool[i] = (unsigned char)test_u64();
}

static struct slice
some(bool may_be_null)
{
	size_t from = (size_t)test_below(sizeof pool - 3);

	if (may_be_null && test_below(4) == 0)
		return slice_of(NULL, 0);
	return slice_of(pool + from,
	    (size_t)test_below(test_below(2) == 0 ? 3 : sizeof pool - from));
}

static struct rec
some_rec(void)
{
	return (struct rec){
		.seq = 1 + test_below(INT64_MAX),
		.op = test_below(2) == 0 ? REC_UPSERT : REC_REMOVE,
		.origin = (uint8_t)"ESRT"[test_below(4)],
		.flags = (uint8_t)test_below(2),
		.time = test_below(3) == 0 ? REC_NO_TIME : (int64_t)test_any(),
		.partition = (int32_t)test_below(100) - 1,
		.offset = (int64_t)test_any() - 1,
		.name = some(false),
		.key = some(true),
		.value = some(true),
		.headers = some(true)
	};
}

static void
check_same(const struct rec *a, const struct rec *b)
{
	assert_true(a->seq == b->seq);
	assert_int_equal(a->op, b->op);
	assert_int_equal(a->origin, b->origin);
	assert_int_equal(a->flags, b->flags);
	assert_true(a->time == b->time);
	assert_int_equal(a->partition, b->partition);
	assert_true(a->offset == b->offset);
	assert_true(slice_eq(a->name, b->name));
	assert_true(slice_eq(a->key, b->key));
	assert_true(slice_eq(a->value, b->value));
	assert_true(slice_eq(a->headers, b->headers));
}

/* decode(encode(r)) is r, encode(decode(b)) is b, and a cut never parses. */
static void
records_come_back(void **state)
{
	struct buf b = { NULL, 0, 0 }, again = { NULL, 0, 0 };
	struct err e = { 0, "" };
	struct rec r, got;
	uint64_t i;
	size_t cut;

	(void)state;
	test_seed();
	fill_pool();
	for (i = 0; i < test_rounds(5000); i++) {
		r = some_rec();
		buf_reset(&b);
		buf_reset(&again);
		rec_encode(&b, &r);
		assert_int_equal(rec_decode(&got, buf_bytes(&b), &e), 0);
		check_same(&r, &got);
		rec_encode(&again, &got);
		assert_true(slice_eq(buf_bytes(&b), buf_bytes(&again)));

		cut = (size_t)test_below(b.n);
		assert_int_equal(rec_decode(&got, slice_of(b.p, cut), &e), -1);
		assert_int_equal(e.status, EX_DATAERR);
		buf_u8(&b, 0);
		assert_int_equal(rec_decode(&got, buf_bytes(&b), &e), -1);
		assert_int_equal(e.status, EX_DATAERR);
	}
	buf_release(&b);
	buf_release(&again);
}

/* The layout of gg-stream(5), byte by byte. */
static void
a_record_looks_like_this(void **state)
{
	static const unsigned char want[] =
	    "\x15\0\0\0\0\0\0\0" "U" "E" "\1"
	    "\0\1\0\0\0\0\0\0" "\xff\xff\xff\xff"
	    "\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\3\0\0\0car" "\1\0\0\0k" "\0\0\0\0" "\xff\xff\xff\xff";
	struct rec r = { 21, REC_UPSERT, REC_EVENT, REC_MORE, 256, -1, -1,
	    slice_str("car"), slice_str("k"), slice_str(""),
	    slice_of(NULL, 0) };
	struct buf b = { NULL, 0, 0 };

	(void)state;
	rec_encode(&b, &r);
	assert_int_equal(b.n, sizeof want - 1);
	assert_memory_equal(b.p, want, b.n);
	buf_release(&b);
}

/* Encode one, break it by fn, expect the status. */
static void
check_refused(void (*spoil)(struct rec *), const char *what)
{
	struct buf b = { NULL, 0, 0 };
	struct err e = { 0, "" };
	struct rec r, got;

	test_seed();
	fill_pool();
	r = some_rec();
	spoil(&r);
	rec_encode(&b, &r);
	assert_int_equal(rec_decode(&got, buf_bytes(&b), &e), -1);
	assert_int_equal(e.status, EX_DATAERR);
	assert_non_null(strstr(e.text, what));
	buf_release(&b);
}

static void
no_operation(struct rec *r)
{
	r->op = 'X';
}

static void
no_name(struct rec *r)
{
	r->name = slice_of(NULL, 0);
}

static void
position_zero(struct rec *r)
{
	r->seq = 0;
}

static void
position_too_high(struct rec *r)
{
	r->seq = UINT64_C(1) << 63;
}

static void
impossible_records_are_refused(void **state)
{
	(void)state;
	check_refused(no_operation, "operation 0x58");
	check_refused(no_name, "names no cache or topic");
	check_refused(position_zero, "position 0");
	check_refused(position_too_high, "position 9223372036854775808");
}

static void
hello_comes_back(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct err e = { 0, "" };
	struct hello h, got;
	uint64_t i;
	size_t n;

	(void)state;
	test_seed();
	fill_pool();
	for (i = 0; i < test_rounds(1000); i++) {
		h = (struct hello){ REC_VERSION, test_u64(), some(false),
		    some(false) };
		buf_reset(&b);
		rec_encode_hello(&b, &h);
		n = b.n;
		/* Later releases may say more. */
		buf_add(&b, "more", (size_t)test_below(5));
		assert_int_equal(rec_decode_hello(&got, buf_bytes(&b), &e), 0);
		assert_true(got.run == h.run);
		assert_int_equal(got.version, h.version);
		assert_true(slice_eq(got.format, h.format));
		assert_true(slice_eq(got.origin, h.origin));
		assert_int_equal(rec_decode_hello(&got, slice_of(b.p,
		    (size_t)test_below(n)), &e), -1);
		assert_int_equal(e.status, EX_DATAERR);
	}
	buf_release(&b);
}

static void
another_version_is_told_apart_from_garbage(void **state)
{
	struct hello h = { REC_VERSION + 1, 1, slice_str("ignite"),
	    slice_str("x") }, got;
	struct buf b = { NULL, 0, 0 };
	struct err e = { 0, "" };

	(void)state;
	rec_encode_hello(&b, &h);
	assert_int_equal(rec_decode_hello(&got, buf_bytes(&b), &e), -1);
	assert_int_equal(e.status, EX_PROTOCOL);
	assert_non_null(strstr(e.text, "version 2"));
	b.p[0] = 'G';
	assert_int_equal(rec_decode_hello(&got, buf_bytes(&b), &e), -1);
	assert_int_equal(e.status, EX_DATAERR);
	buf_release(&b);
}

static void
small_frames_come_back(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct err e = { 0, "" };
	struct type t, t2;
	struct ack a, a2;
	struct end n, n2;
	uint64_t i, seq, seq2;

	(void)state;
	test_seed();
	fill_pool();
	for (i = 0; i < test_rounds(1000); i++) {
		t = (struct type){ TYPE_BINARY, (int32_t)test_u64(),
		    some(true), some(false) };
		buf_reset(&b);
		rec_encode_type(&b, &t);
		assert_int_equal(rec_decode_type(&t2, buf_bytes(&b), &e), 0);
		assert_int_equal(t.id, t2.id);
		assert_true(slice_eq(t.class_name, t2.class_name));
		assert_true(slice_eq(t.meta, t2.meta));
		assert_int_equal(rec_decode_type(&t2, slice_of(b.p,
		    (size_t)test_below(b.n)), &e), -1);

		t = (struct type){ TYPE_CLASS, (int32_t)test_u64(),
		    slice_str("demo.Order"), slice_of(NULL, 0) };
		buf_reset(&b);
		rec_encode_type(&b, &t);
		assert_int_equal(rec_decode_type(&t2, buf_bytes(&b), &e), 0);
		assert_int_equal(t2.kind, TYPE_CLASS);
		assert_int_equal(t.id, t2.id);
		assert_true(slice_eq(t.class_name, t2.class_name));
		assert_null(t2.meta.p);
		t.class_name = slice_str("");
		buf_reset(&b);
		rec_encode_type(&b, &t);
		assert_int_equal(rec_decode_type(&t2, buf_bytes(&b), &e), -1);

		a = (struct ack){ test_u64(), test_any() };
		buf_reset(&b);
		rec_encode_ack(&b, &a);
		assert_int_equal(rec_decode_ack(&a2, buf_bytes(&b), &e), 0);
		assert_true(a.run == a2.run && a.seq == a2.seq);
		assert_int_equal(rec_decode_ack(&a2, slice_of(b.p,
		    (size_t)test_below(b.n)), &e), -1);

		n = (struct end){ test_below(INT64_MAX), test_any() };
		buf_reset(&b);
		rec_encode_end(&b, &n);
		assert_int_equal(rec_decode_end(&n2, buf_bytes(&b), &e), 0);
		assert_true(n.seq == n2.seq && n.records == n2.records);
		assert_int_equal(rec_decode_end(&n2, slice_of(b.p,
		    (size_t)test_below(b.n)), &e), -1);

		seq = test_below(INT64_MAX);
		buf_reset(&b);
		rec_encode_mark(&b, seq);
		assert_int_equal(rec_decode_mark(&seq2, buf_bytes(&b), &e), 0);
		assert_true(seq == seq2);
		assert_int_equal(rec_decode_mark(&seq2, slice_of(b.p,
		    (size_t)test_below(b.n)), &e), -1);
	}
	buf_release(&b);
}

static void
headers_come_back(void **state)
{
	struct slice name[8], value[8], left, n, v;
	struct buf b = { NULL, 0, 0 };
	uint64_t i;
	int k, j;

	(void)state;
	test_seed();
	fill_pool();
	for (i = 0; i < test_rounds(2000); i++) {
		buf_reset(&b);
		k = (int)test_below(8);
		for (j = 0; j < k; j++) {
			name[j] = some(false);
			value[j] = some(true);
			rec_header_put(&b, name[j], value[j]);
		}
		left = buf_bytes(&b);
		for (j = 0; j < k; j++) {
			assert_int_equal(rec_header(&left, &n, &v), 1);
			assert_true(slice_eq(n, name[j]));
			assert_true(slice_eq(v, value[j]));
		}
		assert_int_equal(rec_header(&left, &n, &v), 0);
		if (b.n == 0)
			continue;
		/* Cut, it ends at a header's border or is refused. */
		left = slice_of(b.p, b.n - 1);
		for (j = 0; j < k - 1; j++)
			assert_int_equal(rec_header(&left, &n, &v), 1);
		assert_int_equal(rec_header(&left, &n, &v), -1);
	}
	left = slice_of(NULL, 0);
	assert_int_equal(rec_header(&left, &n, &v), 0);
	buf_release(&b);
}

static void
says_where_a_record_is_from(void **state)
{
	struct rec r = { 7, REC_UPSERT, REC_EVENT, 0, REC_NO_TIME, -1, -1,
	    slice_str("orders"), slice_str("k"), slice_str("v"),
	    slice_of(NULL, 0) };

	(void)state;
	assert_string_equal(rec_where(&r), "cache orders record 7");
	r.partition = 3;
	r.offset = 17;
	assert_string_equal(rec_where(&r),
	    "topic orders partition 3 offset 17");
	r.name = slice_of("", 0);
	assert_string_equal(rec_where(&r), "topic  partition 3 offset 17");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_back),
		cmocka_unit_test(a_record_looks_like_this),
		cmocka_unit_test(impossible_records_are_refused),
		cmocka_unit_test(hello_comes_back),
		cmocka_unit_test(another_version_is_told_apart_from_garbage),
		cmocka_unit_test(small_frames_come_back),
		cmocka_unit_test(headers_come_back),
		cmocka_unit_test(says_where_a_record_is_from)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
