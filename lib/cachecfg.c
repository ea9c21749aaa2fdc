#include "cachecfg.h"

#include <stdlib.h>

#include "bin.h"
#include "binwrite.h"
#include "cur.h"
#include "mem.h"
#include "wire.h"

/* Numbers of properties in a request. */
enum {
	NAME = 0, MODE = 1, ATOMICITY = 2, BACKUPS = 3, WRITE_SYNC = 4,
	COPY_ON_READ = 5, READ_FROM_BACKUP = 6, ONHEAP = 101, ENTITIES = 200,
	PARALLELISM = 201, SCHEMA = 203, INLINE_SIZE = 204, ESCAPE_ALL = 205,
	KEYS = 401, LOSS_POLICY = 404, EAGER_TTL = 405, STATISTICS = 406,
	EXPIRY = 407
};

/*
 * A count of things that take at least so many bytes each, and zeroed
 * memory for as many.
 */
static void *
take_list(struct cur *c, uint32_t *n, size_t bytes, size_t size)
{
	*n = cur_u32(c);
	if (c->bad || *n > cur_left(c) / bytes) {
		c->bad = true;
		*n = 0;
	}
	return *n == 0 ? NULL : mem_zero(*n * size);
}

static bool
take_bool(struct cur *c)
{
	return cur_u8(c) != 0;
}

static void
take_fields(struct cur *c, struct cachecfg_entity *t)
{
	uint32_t i;

	t->fields = take_list(c, &t->nfields, 13, sizeof *t->fields);
	for (i = 0; i < t->nfields; i++) {
		struct cachecfg_field *f = &t->fields[i];

		f->name = bin_string(c);
		f->type = bin_string(c);
		f->key = take_bool(c);
		f->not_null = take_bool(c);
		f->dflt = wire_cur_value(c);
		f->precision = cur_i32(c);
		f->scale = cur_i32(c);
	}
}

static void
take_index(struct cur *c, struct cachecfg_index *x)
{
	uint32_t i;

	x->name = bin_string(c);
	x->type = cur_u8(c);
	x->inline_size = cur_i32(c);
	x->fields = take_list(c, &x->n, 2, sizeof *x->fields);
	for (i = 0; i < x->n; i++) {
		x->fields[i].field = bin_string(c);
		x->fields[i].descending = take_bool(c);
	}
}

static void
take_entity(struct cur *c, struct cachecfg_entity *t)
{
	uint32_t i;

	t->key_type = bin_string(c);
	t->value_type = bin_string(c);
	t->table = bin_string(c);
	t->key_field = bin_string(c);
	t->value_field = bin_string(c);
	take_fields(c, t);
	t->aliases = take_list(c, &t->naliases, 2, sizeof *t->aliases);
	for (i = 0; i < t->naliases; i++) {
		t->aliases[i].field = bin_string(c);
		t->aliases[i].alias = bin_string(c);
	}
	t->indexes = take_list(c, &t->nindexes, 10, sizeof *t->indexes);
	for (i = 0; i < t->nindexes; i++)
		take_index(c, &t->indexes[i]);
}

/* The order in which servers answer; it has no other reason. */
static void
take_all(struct cur *c, struct cachecfg *g)
{
	uint32_t i;

	g->atomicity = cur_i32(c);
	g->backups = cur_i32(c);
	g->mode = cur_i32(c);
	g->copy_on_read = take_bool(c);
	g->region = bin_string(c);
	g->eager_ttl = take_bool(c);
	g->statistics = take_bool(c);
	g->group = bin_string(c);
	cur_u64(c);			/* lock timeout */
	cur_u32(c);			/* concurrent asynchronous operations */
	cur_u32(c);			/* query iterators */
	g->name = bin_string(c);
	g->onheap = take_bool(c);
	g->loss_policy = cur_i32(c);
	cur_u32(c);			/* query detail metrics */
	g->parallelism = cur_i32(c);
	g->read_from_backup = take_bool(c);
	/* Rebalancing: batch, prefetch, delay, mode, order, throttle, limit. */
	cur_take(c, 4 + 8 + 8 + 4 + 4 + 8 + 8);
	g->escape_all = take_bool(c);
	g->inline_size = cur_i32(c);
	g->schema = bin_string(c);
	g->write_sync = cur_i32(c);
	g->keys = take_list(c, &g->nkeys, 2, sizeof *g->keys);
	for (i = 0; i < g->nkeys; i++) {
		g->keys[i].type = bin_string(c);
		g->keys[i].field = bin_string(c);
	}
	g->entities = take_list(c, &g->nentities, 17, sizeof *g->entities);
	for (i = 0; i < g->nentities; i++)
		take_entity(c, &g->entities[i]);
	/* Servers that speak 1.5 end here. */
	if (cur_left(c) == 0)
		return;
	g->expires = take_bool(c);
	for (i = 0; i < 3 && g->expires; i++)
		g->expiry[i] = cur_i64(c);
}

