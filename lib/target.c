#include "target.h"

#include <stdlib.h>

#include "grid.h"
#include "log.h"
#include "mem.h"
#include "utf8.h"

enum {
	NAME_MAX_BYTES = 1024,
	TRIES = 5
};

static char *
cache_name(const struct target_rule *rule, struct slice name, struct err *e)
{
	struct slice prefix = slice_str(rule->topic_prefix);

	if (name.n == 0 || name.n > NAME_MAX_BYTES || !utf8_ok(name) ||
	    memchr(name.p, 0, name.n) != NULL) {
		err_set(e, EX_DATAERR, "a record's name is none");
		return NULL;
	}
	if (rule->cache != NULL)
		return mem_str(rule->cache);
	if (!slice_starts(name, prefix) || name.n == prefix.n) {
		err_set(e, EX_CONFIG, "%.*s: does not begin with the prefix "
		    "of --topic-prefix %s", SLICE_ARG(name),
		    rule->topic_prefix);
		return NULL;
	}
	name = slice_of(name.p + prefix.n, name.n - prefix.n);
	return mem_fmt("%s%.*s", rule->cache_prefix, SLICE_ARG(name));
}

static bool
is_from(const struct target *t, struct slice name)
{
	return t->nfrom == name.n && memcmp(t->from, name.p, name.n) == 0;
}

struct target *
target_find(struct targets *all, const struct target_rule *rule,
    struct slice name, struct err *e)
{
	struct target *t = all->last;
	char *cache;
	size_t i;

	if (t != NULL && (rule->cache != NULL || is_from(t, name)))
		return t;
	for (i = 0; i < all->n; i++) {
		if (is_from(all->v[i], name))
			return all->last = all->v[i];
	}
	if ((cache = cache_name(rule, name, e)) == NULL)
		return NULL;
	t = mem_zero(sizeof *t);
	t->cache = cache;
	t->id = wire_cache_id(cache);
	t->rule = rule;
	t->from = mem_dup(name.p, name.n);
	t->nfrom = name.n;
	atomic_init(&t->transactional, false);
	if (all->n == all->cap) {
		all->cap = all->cap == 0 ? 16 : all->cap * 2;
		all->v = mem_grow(all->v, all->cap, sizeof(struct target *));
	}
	all->v[all->n++] = t;
	return all->last = t;
}

/* As servers make caches, but for what the rule says. */
static struct cachecfg
shape(const struct target_rule *rule)
{
	return (struct cachecfg){
		.atomicity = rule->atomicity,
		.mode = rule->mode,
		.backups = rule->backups,
		.write_sync = 2,	/* PRIMARY_SYNC */
		.loss_policy = 4,	/* IGNORE */
		.copy_on_read = true,
		.read_from_backup = true,
		.eager_ttl = true,
		.parallelism = 1,
		.inline_size = -1
	};
}

static int
make(struct target *t, struct ignite *ign, struct err *e)
{
	struct cachecfg cfg = shape(t->rule);

	if (grid_cache_make(ign, t->cache, t->rule->shaped ? &cfg : NULL,
	    e) < 0)
		return -1;
	log_warn("cache made, there was none cache=%s", t->cache);
	return 0;
}

int
target_open(struct target *t, struct link *l, struct err *e)
{
	struct cachecfg cfg;

	for (;;) {
		if (link_up(l, e) < 0)
			return -1;
		if (grid_cache_config(l->ign, t->id, &cfg, e) == 0)
			break;
		if (ignite_why(l->ign) == IGNITE_NO_CACHE) {
			if (!t->rule->create)
				return err_set(e, EX_CONFIG, "cache %s does "
				    "not exist, and --no-create is given",
				    t->cache);
			if (make(t, l->ign, e) == 0)
				continue;
		}
		if (link_retry(l, TRIES, e) < 0)
			return err_in(e, "cache %s", t->cache);
	}
	link_good(l);
	atomic_store(&t->transactional, cfg.atomicity != CACHE_ATOMIC);
	cachecfg_release(&cfg);
	return 0;
}

static uint32_t
find_node(struct wire_uuid id, const struct wire_uuid *node, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (wire_uuid_eq(node[i], id))
			return (uint32_t)i;
	}
	return UINT32_MAX;
}

int
target_map(struct target *t, struct link *l, const struct wire_uuid *node,
    size_t n, unsigned era, struct err *e)
{
	uint32_t i;

	partmap_release(&t->map);
	for (;;) {
		if (link_up(l, e) < 0)
			return -1;
		if (grid_partitions(l->ign, t->id, &t->map, e) == 0)
			break;
		if (link_retry(l, TRIES, e) < 0)
			return err_in(e, "partitions of cache %s", t->cache);
	}
	link_good(l);
	t->era = era;
	t->place = mem_grow(t->place, t->map.nnodes, sizeof *t->place);
	for (i = 0; i < t->map.nnodes; i++) {
		t->place[i] = find_node(t->map.nodes[i], node, n);
		if (t->place[i] == UINT32_MAX && n != 0)
			t->place[i] = i % (uint32_t)n;
	}
	return 0;
}

uint32_t
target_place(const struct target *t, struct slice key,
    const struct bin_types *types)
{
	uint32_t part, owner;

	if (!partmap_find(&t->map, key, types, &part))
		return UINT32_MAX;
	owner = t->map.owner[part];
	return owner == PARTMAP_NONE ? UINT32_MAX : t->place[owner];
}

void
targets_release(struct targets *all)
{
	struct target *t;
	size_t i;

	for (i = 0; i < all->n; i++) {
		t = all->v[i];
		partmap_release(&t->map);
		free(t->cache);
		free(t->from);
		free(t->place);
		free(t->own);
		free(t);
	}
	free(all->v);
	*all = (struct targets){ .n = 0 };
}
