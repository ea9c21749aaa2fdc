#define _GNU_SOURCE
#include "opt.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "mem.h"

/* Call fn for each row, tables inside tables unrolled; stops when it
 * returns true, and returns that row. */
static const struct opt *
find(const struct opt *o, bool (*fn)(const struct opt *, const void *),
    const void *arg)
{
	const struct opt *r;

	for (; o->kind != OPT_END; o++) {
		if (o->kind == OPT_KIND_TABLE)
			r = find(o->to, fn, arg);
		else
			r = fn(o, arg) ? o : NULL;
		if (r != NULL)
			return r;
	}
	return NULL;
}

static bool
has_letter(const struct opt *o, const void *arg)
{
	return o->letter != 0 && o->letter == *(const char *)arg;
}

static bool
has_name(const struct opt *o, const void *arg)
{
	const struct slice *s = arg;

	return o->name != NULL && strlen(o->name) == s->n &&
	    memcmp(o->name, s->p, s->n) == 0;
}

static bool
takes_arg(const struct opt *o)
{
	return o->kind != OPT_KIND_FLAG && o->kind != OPT_KIND_NOFLAG &&
	    o->kind != OPT_KIND_COUNT;
}

/* "--name" or "-n", for messages; a static buffer. */
static const char *
called(const struct opt *o)
{
	static char s[64];

	if (o->name != NULL)
		snprintf(s, sizeof s, "--%s", o->name);
	else
		snprintf(s, sizeof s, "-%c", o->letter);
	return s;
}

/* A decimal number with one of the units behind it. */
static int
scaled(const char *s, const char *const *units, const int64_t *scale,
    int64_t *v)
{
	static const char digits[] = "0123456789";
	size_t n = strspn(s, digits);
	char *end;
	double d;

	if (n == 0)
		return -1;
	if (s[n] == '.')
		n += 1 + strspn(s + n + 1, digits);
	/* strtod would go on: 0x10 and 1e3 are numbers to it. */
	d = strtod(s, &end);
	if (end != s + n)
		return -1;
	for (; *units != NULL; units++, scale++) {
		if (strcasecmp(end, *units) == 0) {
			d *= (double)*scale;
			if (d > 9e18)
				return -1;
			*v = (int64_t)d;
			return 0;
		}
	}
	return -1;
}

int
opt_size(const char *s, int64_t *bytes)
{
	static const char *const units[] = { "", "k", "M", "G", "KiB", "MiB",
	    "GiB", NULL };
	static const int64_t scale[] = { 1, 1 << 10, 1 << 20, 1 << 30,
	    1 << 10, 1 << 20, 1 << 30 };

	return scaled(s, units, scale, bytes);
}

int
opt_time(const char *s, int64_t *ms)
{
	static const char *const units[] = { "", "ms", "s", "m", "h", "d",
	    NULL };
	static const int64_t scale[] = { 1000, 1, 1000, 60000, 3600000,
	    86400000 };

	return scaled(s, units, scale, ms);
}

static int
number(const struct opt *o, const char *arg, struct err *e)
{
	int64_t v = 0;
	char *end;
	int r = 0;

	if (o->kind == OPT_KIND_SIZE) {
		r = opt_size(arg, &v);
	} else if (o->kind == OPT_KIND_TIME) {
		r = opt_time(arg, &v);
	} else {
		errno = 0;
		v = strtoll(arg, &end, 10);
		r = *arg == '-' || isdigit((unsigned char)*arg) ? 0 : -1;
		if (*end != '\0' || end == arg || errno != 0)
			r = -1;
	}
	if (r < 0)
		return err_set(e, EX_USAGE, "%s: '%s' is not a %s", called(o),
		    arg, o->kind == OPT_KIND_NUM ? "number" :
		    o->kind == OPT_KIND_SIZE ? "size (like 64k or 16M)" :
		    "time (like 250ms, 10s or 5m)");
	if (v < o->min || v > o->max)
		return err_set(e, EX_USAGE, "%s: %s is not within %" PRId64
		    " and %" PRId64 "%s", called(o), arg, o->min, o->max,
		    o->kind == OPT_KIND_TIME ? " ms" : "");
	*(int64_t *)o->to = v;
	return 0;
}

