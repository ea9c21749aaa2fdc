#include "frame.h"

#include <assert.h>
#include <inttypes.h>

#include "cur.h"

/* How long a writer may keep the pipe open after END without a word. */
enum { END_MS = 2000 };

void
frame_in_open(struct frame_in *f, int fd, const char *name)
{
	*f = (struct frame_in){ .begun = false };
	in_open(&f->io, fd, name);
	f->records.name = "records_read_total";
	f->records.help = "records read from standard input";
}

void
frame_in_release(struct frame_in *f)
{
	in_release(&f->io);
	buf_release(&f->text);
}

static bool
is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

int
frame_parse(struct slice s, struct frame *f, size_t *n, struct err *e)
{
	struct cur c = cur_on(s);
	uint8_t letter = cur_u8(&c);
	uint32_t len = cur_u32(&c);

	if (s.n > 0 && !is_letter(letter))
		return err_set(e, EX_DATAERR,
		    "byte 0x%02x where a frame should begin", letter);
	if (c.bad)
		return 0;
	if (len > FRAME_MAX)
		return err_set(e, EX_DATAERR, "frame %c claims %" PRIu32
		    " bytes, more than %d", letter, len, FRAME_MAX);
	*n = FRAME_HEAD + (size_t)len;
	f->letter = letter;
	f->body = cur_bytes(&c, len);
	return c.bad ? 0 : 1;
}

bool
frame_ready(const struct frame_in *f)
{
	struct slice s = slice_of(f->io.p + f->io.at, in_left(&f->io));
	struct frame frame;
	struct err e;
	size_t n;

	return f->io.p != NULL && frame_parse(s, &frame, &n, &e) != 0;
}

/* One frame off the input: 1, 0 at its end, -1. */
static int
next(struct frame_in *f, struct frame *frame, struct err *e)
{
	struct slice s;
	size_t n = FRAME_HEAD;
	int r;

	for (;;) {
		if ((r = in_need(&f->io, n, &s, e)) < 0)
			return -1;
		if (r == 0 && s.n == 0)
			return 0;
		if ((r = frame_parse(s, frame, &n, e)) < 0)
			return err_in(e, "%s", f->io.name);
		if (r > 0)
			break;
		if (f->io.eof)
			return err_set(e, EX_TEMPFAIL,
			    "%s ended inside a frame: its writer died",
			    f->io.name);
	}
	in_take(&f->io, n);
	return 1;
}

int
frame_hello(struct frame_in *f, struct err *e)
{
	struct frame frame;
	int r;

	if (f->begun)
		return 0;
	if ((r = next(f, &frame, e)) < 0)
		return -1;
	if (r == 0)
		return err_set(e, EX_TEMPFAIL,
		    "%s is empty: its writer died or was none of ours",
		    f->io.name);
	if (frame.letter != FRAME_HELLO)
		return err_set(e, EX_DATAERR,
		    "%s: not a ggpipe stream: it begins with %c, not HELLO",
		    f->io.name, frame.letter);
	buf_add(&f->text, frame.body.p, frame.body.n);
	if (rec_decode_hello(&f->hello, buf_bytes(&f->text), e) < 0)
		return err_in(e, "%s", f->io.name);
	f->begun = true;
	return 0;
}

/* Positions of records and marks only grow. */
static int
advance(uint64_t *last, struct slice body, struct err *e)
{
	struct cur c = cur_on(body);
	uint64_t seq = cur_u64(&c);

	if (c.bad)
		return err_set(e, EX_DATAERR, "frame without a position");
	if (seq < *last)
		return err_set(e, EX_PROTOCOL, "position went back from %"
		    PRIu64 " to %" PRIu64, *last, seq);
	*last = seq;
	return 0;
}

static int
finish(struct frame_in *f, struct slice body, struct err *e)
{
	struct end end;
	int r;

	if (rec_decode_end(&end, body, e) < 0 ||
	    advance(&f->seq, body, e) < 0)
		return err_in(e, "%s", f->io.name);
	if (end.records != count_get(&f->records))
		return err_set(e, EX_DATAERR, "%s: END counts %" PRIu64
		    " records, %" PRIu64 " came", f->io.name, end.records,
		    count_get(&f->records));
	/* Two streams in a row would else be one, the second one lost. */
	if ((r = in_ended(&f->io, END_MS, e)) < 0)
		return -1;
	if (r == 0)
		return err_set(e, EX_DATAERR, "%s: data after END",
		    f->io.name);
	f->ended = true;
	return 0;
}

