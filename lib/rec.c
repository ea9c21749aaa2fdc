#include "rec.h"

#include <inttypes.h>
#include <stdio.h>

#include "cur.h"

static const char magic[6] = { 'g', 'g', 'p', 'i', 'p', 'e' };

void
rec_encode(struct buf *b, const struct rec *r)
{
	/* One look at the room for all the scalars: this is the hot path. */
	unsigned char *p = buf_room(b, 31);

	le64_put(p, r->seq);
	p[8] = r->op;
	p[9] = r->origin;
	p[10] = r->flags;
	le64_put(p + 11, (uint64_t)r->time);
	le32_put(p + 19, (uint32_t)r->partition);
	le64_put(p + 23, (uint64_t)r->offset);
	b->n += 31;
	buf_slice(b, r->name);
	buf_slice(b, r->key);
	buf_slice(b, r->value);
	buf_slice(b, r->headers);
}

int
rec_decode(struct rec *r, struct slice body, struct err *e)
{
	struct cur c = cur_on(body);

	r->seq = cur_u64(&c);
	r->op = cur_u8(&c);
	r->origin = cur_u8(&c);
	r->flags = cur_u8(&c);
	r->time = cur_i64(&c);
	r->partition = cur_i32(&c);
	r->offset = cur_i64(&c);
	r->name = cur_slice(&c);
	r->key = cur_slice(&c);
	r->value = cur_slice(&c);
	r->headers = cur_slice(&c);
	if (!cur_done(&c))
		return err_set(e, EX_DATAERR, "record does not parse");
	if (r->op != REC_UPSERT && r->op != REC_REMOVE)
		return err_set(e, EX_DATAERR, "record %" PRIu64
		    ": operation 0x%02x is neither U nor D", r->seq, r->op);
	if (r->name.p == NULL)
		return err_set(e, EX_DATAERR,
		    "record %" PRIu64 " names no cache or topic", r->seq);
	if (r->seq == 0 || r->seq > INT64_MAX)
		return err_set(e, EX_DATAERR,
		    "record has the impossible position %" PRIu64, r->seq);
	return 0;
}

void
rec_encode_hello(struct buf *b, const struct hello *h)
{
	buf_add(b, magic, sizeof magic);
	buf_u16(b, h->version);
	buf_u64(b, h->run);
	buf_slice(b, h->format);
	buf_slice(b, h->origin);
}

int
rec_decode_hello(struct hello *h, struct slice body, struct err *e)
{
	struct cur c = cur_on(body);
	struct slice m = cur_bytes(&c, sizeof magic);

	if (!slice_eq(m, slice_of(magic, sizeof magic)))
		return err_set(e, EX_DATAERR, "not a ggpipe stream");
	h->version = cur_u16(&c);
	if (!c.bad && h->version != REC_VERSION)
		return err_set(e, EX_PROTOCOL, "stream has version %u, "
		    "this program knows version %d: use stages of one release",
		    h->version, REC_VERSION);
	h->run = cur_u64(&c);
	h->format = cur_slice(&c);
	h->origin = cur_slice(&c);
	/* Later releases may add fields behind these. */
	if (c.bad || h->format.p == NULL || h->origin.p == NULL)
		return err_set(e, EX_DATAERR, "HELLO does not parse");
	return 0;
}

void
rec_encode_type(struct buf *b, const struct type *t)
{
	buf_u8(b, t->kind);
	buf_u32(b, (uint32_t)t->id);
	buf_slice(b, t->class_name);
	buf_slice(b, t->meta);
}

int
rec_decode_type(struct type *t, struct slice body, struct err *e)
{
	struct cur c = cur_on(body);

	t->kind = cur_u8(&c);
	t->id = cur_i32(&c);
	t->class_name = cur_slice(&c);
	t->meta = cur_slice(&c);
	if (!cur_done(&c) ||
	    (t->kind == TYPE_CLASS ? t->class_name.n == 0 || t->meta.p != NULL :
	    t->kind != TYPE_BINARY || t->meta.p == NULL))
		return err_set(e, EX_DATAERR, "TYPE does not parse");
	return 0;
}

void
rec_encode_mark(struct buf *b, uint64_t seq)
{
	buf_u64(b, seq);
}

int
rec_decode_mark(uint64_t *seq, struct slice body, struct err *e)
{
	struct cur c = cur_on(body);

	*seq = cur_u64(&c);
	if (!cur_done(&c) || *seq > INT64_MAX)
		return err_set(e, EX_DATAERR, "MARK does not parse");
	return 0;
}

void
rec_encode_ack(struct buf *b, const struct ack *a)
{
	buf_u64(b, a->run);
	buf_u64(b, a->seq);
}

int
rec_decode_ack(struct ack *a, struct slice body, struct err *e)
{
	struct cur c = cur_on(body);

	a->run = cur_u64(&c);
	a->seq = cur_u64(&c);
	if (!cur_done(&c))
		return err_set(e, EX_DATAERR, "ACK does not parse");
	return 0;
}

void
rec_encode_end(struct buf *b, const struct end *end)
{
	buf_u64(b, end->seq);
	buf_u64(b, end->records);
}

int
rec_decode_end(struct end *end, struct slice body, struct err *e)
{
	struct cur c = cur_on(body);

	end->seq = cur_u64(&c);
	end->records = cur_u64(&c);
	if (!cur_done(&c))
		return err_set(e, EX_DATAERR, "END does not parse");
	return 0;
}

void
rec_header_put(struct buf *b, struct slice name, struct slice value)
{
	buf_slice(b, name);
	buf_slice(b, value);
}

int
rec_header(struct slice *headers, struct slice *name, struct slice *value)
{
	struct cur c = cur_on(*headers);

	if (headers->n == 0)
		return 0;
	*name = cur_slice(&c);
	*value = cur_slice(&c);
	if (c.bad || name->p == NULL)
		return -1;
	*headers = slice_of(c.p, cur_left(&c));
	return 1;
}

const char *
rec_where(const struct rec *r)
{
	static _Thread_local char s[400];

	if (r->offset < 0)
		snprintf(s, sizeof s, "cache %.*s record %" PRIu64,
		    r->name.n > 256 ? 256 : (int)r->name.n,
		    (const char *)r->name.p, r->seq);
	else
		snprintf(s, sizeof s, "topic %.*s partition %d offset %" PRId64,
		    r->name.n > 256 ? 256 : (int)r->name.n,
		    (const char *)r->name.p, r->partition, r->offset);
	return s;
}
