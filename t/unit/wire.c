#include "test.h"

#include "bin.h"
#include "binwrite.h"
#include "hex.h"
#include "wirenode.h"
#include "wirerow.h"

/* The bytes are what GridGain 8.10 and Ignite 2.17 sent and took. */

static struct err err;

#define DEMO "e3fd2e00"		/* the id of the cache "demo" */

static void
handshake_asks(void **state)
{
	struct wire_hello plain = { .major = 1, .minor = 7 };
	struct wire_hello old = {
		.major = 1, .minor = 4, .user = "u",
		.password = slice_str("pw")
	};
	struct buf b = { 0 };

	(void)state;
	wire_hello(&b, &plain);
	assert_hex(buf_bytes(&b),
	    "0f000000 | 01 | 0100 0700 0000 | 02 | 0c 02000000 8c 09");
	buf_reset(&b);
	wire_hello(&b, &old);
	assert_hex(buf_bytes(&b), "15000000 | 01 | 0100 0400 0000 | 02 |"
	    "09 01000000 75 | 09 02000000 7077");
	buf_release(&b);
}

static void
handshake_is_answered(void **state)
{
	struct wire_hello asked = { .major = 1, .minor = 7 };
	struct wire_welcome w;
	struct buf b = { 0 };
	char id[WIRE_UUID_TEXT];

	(void)state;
	hex(&b, "19000000 | 01 | 0c 02000000 8c 09 |"
	    "0a b4467fd49578f1ec a9e8c11346590c98");
	assert_int_equal(wire_welcome(buf_bytes(&b), &asked, &w, &err), 0);
	assert_true(w.ok);
	assert_int_equal(w.features, 0x098c);
	wire_uuid_text(w.node, id);
	assert_string_equal(id, "ecf17895-d47f-46b4-980c-594613c1e8a9");
	buf_reset(&b);
	hex(&b, "2a000000 | 00 | 0100 0700 0100 | 09 1a000000"
	    "556e737570706f727465642076657273696f6e3a20312e372e32 | 01000000");
	assert_int_equal(wire_welcome(buf_bytes(&b), &asked, &w, &err), 0);
	assert_false(w.ok);
	assert_int_equal(w.minor, 7);
	assert_int_equal(w.patch, 1);
	assert_int_equal(w.status, WIRE_FAILED);
	assert_true(slice_eq(w.text, slice_str("Unsupported version: 1.7.2")));
	/* Cut anywhere it is no answer, but for the status of old servers. */
	for (b.n = 37; b.n > 4; b.n--)
		assert_int_equal(wire_welcome(buf_bytes(&b), &asked, &w,
		    &err), -1);
	buf_release(&b);
}

static void
frames_are_measured(void **state)
{
	struct buf b = { 0 };

	(void)state;
	hex(&b, "0a000000");
	assert_int_equal(wire_frame(slice_of(b.p, 3), 100, &err), 0);
	assert_int_equal(wire_frame(buf_bytes(&b), 100, &err), 14);
	assert_int_equal(wire_frame(buf_bytes(&b), 10, &err), 14);
	assert_int_equal(wire_frame(buf_bytes(&b), 9, &err), -1);
	assert_int_equal(err.status, EX_PROTOCOL);
	assert_int_equal(wire_frame(slice_str("HTTP"), 1u << 28, &err), -1);
	assert_int_equal(wire_frame(slice_of("\0\0\0\0", 4), 9, &err), -1);
	assert_int_equal(wire_frame(slice_of("\0\0\0\x80", 4), SIZE_MAX,
	    &err), -1);
	buf_release(&b);
}

static void
requests_are_framed(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_u8(&b, 0xee);
	wire_begin(&b, WIRE_CACHE_NAMED, 2);
	bin_put_string(&b, slice_str("demo"));
	wire_end(&b, 1);
	assert_hex(buf_bytes(&b), "ee | 13000000 | 1c04 | 0200000000000000 |"
	    "09 04000000 64656d6f");
	buf_reset(&b);
	wire_begin(&b, WIRE_SCAN, 6);
	wire_scan(&b, wire_cache_id("demo"), 100, -1, false);
	wire_end(&b, 0);
	assert_hex(buf_bytes(&b), "19000000 | d007 | 0600000000000000 |" DEMO
	    "01 | 65 | 64000000 | ffffffff | 00");
	buf_reset(&b);
	wire_begin(&b, WIRE_QUERY, 10);
	wire_query(&b, wire_cache_id("demo"), 1, 0, false);
	wire_end(&b, 0);
	assert_hex(buf_bytes(&b), "1d000000 | d607 | 0a00000000000000 |" DEMO
	    "01 | 01000000 | 0000000000000000 | 00 | 65");
	buf_reset(&b);
	wire_page(&b, 2);
	assert_hex(buf_bytes(&b), "0200000000000000");
	buf_release(&b);
}