int
cachecfg_read(struct cachecfg *g, struct slice body, struct err *e)
{
	struct cur c;
	struct slice all;

	*g = (struct cachecfg){ 0 };
	g->bytes = mem_dup(body.p, body.n);
	c = cur_on(slice_of(g->bytes, body.n));
	all = cur_bytes(&c, cur_u32(&c));
	c = cur_on(all);
	if (all.p == NULL)
		c.bad = true;
	/* What may follow is for clients that asked for it. */
	take_all(&c, g);
	if (!c.bad && g->name.p != NULL)
		return 0;
	cachecfg_release(g);
	return err_set(e, EX_PROTOCOL,
	    "the configuration of a cache does not parse");
}

static void
put_entity(struct buf *b, const struct cachecfg_entity *t)
{
	uint32_t i, k;

	bin_put_string(b, t->key_type);
	bin_put_string(b, t->value_type);
	bin_put_string(b, t->table);
	bin_put_string(b, t->key_field);
	bin_put_string(b, t->value_field);
	buf_u32(b, t->nfields);
	for (i = 0; i < t->nfields; i++) {
		const struct cachecfg_field *f = &t->fields[i];

		bin_put_string(b, f->name);
		bin_put_string(b, f->type);
		buf_u8(b, f->key);
		buf_u8(b, f->not_null);
		if (f->dflt.p == NULL)
			bin_put_null(b);
		else
			buf_add(b, f->dflt.p, f->dflt.n);
		buf_u32(b, (uint32_t)f->precision);
		buf_u32(b, (uint32_t)f->scale);
	}
	buf_u32(b, t->naliases);
	for (i = 0; i < t->naliases; i++) {
		bin_put_string(b, t->aliases[i].field);
		bin_put_string(b, t->aliases[i].alias);
	}
	buf_u32(b, t->nindexes);
	for (i = 0; i < t->nindexes; i++) {
		const struct cachecfg_index *x = &t->indexes[i];

		bin_put_string(b, x->name);
		buf_u8(b, x->type);
		buf_u32(b, (uint32_t)x->inline_size);
		buf_u32(b, x->n);
		for (k = 0; k < x->n; k++) {
			bin_put_string(b, x->fields[k].field);
			buf_u8(b, x->fields[k].descending);
		}
	}
}

struct props {
	struct buf *b;
	uint16_t n;
};

static void
put(struct props *p, unsigned code)
{
	buf_u16(p->b, (uint16_t)code);
	p->n++;
}

static void
put_num(struct props *p, unsigned code, int32_t v)
{
	put(p, code);
	buf_u32(p->b, (uint32_t)v);
}

static void
put_bool(struct props *p, unsigned code, bool v)
{
	put(p, code);
	buf_u8(p->b, v);
}

void
cachecfg_write(struct buf *b, const struct cachecfg *g, const char *name)
{
	struct props p = { .b = b };
	size_t at = b->n;
	uint32_t i;

	buf_u32(b, 0);
	buf_u16(b, 0);
	put(&p, NAME);
	bin_put_string(b, slice_str(name));
	/* Local caches have gone; nothing may stand for them. */
	put_num(&p, MODE, g->mode == CACHE_REPLICATED ? CACHE_REPLICATED :
	    CACHE_PARTITIONED);
	put_num(&p, ATOMICITY, g->atomicity == CACHE_ATOMIC ? CACHE_ATOMIC :
	    CACHE_TRANSACTIONAL);
	put_num(&p, BACKUPS, g->backups);
	put_num(&p, WRITE_SYNC, g->write_sync);
	put_bool(&p, COPY_ON_READ, g->copy_on_read);
	put_bool(&p, READ_FROM_BACKUP, g->read_from_backup);
	put_bool(&p, ONHEAP, g->onheap);
	put_num(&p, PARALLELISM, g->parallelism);
	put_num(&p, INLINE_SIZE, g->inline_size);
	put_bool(&p, ESCAPE_ALL, g->escape_all);
	if (g->schema.p != NULL) {
		put(&p, SCHEMA);
		bin_put_string(b, g->schema);
	}
	put_num(&p, LOSS_POLICY, g->loss_policy);
	put_bool(&p, EAGER_TTL, g->eager_ttl);
	put_bool(&p, STATISTICS, g->statistics);
	put(&p, ENTITIES);
	buf_u32(b, g->nentities);
	for (i = 0; i < g->nentities; i++)
		put_entity(b, &g->entities[i]);
	put(&p, KEYS);
	buf_u32(b, g->nkeys);
	for (i = 0; i < g->nkeys; i++) {
		bin_put_string(b, g->keys[i].type);
		bin_put_string(b, g->keys[i].field);
	}
	if (g->expires) {
		put_bool(&p, EXPIRY, true);
		for (i = 0; i < 3; i++)
			buf_u64(b, (uint64_t)g->expiry[i]);
	}
	le16_put(b->p + at + 4, p.n);
	buf_patch_u32(b, at, (uint32_t)(b->n - at - 4));
}

void
cachecfg_release(struct cachecfg *g)
{
	uint32_t i, k;

	for (i = 0; i < g->nentities; i++) {
		struct cachecfg_entity *t = &g->entities[i];

		for (k = 0; k < t->nindexes; k++)
			free(t->indexes[k].fields);
		free(t->indexes);
		free(t->aliases);
		free(t->fields);
	}
	free(g->entities);
	free(g->keys);
	free(g->bytes);
	*g = (struct cachecfg){ 0 };
}
