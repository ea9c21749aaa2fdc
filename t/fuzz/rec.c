/*
 * Any bytes as the body of a frame, by the letter before it; one that
 * parses is the same when written again.
 */
#include <stdlib.h>

#include "frame.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
hello(struct buf *b, struct slice body, struct err *e)
{
	struct hello h;

	if (rec_decode_hello(&h, body, e) < 0)
		return -1;
	rec_encode_hello(b, &h);
	/* A later release may have said more. */
	if (b->n > body.n)
		abort();
	buf_add(b, body.p + b->n, body.n - b->n);
	return 0;
}

static int
type(struct buf *b, struct slice body, struct err *e)
{
	struct type t;

	if (rec_decode_type(&t, body, e) < 0)
		return -1;
	rec_encode_type(b, &t);
	return 0;
}

static int
record(struct buf *b, struct slice body, struct err *e)
{
	struct slice name, value, left;
	struct buf headers = { NULL, 0, 0 };
	struct rec rec;
	int r;

	if (rec_decode(&rec, body, e) < 0)
		return -1;
	if (rec_where(&rec)[0] == '\0')
		abort();
	left = rec.headers;
	while ((r = rec_header(&left, &name, &value)) > 0)
		rec_header_put(&headers, name, value);
	if (r == 0 && rec.headers.p != NULL &&
	    !slice_eq(buf_bytes(&headers), rec.headers))
		abort();
	buf_release(&headers);
	rec_encode(b, &rec);
	return 0;
}

static int
other(struct buf *b, int letter, struct slice body, struct err *e)
{
	struct end end;
	struct ack ack;
	uint64_t seq;

	switch (letter) {
	case FRAME_MARK:
		if (rec_decode_mark(&seq, body, e) < 0)
			return -1;
		rec_encode_mark(b, seq);
		return 0;
	case FRAME_ACK:
		if (rec_decode_ack(&ack, body, e) < 0)
			return -1;
		rec_encode_ack(b, &ack);
		return 0;
	default:
		if (rec_decode_end(&end, body, e) < 0)
			return -1;
		rec_encode_end(b, &end);
		return 0;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf b = { NULL, 0, 0 };
	struct err e = { 0, "" };
	struct slice body;
	int r;

	if (n == 0)
		return 0;
	body = slice_of(p + 1, n - 1);
	r = p[0] == FRAME_HELLO ? hello(&b, body, &e) :
	    p[0] == FRAME_TYPE ? type(&b, body, &e) :
	    p[0] == FRAME_RECORD ? record(&b, body, &e) :
	    other(&b, p[0], body, &e);
	if (r < 0 ? e.status == 0 : !slice_eq(buf_bytes(&b), body))
		abort();
	buf_release(&b);
	return 0;
}
