#include "dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base64.h"
#include "show.h"
#include "utf8.h"

/* From here on programs that read numbers as doubles may lose digits. */
#define EXACT (INT64_C(1) << 53)

/* What ISO 8601 can say with four digits for the year: ms since 1970. */
#define YEAR_0 INT64_C(-62167219200000)
#define YEAR_10000 INT64_C(253402300800000)

void
dump_release(struct dump *d)
{
	bin_types_release(&d->types);
	buf_release(&d->extra);
}

static void
text(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

static void
base64(struct buf *b, struct slice s)
{
	if (s.p == NULL) {
		text(b, "null");
		return;
	}
	buf_u8(b, '"');
	base64_encode(b, s);
	buf_u8(b, '"');
}

/* Begin a member of "raw", if raw is wanted. */
static bool
extra(struct dump *d, const char *name)
{
	if (d->raw)
		buf_fmt(&d->extra, "%s\"%s\":", d->extra.n == 0 ? "" : ",",
		    name);
	return d->raw;
}

static void
raw(struct dump *d, const char *name, struct slice s)
{
	if (extra(d, name))
		base64(&d->extra, s);
}

/* A string member; in raw too if JSON's form of it is not the same bytes. */
static void
string(struct dump *d, struct buf *b, const char *name, struct slice s)
{
	buf_fmt(b, ",\"%s\":", name);
	show_string(b, s);
	if (!utf8_ok(s))
		raw(d, name, s);
}

/* A number; as a string in raw too if jq and its like would change it. */
static void
number(struct dump *d, struct buf *b, const char *name, uint64_t v)
{
	if (v < (uint64_t)EXACT) {
		buf_fmt(b, ",\"%s\":%" PRIu64, name, v);
		return;
	}
	buf_fmt(b, v > INT64_MAX ? ",\"%s\":\"%" PRIu64 "\"" :
	    ",\"%s\":%" PRIu64, name, v);
	if (extra(d, name))
		buf_fmt(&d->extra, "\"%" PRIu64 "\"", v);
}

static void
signed_number(struct dump *d, struct buf *b, const char *name, int64_t v)
{
	if (v >= 0) {
		number(d, b, name, (uint64_t)v);
		return;
	}
	buf_fmt(b, ",\"%s\":%" PRId64, name, v);
	if (v <= -EXACT && extra(d, name))
		buf_fmt(&d->extra, "\"%" PRId64 "\"", v);
}

/* Text that people can read: UTF-8, no controls but white space. */
static bool
is_text(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if ((s.p[i] < ' ' && s.p[i] != '\t' && s.p[i] != '\n' &&
		    s.p[i] != '\r') || s.p[i] == 0x7f)
			return false;
	}
	return utf8_ok(s);
}

static void
bytes(struct buf *b, struct slice s)
{
	if (s.p == NULL) {
		text(b, "null");
	} else if (is_text(s)) {
		show_string(b, s);
	} else {
		text(b, "{\"@bytes\":");
		base64(b, s);
		text(b, "}");
	}
}

static void
value(struct dump *d, struct buf *b, struct slice s)
{
	struct err e;

	if (!d->ignite || s.n == 0 || show_value(b, s, &d->types, &e) < 0)
		bytes(b, s);
}

/* "2026-01-31T12:00:00.000Z", or null and the number in raw. */
static void
when(struct dump *d, struct buf *b, int64_t ms)
{
	time_t s = (time_t)(ms / 1000);
	int frac = (int)(ms % 1000);
	struct tm tm;

	text(b, ",\"time\":");
	if (ms == REC_NO_TIME || ms < YEAR_0 || ms >= YEAR_10000) {
		text(b, "null");
		if (ms != REC_NO_TIME && extra(d, "time"))
			buf_fmt(&d->extra, "\"%" PRId64 "\"", ms);
		return;
	}
	if (frac < 0) {
		frac += 1000;
		s--;
	}
	gmtime_r(&s, &tm);
	buf_fmt(b, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, frac);
}

