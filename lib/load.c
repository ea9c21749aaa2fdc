#include "load.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "base64.h"

/* From here on not every integer is a double. */
#define EXACT 9007199254740992.0

/* One line while it is taken apart. */
struct line {
	json_t *all, *raw;	/* raw: NULL or an object */
	struct buf tmp[4];	/* what was decoded, until it is in the body */
	size_t n_tmp;
	struct err *e;
};

void
load_release(struct load *l)
{
	buf_release(&l->body);
}

static int
wrong(struct line *l, const char *name, const char *what)
{
	return err_set(l->e, EX_DATAERR, "\"%s\" %s", name, what);
}

/* The member: from raw if it is there, else from in front of it. */
static json_t *
member(const struct line *l, const char *name)
{
	json_t *v = l->raw == NULL ? NULL : json_object_get(l->raw, name);

	return v != NULL ? v : json_object_get(l->all, name);
}

static struct slice
text_of(const json_t *s)
{
	return slice_of(json_string_value(s), json_string_length(s));
}

/* A string of digits, with a minus before them or without. */
static int
digits_of(struct line *l, const char *name, const char *s, bool *less,
    uint64_t *v)
{
	char *end;

	*less = *s == '-';
	if (s[*less] < '0' || s[*less] > '9')
		return wrong(l, name, "is no integer");
	errno = 0;
	*v = strtoull(s + *less, &end, 10);
	if (*end != '\0' || errno != 0 || (*less && *v > (uint64_t)1 << 63))
		return wrong(l, name, "is no integer of 64 bits");
	*less = *less && *v != 0;
	if (*less)
		*v = -*v;
	return 0;
}

/* An integer or a string of its digits; *v stays if there is none. */
static int
integer(struct line *l, const char *name, int64_t min, uint64_t max,
    uint64_t *v)
{
	const json_t *j = member(l, name);
	bool less;
	double d;

	if (j == NULL)
		return 0;
	if (json_is_string(j)) {
		if (digits_of(l, name, json_string_value(j), &less, v) < 0)
			return -1;
	} else if (json_is_real(j)) {
		d = json_real_value(j);
		if (d >= EXACT || d <= -EXACT)
			return wrong(l, name, "is not below 2^53: write it as "
			    "a string");
		*v = (uint64_t)(int64_t)d;
		less = d < 0;
		if ((double)(int64_t)d < d || (double)(int64_t)d > d)
			return wrong(l, name, "is no integer");
	} else {
		return wrong(l, name, "is no integer");
	}
	if (less ? (int64_t)*v < min : *v > max)
		return wrong(l, name, "is out of range");
	return 0;
}

/* A string in front, base64 in raw. *s stays if there is none. */
static int
string(struct line *l, const char *name, struct slice *s)
{
	const json_t *j = l->raw == NULL ? NULL :
	    json_object_get(l->raw, name);
	struct buf *b = &l->tmp[l->n_tmp];

	if (j != NULL) {
		if (!json_is_string(j) || base64_decode(b, text_of(j)) < 0)
			return wrong(l, name, "in raw is no base64");
		*s = buf_bytes(b);
		l->n_tmp++;
		return 0;
	}
	j = json_object_get(l->all, name);
	if (j == NULL)
		return 0;
	if (!json_is_string(j))
		return wrong(l, name, "is no string");
	*s = text_of(j);
	return 0;
}

/* Of raw alone: null, base64, or {"text":"..."}. 1, 0 if not there, -1. */
static int
bytes(struct line *l, const char *name, struct slice *s)
{
	const json_t *j = l->raw == NULL ? NULL :
	    json_object_get(l->raw, name);
	struct buf *b = &l->tmp[l->n_tmp];

	if (j == NULL)
		return 0;
	*s = slice_of(NULL, 0);
	if (json_is_null(j))
		return 1;
	if (json_is_object(j) && json_is_string(json_object_get(j, "text"))) {
		*s = text_of(json_object_get(j, "text"));
		return 1;
	}
	if (!json_is_string(j) || base64_decode(b, text_of(j)) < 0)
		return wrong(l, name, "in raw is neither base64 nor null nor "
		    "{\"text\":...}");
	*s = buf_bytes(b);
	l->n_tmp++;
	return 1;
}

/* Sixteen hexadecimal digits. */
static int
run(struct line *l, uint64_t *v)
{
	const json_t *j = json_object_get(l->all, "run");
	const char *s = json_string_value(j);

	if (j == NULL)
		return 0;
	if (s == NULL || strlen(s) != 16 ||
	    strspn(s, "0123456789abcdefABCDEF") != 16)
		return wrong(l, "run", "is not 16 hexadecimal digits");
	*v = strtoull(s, NULL, 16);
	return 0;
}