static void
answers_have_heads(void **state)
{
	struct wire_msg m;
	struct buf b = { 0 };

	(void)state;
	hex(&b, "1e000000 | 0100000000000000 | 0200 | 0200000000000000"
	    "07000000 | 0000000000000000");
	assert_int_equal(wire_msg(buf_bytes(&b), &m, &err), 0);
	assert_int_equal(m.id, 1);
	assert_false(m.note);
	assert_true(m.topology);
	assert_int_equal(m.major, 2);
	assert_int_equal(m.minor, 7);
	assert_int_equal(m.status, WIRE_OK);
	assert_int_equal(m.body.n, 8);
	buf_reset(&b);
	hex(&b, "38000000 | 0500000000000000 | 0100 | e8030000 | 09 25000000"
	    "436163686520646f6573206e6f74206578697374"
	    "205b636163686549643d2031323334355d");
	assert_int_equal(wire_msg(buf_bytes(&b), &m, &err), 0);
	assert_int_equal(m.status, WIRE_NO_CACHE);
	assert_true(slice_eq(m.text,
	    slice_str("Cache does not exist [cacheId= 12345]")));
	/* An error with null for its text, and one with several lines. */
	buf_reset(&b);
	hex(&b, "0f000000 | 0500000000000000 | 0100 | 01000000 | 65");
	assert_int_equal(wire_msg(buf_bytes(&b), &m, &err), 0);
	assert_int_equal(m.status, WIRE_FAILED);
	assert_null(m.text.p);
	buf_reset(&b);
	hex(&b, "1800000 | 00500000000000000 | 0100 | 01000000 |"
	    "09 05000000 610d0a6263");
	assert_int_equal(wire_msg(buf_bytes(&b), &m, &err), 0);
	assert_true(slice_eq(m.text, slice_str("a")));
	/* Flag error with status 0 is no success. */
	buf_reset(&b);
	hex(&b, "0f000000 | 0500000000000000 | 0100 | 00000000 | 65");
	assert_int_equal(wire_msg(buf_bytes(&b), &m, &err), 0);
	assert_int_equal(m.status, WIRE_FAILED);
	buf_reset(&b);
	hex(&b, "09000000 | 0500000000000000 | 01");
	assert_int_equal(wire_msg(buf_bytes(&b), &m, &err), -1);
	buf_release(&b);
}

static void
batches_count(void **state)
{
	static const enum wire_op ops[] = {
		WIRE_PUT_ALL, WIRE_REMOVE_KEYS, WIRE_STREAM
	};
	static const char *const want[] = {
		DEMO "01 | 02000000 | 03 03000000 | 09 02000000 7374 |"
		"03 04000000 | 65",
		DEMO "01 | 02000000 | 03 03000000 | 03 04000000",
		DEMO "19 | ffffffff | ffffffff | 65 | 02000000 | 03 03000000 |"
		"09 02000000 7374 | 03 04000000 | 65"
	};
	struct wire_batch w;
	struct buf b = { 0 }, k = { 0 }, v = { 0 };
	size_t i;

	(void)state;
	bin_put_int(&k, 3);
	bin_put_int(&k, 4);
	bin_put_string(&v, slice_str("st"));
	for (i = 0; i < 3; i++) {
		buf_reset(&b);
		wire_batch_open(&w, &b, ops[i], wire_cache_id("demo"));
		wire_batch_add(&w, slice_of(k.p, 5), buf_bytes(&v));
		wire_batch_add(&w, slice_of(k.p + 5, 5), slice_of(NULL, 0));
		wire_batch_close(&w);
		assert_hex(buf_bytes(&b), want[i]);
	}
	buf_release(&b);
	buf_release(&k);
	buf_release(&v);
}

static void
cache_ids(void **state)
{
	(void)state;
	assert_int_equal(wire_cache_id("demo"), 3079651);
	assert_int_equal(wire_cache_id("Demo"), 2126339);
	/* Its hash is 0, which servers take for none. */
	assert_int_equal(wire_cache_id(""), 1);
}

#define PERSON "67 01 2b00 c06d57fc eaade028 27000000 f3f1dc39 25000000" \
	"03 07000000 09 03000000 426f62 18 1d"

