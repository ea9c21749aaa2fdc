/*
 * pool: one thread's connections to the nodes of a cluster, opened when
 * they are asked for.
 */
#ifndef POOL_H
#define POOL_H

#include "ignite.h"

enum { POOL_NODES = 64 };	/* more go by any connection */

struct pool {
	struct cluster *cluster;
	struct ignite *any;
	struct pool_node {
		struct wire_uuid id;
		struct ignite *ig;
		int64_t not_before;	/* clock_ms; it could not be reached */
	} node[POOL_NODES];
	size_t n;
};

void	pool_init(struct pool *, struct cluster *);

/* A connection to any node, as ignite_open gives it; NULL as there. */
struct ignite *pool_any(struct pool *, struct err *);

/* One to this node, or, if that can't be reached, to any. */
struct ignite *pool_node(struct pool *, struct wire_uuid, struct err *);

/* Close this one, and what it has open on the server with it. */
void	pool_drop(struct pool *, struct ignite *);

/* Send the heartbeats that are due; never blocks. */
void	pool_tend(struct pool *);

void	pool_close(struct pool *);

#endif
