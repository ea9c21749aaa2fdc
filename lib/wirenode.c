#include "wirenode.h"

#include <stdio.h>

#include "bin.h"

static int
garbled(struct err *e)
{
	return err_set(e, EX_PROTOCOL,
	    "the description of nodes does not parse");
}

void
wire_endpoints(struct buf *b, int64_t since)
{
	buf_u64(b, (uint64_t)since);
	buf_u64(b, UINT64_MAX);		/* until now */
}

int
wire_nodes(struct wire_nodes *w, struct slice body, struct err *e)
{
	w->c = cur_on(body);
	w->version = cur_i64(&w->c);
	w->left = cur_u32(&w->c);
	/* Each takes 24 bytes at least. */
	if (w->c.bad || w->left > cur_left(&w->c) / 24)
		return garbled(e);
	return 0;
}

int
wire_node(struct wire_nodes *w, struct wire_endpoint *p, struct err *e)
{
	uint32_t port, i;

	if (w->left == 0) {
		/* What follows, nodes that left, is not in the list anyway. */
		return 0;
	}
	w->left--;
	p->node.hi = cur_u64(&w->c);
	p->node.lo = cur_u64(&w->c);
	port = cur_u32(&w->c);
	p->hosts = cur_u32(&w->c);
	p->c = w->c;
	for (i = 0; i < p->hosts && !w->c.bad; i++)
		bin_string(&w->c);
	if (w->c.bad || port == 0 || port > UINT16_MAX)
		return garbled(e);
	p->port = (uint16_t)port;
	return 1;
}

void
wire_node_info(struct buf *b, struct wire_uuid u)
{
	buf_u32(b, 1);
	buf_u64(b, u.hi);
	buf_u64(b, u.lo);
}

int
wire_product(struct slice body, char *text, size_t n, struct err *e)
{
	struct cur c = cur_on(body);
	uint32_t attributes, i;
	uint8_t major, minor, patch;

	if (cur_u32(&c) != 1)
		return garbled(e);
	wire_cur_raw(&c);		/* id */
	attributes = cur_u32(&c);
	for (i = 0; i < attributes && !c.bad; i++) {
		bin_string(&c);
		wire_cur_raw(&c);
	}
	wire_cur_raw(&c);		/* addresses */
	wire_cur_raw(&c);		/* host names */
	cur_u64(&c);			/* order */
	cur_take(&c, 3);		/* local, daemon, client */
	wire_cur_raw(&c);		/* consistent id */
	major = cur_u8(&c);
	minor = cur_u8(&c);
	patch = cur_u8(&c);
	if (c.bad)
		return garbled(e);
	snprintf(text, n, "%u.%u.%u", major, minor, patch);
	return 0;
}
