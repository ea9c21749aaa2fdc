#include "grid.h"

#include <stdlib.h>

#include "bin.h"
#include "binwrite.h"
#include "mem.h"
#include "wirenode.h"

#define JAVA 0			/* platform of a class name */

static int
garbled(const struct ignite *g, struct err *e)
{
	return err_set(e, EX_PROTOCOL, "%s: an answer does not parse",
	    ignite_peer(g));
}

/* A good answer that cannot be read says where it came from. */
static int
parsed(const struct ignite *g, int r, struct err *e)
{
	return r < 0 ? err_in(e, "%s", ignite_peer(g)) : 0;
}

int
grid_state(struct ignite *g, enum grid_state *state, struct err *e)
{
	struct slice body;

	ignite_begin(g, WIRE_STATE);
	if (ignite_call(g, &body, e) < 0)
		return -1;
	if (body.n != 1 || body.p[0] > GRID_READ_ONLY)
		return garbled(g, e);
	*state = (enum grid_state)body.p[0];
	return 0;
}

int
grid_set_state(struct ignite *g, enum grid_state state, struct err *e)
{
	buf_u8(ignite_begin(g, WIRE_SET_STATE), (uint8_t)state);
	return ignite_call(g, NULL, e);
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

int
grid_caches(struct ignite *g, struct grid_names *names, struct err *e)
{
	struct slice body, s;
	struct cur c;
	uint32_t n, i;

	*names = (struct grid_names){ 0 };
	ignite_begin(g, WIRE_CACHES);
	if (ignite_call(g, &body, e) < 0)
		return -1;
	c = cur_on(body);
	n = cur_u32(&c);
	if (c.bad || n > cur_left(&c))
		return garbled(g, e);
	names->v = mem_zero((n + 1) * sizeof *names->v);
	for (i = 0; i < n; i++) {
		s = bin_string(&c);
		if (s.p != NULL)
			names->v[names->n++] = mem_dup(s.p, s.n);
	}
	if (!cur_done(&c)) {
		grid_names_release(names);
		return garbled(g, e);
	}
	qsort(names->v, names->n, sizeof *names->v, by_name);
	return 0;
}

void
grid_names_release(struct grid_names *names)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
	*names = (struct grid_names){ 0 };
}

int
grid_cache_config(struct ignite *g, int32_t cache, struct cachecfg *cfg,
    struct err *e)
{
	struct slice body;

	wire_cache(ignite_begin(g, WIRE_CACHE_CONFIG), cache);
	if (ignite_call(g, &body, e) < 0)
		return -1;
	return parsed(g, cachecfg_read(cfg, body, e), e);
}

int
grid_cache_make(struct ignite *g, const char *name,
    const struct cachecfg *like, struct err *e)
{
	if (like != NULL)
		cachecfg_write(ignite_begin(g, WIRE_CACHE_LIKE), like, name);
	else
		bin_put_string(ignite_begin(g, WIRE_CACHE_NAMED),
		    slice_str(name));
	return ignite_call(g, NULL, e);
}

int
grid_cache_destroy(struct ignite *g, const char *name, struct err *e)
{
	buf_u32(ignite_begin(g, WIRE_CACHE_DESTROY),
	    (uint32_t)wire_cache_id(name));
	return ignite_call(g, NULL, e);
}

int
grid_size(struct ignite *g, int32_t cache, int64_t *n, struct err *e)
{
	struct buf *b = ignite_begin(g, WIRE_SIZE);
	struct slice body;

	wire_cache(b, cache);
	buf_u32(b, 1);
	buf_u8(b, 2);			/* primary partitions */
	if (ignite_call(g, &body, e) < 0)
		return -1;
	if (body.n != 8)
		return garbled(g, e);
	*n = (int64_t)le64(body.p);
	return 0;
}

int
grid_type(struct ignite *g, int32_t type, struct slice *meta, struct err *e)
{
	struct slice body;

	buf_u32(ignite_begin(g, WIRE_TYPE_GET), (uint32_t)type);
	if (ignite_call(g, &body, e) < 0)
		return -1;
	if (body.n == 0 || (body.p[0] == 0 && body.n != 1))
		return garbled(g, e);
	*meta = body.p[0] == 0 ? slice_of(NULL, 0) :
	    slice_of(body.p + 1, body.n - 1);
	return 0;
}

int
grid_type_put(struct ignite *g, struct slice meta, struct err *e)
{
	buf_add(ignite_begin(g, WIRE_TYPE_PUT), meta.p, meta.n);
	return ignite_call(g, NULL, e);
}

int
grid_class(struct ignite *g, int32_t type, struct slice *name, struct err *e)
{
	struct buf *b = ignite_begin(g, WIRE_NAME_GET);
	struct slice body;
	struct cur c;

	*name = slice_of(NULL, 0);
	buf_u8(b, JAVA);
	buf_u32(b, (uint32_t)type);
	if (ignite_call(g, &body, e) < 0)
		/* There is no number of its own for "unknown". */
		return ignite_why(g) == IGNITE_FAILED ? 0 : -1;
	c = cur_on(body);
	*name = bin_string(&c);
	return cur_done(&c) ? 0 : garbled(g, e);
}

int
grid_class_put(struct ignite *g, int32_t type, struct slice name,
    struct err *e)
{
	struct buf *b = ignite_begin(g, WIRE_NAME_PUT);

	buf_u8(b, JAVA);
	buf_u32(b, (uint32_t)type);
	bin_put_string(b, name);
	return ignite_call(g, NULL, e);
}

int
grid_binary(struct ignite *g, struct grid_binary *bin, struct err *e)
{
	struct slice body;

	ignite_begin(g, WIRE_BINARY_CONFIG);
	if (ignite_call(g, &body, e) < 0)
		return -1;
	if (body.n != 2)
		return garbled(g, e);
	bin->compact = body.p[0] != 0;
	bin->simple_names = body.p[1] == 1;
	bin->custom = body.p[1] > 1;
	return 0;
}

int
grid_endpoints(struct ignite *g, struct err *e)
{
	struct slice body;

	wire_endpoints(ignite_begin(g, WIRE_ENDPOINTS), -1);
	if (ignite_call(g, &body, e) < 0)
		return -1;
	return parsed(g, cluster_learn(ignite_cluster(g), body, e), e);
}

int
grid_product(struct ignite *g, char *text, size_t n, struct err *e)
{
	struct slice body;

	wire_node_info(ignite_begin(g, WIRE_NODE_INFO), ignite_node(g));
	if (ignite_call(g, &body, e) < 0)
		return -1;
	return parsed(g, wire_product(body, text, n, e), e);
}

int
grid_partitions(struct ignite *g, int32_t cache, struct partmap *m,
    struct err *e)
{
	struct slice body;

	partmap_request(ignite_begin(g, WIRE_PARTITIONS), cache);
	if (ignite_call(g, &body, e) < 0)
		return -1;
	return parsed(g, partmap_read(m, body, cache, e), e);
}

int
grid_query(struct ignite *g, int32_t cache, int32_t page,
    int64_t interval_ms, bool expired, uint64_t *id, struct err *e)
{
	struct slice body;

	wire_query(ignite_begin(g, WIRE_QUERY), cache, page, interval_ms,
	    expired);
	if (ignite_call(g, &body, e) < 0)
		return -1;
	if (body.n != 8)
		return garbled(g, e);
	*id = le64(body.p);
	return 0;
}

int
grid_close(struct ignite *g, uint64_t id, struct err *e)
{
	buf_u64(ignite_begin(g, WIRE_CLOSE), id);
	return ignite_call(g, NULL, e);
}
