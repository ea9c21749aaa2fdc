/*
 * state: what a stream leaves behind: the last value of each key, a line
 * each, in order. Two streams that lead to the same state print the same.
 *
 * -s says on stderr how many records came of each origin.
 */
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter.h"
#include "mem.h"

struct last {
	struct slice name, key, value;
};

static void *tree;
static bool summary;

static const struct opt options[] = {
	OPT_FLAG('s', "summary", &summary, "count records by origin"),
	OPT_LAST
};

static int
compare(const void *a, const void *b)
{
	const struct last *x = a, *y = b;
	int r = slice_cmp(x->name, y->name);

	return r != 0 ? r : slice_cmp(x->key, y->key);
}

static struct slice
copy(struct slice s)
{
	if (s.p == NULL)
		return s;
	return slice_of(mem_dup(s.p, s.n), s.n);
}

static void
put(const struct rec *r)
{
	struct last want = { r->name, r->key, slice_of(NULL, 0) }, *x;
	struct last **at = tsearch(&want, &tree, compare);

	if (*at == &want) {
		x = mem_zero(sizeof *x);
		x->name = copy(r->name);
		x->key = copy(r->key);
		*at = x;
	}
	x = *at;
	free((void *)(uintptr_t)x->value.p);
	x->value = copy(r->value);
}

static void
hex(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		printf("%02x", s.p[i]);
}

static void
print(const void *node, VISIT which, int depth)
{
	const struct last *x = *(struct last *const *)node;

	(void)depth;
	if ((which != postorder && which != leaf) || x->value.p == NULL)
		return;
	printf("%.*s ", SLICE_ARG(x->name));
	hex(x->key);
	putchar(' ');
	hex(x->value);
	putchar('\n');
}

static int
run(struct stage *s, struct err *e)
{
	uint64_t origin[256] = { 0 };
	struct frame f;
	struct rec rec;
	int r;

	while ((r = frame_read(s->in, &f, e)) > 0) {
		if (f.letter != FRAME_RECORD)
			continue;
		if (rec_decode(&rec, f.body, e) < 0)
			return -1;
		origin[rec.origin]++;
		put(&rec);
	}
	if (r < 0)
		return -1;
	twalk(tree, print);
	if (summary)
		fprintf(stderr, "events=%" PRIu64 " rows=%" PRIu64 "\n",
		    origin[REC_EVENT], origin[REC_SCAN]);
	return fflush(stdout) == 0 ? 0 : err_sys(e, EX_IOERR, "stdout");
}

int
main(int argc, char **argv)
{
	static const struct filter self = {
		.name = "state", .purpose = "what a stream leaves behind",
		.usage = "[option ...]", .kind = FILTER_DUMP,
		.options = options, .run = run
	};

	return filter_main(&self, argc, argv);
}
