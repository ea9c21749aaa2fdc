#include "wire.h"

#include <assert.h>
#include <stdio.h>

#include "bin.h"
#include "binid.h"
#include "binwrite.h"

#define FLAG_ERROR 1
#define FLAG_TOPOLOGY 2
#define FLAG_NOTE 4

#define KEEP_BINARY 1

static const uint32_t features = 1u << WIRE_CLUSTER_STATES |
    1u << WIRE_NODE_ENDPOINTS | 1u << WIRE_QUERY_PARTITIONS |
    1u << WIRE_BINARY_CONFIGURATION | 1u << WIRE_HEARTBEATS;

static int
garbled(struct err *e, const char *what)
{
	return err_set(e, EX_PROTOCOL, "%s does not parse", what);
}

void
wire_uuid_text(struct wire_uuid u, char to[WIRE_UUID_TEXT])
{
	snprintf(to, WIRE_UUID_TEXT, "%08x-%04x-%04x-%04x-%04x%08x",
	    (unsigned)(u.hi >> 32), (unsigned)(u.hi >> 16 & 0xffff),
	    (unsigned)(u.hi & 0xffff), (unsigned)(u.lo >> 48),
	    (unsigned)(u.lo >> 32 & 0xffff), (unsigned)(u.lo & 0xffffffff));
}

bool
wire_uuid_eq(struct wire_uuid a, struct wire_uuid b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

int64_t
wire_frame(struct slice have, size_t max, struct err *e)
{
	uint32_t n;

	if (have.n < 4)
		return 0;
	n = le32(have.p);
	if (n == 0 || n > INT32_MAX)
		return err_set(e, EX_PROTOCOL,
		    "this is not Ignite's client protocol");
	if (n > max)
		return err_set(e, EX_PROTOCOL,
		    "an answer of %u bytes is longer than allowed (%zu)",
		    n, max);
	return (int64_t)n + 4;
}

void
wire_begin(struct buf *b, enum wire_op op, uint64_t id)
{
	buf_u32(b, 0);
	buf_u16(b, (uint16_t)op);
	buf_u64(b, id);
}

void
wire_end(struct buf *b, size_t from)
{
	assert(b->n - from >= 4 && b->n - from - 4 <= INT32_MAX);
	buf_patch_u32(b, from, (uint32_t)(b->n - from - 4));
}

static struct slice
first_line(struct slice s)
{
	const void *end = s.n == 0 ? NULL : memchr(s.p, '\n', s.n);

	if (end != NULL)
		s.n = (size_t)((const unsigned char *)end - s.p);
	while (s.n != 0 && s.p[s.n - 1] == '\r')
		s.n--;
	return s;
}

int
wire_msg(struct slice frame, struct wire_msg *m, struct err *e)
{
	struct cur c = cur_on(frame);
	unsigned flags;

	*m = (struct wire_msg){ 0 };
	cur_u32(&c);
	m->id = cur_u64(&c);
	flags = cur_u16(&c);
	m->note = (flags & FLAG_NOTE) != 0;
	m->topology = !m->note && (flags & FLAG_TOPOLOGY) != 0;
	if (m->topology) {
		m->major = cur_i64(&c);
		m->minor = cur_i32(&c);
	}
	if (m->note)
		m->op = (int16_t)cur_u16(&c);
	if ((flags & FLAG_ERROR) != 0) {
		m->status = cur_i32(&c);
		m->text = first_line(bin_string(&c));
		/* An error without a number is an error all the same. */
		if (m->status == WIRE_OK)
			m->status = WIRE_FAILED;
	}
	m->body = cur_bytes(&c, cur_left(&c));
	return c.bad ? garbled(e, "the head of an answer") : 0;
}

static bool
has_features(uint16_t major, uint16_t minor)
{
	return major > 1 || (major == 1 && minor >= 7);
}

void
wire_hello(struct buf *b, const struct wire_hello *h)
{
	size_t from = b->n;
	unsigned char mask[4];

	buf_u32(b, 0);
	buf_u8(b, 1);
	buf_u16(b, h->major);
	buf_u16(b, h->minor);
	buf_u16(b, h->patch);
	buf_u8(b, 2);
	if (has_features(h->major, h->minor)) {
		le32_put(mask, features);
		bin_put_bytes(b, slice_of(mask, 2));
	}
	if (h->user != NULL) {
		bin_put_string(b, slice_str(h->user));
		bin_put_string(b, h->password);
	}
	wire_end(b, from);
}

static void
take_uuid(struct cur *c, struct wire_uuid *u)
{
	struct bin_val v;

	if (!bin_next(c, &v) || v.code != BIN_UUID) {
		c->bad = true;
		return;
	}
	u->hi = (uint64_t)v.i;
	u->lo = (uint64_t)v.j;
}

static void
take_features(struct cur *c, uint32_t *bits)
{
	struct bin_val v;
	size_t i;

	if (!bin_next(c, &v) || v.code != BIN_BYTES) {
		c->bad = true;
		return;
	}
	for (i = 0; i < v.s.n && i < 4; i++)
		*bits |= (uint32_t)v.s.p[i] << 8 * i;
}

int
wire_welcome(struct slice frame, const struct wire_hello *asked,
    struct wire_welcome *w, struct err *e)
{
	struct cur c = cur_on(frame);

	*w = (struct wire_welcome){ .status = WIRE_FAILED };
	cur_u32(&c);
	w->ok = cur_u8(&c) == 1;
	if (w->ok) {
		w->status = WIRE_OK;
		if (has_features(asked->major, asked->minor))
			take_features(&c, &w->features);
		if (asked->minor >= 4)
			take_uuid(&c, &w->node);
	} else {
		w->major = cur_u16(&c);
		w->minor = cur_u16(&c);
		w->patch = cur_u16(&c);
		w->text = first_line(bin_string(&c));
		if (cur_left(&c) >= 4)
			w->status = cur_i32(&c);
	}
	return c.bad ? garbled(e, "the answer to the handshake") : 0;
}

int32_t
wire_cache_id(const char *name)
{
	int32_t h = bin_java_hash(slice_str(name));

	return h == 0 ? 1 : h;
}

struct slice
wire_cur_raw(struct cur *c)
{
	const unsigned char *from = c->p;
	struct bin_val v;
	uint64_t want = 1;

	while (want != 0) {
		if (!bin_next(c, &v))
			return slice_of(NULL, 0);
		/* Each takes a byte at least, so this ends, and soon. */
		want += bin_follow(&v) - 1;
		if (want > cur_left(c)) {
			c->bad = true;
			return slice_of(NULL, 0);
		}
	}
	return slice_of(from, (size_t)(c->p - from));
}

struct slice
wire_cur_value(struct cur *c)
{
	struct slice raw = wire_cur_raw(c);

	if (c->bad || bin_code(raw) == BIN_NULL)
		return slice_of(NULL, 0);
	if (bin_code(raw) != BIN_WRAPPED)
		return raw;
	raw = bin_unwrap(raw);
	if (raw.p == NULL)
		c->bad = true;
	return raw;
}

void
wire_cache(struct buf *b, int32_t cache)
{
	buf_u32(b, (uint32_t)cache);
	buf_u8(b, KEEP_BINARY);
}
