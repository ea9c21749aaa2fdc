#include "load.h"

#include <inttypes.h>

#include "line.h"

void
load_release(struct load *l)
{
	buf_release(&l->body);
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
	if (line_integer(l, "version", 0, UINT16_MAX, &version) < 0 ||
	    line_run(l, &h.run) < 0 ||
	    line_string(l, "format", &h.format) < 0 ||
	    line_string(l, "origin", &h.origin) < 0 ||
	    line_bytes(l, "more", &more) < 0)
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

	if (line_string(l, "kind", &kind) < 0)
		return -1;
	if (slice_eq(kind, slice_str("class")))
		t.kind = TYPE_CLASS;
	else if (!slice_eq(kind, slice_str("binary")))
		return line_wrong(l, "kind", "is neither binary nor class");
	if (!line_has(l, "id"))
		return line_wrong(l, "id", "is missing");
	if (line_integer(l, "id", INT32_MIN, INT32_MAX, &id) < 0 ||
	    line_bytes(l, "class_name", &t.class_name) < 0)
		return -1;
	t.id = (int32_t)id;
	r = line_bytes(l, "meta", &t.meta);
	if (r < 0)
		return -1;
	if (t.kind == TYPE_CLASS ? t.class_name.n == 0 : t.meta.p == NULL)
		return line_wrong(l, t.kind == TYPE_CLASS ? "class_name" :
		    "meta", "is missing in raw");
	rec_encode_type(&load->body, &t);
	return 0;
}

/* Positions only grow. */
static int
advance(struct load *load, struct line *l, uint64_t *seq)
{
	*seq = load->seq;
	if (line_integer(l, "seq", 0, INT64_MAX, seq) < 0)
		return -1;
	if (*seq < load->seq)
		return err_set(l->e, EX_DATAERR, "position went back from %"
		    PRIu64 " to %" PRIu64, load->seq, *seq);
	load->seq = *seq;
	return 0;
}

static int
record(struct load *load, struct line *l)
{
	static const char *const ops[] = { "upsert", "remove", NULL };
	static const char *const origins[] = { "event", "scan", "reconcile",
	    "topic", NULL };
	const bool topic = line_has(l, "topic");
	struct rec r = { .origin = topic ? REC_TOPIC : REC_EVENT,
	    .time = REC_NO_TIME };
	uint64_t partition = UINT64_MAX, offset = UINT64_MAX, flags;
	int has_key, has_value;

	if (l->raw == NULL)
		return err_set(l->e, EX_DATAERR, "a record without \"raw\": "
		    "what is shown does not say which bytes it was");
	load->seq++;
	if (!line_has(l, "seq")) {
		r.seq = load->seq;
	} else {
		load->seq--;
		if (advance(load, l, &r.seq) < 0)
			return -1;
	}
	flags = line_true(l, "more") ? REC_MORE : 0;
	if (line_word(l, "op", ops, "UD", &r.op) < 0 ||
	    line_word(l, "origin", origins, "ESRT", &r.origin) < 0 ||
	    line_integer(l, "flags", 0, UINT8_MAX, &flags) < 0 ||
	    line_when(l, &r.time) < 0 ||
	    line_string(l, topic ? "topic" : "cache", &r.name) < 0 ||
	    line_integer(l, "partition", INT32_MIN, INT32_MAX,
	    &partition) < 0 ||
	    line_integer(l, "offset", INT64_MIN, INT64_MAX, &offset) < 0 ||
	    line_headers(l, &r.headers) < 0 ||
	    (has_key = line_bytes(l, "key", &r.key)) < 0 ||
	    (has_value = line_bytes(l, "value", &r.value)) < 0)
		return -1;
	if (r.op != REC_UPSERT && r.op != REC_REMOVE)
		return line_wrong(l, "op", "is missing");
	if (r.name.p == NULL)
		return line_wrong(l, "cache", "(or \"topic\") is missing");
	if (!has_key)
		return line_wrong(l, "key", "is missing in raw");
	if (!has_value && r.op == REC_UPSERT)
		return line_wrong(l, "value", "is missing in raw");
	if (r.seq == 0)
		return line_wrong(l, "seq", "is 0: positions begin at 1");
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

	if (line_run(l, &a.run) < 0 ||
	    line_integer(l, "seq", 0, UINT64_MAX, &a.seq) < 0)
		return -1;
	rec_encode_ack(&load->body, &a);
	return 0;
}

static int
end(struct load *load, struct line *l)
{
	struct end end = { 0, load->records };

	if (advance(load, l, &end.seq) < 0 ||
	    line_integer(l, "records", 0, UINT64_MAX, &end.records) < 0)
		return -1;
	if (load->recount)
		end.records = load->records;
	if (end.records != load->records)
		return err_set(l->e, EX_DATAERR, "END counts %" PRIu64
		    " records, %" PRIu64 " came: see --recount",
		    end.records, load->records);
	rec_encode_end(&load->body, &end);
	load->ended = true;
	return 0;
}

/* A frame that only later releases know: a small letter and a body. */
static int
other(struct load *load, struct line *l)
{
	struct slice body = slice_of(NULL, 0);

	if (line_bytes(l, "body", &body) < 0)
		return -1;
	if (body.p == NULL)
		return line_wrong(l, "body", "is missing in raw");
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

int
load_line(struct load *load, struct slice s, struct frame *f, struct err *e)
{
	struct line l;
	int r = line_open(&l, s, e);

	if (r > 0)
		r = take(load, &l, f);
	line_release(&l);
	return r;
}
