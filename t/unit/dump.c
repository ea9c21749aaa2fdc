/* dump and load: there and back is the same bytes. */
#include "test.h"

#include <jansson.h>
#include <string.h>

#include "dump.h"
#include "load.h"
#include "mem.h"

static unsigned char pool[600];

/* Bytes, readable text, Ignite values, nothing, null: as slices into pool. */
static struct slice
some(bool may_be_null)
{
	static const struct slice known[] = {
		{ (const unsigned char *)"", 0 },
		{ (const unsigned char *)"text \303\244 \"q\" \\ \n\t", 16 },
		{ (const unsigned char *)"a\0b", 3 },
		{ (const unsigned char *)"\355\240\200", 3 },
		{ (const unsigned char *)"\357\277\275", 3 },
		{ (const unsigned char *)"\300\200", 2 },
		{ (const unsigned char *)"\x7f\x1b[2J", 5 },
		{ (const unsigned char *)"e", 1 },
		{ (const unsigned char *)"\4\377\377\377\377\377\377\377\177",
		    9 },
		{ (const unsigned char *)"\11\3\0\0\0abc", 8 }
	};
	size_t from = (size_t)test_below(sizeof pool / 2);

	if (may_be_null && test_below(5) == 0)
		return slice_of(NULL, 0);
	if (test_below(2) == 0)
		return known[test_below(sizeof known / sizeof *known)];
	return slice_of(pool + from, (size_t)test_below(
	    test_below(10) == 0 ? sizeof pool / 2 : 12));
}

static int64_t
some_time(void)
{
	static const int64_t known[] = { REC_NO_TIME, 0, 1, -2, 999, 1000,
	    INT64_C(951782400000), INT64_C(1709251199999), INT64_MAX,
	    INT64_MIN, INT64_C(-62167219200000), INT64_C(-62167219200001),
	    INT64_C(253402300799999), INT64_C(253402300800000),
	    INT64_C(-2203891200000) };

	switch (test_below(3)) {
	case 0:
		return known[test_below(sizeof known / sizeof *known)];
	case 1:
		return (int64_t)test_any();
	default:
		return (int64_t)test_below(UINT64_C(315569520000000)) -
		    INT64_C(62167219200000);
	}
}

static uint64_t seq, records;

static void
encode_rec(struct buf *b)
{
	struct buf h = { NULL, 0, 0 };
	struct rec r;
	bool topic = test_below(2) == 0;
	uint64_t i;

	for (i = test_below(4); i > 0; i--)
		rec_header_put(&h, some(false), some(true));
	seq += test_below(10) == 0 ? test_below((INT64_MAX - seq) / 2) :
	    1 + test_below(3);
	if (seq == 0)
		seq = 1;
	r = (struct rec){
		.seq = seq,
		.op = test_below(2) == 0 ? REC_UPSERT : REC_REMOVE,
		.origin = test_below(9) == 0 ? (uint8_t)test_u64() :
		    (uint8_t)"ESRT"[test_below(4)],
		.flags = test_below(9) == 0 ? (uint8_t)test_u64() :
		    (uint8_t)test_below(2),
		.time = some_time(),
		.partition = topic ? (int32_t)test_any() : -1,
		.offset = topic ? (int64_t)test_u64() : -1,
		.name = some(false),
		.key = some(true),
		.value = some(true),
		.headers = test_below(3) == 0 ? some(true) : buf_bytes(&h)
	};
	records++;
	rec_encode(b, &r);
	buf_release(&h);
}

static void
encode_type(struct buf *b)
{
	struct buf meta = { NULL, 0, 0 };
	struct slice name = some(false);
	int32_t ids[2] = { (int32_t)test_u64(), 7 };
	struct bin_type *t = bin_type_new((int32_t)test_any(),
	    slice_str("org.example.Thing"), some(true), test_below(2) == 0);

	if (name.n != 0 && test_below(3) == 0) {
		rec_encode_type(b, &(struct type){ TYPE_CLASS, t->id, name,
		    slice_of(NULL, 0) });
		bin_type_free(t);
		return;
	}
	bin_type_add_field(t, slice_str("one"), BIN_INT, ids[0]);
	bin_type_add_field(t, slice_str("t\"wo\377"), BIN_OBJECT, ids[1]);
	bin_type_add_constant(t, slice_str("RED"), 0);
	bin_type_add_schema(t, (int32_t)test_u64(), ids, 2);
	bin_type_encode(t, &meta);
	rec_encode_type(b, &(struct type){ TYPE_BINARY, t->id, some(true),
	    test_below(4) == 0 ? some(false) : buf_bytes(&meta) });
	bin_type_free(t);
	buf_release(&meta);
}

