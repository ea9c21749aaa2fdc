/*
 * ktypes: descriptions of types in a compacted topic, beside the records
 * that need them.
 *
 * A message is one TYPE: its key is the type's id in decimal, ':' and the
 * FNV-1a hash (64 bits, 16 hex digits) of the body, so that compaction
 * keeps each version once; its value is the body of the TYPE frame.
 */
#ifndef KTYPES_H
#define KTYPES_H

#include "kafka.h"
#include "rec.h"

#define KTYPES_TOPIC "ggpipe.types"

/* Append the key for a TYPE's body; EX_DATAERR if it does not parse. */
int	ktypes_key(struct buf *, struct slice body, struct err *);

/* The reading side: a client of its own, which belongs to no group. */
struct ktypes;

/*
 * Open the topic, which need not exist (yet). NULL: as kafka_open and
 * kafka_reach.
 */
struct ktypes *ktypes_open(const struct kconf_set *,
	    const struct kconf_prop *props, const char *topic, struct err *);
void	ktypes_close(struct ktypes *);

/*
 * Ask how long the topic is now, and hand all bodies up to there that were
 * not handed over before to fn. A record that was read before the call has
 * its types handed over after it, because they were made durable first. -1:
 * as fn; EX_DATAERR for what is no type; EX_UNAVAILABLE.
 */
int	ktypes_catch_up(struct ktypes *,
	    int (*fn)(void *arg, struct slice body, struct err *), void *arg,
	    struct err *);

#endif
