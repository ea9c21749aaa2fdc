#include "pool.h"

#include "clock.h"

enum { AGAIN_MS = 60000 };	/* until an unreachable node is tried again */

void
pool_init(struct pool *p, struct cluster *c)
{
	*p = (struct pool){ .cluster = c };
}

/* Forget a connection that is of no more use. */
static void
bury(struct ignite **ig)
{
	if (*ig == NULL || !ignite_dead(*ig))
		return;
	ignite_close(*ig);
	*ig = NULL;
}

struct ignite *
pool_any(struct pool *p, struct err *e)
{
	bury(&p->any);
	if (p->any == NULL)
		p->any = ignite_open(p->cluster, NULL, e);
	return p->any;
}

struct ignite *
pool_node(struct pool *p, struct wire_uuid id, struct err *e)
{
	struct pool_node *n = p->node;

	while (n < p->node + p->n && !wire_uuid_eq(n->id, id))
		n++;
	if (n == p->node + POOL_NODES)
		return pool_any(p, e);
	if (n == p->node + p->n) {
		*n = (struct pool_node){ .id = id };
		p->n++;
	}
	bury(&n->ig);
	if (n->ig == NULL && clock_ms() >= n->not_before) {
		n->ig = ignite_open(p->cluster, &id, e);
		n->not_before = n->ig == NULL ? clock_ms() + AGAIN_MS : 0;
	}
	return n->ig == NULL ? pool_any(p, e) : n->ig;
}

void
pool_drop(struct pool *p, struct ignite *ig)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->node[i].ig == ig)
			p->node[i].ig = NULL;
	}
	if (p->any == ig)
		p->any = NULL;
	ignite_close(ig);
}

void
pool_tend(struct pool *p)
{
	struct err e;
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->node[i].ig != NULL)
			ignite_tend(p->node[i].ig, &e);
	}
	if (p->any != NULL)
		ignite_tend(p->any, &e);
}

void
pool_close(struct pool *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		ignite_close(p->node[i].ig);
	ignite_close(p->any);
	*p = (struct pool){ .n = 0 };
}