int
frame_read(struct frame_in *f, struct frame *frame, struct err *e)
{
	int r;

	if (frame_hello(f, e) < 0)
		return -1;
	if (f->ended)
		return 0;
	if ((r = next(f, frame, e)) < 0)
		return -1;
	if (r == 0)
		return err_set(e, EX_TEMPFAIL,
		    "%s ended without END: its writer died", f->io.name);
	switch (frame->letter) {
	case FRAME_RECORD:
		count_add(&f->records, 1);
		/* FALLTHROUGH */
	case FRAME_MARK:
		if (advance(&f->seq, frame->body, e) < 0)
			return err_in(e, "%s", f->io.name);
		return 1;
	case FRAME_TYPE:
		return 1;
	case FRAME_END:
		return finish(f, frame->body, e);
	case FRAME_HELLO:
		return err_set(e, EX_DATAERR, "%s: a second HELLO: two "
		    "writers on one pipe?", f->io.name);
	default:
		if (frame->letter >= 'a')
			return 1;
		return err_set(e, EX_PROTOCOL, "%s: frame %c is not known: "
		    "use stages of one release", f->io.name, frame->letter);
	}
}

void
frame_out_open(struct frame_out *f, int fd, const char *name)
{
	*f = (struct frame_out){ .ended = false };
	out_open(&f->io, fd, name);
	f->records.name = "records_written_total";
	f->records.help = "records written to standard output";
}

void
frame_out_release(struct frame_out *f)
{
	out_release(&f->io);
}

size_t
frame_begin(struct buf *b, enum frame_letter letter)
{
	size_t at = b->n;
	unsigned char *p = buf_room(b, FRAME_HEAD);

	p[0] = (unsigned char)letter;
	b->n += FRAME_HEAD;
	return at;
}

void
frame_end(struct buf *b, size_t at)
{
	size_t n = b->n - at - FRAME_HEAD;

	assert(n <= FRAME_MAX);
	le32_put(b->p + at + 1, (uint32_t)n);
}

static int
too_large(struct err *e)
{
	return err_set(e, EX_DATAERR, "larger than the %d bytes that a frame "
	    "may have", FRAME_MAX);
}

int
frame_write(struct frame_out *f, const struct frame *frame, struct err *e)
{
	struct buf *b = &f->io.buf;
	size_t at;

	if (frame->body.n > FRAME_MAX) {
		too_large(e);
		return err_in(e, "frame %c", frame->letter);
	}
	if (frame->letter == FRAME_RECORD)
		count_add(&f->records, 1);
	if ((frame->letter == FRAME_RECORD || frame->letter == FRAME_MARK) &&
	    advance(&f->seq, frame->body, e) < 0)
		return -1;
	at = frame_begin(b, frame->letter);
	buf_add(b, frame->body.p, frame->body.n);
	frame_end(b, at);
	return out_push(&f->io, e);
}

int
frame_write_rec(struct frame_out *f, const struct rec *r, struct err *e)
{
	struct buf *b = &f->io.buf;
	size_t at;

	if (r->name.n + r->key.n + r->value.n + r->headers.n > FRAME_MAX - 64) {
		too_large(e);
		return err_in(e, "%s", rec_where(r));
	}
	at = frame_begin(b, FRAME_RECORD);
	rec_encode(b, r);
	frame_end(b, at);
	f->seq = r->seq;
	count_add(&f->records, 1);
	return out_push(&f->io, e);
}

int
frame_write_type(struct frame_out *f, const struct type *t, struct err *e)
{
	struct buf *b = &f->io.buf;
	size_t at;

	if (t->class_name.n + t->meta.n > FRAME_MAX - 64) {
		too_large(e);
		return err_in(e, "type %" PRId32, t->id);
	}
	at = frame_begin(b, FRAME_TYPE);
	rec_encode_type(b, t);
	frame_end(b, at);
	return out_push(&f->io, e);
}

int
frame_write_mark(struct frame_out *f, uint64_t seq, struct err *e)
{
	struct buf *b = &f->io.buf;
	size_t at = frame_begin(b, FRAME_MARK);

	rec_encode_mark(b, seq);
	frame_end(b, at);
	f->seq = seq;
	return out_push(&f->io, e);
}

int
frame_write_hello(struct frame_out *f, const struct hello *h, struct err *e)
{
	struct buf *b = &f->io.buf;
	size_t at = frame_begin(b, FRAME_HELLO);

	rec_encode_hello(b, h);
	frame_end(b, at);
	return out_push(&f->io, e);
}

int
frame_write_end(struct frame_out *f, struct err *e)
{
	struct buf *b = &f->io.buf;
	size_t at = frame_begin(b, FRAME_END);

	rec_encode_end(b, &(struct end){ f->seq, count_get(&f->records) });
	frame_end(b, at);
	f->ended = true;
	return out_flush(&f->io, e);
}
