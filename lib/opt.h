/*
 * opt: command line options from a table; usage and --help come from the
 * same table, so that neither can lie.
 */
#ifndef OPT_H
#define OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum opt_kind {
	OPT_END,		/* the row behind the last */
	OPT_KIND_FLAG,		/* to: bool, set to true */
	OPT_KIND_NOFLAG,	/* to: bool, set to false */
	OPT_KIND_COUNT,		/* to: int, one more each time */
	OPT_KIND_STR,		/* to: const char *, borrowed from argv */
	OPT_KIND_NUM,		/* to: int64_t, min to max */
	OPT_KIND_SIZE,		/* to: int64_t, bytes; k, M, G mean powers of 1024 */
	OPT_KIND_TIME,		/* to: int64_t, milliseconds; ms, s, m, h, d; bare: s */
	OPT_KIND_LIST,		/* to: struct opt_list, one more each time */
	OPT_KIND_TABLE,		/* to: const struct opt *, more rows */
	OPT_KIND_HEAD		/* help: a heading in --help */
};

struct opt {
	enum opt_kind kind;
	int letter;		/* 0: none */
	const char *name;	/* without "--"; NULL: only the letter */
	void *to;
	const char *arg;	/* NULL for flags */
	const char *help;
	int64_t min, max;	/* OPT_KIND_NUM, _SIZE, _TIME */
};

/* Arguments of an option that may be given more than once. */
struct opt_list {
	const char **v;		/* borrowed from argv */
	size_t n;
};

#define OPT_FLAG(l, name, to, help) \
	{ OPT_KIND_FLAG, l, name, to, NULL, help, 0, 0 }
#define OPT_NOFLAG(l, name, to, help) \
	{ OPT_KIND_NOFLAG, l, name, to, NULL, help, 0, 0 }
#define OPT_COUNT(l, name, to, help) \
	{ OPT_KIND_COUNT, l, name, to, NULL, help, 0, 0 }
#define OPT_STR(l, name, to, arg, help) \
	{ OPT_KIND_STR, l, name, to, arg, help, 0, 0 }
#define OPT_NUM(l, name, to, arg, min, max, help) \
	{ OPT_KIND_NUM, l, name, to, arg, help, min, max }
#define OPT_SIZE(l, name, to, arg, min, max, help) \
	{ OPT_KIND_SIZE, l, name, to, arg, help, min, max }
#define OPT_TIME(l, name, to, arg, min, max, help) \
	{ OPT_KIND_TIME, l, name, to, arg, help, min, max }
#define OPT_LIST(l, name, to, arg, help) \
	{ OPT_KIND_LIST, l, name, to, arg, help, 0, 0 }
#define OPT_TABLE(rows) \
	{ OPT_KIND_TABLE, 0, NULL, (void *)(uintptr_t)(rows), NULL, NULL, 0, 0 }
#define OPT_HEAD(text) \
	{ OPT_KIND_HEAD, 0, NULL, NULL, NULL, text, 0, 0 }
#define OPT_LAST { OPT_END, 0, NULL, NULL, NULL, NULL, 0, 0 }

/*
 * Put what argv says where the table says. Long names are whole, never
 * abbreviated; "--" ends the options. Returns the index of the first
 * operand, or -1: EX_USAGE, with the option named.
 */
int	opt_parse(const struct opt *, int argc, char **argv, struct err *);

/* Print a line or two for each option to stdout, 80 columns wide. */
void	opt_help(const struct opt *);

/*
 * The numbers behind OPT_KIND_SIZE and OPT_KIND_TIME, for other users:
 * "64k", "1.5G"; "250ms", "10s", "5m". Return 0, or -1 if s is not one.
 */
int	opt_size(const char *s, int64_t *bytes);
int	opt_time(const char *s, int64_t *ms);

#endif
