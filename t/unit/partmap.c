#include "test.h"

#include "binwrite.h"
#include "hex.h"
#include "partmap.h"

static struct err err;

/*
 * Two groups: the first cannot be computed, the second holds cache 7 with
 * four partitions on two nodes and keys of type 9 going by field 3.
 */
#define MAP "0500000000000000 02000000 | 02000000 |" \
	"00 | 01000000 08000000 |" \
	"01 | 02000000 06000000 00000000" \
	"     07000000 01000000 09000000 03000000 |" \
	"02000000" \
	"0a 0100000000000000 0200000000000000 02000000 00000000 02000000" \
	"0a 0300000000000000 0400000000000000 02000000 03000000 01000000"

static void
partitions_have_owners(void **state)
{
	struct partmap m;
	struct buf b = { 0 }, k = { 0 };
	uint32_t p;

	(void)state;
	hex(&b, MAP);
	assert_int_equal(partmap_read(&m, buf_bytes(&b), 7, &err), 0);
	assert_int_equal(m.partitions, 4);
	assert_int_equal(m.nnodes, 2);
	assert_int_equal(m.owner[0], 0);
	assert_int_equal(m.owner[1], 1);
	assert_int_equal(m.owner[2], 0);
	assert_int_equal(m.owner[3], 1);
	assert_int_equal(m.nodes[1].hi, 3);
	assert_int_equal(m.nodes[1].lo, 4);
	assert_int_equal(m.nkeys, 1);
	assert_int_equal(m.keys[0].type_id, 9);
	assert_int_equal(m.keys[0].field_id, 3);
	bin_put_int(&k, 6);
	assert_true(partmap_find(&m, buf_bytes(&k), NULL, &p));
	assert_int_equal(p, 2);
	assert_false(partmap_older(&m, 5, 2));
	assert_false(partmap_older(&m, 4, 9));
	assert_true(partmap_older(&m, 5, 3));
	assert_true(partmap_older(&m, 6, 0));
	partmap_release(&m);
	/* In the same group without keys of its own; not computable; absent. */
	assert_int_equal(partmap_read(&m, buf_bytes(&b), 6, &err), 0);
	assert_int_equal(m.partitions, 4);
	assert_int_equal(m.nkeys, 0);
	partmap_release(&m);
	assert_int_equal(partmap_read(&m, buf_bytes(&b), 8, &err), 0);
	assert_int_equal(m.partitions, 0);
	assert_false(partmap_find(&m, buf_bytes(&k), NULL, &p));
	partmap_release(&m);
	assert_int_equal(partmap_read(&m, buf_bytes(&b), 1, &err), 0);
	assert_int_equal(m.partitions, 0);
	partmap_release(&m);
	buf_release(&b);
	buf_release(&k);
}

static void
nonsense_is_refused(void **state)
{
	struct partmap m;
	struct buf b = { 0 };
	struct slice all;
	size_t n;

	(void)state;
	all = hex(&b, MAP);
	for (n = 0; n < all.n; n++)
		assert_int_equal(partmap_read(&m, slice_of(all.p, n), 7,
		    &err), -1);
	/* A partition that nobody has; too many nodes. */
	b.p[b.n - 2] = 1;
	assert_int_equal(partmap_read(&m, buf_bytes(&b), 7, &err), -1);
	buf_reset(&b);
	hex(&b, "0500000000000000 02000000 01000000 01 | 01000000 07000000"
	    "00000000 ffffff7f");
	assert_int_equal(partmap_read(&m, buf_bytes(&b), 7, &err), -1);
	buf_release(&b);
}

static void
request(void **state)
{
	struct buf b = { 0 };

	(void)state;
	partmap_request(&b, 7);
	assert_hex(buf_bytes(&b), "01000000 07000000");
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(partitions_have_owners),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
