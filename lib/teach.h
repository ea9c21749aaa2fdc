/*
 * teach: tells a cluster of binary types before objects of them are sent,
 * and looks whether objects are whole and of types that it was told of.
 * Used by one thread.
 */
#ifndef TEACH_H
#define TEACH_H

#include "bintype.h"
#include "known.h"
#include "link.h"
#include "rec.h"

enum { TEACH_MISSING = 16 };

struct teach {
	struct link *link;
	struct count *taught;
	struct bin_types types;		/* all that we saw of them */
	struct known known;
	struct known classes;		/* with names that were registered */
	struct buf told;		/* TYPE bodies, to tell again */
	struct teach_missing {		/* of the object being looked at */
		int32_t type, schema;
		unsigned flags;
	} missing[TEACH_MISSING];
	unsigned nmissing;
	unsigned warned;
};

void	teach_init(struct teach *, struct link *, struct count *taught);
void	teach_release(struct teach *);

/*
 * Register a type or the name of a class; returns when the whole cluster
 * knows it. 1: it may say where keys belong, so what was worked out of types
 * before may be wrong now; 0: not so. -1: EX_DATAERR, the type named, when it contradicts what
 * the cluster knows.
 */
int	teach_type(struct teach *, const struct type *, struct err *);

/* The same cluster has forgotten everything: tell it again. */
int	teach_again(struct teach *, struct err *);

/*
 * All of s is one value, checked to its last byte, and the cluster knows
 * its types, which is asked once. EX_DATAERR; *bad if
 * it is no value at all.
 */
int	teach_check(struct teach *, struct slice s, bool *bad, struct err *);

#endif