static int
hello(struct load *load, struct line *l)
{
	struct hello h = { REC_VERSION, 0, slice_str("bytes"),
	    slice_str("frame-load") };
	uint64_t version = REC_VERSION;
	struct slice more = slice_of(NULL, 0);

	if (load->begun)
		return err_set(l->e, EX_DATAERR, "a second HELLO");
	if (integer(l, "version", 0, UINT16_MAX, &version) < 0 ||
	    run(l, &h.run) < 0 || string(l, "format", &h.format) < 0 ||
	    string(l, "origin", &h.origin) < 0 || bytes(l, "more", &more) < 0)
		return -1;
	h.version = (uint16_t)version;
	rec_encode_hello(&load->body, &h);
	buf_add(&load->body, more.p, more.n);
	load->begun = true;
	return 0;
}

static int
type(struct load *load, struct line *l)
{
	struct type t = { .kind = TYPE_BINARY };
	struct slice kind = slice_str("binary");
	uint64_t id = 0;
	int r;

	if (string(l, "kind", &kind) < 0)
		return -1;
	if (slice_eq(kind, slice_str("class")))
		t.kind = TYPE_CLASS;
	else if (!slice_eq(kind, slice_str("binary")))
		return wrong(l, "kind", "is neither binary nor class");
	if (json_object_get(l->all, "id") == NULL)
		return wrong(l, "id", "is missing");
	if (integer(l, "id", INT32_MIN, INT32_MAX, &id) < 0 ||
	    bytes(l, "class_name", &t.class_name) < 0)
		return -1;
	t.id = (int32_t)id;
	r = bytes(l, "meta", &t.meta);
	if (r < 0)
		return -1;
	if (t.kind == TYPE_CLASS ? t.class_name.n == 0 : t.meta.p == NULL)
		return wrong(l, t.kind == TYPE_CLASS ? "class_name" : "meta",
		    "is missing in raw");
	rec_encode_type(&load->body, &t);
	return 0;
}

/* Positions only grow. */
static int
advance(struct load *load, struct line *l, uint64_t *seq)
{
	*seq = load->seq;
	if (integer(l, "seq", 0, INT64_MAX, seq) < 0)
		return -1;
	if (*seq < load->seq)
		return err_set(l->e, EX_DATAERR, "position went back from %"
		    PRIu64 " to %" PRIu64, load->seq, *seq);
	load->seq = *seq;
	return 0;
}

