/*
 * recent: the keys that had an event lately. Pure; the caller locks.
 *
 * A row that a scan reads may be older than an event that was sent before
 * it. A row whose key is in here is dropped: the event, or one still to
 * come, is at least as new. Keys are kept whole, because taking one for
 * another would drop a row that nobody else sends.
 *
 * A zeroed struct recent is an empty one.
 */
#ifndef RECENT_H
#define RECENT_H

#include <stdint.h>

#include "buf.h"
#include "bytes.h"

/* The keys of some stretch of time. */
struct recent_age {
	struct buf keys;	/* each: u32 length, bytes */
	struct {
		uint64_t hash;
		size_t at;	/* in keys, plus 1; 0: free */
	} *slot;
	size_t cap, n;		/* of slot: a power of two; used */
	int64_t begun, last;	/* clock_ms of the first and the last add */
};

struct recent {
	struct recent_age now, before;
};

void	recent_add(struct recent *, struct slice key, int64_t now);
bool	recent_has(const struct recent *, struct slice key);

/*
 * Forget what was added before horizon, roughly: keys are dropped together,
 * and never one that was added at horizon or later. Call it now and then.
 */
void	recent_forget(struct recent *, int64_t now, int64_t horizon);

/* Bytes of memory in use. */
size_t	recent_size(const struct recent *);

void	recent_release(struct recent *);

#endif
