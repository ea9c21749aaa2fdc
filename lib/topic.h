/*
 * topic: names of Kafka topics, made from names of caches. Pure.
 */
#ifndef TOPIC_H
#define TOPIC_H

#include "buf.h"
#include "err.h"

enum { TOPIC_MAX = 249 };	/* bytes of a topic's name */

/* Where the records of a cache go. */
struct topic_rule {
	const char *template;	/* "{cache}" in it stands for the cache */
	const char *prefix;	/* or: this and the cache; the other is NULL */
};

/*
 * Look at the rule itself: braces that hold something else than "cache",
 * and letters that no topic may have. EX_CONFIG.
 */
int	topic_check(const struct topic_rule *, struct err *);

/* Append the topic's name for a cache. -1: no topic may be called so;
 * EX_CONFIG, with the cache named. */
int	topic_name(const struct topic_rule *, struct slice cache, struct buf *,
	    struct err *);

/* Kafka allows this name: 0, or -1, EX_CONFIG, and why it does not. */
int	topic_legal(struct slice name, struct err *);

#endif