/* A frame that may stand inside a stream. */
static uint8_t
encode_any(struct buf *b)
{
	struct slice s;

	switch (test_below(7)) {
	case 0:
		encode_type(b);
		return FRAME_TYPE;
	case 6:
		s = some(false);
		rec_encode_type(b, &(struct type){ TYPE_CLASS,
		    (int32_t)test_any(), s.n == 0 ? slice_str("a.B") : s,
		    slice_of(NULL, 0) });
		return FRAME_TYPE;
	case 1:
		rec_encode_mark(b, seq);
		return FRAME_MARK;
	case 2:
		s = some(false);
		buf_add(b, s.p, s.n);
		return (uint8_t)('a' + test_below(26));
	default:
		encode_rec(b);
		return FRAME_RECORD;
	}
}

/* What a filter in between might do to a line: parse it and write it. */
static void
rewrite(struct buf *line, size_t flags)
{
	json_error_t je;
	json_t *j = json_loadb((char *)line->p, line->n, JSON_ALLOW_NUL, &je);
	char *s;

	if (j == NULL)
		fail_msg("%s: %.*s", je.text, (int)line->n,
		    (const char *)line->p);
	s = json_dumps(j, flags);
	buf_reset(line);
	buf_add(line, s, strlen(s));
	buf_u8(line, '\n');
	free(s);
	json_decref(j);
}

/* One line each, nothing but JSON, and back the same letter and bytes. */
static void
check_same(struct dump *d, struct load *l, uint8_t letter, struct slice body)
{
	struct frame f = { letter, body }, got;
	struct buf line = { NULL, 0, 0 };
	struct err e = { 0, "" };

	if (dump_frame(d, &line, &f, &e) < 0)
		fail_msg("dump: %s", e.text);
	assert_true(memchr(line.p, '\n', line.n) == line.p + line.n - 1);
	if (test_below(2) == 0)
		rewrite(&line, JSON_SORT_KEYS | JSON_ENSURE_ASCII);
	if (load_line(l, slice_of(line.p, line.n - 1), &got, &e) != 1)
		fail_msg("load: %s\n%.*s", e.text, (int)line.n,
		    (const char *)line.p);
	if (got.letter != letter || !slice_eq(got.body, body))
		fail_msg("another frame came back from\n%.*s", (int)line.n,
		    (const char *)line.p);
	buf_release(&line);
}

static void
there_and_back_is_the_same(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct dump d = { .raw = true };
	struct load l = { .acks = false };
	uint8_t letter;
	uint64_t i, j, k;

	(void)state;
	test_seed();
	for (i = 0; i < test_rounds(300); i++) {
		seq = records = 0;
		dump_release(&d);
		load_release(&l);
		d = (struct dump){ .raw = true };
		l = (struct load){ .acks = false };
		buf_reset(&b);
		rec_encode_hello(&b, &(struct hello){ REC_VERSION, test_any(),
		    test_below(2) == 0 ? slice_str("ignite") : some(false),
		    some(false) });
		if (test_below(3) == 0)
			buf_add(&b, pool, (size_t)test_below(20));
		check_same(&d, &l, FRAME_HELLO, buf_bytes(&b));
		k = test_below(60);
		for (j = 0; j < k; j++) {
			buf_reset(&b);
			letter = encode_any(&b);
			check_same(&d, &l, letter, buf_bytes(&b));
		}
		buf_reset(&b);
		rec_encode_end(&b, &(struct end){ seq + test_below(3),
		    records });
		check_same(&d, &l, FRAME_END, buf_bytes(&b));
		assert_true(l.ended && l.records == records);
	}
	dump_release(&d);
	load_release(&l);
	buf_release(&b);
}

static void
acks_come_back(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct dump d = { .raw = true };
	struct load l = { .acks = true };
	uint64_t i;

	(void)state;
	test_seed();
	for (i = 0; i < test_rounds(1000); i++) {
		buf_reset(&b);
		rec_encode_ack(&b, &(struct ack){ test_u64(), test_any() });
		check_same(&d, &l, FRAME_ACK, buf_bytes(&b));
	}
	dump_release(&d);
	load_release(&l);
	buf_release(&b);
}

