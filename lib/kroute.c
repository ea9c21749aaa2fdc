#include "kroute.h"

#include <inttypes.h>
#include <stdlib.h>

#include "log.h"
#include "mem.h"
#include "murmur.h"

void
kroute_open(struct kroute *r, struct kafka *k, const struct topic_rule *rule,
    const struct ktopic_wish *wish, const char *not_this)
{
	*r = (struct kroute){
		.k = k, .rule = rule, .wish = wish, .not_this = not_this
	};
}

void
kroute_release(struct kroute *r)
{
	struct kroute_topic *t;
	struct kroute_cache *c;
	int32_t p;
	size_t i;

	for (i = 0; i < KROUTE_BUCKETS; i++)
		while ((c = r->caches[i]) != NULL) {
			r->caches[i] = c->next;
			free((void *)(uintptr_t)c->name.p);
			free(c);
		}
	while ((t = r->topics) != NULL) {
		r->topics = t->next;
		for (p = 0; p < t->n; p++)
			kbatch_part_release(&t->parts[p]);
		free(t->parts);
		free(t->name);
		rd_kafka_topic_destroy(t->rkt);
		free(t);
	}
	ktopics_release(&r->known);
}

static struct kroute_topic *
open_topic(struct kroute *r, const char *name, struct err *e)
{
	struct kroute_topic *t;
	int32_t p;

	for (t = r->topics; t != NULL; t = t->next)
		if (strcmp(t->name, name) == 0)
			return t;
	if (r->not_this != NULL && strcmp(name, r->not_this) == 0) {
		err_set(e, EX_CONFIG, "topic %s is for types: choose another "
		    "name for it or for --types-topic", name);
		return NULL;
	}
	t = mem_zero(sizeof *t);
	t->rkt = ktopic_open(r->k, &r->known, name, r->wish, &t->n, e);
	if (t->rkt == NULL) {
		free(t);
		return NULL;
	}
	t->name = mem_str(name);
	t->parts = mem_zero((size_t)t->n * sizeof *t->parts);
	for (p = 0; p < t->n; p++) {
		t->parts[p].rkt = t->rkt;
		t->parts[p].partition = p;
	}
	t->next = r->topics;
	r->topics = t;
	log_info("topic ready topic=%s partitions=%" PRId32, name, t->n);
	return t;
}

struct kroute_topic *
kroute_look_up(struct kroute *r, struct slice cache, struct err *e)
{
	struct kroute_cache **at = &r->caches[murmur2(cache) %
	    KROUTE_BUCKETS], *c;
	struct buf name = { NULL, 0, 0 };
	struct kroute_topic *t = NULL;

	for (c = *at; c != NULL; c = c->next)
		if (slice_eq(c->name, cache)) {
			r->last = c;
			return c->topic;
		}
	if (topic_name(r->rule, cache, &name, e) == 0) {
		buf_u8(&name, '\0');
		t = open_topic(r, (const char *)name.p, e);
		if (t == NULL)
			err_in(e, "cache %.*s", SLICE_ARG(cache));
	}
	buf_release(&name);
	if (t == NULL)
		return NULL;
	c = mem_zero(sizeof *c);
	c->name = slice_of(mem_dup(cache.p, cache.n), cache.n);
	c->topic = t;
	c->next = *at;
	r->last = *at = c;
	return t;
}

int
kroute_recount(struct kroute *r, struct err *e)
{
	struct kroute_topic *t;
	struct err why;
	int32_t n;

	for (t = r->topics; t != NULL; t = t->next) {
		n = ktopic_partitions(r->k, t->rkt, 1000, &why);
		if (n < 0) {
			log_debug("partitions not counted: %s", why.text);
			return 0;
		}
		if (n > 0 && n != t->n)
			return err_set(e, EX_GUARD, "topic %s has %" PRId32
			    " partitions and had %" PRId32 ": let its "
			    "consumers finish, then start again, or the order "
			    "of changes to a key is lost", t->name, n, t->n);
	}
	return 0;
}
