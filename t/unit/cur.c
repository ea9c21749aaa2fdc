#include "test.h"

#include "cur.h"

#include "buf.h"

enum { FIELDS = 12 };

/* A row of fields of random kinds, and what they hold. */
struct field {
	int kind;
	uint64_t v;
	struct slice s;
};

static unsigned char pool[64];

static void
put(struct buf *b, struct field *f)
{
	size_t from;

	f->kind = (int)test_below(6);
	f->v = test_any();
	switch (f->kind) {
	case 0:
		buf_u8(b, (uint8_t)f->v);
		break;
	case 1:
		buf_u16(b, (uint16_t)f->v);
		break;
	case 2:
		buf_u32(b, (uint32_t)f->v);
		break;
	case 3:
		buf_u64(b, f->v);
		break;
	default:
		from = (size_t)test_below(sizeof pool);
		f->s = test_below(5) == 0 ? slice_of(NULL, 0) :
		    slice_of(pool + from,
		    (size_t)test_below(sizeof pool - from + 1));
		if (f->kind == 4)
			buf_slice(b, f->s);
		else
			buf_add(b, f->s.p, f->s.n);
	}
}

/* Same as written; or, of a bad cursor, zero, null and empty. */
static void
check(struct cur *c, const struct field *f)
{
	struct slice s;
	uint64_t v = 0;

	switch (f->kind) {
	case 0:
		v = cur_u8(c);
		assert_true(c->bad ? v == 0 : v == (uint8_t)f->v);
		break;
	case 1:
		v = cur_u16(c);
		assert_true(c->bad ? v == 0 : v == (uint16_t)f->v);
		break;
	case 2:
		v = (uint32_t)cur_i32(c);
		assert_true(c->bad ? v == 0 : v == (uint32_t)f->v);
		break;
	case 3:
		v = (uint64_t)cur_i64(c);
		assert_true(c->bad ? v == 0 : v == f->v);
		break;
	case 4:
		s = cur_slice(c);
		assert_true(c->bad ? s.p == NULL && s.n == 0 :
		    slice_eq(s, f->s));
		break;
	default:
		s = cur_bytes(c, f->s.n);
		assert_int_equal(s.p == NULL, c->bad);
		if (!c->bad)
			assert_true(slice_eq(s, slice_of(f->s.p == NULL ?
			    pool : f->s.p, f->s.n)));
	}
}

static void
reads_what_buf_wrote(void **state)
{
	struct field f[FIELDS];
	struct buf b = { NULL, 0, 0 };
	struct cur c;
	uint64_t i;
	size_t cut;
	int j;

	(void)state;
	test_seed();
	for (i = 0; i < test_rounds(2000); i++) {
		buf_reset(&b);
		for (j = 0; j < FIELDS; j++)
			put(&b, &f[j]);
		c = cur_on(buf_bytes(&b));
		for (j = 0; j < FIELDS; j++)
			check(&c, &f[j]);
		assert_true(cur_done(&c));

		/* One more than is there. */
		assert_int_equal(cur_u8(&c), 0);
		assert_true(c.bad);
		assert_false(cur_done(&c));

		/* Cut anywhere: bad once is bad for good. */
		if (b.n == 0)
			continue;
		cut = (size_t)test_below(b.n);
		c = cur_on(slice_of(b.p, cut));
		for (j = 0; j < FIELDS; j++)
			check(&c, &f[j]);
		assert_false(cur_done(&c));
	}
	buf_release(&b);
}

static void
absurd_lengths_take_nothing(void **state)
{
	struct cur c;

	(void)state;
	c = cur_on(slice_of("\xfe\xff\xff\xff" "abc", 7));
	assert_null(cur_slice(&c).p);
	assert_true(c.bad);
	c = cur_on(slice_of("abc", 3));
	assert_null(cur_bytes(&c, SIZE_MAX).p);
	assert_true(c.bad);
	assert_int_equal(cur_left(&c), 0);
}

static void
null_bytes_are_none(void **state)
{
	struct cur c = cur_on(slice_of(NULL, 0));

	(void)state;
	assert_true(cur_done(&c));
	assert_non_null(cur_bytes(&c, 0).p);
	assert_int_equal(cur_u64(&c), 0);
	assert_true(c.bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_buf_wrote),
		cmocka_unit_test(absurd_lengths_take_nothing),
		cmocka_unit_test(null_bytes_are_none)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
