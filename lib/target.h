/*
 * target: the caches that records go to, and where in the cluster their
 * keys live.
 *
 * Owned by one thread; what other threads may use is said.
 */
#ifndef TARGET_H
#define TARGET_H

#include <stdatomic.h>

#include "link.h"
#include "partmap.h"

/* How names become caches, and caches come to be. */
struct target_rule {
	const char *cache_prefix, *topic_prefix;	/* never NULL */
	const char *cache;		/* everything into this one; or NULL */
	bool create;
	bool shaped;			/* these three are given */
	int32_t atomicity, mode, backups;
};

struct target {
	char *cache;			/* any thread */
	int32_t id;			/* any thread */
	_Atomic bool transactional;	/* any thread */
	const struct target_rule *rule;	/* any thread */
	char *from;			/* the name that records carry */
	size_t nfrom;
	unsigned era;			/* of the map; see target_map */
	struct partmap map;
	uint32_t *place;		/* of each node of the map; see below */
	void **own;			/* the owner's, for each lane */
	size_t nown;
};

/* All of them. A zeroed one is empty. */
struct targets {
	struct target **v;
	size_t n, cap;
	struct target *last;
};

/*
 * The target of records of this name; new ones are only named. NULL: the
 * name does not begin with the prefix, or is no name (EX_CONFIG).
 */
struct target *target_find(struct targets *, const struct target_rule *,
	    struct slice name, struct err *);

/*
 * Find out what the cache is, and make it if need be and allowed. By any
 * thread, with a link of its own. -1: EX_CONFIG when it is not there.
 */
int	target_open(struct target *, struct link *, struct err *);

/*
 * Ask where partitions are. nodes are those that have places; a node
 * without one is given any.
 */
int	target_map(struct target *, struct link *, const struct wire_uuid *node,
	    size_t n, unsigned era, struct err *);

/* The place of the node that holds the key; UINT32_MAX: cannot be told. */
uint32_t target_place(const struct target *, struct slice key,
	    const struct bin_types *);

void	targets_release(struct targets *);

#endif
