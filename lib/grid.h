/*
 * grid: questions to a cluster that take one call: caches, state, types,
 * where partitions are. All return 0, or -1 with ignite_why; they are
 * ignite_call, so what else comes on the connection is kept.
 */
#ifndef GRID_H
#define GRID_H

#include "cachecfg.h"
#include "ignite.h"
#include "partmap.h"

enum grid_state { GRID_INACTIVE, GRID_ACTIVE, GRID_READ_ONLY };

int	grid_state(struct ignite *, enum grid_state *, struct err *);
int	grid_set_state(struct ignite *, enum grid_state, struct err *);

/* --- caches --- */

struct grid_names {
	char **v;
	size_t n;
};

/* The names of all caches, in order. */
int	grid_caches(struct ignite *, struct grid_names *, struct err *);
void	grid_names_release(struct grid_names *);

int	grid_cache_config(struct ignite *, int32_t cache, struct cachecfg *,
	    struct err *);

/*
 * Make the cache unless there is one: like another, or, if like is NULL, as
 * the server makes caches of this name. An existing one is left as it is.
 */
int	grid_cache_make(struct ignite *, const char *name,
	    const struct cachecfg *like, struct err *);
int	grid_cache_destroy(struct ignite *, const char *name, struct err *);

/* Entries in primary partitions. */
int	grid_size(struct ignite *, int32_t cache, int64_t *n, struct err *);

/* --- binary types --- */

/*
 * The description of a type as the server sent it, good until the next
 * read; null if the cluster does not know the type.
 */
int	grid_type(struct ignite *, int32_t type, struct slice *meta,
	    struct err *);
/* Returns when the whole cluster knows it: before objects are put. */
int	grid_type_put(struct ignite *, struct slice meta, struct err *);

/* The Java class of a type, good until the next read; null if unknown. */
int	grid_class(struct ignite *, int32_t type, struct slice *name,
	    struct err *);
int	grid_class_put(struct ignite *, int32_t type, struct slice name,
	    struct err *);

/* How the cluster writes objects; keys must be written in the same way. */
struct grid_binary {
	bool compact;		/* footers without field ids */
	bool simple_names;	/* type ids from names without packages */
	bool custom;		/* ids cannot be computed */
};

int	grid_binary(struct ignite *, struct grid_binary *, struct err *);

/* --- nodes and partitions --- */

/* Ask where nodes listen; ignite_open finds them by id from then on. */
int	grid_endpoints(struct ignite *, struct err *);

/* "2.17.0". */
int	grid_product(struct ignite *, char *text, size_t n, struct err *);

int	grid_partitions(struct ignite *, int32_t cache, struct partmap *,
	    struct err *);

/* --- queries --- */

/*
 * Start a continuous query: its events carry *id. It is not live at once
 * when this returns: servers drop what happens in the first moment. Wait
 * 100 ms before reading what it shall keep current.
 */
int	grid_query(struct ignite *, int32_t cache, int32_t page,
	    int64_t interval_ms, bool expired, uint64_t *id, struct err *);

/* Close a cursor or a continuous query. */
int	grid_close(struct ignite *, uint64_t id, struct err *);

#endif
