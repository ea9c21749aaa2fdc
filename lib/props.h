/*
 * props: Java's property files, as Kafka's clients and Connect read them.
 * Pure.
 *
 * "key=value", "key: value" or "key value"; '#' and '!' begin comments; a
 * backslash at the end of a line continues it; \t \n \r \f \uXXXX, and a
 * backslash before anything else is dropped. The text is UTF-8.
 */
#ifndef PROPS_H
#define PROPS_H

#include "buf.h"
#include "err.h"

struct prop {
	const char *key;	/* NUL behind them; neither holds one */
	const char *value;
	unsigned line;		/* where it began, from 1 */
};

struct props {
	struct prop *v;		/* in the order of the file */
	size_t n;
	char *text;		/* what they point into */
};

/*
 * Take the text apart; what was in props before is gone. -1: a NUL, or an
 * escape that is none (EX_CONFIG, line named).
 */
int	props_parse(struct props *, struct slice text, struct err *);

/* The value given last for the key; NULL: none. */
const char *props_get(const struct props *, const char *key);

void	props_release(struct props *);

#endif