static int
hello(struct dump *d, struct buf *b, struct slice body, struct err *e)
{
	static const char ignite[] = "ignite";
	struct buf known = { NULL, 0, 0 };
	struct hello h;

	if (rec_decode_hello(&h, body, e) < 0)
		return -1;
	d->ignite = slice_eq(h.format, slice_str(ignite));
	buf_fmt(b, ",\"version\":%u,\"run\":\"%016" PRIx64 "\"", h.version,
	    h.run);
	string(d, b, "format", h.format);
	string(d, b, "origin", h.origin);
	/* What a later release says behind these fields. */
	rec_encode_hello(&known, &h);
	if (body.n > known.n)
		raw(d, "more", slice_of(body.p + known.n, body.n - known.n));
	buf_release(&known);
	return 0;
}

static void
fields(struct buf *b, const struct bin_type *t)
{
	uint32_t i;

	text(b, ",\"fields\":[");
	for (i = 0; i < t->n_fields; i++) {
		text(b, i == 0 ? "{\"name\":" : ",{\"name\":");
		show_string(b, t->fields[i].name);
		buf_fmt(b, ",\"type\":%" PRId32 ",\"id\":%" PRId32 "}",
		    t->fields[i].code, t->fields[i].id);
	}
	text(b, "]");
}

static void
constants(struct buf *b, const struct bin_type *t)
{
	uint32_t i;

	text(b, ",\"constants\":[");
	for (i = 0; i < t->n_constants; i++) {
		text(b, i == 0 ? "{\"name\":" : ",{\"name\":");
		show_string(b, t->constants[i].name);
		buf_fmt(b, ",\"ordinal\":%" PRId32 "}",
		    t->constants[i].ordinal);
	}
	text(b, "]");
}

static void
schemas(struct buf *b, const struct bin_type *t)
{
	uint32_t i, j;

	text(b, ",\"schemas\":[");
	for (i = 0; i < t->n_schemas; i++) {
		buf_fmt(b, "%s{\"id\":%" PRId32 ",\"fields\":[",
		    i == 0 ? "" : ",", t->schemas[i].id);
		for (j = 0; j < t->schemas[i].n; j++)
			buf_fmt(b, "%s%" PRId32, j == 0 ? "" : ",",
			    t->schemas[i].ids[j]);
		text(b, "]}");
	}
	text(b, "]");
}

static int
type(struct dump *d, struct buf *b, struct slice body, struct err *e)
{
	struct bin_type *t;
	struct err why;
	struct type f;
	struct cur c;

	if (rec_decode_type(&f, body, e) < 0)
		return -1;
	if (f.kind == TYPE_CLASS) {
		buf_fmt(b, ",\"kind\":\"class\",\"id\":%" PRId32
		    ",\"class\":", f.id);
		bytes(b, f.class_name);
		raw(d, "class_name", f.class_name);
		return 0;
	}
	buf_fmt(b, ",\"kind\":\"binary\",\"id\":%" PRId32, f.id);
	c = cur_on(f.meta);
	t = bin_type_decode(&c, &why);
	text(b, ",\"name\":");
	bytes(b, t == NULL ? slice_of(NULL, 0) : t->name);
	text(b, ",\"class\":");
	bytes(b, f.class_name);
	if (t != NULL) {
		text(b, ",\"affinity_key\":");
		bytes(b, t->affinity);
		fields(b, t);
		if (t->is_enum)
			constants(b, t);
		schemas(b, t);
		/* One that contradicts an older one helps no value. */
		bin_types_take(&d->types, t, &why);
	}
	raw(d, "class_name", f.class_name);
	raw(d, "meta", f.meta);
	return 0;
}

static const char *
origin(uint8_t letter)
{
	return letter == REC_EVENT ? "event" : letter == REC_SCAN ? "scan" :
	    letter == REC_RECONCILE ? "reconcile" :
	    letter == REC_TOPIC ? "topic" : NULL;
}

