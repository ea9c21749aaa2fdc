/*
 * partmap: which node holds which partition of one cache. Pure.
 *
 * A map that is older than the topology is still a hint: a wrong node costs
 * a hop, never correctness.
 */
#ifndef PARTMAP_H
#define PARTMAP_H

#include "binhash.h"
#include "bytes.h"
#include "err.h"
#include "wire.h"

#define PARTMAP_NONE UINT32_MAX

struct partmap {
	int64_t major;		/* topology version of this map */
	int32_t minor;
	/*
	 * 0: partitions cannot be computed (replicated, or with a function
	 * of its own): use any node.
	 */
	uint32_t partitions;
	uint32_t *owner;	/* of each partition: index in nodes, or NONE */
	uint32_t nnodes;
	struct wire_uuid *nodes;
	size_t nkeys;
	struct bin_key_field *keys;	/* the cache's key configuration */
};

/*
 * The answer to WIRE_PARTITIONS for this one cache; asked for several, some
 * servers mix them up. A cache that it does not name gives 0 partitions.
 */
int	partmap_read(struct partmap *, struct slice body, int32_t cache,
	    struct err *);
void	partmap_request(struct buf *, int32_t cache);

/*
 * The partition of a key. types describes key objects, whose description
 * may name an affinity field; it may be NULL. false when it cannot be told:
 * then any node will do.
 */
bool	partmap_find(const struct partmap *, struct slice key,
	    const struct bin_types *types, uint32_t *partition);

/* A later topology than the map's has been seen. */
bool	partmap_older(const struct partmap *, int64_t major, int32_t minor);

void	partmap_release(struct partmap *);

#endif