static int
apply(const struct opt *o, const char *arg, struct err *e)
{
	struct opt_list *list;

	switch (o->kind) {
	case OPT_KIND_FLAG:
		*(bool *)o->to = true;
		return 0;
	case OPT_KIND_NOFLAG:
		*(bool *)o->to = false;
		return 0;
	case OPT_KIND_COUNT:
		++*(int *)o->to;
		return 0;
	case OPT_KIND_STR:
		*(const char **)o->to = arg;
		return 0;
	case OPT_KIND_LIST:
		list = o->to;
		list->v = mem_grow(list->v, list->n + 1, sizeof *list->v);
		list->v[list->n++] = arg;
		return 0;
	default:
		return number(o, arg, e);
	}
}

/* --name, --name=arg, --name arg. Returns how many of argv it took. */
static int
parse_long(const struct opt *table, char **argv, struct err *e)
{
	const char *s = argv[0] + 2, *eq = strchrnul(s, '=');
	struct slice name = slice_of(s, (size_t)(eq - s));
	const struct opt *o = find(table, has_name, &name);

	if (o == NULL)
		return err_set(e, EX_USAGE, "no option --%.*s",
		    SLICE_ARG(name));
	if (!takes_arg(o)) {
		if (*eq == '=')
			return err_set(e, EX_USAGE,
			    "%s takes no argument", called(o));
		return apply(o, NULL, e) < 0 ? -1 : 1;
	}
	if (*eq == '=')
		return apply(o, eq + 1, e) < 0 ? -1 : 1;
	if (argv[1] == NULL)
		return err_set(e, EX_USAGE, "%s needs %s", called(o), o->arg);
	return apply(o, argv[1], e) < 0 ? -1 : 2;
}

/* -f, -fg, -xarg, -x arg. Returns how many of argv it took. */
static int
parse_short(const struct opt *table, char **argv, struct err *e)
{
	const struct opt *o;
	const char *s;

	for (s = argv[0] + 1; *s != '\0'; s++) {
		o = find(table, has_letter, s);
		if (o == NULL)
			return err_set(e, EX_USAGE, "no option -%c", *s);
		if (!takes_arg(o)) {
			if (apply(o, NULL, e) < 0)
				return -1;
			continue;
		}
		if (s[1] != '\0')
			return apply(o, s + 1, e) < 0 ? -1 : 1;
		if (argv[1] == NULL)
			return err_set(e, EX_USAGE, "-%c needs %s", *s, o->arg);
		return apply(o, argv[1], e) < 0 ? -1 : 2;
	}
	return 1;
}

int
opt_parse(const struct opt *table, int argc, char **argv, struct err *e)
{
	int i = 1, r;

	while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0') {
		if (strcmp(argv[i], "--") == 0)
			return i + 1;
		if (argv[i][1] == '-')
			r = parse_long(table, argv + i, e);
		else
			r = parse_short(table, argv + i, e);
		if (r < 0)
			return -1;
		i += r;
	}
	return i;
}

/* Words of text from column indent on, wrapped at 79. */
static void
print_wrapped(const char *text, int indent)
{
	int at = indent;
	size_t n;

	for (; *text != '\0'; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		if (at > indent && at + 1 + (int)n > 79) {
			printf("\n%*s", indent, "");
			at = indent;
		} else if (at > indent) {
			putchar(' ');
			at++;
		}
		printf("%.*s", (int)n, text);
		at += (int)n;
	}
	putchar('\n');
}

static bool
print_row(const struct opt *o, const void *unused)
{
	char s[128];
	int n;

	(void)unused;
	if (o->kind == OPT_KIND_HEAD) {
		printf("\n%s:\n", o->help);
		return false;
	}
	n = snprintf(s, sizeof s, "  %c%c%s%s%s%s%s",
	    o->letter != 0 ? '-' : ' ', o->letter != 0 ? o->letter : ' ',
	    o->letter != 0 && o->name != NULL ? ", " :
	    o->name != NULL ? "  " : "",
	    o->name != NULL ? "--" : "", o->name != NULL ? o->name : "",
	    o->arg != NULL ? " " : "", o->arg != NULL ? o->arg : "");
	if (n < 28)
		printf("%-28s", s);
	else
		printf("%s\n%28s", s, "");
	print_wrapped(o->help, 28);
	return false;
}

void
opt_help(const struct opt *table)
{
	find(table, print_row, NULL);
}
