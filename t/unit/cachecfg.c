#include "test.h"

#include "bin.h"
#include "cachecfg.h"
#include "hex.h"

static struct err err;

/* What Ignite 2.17 said of a cache with a bit of everything. */
static const char gold[] =
	"5801000000000000010000000200000001650100650000000000000000f40100"
	"00000400000904000000676f6c64000400000000000000010000000100000800"
	"0300000000000000000000000000000001000000000000000000000000000000"
	"102700000000000000ffffffff09060000005055424c49430200000001000000"
	"09010000004b090200000069640100000009010000004b090100000056090200"
	"000054546565020000000902000000696409110000006a6176612e6c616e672e"
	"496e7465676572010065ffffffffffffffff09010000006409140000006a6176"
	"612e6d6174682e426967446563696d616c000103070000000a00000002000000"
	"0200000009010000006409030000004445450902000000696409020000004944"
	"010000000902000000495800ffffffff02000000090200000069640009010000"
	"0064010160ea000000000000feffffffffffffffffffffffffffffff";

static bool
is(struct slice s, const char *text)
{
	return slice_eq(s, slice_str(text));
}

static void
says_what_the_cache_is(void **state)
{
	struct cachecfg c;
	struct buf b = { 0 };
	const struct cachecfg_entity *t;

	(void)state;
	assert_int_equal(cachecfg_read(&c, hex(&b, gold), &err), 0);
	buf_release(&b);
	assert_true(is(c.name, "gold"));
	assert_int_equal(c.atomicity, CACHE_TRANSACTIONAL);
	assert_int_equal(c.mode, CACHE_PARTITIONED);
	assert_int_equal(c.backups, 1);
	assert_int_equal(c.write_sync, 2);
	assert_int_equal(c.loss_policy, 4);
	assert_null(c.region.p);
	assert_null(c.group.p);
	assert_true(is(c.schema, "PUBLIC"));
	assert_true(c.copy_on_read);
	assert_true(c.eager_ttl);
	assert_false(c.statistics);
	assert_int_equal(c.parallelism, 1);
	assert_int_equal(c.inline_size, -1);
	assert_true(c.expires);
	assert_int_equal(c.expiry[0], 60000);
	assert_int_equal(c.expiry[1], -2);
	assert_int_equal(c.expiry[2], -1);
	assert_int_equal(c.nkeys, 1);
	assert_true(is(c.keys[0].type, "K"));
	assert_true(is(c.keys[0].field, "id"));
	assert_int_equal(c.nentities, 1);
	t = &c.entities[0];
	assert_true(is(t->key_type, "K"));
	assert_true(is(t->value_type, "V"));
	assert_true(is(t->table, "TT"));
	assert_null(t->key_field.p);
	assert_int_equal(t->nfields, 2);
	assert_true(is(t->fields[0].type, "java.lang.Integer"));
	assert_true(t->fields[0].key);
	assert_true(is(t->fields[1].name, "d"));
	assert_true(t->fields[1].not_null);
	assert_hex(t->fields[1].dflt, "03 07000000");
	assert_int_equal(t->fields[1].precision, 10);
	assert_int_equal(t->fields[1].scale, 2);
	/* One alias was given, the server added the other. */
	assert_int_equal(t->naliases, 2);
	assert_true(is(t->aliases[0].alias, "DEE"));
	assert_int_equal(t->nindexes, 1);
	assert_true(is(t->indexes[0].name, "IX"));
	assert_int_equal(t->indexes[0].n, 2);
	assert_true(t->indexes[0].fields[1].descending);
	cachecfg_release(&c);
}

static void
anything_cut_is_refused(void **state)
{
	struct cachecfg c;
	struct buf b = { 0 };
	struct slice all;
	size_t n;

	(void)state;
	all = hex(&b, gold);
	for (n = 0; n < all.n; n++)
		assert_int_equal(cachecfg_read(&c, slice_of(all.p, n), &err),
		    -1);
	/* The inner length says where it ends; 25 bytes of expiry at most. */
	for (n = 4; n < all.n - 4 - 25; n++) {
		buf_patch_u32(&b, 0, (uint32_t)n - 4);
		assert_int_equal(cachecfg_read(&c, buf_bytes(&b), &err), -1);
	}
	/* Tails of later versions are skipped. */
	buf_patch_u32(&b, 0, (uint32_t)all.n);
	buf_u32(&b, 77);
	assert_int_equal(cachecfg_read(&c, buf_bytes(&b), &err), 0);
	cachecfg_release(&c);
	buf_release(&b);
}

/* In properties, what goes where is by number. */
static void
makes_the_same_again(void **state)
{
	struct cachecfg c;
	struct buf b = { 0 }, out = { 0 };

	(void)state;
	assert_int_equal(cachecfg_read(&c, hex(&b, gold), &err), 0);
	buf_u8(&out, 0xee);
	cachecfg_write(&out, &c, "copy");
	assert_int_equal(le32(out.p + 1), out.n - 5);
	assert_hex(slice_of(out.p + 5, 33), "1200 | 0000 09 04000000 636f7079"
	    "| 0100 02000000 | 0200 00000000 | 0300 01000000 | 0400");
	/* The expiry comes last. */
	assert_hex(slice_of(out.p + out.n - 27, 27), "9701 01"
	    "60ea000000000000 feffffffffffffff ffffffffffffffff");
	cachecfg_release(&c);
	buf_release(&b);
	buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_the_cache_is),
		cmocka_unit_test(anything_cut_is_refused),
		cmocka_unit_test(makes_the_same_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