static void
rows_come_one_by_one(void **state)
{
	struct wire_rows r;
	struct slice k, v;
	struct buf b = { 0 };

	(void)state;
	hex(&b, "0100000000000000 | 02000000 | 03 01000000 09 02000000 6869 |"
	    "03 02000000 1b 27000000" PERSON "00000000 | 01");
	assert_int_equal(wire_rows(&r, buf_bytes(&b), true, &err), 0);
	assert_int_equal(r.cursor, 1);
	assert_int_equal(r.left, 2);
	assert_true(r.more);
	assert_int_equal(wire_row(&r, &k, &v, &err), 1);
	assert_hex(k, "03 01000000");
	assert_hex(v, "09 02000000 6869");
	/* Servers wrap objects; we hand out what was put. */
	assert_int_equal(wire_row(&r, &k, &v, &err), 1);
	assert_hex(v, PERSON);
	assert_int_equal(wire_row(&r, &k, &v, &err), 0);
	assert_int_equal(wire_row(&r, &k, &v, &err), 0);
	/* The next page has no cursor. */
	b.p[b.n - 1] = 0;
	assert_int_equal(wire_rows(&r, slice_of(b.p + 8, b.n - 8), false,
	    &err), 0);
	assert_false(r.more);
	assert_int_equal(wire_row(&r, &k, &v, &err), 1);
	/* More rows than there can be. */
	b.p[8] = 200;
	assert_int_equal(wire_rows(&r, buf_bytes(&b), true, &err), -1);
	/* One row too few: what is left is no "more". */
	b.p[8] = 1;
	assert_int_equal(wire_rows(&r, buf_bytes(&b), true, &err), 0);
	assert_int_equal(wire_row(&r, &k, &v, &err), 1);
	assert_int_equal(wire_row(&r, &k, &v, &err), -1);
	/* Neither true nor false. */
	b.p[8] = 2;
	b.p[b.n - 1] = 2;
	assert_int_equal(wire_rows(&r, buf_bytes(&b), true, &err), -1);
	/* A null key. */
	buf_reset(&b);
	hex(&b, "01000000 | 65 03 02000000 | 00");
	assert_int_equal(wire_rows(&r, buf_bytes(&b), false, &err), 0);
	assert_int_equal(wire_row(&r, &k, &v, &err), -1);
	/* GET_ALL: no "more". */
	buf_reset(&b);
	hex(&b, "01000000 | 03 01000000 03 02000000");
	assert_int_equal(wire_pairs(&r, buf_bytes(&b), &err), 0);
	assert_int_equal(wire_row(&r, &k, &v, &err), 1);
	assert_int_equal(wire_row(&r, &k, &v, &err), 0);
	buf_release(&b);
}

static void
sql_has_columns(void **state)
{
	struct wire_rows r;
	struct slice v[2];
	struct buf b = { 0 };

	(void)state;
	hex(&b, "0000000000000000 | 02000000 | 01000000 | 03 01000000 |"
	    "09 01000000 78 | 00");
	assert_int_equal(wire_sql_rows(&r, buf_bytes(&b), true, 0, &err), 0);
	assert_int_equal(r.columns, 2);
	assert_int_equal(wire_sql_row(&r, v, &err), 1);
	assert_hex(v[0], "03 01000000");
	assert_hex(v[1], "09 01000000 78");
	assert_int_equal(wire_sql_row(&r, v, &err), 0);
	b.p[11] = 0x10;
	assert_int_equal(wire_sql_rows(&r, buf_bytes(&b), true, 0, &err), -1);
	buf_release(&b);
}

