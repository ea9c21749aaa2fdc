/*
 * fold: changes of one cache, gathered and reduced to the last one of each
 * key, in the one order of keys that all batches of everybody keep to.
 *
 * Pure. Each change is copied once, into data; nothing is allocated for a
 * change while the memory of earlier batches suffices. A zeroed struct fold
 * is an empty one.
 */
#ifndef FOLD_H
#define FOLD_H

#include "buf.h"
#include "bytes.h"

/* Small: a batch of them stays in the processor's nearest cache. */
struct fold_op {
	uint32_t key;		/* where in data; the value stands behind it */
	uint32_t nkey, nvalue;
	uint32_t hash;
	uint32_t by;		/* the op that replaces it; itself: none */
	bool remove;
	bool done;		/* of winners by the caller; then fold_done */
	uint64_t ticket;	/* the caller's */
};

/* The caller's, to name the change when it cannot be carried out. */
struct fold_from {
	uint64_t seq;
	int64_t offset;
	int32_t partition;
};

struct fold {
	struct buf data;
	struct fold_op *op;	/* as they came */
	struct fold_from *from;
	uint32_t n, cap;
	uint32_t *put, *rem;	/* after fold_run: winners, sorted by key */
	uint32_t nput, nrem;
	uint32_t room;		/* of put and rem together */
};

/* What fold_run works with; one for any number of folds of one thread. */
struct fold_work {
	uint32_t *table;
	size_t table_n;
	struct fold_item {
		uint64_t head;
		uint32_t i;
	} *items;
	size_t items_n;
};

/* What has to stand in front of a key or value; n is 0: nothing. */
struct fold_lead {
	unsigned char b[5];
	unsigned n;
};

/* Add a change. hash is of the key; data must stay below 4 GiB. */
void	fold_add(struct fold *, const struct fold_lead lead[2],
	    struct slice key, struct slice value, bool remove, uint32_t hash,
	    uint64_t ticket, const struct fold_from *);

struct slice fold_key(const struct fold *, uint32_t i);
/* Null: remove it. */
struct slice fold_value(const struct fold *, uint32_t i);

/*
 * Find the last change of each key, and put them in order; together: all of
 * them in put, removals with a null value.
 */
void	fold_run(struct fold *, struct fold_work *, bool together);

/*
 * All winners that are done are marked so; now mark those they replaced.
 * Returns whether all are done.
 */
bool	fold_done(struct fold *);

/* Empty it, keep the memory unless it is large. */
void	fold_reset(struct fold *);
void	fold_release(struct fold *);
void	fold_work_release(struct fold_work *);

/* A hash of bytes that strangers cannot aim without the seed. */
uint64_t fold_hash(struct slice, uint64_t seed);

#endif
