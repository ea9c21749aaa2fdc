/*
 * Everything that reads a node's answers. The first byte chooses the
 * reader, the rest is the answer.
 */
#include "bin.h"
#include "cachecfg.h"
#include "partmap.h"
#include "wirenode.h"
#include "wirerow.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct err err;
static unsigned char sum;

/* Read every byte of it, so that a sanitizer sees where it is. */
static void
touch(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		sum ^= s.p[i];
}

static void
frame(struct slice s)
{
	int64_t n = wire_frame(s, 1u << 20, &err);
	struct wire_msg m;

	if (n <= 0 || (size_t)n > s.n)
		return;
	s.n = (size_t)n;
	if (wire_msg(s, &m, &err) == 0) {
		touch(m.body);
		touch(m.text);
	}
}

static void
welcome(struct slice s, uint16_t minor)
{
	struct wire_hello h = { .major = 1, .minor = minor };
	struct wire_welcome w;

	if (wire_welcome(s, &h, &w, &err) == 0)
		touch(w.text);
}

static void
rows(struct slice s, int kind)
{
	struct wire_rows r;
	struct slice k, v;
	int ok;

	if (kind == 2)
		ok = wire_pairs(&r, s, &err);
	else
		ok = wire_rows(&r, s, kind == 0, &err);
	if (ok < 0)
		return;
	while (wire_row(&r, &k, &v, &err) > 0) {
		touch(k);
		touch(v);
	}
}

static void
sql(struct slice s)
{
	struct slice v[16];
	struct wire_rows r;
	uint32_t i;

	if (wire_sql_rows(&r, s, true, 0, &err) < 0 || r.columns > 16)
		return;
	while (wire_sql_row(&r, v, &err) > 0)
		for (i = 0; i < r.columns; i++)
			touch(v[i]);
}

static void
events(struct slice s)
{
	struct wire_events v;
	struct wire_event ev;

	if (wire_events(&v, s, &err) < 0)
		return;
	while (wire_event(&v, &ev, &err) > 0) {
		touch(ev.key);
		touch(ev.old);
		touch(ev.value);
	}
}

static void
nodes(struct slice s)
{
	struct wire_nodes w;
	struct wire_endpoint p;
	uint32_t i;

	if (wire_nodes(&w, s, &err) < 0)
		return;
	while (wire_node(&w, &p, &err) > 0)
		for (i = 0; i < p.hosts; i++)
			touch(bin_string(&p.c));
}

static void
config(struct slice s)
{
	struct cachecfg c;
	struct buf b = { 0 };

	if (cachecfg_read(&c, s, &err) < 0)
		return;
	cachecfg_write(&b, &c, "copy");
	touch(buf_bytes(&b));
	buf_release(&b);
	cachecfg_release(&c);
}

static void
partitions(struct slice s)
{
	struct partmap m;
	uint32_t i;

	if (partmap_read(&m, s, 7, &err) < 0)
		return;
	for (i = 0; i < m.partitions; i++)
		if (m.owner[i] != PARTMAP_NONE)
			sum ^= (unsigned char)m.nodes[m.owner[i]].lo;
	partmap_release(&m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice s;
	char text[32];

	if (n == 0)
		return 0;
	s = slice_of(p + 1, n - 1);
	switch (p[0]) {
	case 'f':
		frame(s);
		break;
	case 'w':
		welcome(s, 7);
		break;
	case 'o':
		welcome(s, 0);
		break;
	case 'r':
		rows(s, 0);
		break;
	case 'p':
		rows(s, 1);
		break;
	case 'g':
		rows(s, 2);
		break;
	case 's':
		sql(s);
		break;
	case 'e':
		events(s);
		break;
	case 'n':
		nodes(s);
		break;
	case 'i':
		wire_product(s, text, sizeof text, &err);
		break;
	case 'c':
		config(s);
		break;
	case 'm':
		partitions(s);
		break;
	}
	return 0;
}