static void
headers(struct buf *b, struct slice all)
{
	struct slice name, v;
	size_t was = b->n;
	bool first = true;
	int r;

	if (all.p == NULL)
		return;
	text(b, ",\"headers\":[");
	while ((r = rec_header(&all, &name, &v)) > 0) {
		text(b, first ? "{\"name\":" : ",{\"name\":");
		show_string(b, name);
		text(b, ",\"value\":");
		bytes(b, v);
		text(b, "}");
		first = false;
	}
	text(b, "]");
	if (r < 0)
		b->n = was;	/* raw has them */
}

static int
record(struct dump *d, struct buf *b, struct slice body, struct err *e)
{
	bool topic;
	struct rec r;

	if (rec_decode(&r, body, e) < 0)
		return -1;
	number(d, b, "seq", r.seq);
	buf_fmt(b, ",\"op\":\"%s\"", r.op == REC_UPSERT ? "upsert" : "remove");
	if (origin(r.origin) != NULL)
		buf_fmt(b, ",\"origin\":\"%s\"", origin(r.origin));
	else
		buf_fmt(b, ",\"origin\":%u", r.origin);
	if ((r.flags & REC_MORE) != 0)
		text(b, ",\"more\":true");
	if ((r.flags & ~REC_MORE) != 0 && extra(d, "flags"))
		buf_fmt(&d->extra, "%u", r.flags);
	when(d, b, r.time);
	topic = r.origin == REC_TOPIC || r.partition != -1 || r.offset != -1;
	string(d, b, topic ? "topic" : "cache", r.name);
	if (topic) {
		buf_fmt(b, ",\"partition\":%" PRId32, r.partition);
		signed_number(d, b, "offset", r.offset);
	}
	text(b, ",\"key\":");
	value(d, b, r.key);
	text(b, ",\"value\":");
	value(d, b, r.value);
	headers(b, r.headers);
	raw(d, "key", r.key);
	raw(d, "value", r.value);
	if (r.headers.p != NULL)
		raw(d, "headers", r.headers);
	return 0;
}

static int
mark(struct dump *d, struct buf *b, struct slice body, struct err *e)
{
	uint64_t seq;

	if (rec_decode_mark(&seq, body, e) < 0)
		return -1;
	number(d, b, "seq", seq);
	return 0;
}

static int
ack(struct dump *d, struct buf *b, struct slice body, struct err *e)
{
	struct ack a;

	if (rec_decode_ack(&a, body, e) < 0)
		return -1;
	buf_fmt(b, ",\"run\":\"%016" PRIx64 "\"", a.run);
	number(d, b, "seq", a.seq);
	return 0;
}

static int
end(struct dump *d, struct buf *b, struct slice body, struct err *e)
{
	struct end end;

	if (rec_decode_end(&end, body, e) < 0)
		return -1;
	number(d, b, "seq", end.seq);
	number(d, b, "records", end.records);
	return 0;
}

static const struct {
	enum frame_letter letter;
	const char *name;
	int (*fn)(struct dump *, struct buf *, struct slice, struct err *);
} kinds[] = {
	{ FRAME_RECORD, "record", record },
	{ FRAME_TYPE, "type", type },
	{ FRAME_MARK, "mark", mark },
	{ FRAME_HELLO, "hello", hello },
	{ FRAME_ACK, "ack", ack },
	{ FRAME_END, "end", end }
};

int
dump_frame(struct dump *d, struct buf *b, const struct frame *f,
    struct err *e)
{
	size_t was = b->n, i;

	buf_reset(&d->extra);
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i].letter != f->letter)
			continue;
		buf_fmt(b, "{\"frame\":\"%s\"", kinds[i].name);
		if (kinds[i].fn(d, b, f->body, e) < 0) {
			b->n = was;
			return -1;
		}
		break;
	}
	if (i == sizeof kinds / sizeof *kinds) {
		buf_fmt(b, "{\"frame\":\"%c\",\"bytes\":%zu", f->letter,
		    f->body.n);
		raw(d, "body", f->body);
	}
	if (d->extra.n != 0) {
		text(b, ",\"raw\":{");
		buf_add(b, d->extra.p, d->extra.n);
		text(b, "}");
	}
	text(b, "}\n");
	return 0;
}
