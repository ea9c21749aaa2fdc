/*
 * kprops: properties of Kafka's Java clients, said in librdkafka's words.
 * Pure.
 */
#ifndef KPROPS_H
#define KPROPS_H

#include "buf.h"
#include "err.h"
#include "props.h"

/* What librdkafka shall be told, in order; a later one wins. */
struct kprops {
	struct kprop {
		char *key, *value;
	} *v;
	size_t n;
	char *ignored;		/* names that mean nothing here; NULL: none */
};

/*
 * Translate a whole file. Names that librdkafka knows stay what they are;
 * names of ours for a JVM (serializers, metrics) go to ignored. names are
 * librdkafka's own, ended by NULL. -1: EX_CONFIG, with the line and, for a
 * name that is unknown, the nearest known one; key stores that only Java
 * reads, with how to convert them.
 */
int	kprops_translate(struct kprops *, const struct props *,
	    const char *const *names, struct err *);

void	kprops_add(struct kprops *, const char *key, const char *value);
void	kprops_release(struct kprops *);

/* The value is a secret: not for argv, not for logs. */
bool	kprops_secret(const char *key);

/* Of names and of Java's own, the one that is nearest to key; NULL: none is
 * near enough to be what was meant. */
const char *kprops_near(const char *key, const char *const *names);

#endif
