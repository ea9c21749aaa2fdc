#include "partmap.h"

#include <stdlib.h>

#include "bin.h"
#include "mem.h"

/* Nobody has more; servers stop at 65,000. */
#define MAX_PARTITIONS 65536

void
partmap_request(struct buf *b, int32_t cache)
{
	buf_u32(b, 1);
	buf_u32(b, (uint32_t)cache);
}

static void
forget(struct partmap *m)
{
	free(m->owner);
	free(m->nodes);
	free(m->keys);
	m->owner = NULL;
	m->nodes = NULL;
	m->keys = NULL;
	m->nkeys = 0;
	m->partitions = m->nnodes = 0;
}

/* The caches of a group; true if the one that was asked for is there. */
static bool
take_caches(struct partmap *m, struct cur *c, bool applicable, int32_t cache)
{
	uint32_t n = cur_u32(c), i, k, keys;
	bool here, found = false;

	for (i = 0; i < n && !c->bad; i++) {
		here = cur_i32(c) == cache;
		found |= here;
		if (!applicable)
			continue;
		keys = cur_u32(c);
		if (keys > cur_left(c) / 8) {
			c->bad = true;
			break;
		}
		if (here) {
			free(m->keys);
			m->nkeys = keys;
			m->keys = mem_alloc(keys * sizeof *m->keys);
		}
		for (k = 0; k < keys; k++) {
			int32_t type = cur_i32(c), field = cur_i32(c);

			if (here)
				m->keys[k] = (struct bin_key_field){
				    .type_id = type, .field_id = field };
		}
	}
	return found;
}

static void
take_owner(struct partmap *m, uint32_t *room, uint32_t node, uint32_t part)
{
	while (part >= *room) {
		uint32_t more = *room == 0 ? 1024 : *room * 2, i;

		m->owner = mem_grow(m->owner, more, sizeof *m->owner);
		for (i = *room; i < more; i++)
			m->owner[i] = PARTMAP_NONE;
		*room = more;
	}
	m->owner[part] = node;
	if (part >= m->partitions)
		m->partitions = part + 1;
}

static void
take_nodes(struct partmap *m, struct cur *c, bool wanted)
{
	uint32_t n = cur_u32(c), i, k, parts, part, room = 0;
	struct bin_val v;

	/* An id of 17 bytes and a count. */
	if (n > cur_left(c) / 21) {
		c->bad = true;
		return;
	}
	if (wanted)
		m->nodes = mem_alloc(n * sizeof *m->nodes);
	for (i = 0; i < n && !c->bad; i++) {
		if (!bin_next(c, &v) || v.code != BIN_UUID) {
			c->bad = true;
			return;
		}
		if (wanted)
			m->nodes[m->nnodes++] = (struct wire_uuid){
			    (uint64_t)v.i, (uint64_t)v.j };
		parts = cur_u32(c);
		if (parts > cur_left(c) / 4)
			c->bad = true;
		for (k = 0; k < parts && !c->bad; k++) {
			part = cur_u32(c);
			if (part >= MAX_PARTITIONS)
				c->bad = true;
			else if (wanted)
				take_owner(m, &room, i, part);
		}
	}
}

int
partmap_read(struct partmap *m, struct slice body, int32_t cache,
    struct err *e)
{
	struct cur c = cur_on(body);
	uint32_t groups, i;
	bool applicable, here, found = false;

	*m = (struct partmap){ 0 };
	m->major = cur_i64(&c);
	m->minor = cur_i32(&c);
	groups = cur_u32(&c);
	for (i = 0; i < groups && !c.bad; i++) {
		applicable = cur_u8(&c) != 0;
		here = take_caches(m, &c, applicable, cache) && !found;
		found |= here;
		if (applicable)
			take_nodes(m, &c, here);
	}
	if (!cur_done(&c)) {
		forget(m);
		return err_set(e, EX_PROTOCOL,
		    "the map of partitions does not parse");
	}
	return 0;
}

bool
partmap_find(const struct partmap *m, struct slice key,
    const struct bin_types *types, uint32_t *partition)
{
	struct bin_affinity a = { m->keys, m->nkeys, types };
	int32_t hash;

	if (m->partitions == 0 || !bin_hash(key, &a, &hash))
		return false;
	*partition = (uint32_t)bin_partition(hash, (int32_t)m->partitions);
	return true;
}

bool
partmap_older(const struct partmap *m, int64_t major, int32_t minor)
{
	return m->major < major || (m->major == major && m->minor < minor);
}

void
partmap_release(struct partmap *m)
{
	forget(m);
}