static int
word(struct line *l, const char *name, const char *const *words,
    const char *letters, uint8_t *v)
{
	const json_t *j = json_object_get(l->all, name);
	const char *s = json_string_value(j);
	uint64_t number = 0;
	size_t i;

	if (j == NULL)
		return 0;
	for (i = 0; s != NULL && words[i] != NULL; i++) {
		if (strcmp(s, words[i]) == 0) {
			*v = (uint8_t)letters[i];
			return 0;
		}
	}
	/* A letter that this release does not know, as its number. */
	if (json_is_real(j)) {
		if (integer(l, name, 0, UINT8_MAX, &number) < 0)
			return -1;
		*v = (uint8_t)number;
		return 0;
	}
	return wrong(l, name, "is none of those in frame-dump(1)");
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t
days(int64_t y, int m, int d)
{
	int64_t era, of_era, of_year;

	/* Years that begin in March have the leap day at their end. */
	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	of_era = y - era * 400;
	of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

/* n digits, and the character behind them if there is one to be. */
static bool
digits(const char **s, int n, char behind, int *v)
{
	for (*v = 0; n > 0; n--, ++*s) {
		if (**s < '0' || **s > '9')
			return false;
		*v = *v * 10 + (**s - '0');
	}
	return behind == '\0' || *(*s)++ == behind;
}

/* 2026-01-31T12:00:00Z, with or without three digits of a fraction. */
static bool
iso(const char *s, int64_t *ms)
{
	static const int most[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };
	int y, mo, d, h, mi, sec, frac = 0;

	if (!digits(&s, 4, '-', &y) || !digits(&s, 2, '-', &mo) ||
	    !digits(&s, 2, 'T', &d) || !digits(&s, 2, ':', &h) ||
	    !digits(&s, 2, ':', &mi) || !digits(&s, 2, '\0', &sec))
		return false;
	if (*s == '.' && (s++, !digits(&s, 3, '\0', &frac)))
		return false;
	if (strcmp(s, "Z") != 0 || mo < 1 || mo > 12 || d < 1 ||
	    d > most[mo - 1] || h > 23 || mi > 59 || sec > 59)
		return false;
	*ms = (((days(y, mo, d) * 24 + h) * 60 + mi) * 60 + sec) * 1000 + frac;
	return true;
}

static int
when(struct line *l, int64_t *ms)
{
	const json_t *j = member(l, "time");
	uint64_t v = 0;

	if (j == NULL || json_is_null(j))
		return 0;
	if (json_is_string(j) && iso(json_string_value(j), ms))
		return 0;
	if (json_is_string(j) && strchr(json_string_value(j), ':') != NULL)
		return wrong(l, "time", "is no time like "
		    "2026-01-31T12:00:00.000Z");
	if (integer(l, "time", INT64_MIN, INT64_MAX, &v) < 0)
		return -1;
	*ms = (int64_t)v;
	return 0;
}

/* From raw, or from [{"name":..,"value":..}] where that says it all. */
static int
headers(struct line *l, struct slice *s)
{
	const json_t *all = json_object_get(l->all, "headers");
	const json_t *h, *name, *v;
	struct buf *b;
	size_t i;
	int r = bytes(l, "headers", s);

	if (r != 0 || all == NULL || json_is_null(all))
		return r < 0 ? -1 : 0;
	if (!json_is_array(all))
		return wrong(l, "headers", "is no array");
	b = &l->tmp[l->n_tmp++];
	for (i = 0; i < json_array_size(all); i++) {
		h = json_array_get(all, i);
		name = json_object_get(h, "name");
		v = json_object_get(h, "value");
		if (!json_is_string(name) ||
		    !(json_is_string(v) || json_is_null(v)))
			return wrong(l, "headers", "holds one that is not "
			    "{\"name\":\"...\",\"value\":\"...\"}");
		rec_header_put(b, text_of(name), json_is_null(v) ?
		    slice_of(NULL, 0) : text_of(v));
	}
	*s = buf_bytes(b);
	return 0;
}

static int
record(struct load *load, struct line *l)
{
	static const char *const ops[] = { "upsert", "remove", NULL };
	static const char *const origins[] = { "event", "scan", "reconcile",
	    "topic", NULL };
	const bool topic = json_object_get(l->all, "topic") != NULL;
	struct rec r = { .origin = topic ? REC_TOPIC : REC_EVENT,
	    .time = REC_NO_TIME };
	uint64_t partition = UINT64_MAX, offset = UINT64_MAX, flags;
	int has_key, has_value;

	if (l->raw == NULL)
		return err_set(l->e, EX_DATAERR, "a record without \"raw\": "
		    "what is shown does not say which bytes it was");
	load->seq++;
	if (json_object_get(l->all, "seq") == NULL) {
		r.seq = load->seq;
	} else {
		load->seq--;
		if (advance(load, l, &r.seq) < 0)
			return -1;
	}
	flags = json_is_true(json_object_get(l->all, "more")) ? REC_MORE : 0;
	if (word(l, "op", ops, "UD", &r.op) < 0 ||
	    word(l, "origin", origins, "ESRT", &r.origin) < 0 ||
	    integer(l, "flags", 0, UINT8_MAX, &flags) < 0 ||
	    when(l, &r.time) < 0 ||
	    string(l, topic ? "topic" : "cache", &r.name) < 0 ||
	    integer(l, "partition", INT32_MIN, INT32_MAX, &partition) < 0 ||
	    integer(l, "offset", INT64_MIN, INT64_MAX, &offset) < 0 ||
	    headers(l, &r.headers) < 0 ||
	    (has_key = bytes(l, "key", &r.key)) < 0 ||
	    (has_value = bytes(l, "value", &r.value)) < 0)
		return -1;
	if (r.op != REC_UPSERT && r.op != REC_REMOVE)
		return wrong(l, "op", "is missing");
	if (r.name.p == NULL)
		return wrong(l, "cache", "(or \"topic\") is missing");
	if (!has_key)
		return wrong(l, "key", "is missing in raw");
	if (!has_value && r.op == REC_UPSERT)
		return wrong(l, "value", "is missing in raw");
	if (r.seq == 0)
		return wrong(l, "seq", "is 0: positions begin at 1");
	r.flags = (uint8_t)flags;
	r.partition = (int32_t)partition;
	r.offset = (int64_t)offset;
	load->records++;
	rec_encode(&load->body, &r);
	return 0;
}

static int
mark(struct load *load, struct line *l)
{
	uint64_t seq;

	if (advance(load, l, &seq) < 0)
		return -1;
	rec_encode_mark(&load->body, seq);
	return 0;
}

static int
ack(struct load *load, struct line *l)
{
	struct ack a = { 0, 0 };

	if (run(l, &a.run) < 0 ||
	    integer(l, "seq", 0, UINT64_MAX, &a.seq) < 0)
		return -1;
	rec_encode_ack(&load->body, &a);
	return 0;
}

static int
end(struct load *load, struct line *l)
{
	struct end end = { 0, load->records };

	if (advance(load, l, &end.seq) < 0 ||
	    integer(l, "records", 0, UINT64_MAX, &end.records) < 0)
		return -1;
	if (load->recount)
		end.records = load->records;
	if (end.records != load->records)
		return err_set(l->e, EX_DATAERR, "END counts %" PRIu64
		    " records, %" PRIu64 " came: see --recount", end.records, load->records);
	rec_encode_end(&load->body, &end);
	load->ended = true;
	return 0;
}

/* A frame that only later releases know: a small letter and a body. */
static int
other(struct load *load, struct line *l)
{
	struct slice body = slice_of(NULL, 0);

	if (bytes(l, "body", &body) < 0)
		return -1;
	if (body.p == NULL)
		return wrong(l, "body", "is missing in raw");
	buf_add(&load->body, body.p, body.n);
	return 0;
}

static const struct {
	const char *name;
	enum frame_letter letter;
	int (*fn)(struct load *, struct line *);
} kinds[] = {
	{ "record", FRAME_RECORD, record },
	{ "type", FRAME_TYPE, type },
	{ "mark", FRAME_MARK, mark },
	{ "hello", FRAME_HELLO, hello },
	{ "ack", FRAME_ACK, ack },
	{ "end", FRAME_END, end }
};

static int
take(struct load *load, struct line *l, struct frame *f)
{
	const char *name = json_string_value(json_object_get(l->all, "frame"));
	size_t i;

	if (name == NULL)
		return err_set(l->e, EX_DATAERR, "no \"frame\" says what "
		    "this line is");
	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(name, kinds[i].name) == 0)
			break;
	}
	if (i < sizeof kinds / sizeof *kinds)
		f->letter = (uint8_t)kinds[i].letter;
	else if (name[0] >= 'a' && name[0] <= 'z' && name[1] == '\0')
		f->letter = (uint8_t)name[0];
	else
		return err_set(l->e, EX_DATAERR, "frame \"%.40s\" is not known",
		    name);
	if ((f->letter == FRAME_ACK) != load->acks)
		return err_set(l->e, EX_DATAERR, load->acks ?
		    "only frames \"ack\" belong here" :
		    "frame \"ack\" belongs in no stream: see --acks");
	if (!load->begun && !load->acks && f->letter != FRAME_HELLO)
		return err_set(l->e, EX_DATAERR,
		    "the first frame must be \"hello\"");
	if (load->ended)
		return err_set(l->e, EX_DATAERR, "a frame behind \"end\"");
	buf_reset(&load->body);
	if ((i < sizeof kinds / sizeof *kinds ? kinds[i].fn : other)(load,
	    l) < 0)
		return err_in(l->e, "frame \"%s\"", name);
	f->body = buf_bytes(&load->body);
	return 1;
}