/* Exactly this line for this record. */
static void
check_line(const struct rec *r, bool raw, const char *want)
{
	struct buf b = { NULL, 0, 0 }, line = { NULL, 0, 0 };
	struct dump d = { .raw = raw, .ignite = true };
	struct err e = { 0, "" };
	struct frame f;

	rec_encode(&b, r);
	f = (struct frame){ FRAME_RECORD, buf_bytes(&b) };
	assert_int_equal(dump_frame(&d, &line, &f, &e), 0);
	line.p[line.n - 1] = '\0';
	assert_string_equal((const char *)line.p, want);
	buf_release(&b);
	buf_release(&line);
	dump_release(&d);
}

static void
lines_look_like_this(void **state)
{
	struct rec r = { 5, REC_UPSERT, REC_EVENT, REC_MORE,
	    INT64_C(1769860800123), -1, -1, slice_str("orders"),
	    slice_of("\3\7\0\0\0", 5), slice_of("\11\2\0\0\0hi", 7),
	    slice_of(NULL, 0) };

	(void)state;
	check_line(&r, false, "{\"frame\":\"record\",\"seq\":5,"
	    "\"op\":\"upsert\",\"origin\":\"event\",\"more\":true,"
	    "\"time\":\"2026-01-31T12:00:00.123Z\",\"cache\":\"orders\","
	    "\"key\":7,\"value\":\"hi\"}");
	r.op = REC_REMOVE;
	r.origin = REC_TOPIC;
	r.flags = 0;
	r.seq = INT64_MAX;
	r.time = REC_NO_TIME;
	r.partition = 3;
	r.offset = 17;
	r.key = slice_of("\200", 1);
	r.value = slice_of(NULL, 0);
	r.headers = slice_of("\1\0\0\0h\377\377\377\377", 9);
	check_line(&r, true, "{\"frame\":\"record\","
	    "\"seq\":9223372036854775807,\"op\":\"remove\","
	    "\"origin\":\"topic\",\"time\":null,\"topic\":\"orders\","
	    "\"partition\":3,\"offset\":17,\"key\":{\"@bytes\":\"gA==\"},"
	    "\"value\":null,\"headers\":[{\"name\":\"h\",\"value\":null}],"
	    "\"raw\":{\"seq\":\"9223372036854775807\",\"key\":\"gA==\","
	    "\"value\":null,\"headers\":\"AQAAAGj/////\"}}");
}

/* Lines, separated by newlines; the status of the first that fails. */
static int
load_all(const char *text, bool acks, struct err *e)
{
	struct load l = { .acks = acks };
	struct frame f;
	const char *nl;
	int r = 0;

	*e = (struct err){ 0, "" };
	for (; *text != '\0' && r >= 0; text = nl + (*nl == '\n')) {
		nl = strchr(text, '\n');
		if (nl == NULL)
			nl = text + strlen(text);
		r = load_line(&l, slice_of(text, (size_t)(nl - text)), &f, e);
	}
	load_release(&l);
	return r < 0 ? e->status : 0;
}

#define HELLO "{\"frame\":\"hello\"}\n"
#define RAW ",\"raw\":{\"key\":{\"text\":\"k\"},\"value\":null}}"

static void
written_by_hand(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(load_all(HELLO
	    "\n \t\r\n"
	    "{\"frame\":\"record\",\"op\":\"upsert\",\"cache\":\"c\"" RAW "\n"
	    "{\"frame\":\"record\",\"op\":\"remove\",\"topic\":\"t\","
	    "\"seq\":7,\"time\":\"2026-01-31T12:00:00Z\","
	    "\"headers\":[{\"name\":\"a\",\"value\":\"b\"}],"
	    "\"raw\":{\"key\":\"\"}}\n"
	    "{\"frame\":\"mark\"}\n"
	    "{\"frame\":\"end\"}\n", false, &e), 0);
	assert_int_equal(load_all("{\"frame\":\"ack\",\"run\":"
	    "\"00000000000000ff\",\"seq\":18446744073709551615}", true, &e),
	    EX_DATAERR);
	assert_int_equal(load_all("{\"frame\":\"ack\",\"run\":"
	    "\"00000000000000ff\",\"seq\":17}", true, &e), 0);
	assert_int_equal(load_all("{\"frame\":\"ack\",\"run\":"
	    "\"00000000000000ff\",\"seq\":\"18446744073709551615\"}", true,
	    &e), 0);
}

