/*
 * pattern: which names are wanted: plain names, and regular expressions
 * (PCRE2), which begin with ^.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>

#include "err.h"
#include "opt.h"

struct pattern;

/*
 * Names and expressions to have and not to have; the lists must stay. NULL:
 * EX_USAGE, the expression and what is wrong with it named.
 */
struct pattern *pattern_new(const struct opt_list *wanted,
	    const struct opt_list *unwanted, struct err *);
void	pattern_free(struct pattern *);

bool	pattern_wants(const struct pattern *, const char *name);

/* The i-th plain name that is wanted, or NULL behind the last. */
const char *pattern_name(const struct pattern *, size_t i);

#endif
