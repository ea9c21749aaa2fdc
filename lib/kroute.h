/*
 * kroute: from the name of a cache to its topic, open for producing.
 */
#ifndef KROUTE_H
#define KROUTE_H

#include "kbatch.h"
#include "ktopic.h"
#include "topic.h"

/* A topic that records go to. */
struct kroute_topic {
	struct kroute_topic *next;
	char *name;
	rd_kafka_topic_t *rkt;
	int32_t n;			/* partitions, as at the first record */
	struct kbatch_part *parts;	/* one for each */
};

enum { KROUTE_BUCKETS = 256 };

struct kroute {
	struct kafka *k;
	const struct topic_rule *rule;
	const struct ktopic_wish *wish;
	const char *not_this;		/* a topic that is for something else */
	struct ktopics known;
	struct kroute_topic *topics;
	struct kroute_cache {
		struct kroute_cache *next;
		struct slice name;	/* owned */
		struct kroute_topic *topic;
	} *caches[KROUTE_BUCKETS], *last;
};

/* All is borrowed until release. not_this: NULL, or a topic's name. */
void	kroute_open(struct kroute *, struct kafka *, const struct topic_rule *,
	    const struct ktopic_wish *, const char *not_this);
void	kroute_release(struct kroute *);

/* The slow way of kroute_find, for a cache that is not the last one. */
struct kroute_topic *kroute_look_up(struct kroute *, struct slice cache,
	    struct err *);

/*
 * The topic for records of this cache; the first time, it is opened and
 * perhaps made. NULL: as topic_name and ktopic_open, the cache named.
 */
static inline struct kroute_topic *
kroute_find(struct kroute *r, struct slice cache, struct err *e)
{
	if (r->last != NULL && slice_eq(r->last->name, cache))
		return r->last->topic;
	return kroute_look_up(r, cache, e);
}

/*
 * Count the partitions of all topics again. -1: EX_GUARD, one has others
 * than at its first record, so that older and newer records of one key
 * would lie in different places. 0 also if nobody can say.
 */
int	kroute_recount(struct kroute *, struct err *);

#endif