static void
check_wrong(const char *lines, const char *words)
{
	struct err e;

	assert_int_equal(load_all(lines, false, &e), EX_DATAERR);
	if (strstr(e.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", e.text, words);
}

#define REC(more) HELLO "{\"frame\":\"record\",\"op\":\"upsert\"," \
	"\"cache\":\"c\"" more RAW

static void
says_what_is_wrong(void **state)
{
	(void)state;
	check_wrong("x", "no JSON");
	check_wrong("{\"frame\":\"hello\"} x", "no JSON");
	check_wrong("[]", "no JSON object");
	check_wrong("{}", "no \"frame\"");
	check_wrong("{\"frame\":\"Record\"}", "\"Record\" is not known");
	check_wrong("{\"frame\":\"end\"}", "first frame must be \"hello\"");
	check_wrong(HELLO HELLO, "second HELLO");
	check_wrong(HELLO "{\"frame\":\"ack\"}", "belongs in no stream");
	check_wrong(HELLO "{\"frame\":\"end\"}\n{\"frame\":\"mark\"}",
	    "behind \"end\"");
	check_wrong(HELLO "{\"frame\":\"end\",\"records\":1}",
	    "END counts 1 records, 0 came");
	check_wrong(HELLO "{\"frame\":\"mark\",\"seq\":5}\n"
	    "{\"frame\":\"mark\",\"seq\":4}", "went back from 5 to 4");
	check_wrong("{\"frame\":\"hello\",\"run\":\"7\"}", "16 hexadecimal");
	check_wrong("{\"frame\":\"hello\",\"version\":70000}",
	    "\"version\" is out of range");
	check_wrong(HELLO "{\"frame\":\"x\"}", "\"body\" is missing");
	check_wrong(HELLO "{\"frame\":\"type\",\"raw\":{\"meta\":\"\"}}",
	    "\"id\" is missing");
	check_wrong(HELLO "{\"frame\":\"type\",\"id\":1}", "\"meta\"");
	check_wrong(HELLO "{\"frame\":\"record\",\"op\":\"upsert\","
	    "\"cache\":\"c\",\"key\":1,\"value\":2}", "without \"raw\"");
	check_wrong(HELLO "{\"frame\":\"record\",\"op\":\"upsert\","
	    "\"cache\":\"c\",\"raw\":{\"key\":null}}", "\"value\" is missing");
	check_wrong(HELLO "{\"frame\":\"record\",\"op\":\"upsert\","
	    "\"cache\":\"c\",\"raw\":{\"key\":\"*\",\"value\":null}}",
	    "\"key\" in raw is neither");
	check_wrong(HELLO "{\"frame\":\"record\",\"cache\":\"c\"" RAW,
	    "\"op\" is missing");
	check_wrong(HELLO "{\"frame\":\"record\",\"op\":\"put\","
	    "\"cache\":\"c\"" RAW, "\"op\" is none of");
	check_wrong(HELLO "{\"frame\":\"record\",\"op\":\"remove\"" RAW,
	    "\"cache\"");
	check_wrong(REC(",\"seq\":1.5"), "\"seq\" is no integer");
	check_wrong(REC(",\"seq\":9007199254740993"), "as a string");
	check_wrong(REC(",\"seq\":true"), "\"seq\" is no integer");
	check_wrong(REC(",\"seq\":0"), "positions begin at 1");
	check_wrong(REC(",\"seq\":-1"), "\"seq\" is out of range");
	check_wrong(REC(",\"seq\":\"9223372036854775808\""), "out of range");
	check_wrong(REC(",\"seq\":\"99999999999999999999\""), "64 bits");
	check_wrong(REC(",\"seq\":\"--1\""), "no integer");
	check_wrong(REC(",\"time\":\"2026-02-30T12:00:00Z \""), "\"time\"");
	check_wrong(REC(",\"time\":\"2026-13-01T12:00:00Z\""), "\"time\"");
	check_wrong(REC(",\"origin\":\"x\""), "\"origin\" is none of");
	check_wrong(REC(",\"headers\":[1]"), "\"headers\" holds one");
	check_wrong(REC(",\"partition\":2147483648"), "out of range");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back_is_the_same),
		cmocka_unit_test(acks_come_back),
		cmocka_unit_test(lines_look_like_this),
		cmocka_unit_test(written_by_hand),
		cmocka_unit_test(says_what_is_wrong)
	};
	size_t i;

	test_seed();
	for (i = 0; i < sizeof pool; i++)
		pool[i] = (unsigned char)test_u64();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