static bool
is_blank(struct slice s)
{
	while (s.n > 0 && (*s.p == ' ' || *s.p == '\t' || *s.p == '\r')) {
		s.p++;
		s.n--;
	}
	return s.n == 0;
}

int
load_line(struct load *load, struct slice s, struct frame *f, struct err *e)
{
	struct line l = { .e = e };
	json_error_t je;
	size_t i;
	int r;

	if (is_blank(s))
		return 0;
	/*
	 * As doubles, because programs in between write numbers that are no
	 * 64-bit integers any more; what matters is a string in raw.
	 */
	l.all = json_loadb((const char *)s.p, s.n, JSON_ALLOW_NUL |
	    JSON_DECODE_INT_AS_REAL, &je);
	if (l.all == NULL)
		return err_set(e, EX_DATAERR, "no JSON: %s at column %d",
		    je.text, je.column);
	l.raw = json_object_get(l.all, "raw");
	if (!json_is_object(l.all))
		r = err_set(e, EX_DATAERR, "no JSON object");
	else if (l.raw != NULL && !json_is_object(l.raw))
		r = err_set(e, EX_DATAERR, "\"raw\" is no object");
	else
		r = take(load, &l, f);
	for (i = 0; i < sizeof l.tmp / sizeof *l.tmp; i++)
		buf_release(&l.tmp[i]);
	json_decref(l.all);
	return r;
}