static void
events_go_by_type(void **state)
{
	struct wire_msg m;
	struct wire_events v;
	struct wire_event ev;
	struct buf b = { 0 };

	(void)state;
	hex(&b, "24000000 | 0200000000000000 | 0400 | d707 | 01000000 |"
	    "03 01000000 | 09 02000000 6869 | 09 02000000 796f | 01");
	assert_int_equal(wire_msg(buf_bytes(&b), &m, &err), 0);
	assert_true(m.note);
	assert_int_equal(m.op, WIRE_EVENT);
	assert_int_equal(m.id, 2);
	assert_int_equal(wire_events(&v, m.body, &err), 0);
	assert_int_equal(wire_event(&v, &ev, &err), 1);
	assert_int_equal(ev.change, WIRE_UPDATED);
	assert_hex(ev.key, "03 01000000");
	assert_hex(ev.old, "09 02000000 6869");
	assert_hex(ev.value, "09 02000000 796f");
	assert_int_equal(wire_event(&v, &ev, &err), 0);
	/* GridGain gives a removal its old value as the new one. */
	b.p[b.n - 1] = WIRE_REMOVED;
	assert_int_equal(wire_msg(buf_bytes(&b), &m, &err), 0);
	assert_int_equal(wire_events(&v, m.body, &err), 0);
	assert_int_equal(wire_event(&v, &ev, &err), 1);
	assert_int_equal(ev.change, WIRE_REMOVED);
	assert_null(ev.value.p);
	assert_hex(ev.old, "09 02000000 6869");
	b.p[b.n - 1] = 4;
	assert_int_equal(wire_events(&v, m.body, &err), 0);
	assert_int_equal(wire_event(&v, &ev, &err), -1);
	/* An update to nothing. */
	buf_reset(&b);
	hex(&b, "01000000 | 03 01000000 | 65 | 65 | 01");
	assert_int_equal(wire_events(&v, buf_bytes(&b), &err), 0);
	assert_int_equal(wire_event(&v, &ev, &err), -1);
	b.p[b.n - 1] = WIRE_EXPIRED;
	assert_int_equal(wire_events(&v, buf_bytes(&b), &err), 0);
	assert_int_equal(wire_event(&v, &ev, &err), 1);
	assert_null(ev.old.p);
	b.p[0] = 200;
	assert_int_equal(wire_events(&v, buf_bytes(&b), &err), -1);
	buf_release(&b);
}

static void
nodes_listen_somewhere(void **state)
{
	struct wire_nodes w;
	struct wire_endpoint p;
	struct buf b = { 0 };
	char id[WIRE_UUID_TEXT];

	(void)state;
	hex(&b, "0200000000000000 | 02000000 |"
	    "da4fb3e438dfe6ce b1f17b044a0b8a9e 036f0000 01000000"
	    "09 09000000 3132372e302e302e31 |"
	    "b4467fd49578f1ec a9e8c11346590c98 214d0000 01000000"
	    "09 09000000 3132372e302e302e31 | 00000000");
	assert_int_equal(wire_nodes(&w, buf_bytes(&b), &err), 0);
	assert_int_equal(wire_node(&w, &p, &err), 1);
	wire_uuid_text(p.node, id);
	assert_string_equal(id, "cee6df38-e4b3-4fda-9e8a-0b4a047bf1b1");
	assert_int_equal(p.port, 28419);
	assert_int_equal(p.hosts, 1);
	assert_true(slice_eq(bin_string(&p.c), slice_str("127.0.0.1")));
	assert_int_equal(wire_node(&w, &p, &err), 1);
	assert_int_equal(p.port, 19745);
	assert_int_equal(wire_node(&w, &p, &err), 0);
	b.p[29] = 1;			/* port 65795 */
	b.p[30] = 1;
	assert_int_equal(wire_nodes(&w, buf_bytes(&b), &err), 0);
	assert_int_equal(wire_node(&w, &p, &err), -1);
	b.p[8] = 4;
	assert_int_equal(wire_nodes(&w, buf_bytes(&b), &err), -1);
	buf_release(&b);
}

/* Lists within lists need no stack and cannot claim more than is there. */
static void
values_end_where_they_end(void **state)
{
	struct buf b = { 0 };
	struct cur c;
	int i;

	(void)state;
	for (i = 0; i < 100000; i++)
		hex(&b, "18 01000000 01");
	hex(&b, "65 ff");
	c = cur_on(buf_bytes(&b));
	assert_int_equal(wire_cur_raw(&c).n, 600001);
	assert_int_equal(cur_left(&c), 1);
	buf_reset(&b);
	hex(&b, "18 ffffff7f 01 65 65 65");
	c = cur_on(buf_bytes(&b));
	assert_null(wire_cur_raw(&c).p);
	assert_true(c.bad);
	/* A wrapper around nothing. */
	buf_reset(&b);
	hex(&b, "1b 02000000 0000 00000000");
	c = cur_on(buf_bytes(&b));
	assert_null(wire_cur_value(&c).p);
	assert_true(c.bad);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(handshake_asks),
		cmocka_unit_test(handshake_is_answered),
		cmocka_unit_test(frames_are_measured),
		cmocka_unit_test(requests_are_framed),
		cmocka_unit_test(answers_have_heads),
		cmocka_unit_test(batches_count),
		cmocka_unit_test(cache_ids),
		cmocka_unit_test(rows_come_one_by_one),
		cmocka_unit_test(sql_has_columns),
		cmocka_unit_test(events_go_by_type),
		cmocka_unit_test(nodes_listen_somewhere),
		cmocka_unit_test(values_end_where_they_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
