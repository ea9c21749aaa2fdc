/*
 * line: the members of one line of JSON, for load. Pure.
 *
 * A member is looked for in the object "raw" first, where it says exactly
 * what it was, then in front of it. Every function leaves its result alone
 * when the member is not there, and returns 0, or -1 when it is something
 * else than it should be (EX_DATAERR, the member named). Slices are good
 * until line_release.
 */
#ifndef LINE_H
#define LINE_H

#include <jansson.h>

#include "buf.h"
#include "err.h"

struct line {
	json_t *all;
	json_t *raw;		/* NULL or an object */
	struct buf tmp[6];	/* private: what was decoded */
	size_t n_tmp;
	struct err *e;
};

/* 1; 0 for a line of white space; -1 if it is no object of JSON. */
int	line_open(struct line *, struct slice, struct err *);
void	line_release(struct line *);

/* Describe what is wrong with a member. Returns -1. */
int	line_wrong(struct line *, const char *name, const char *what);

/* Is there such a member outside of raw; is it true? */
bool	line_has(const struct line *, const char *name);
bool	line_true(const struct line *, const char *name);

/* A number below 2^53, or a string of digits, within min and max. */
int	line_integer(struct line *, const char *name, int64_t min,
	    uint64_t max, uint64_t *);

/* A string, which is base64 in raw. */
int	line_string(struct line *, const char *name, struct slice *);

/* In raw only: null, base64 or {"text":"..."}. 1: it is there. */
int	line_bytes(struct line *, const char *name, struct slice *);

/* "run": sixteen hexadecimal digits. */
int	line_run(struct line *, uint64_t *);

/* "time": as ISO 8601 in UTC, or ms; null leaves it alone too. */
int	line_when(struct line *, int64_t *ms);

/* One of words, which stands for the letter at its place, or a number. */
int	line_word(struct line *, const char *name, const char *const *words,
	    const char *letters, uint8_t *);

/* "headers": in raw, or [{"name":...,"value":...}] of strings and nulls. */
int	line_headers(struct line *, struct slice *);

#endif
