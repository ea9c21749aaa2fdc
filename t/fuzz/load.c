/*
 * Any bytes as lines of JSON; a frame that was loaded is the same when it
 * is dumped and loaded again.
 */
#include <stdlib.h>

#include "dump.h"
#include "load.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_same(struct dump *d, const struct load *before, const struct frame *f)
{
	struct load again = *before;
	struct buf line = { NULL, 0, 0 };
	struct err e = { 0, "" };
	struct frame got;

	again.body = (struct buf){ NULL, 0, 0 };
	/* HELLO may name a version that no dump knows. */
	if (dump_frame(d, &line, f, &e) < 0) {
		if (f->letter != FRAME_HELLO)
			abort();
	} else if (load_line(&again, slice_of(line.p, line.n - 1), &got,
	    &e) != 1 || got.letter != f->letter ||
	    !slice_eq(got.body, f->body)) {
		abort();
	}
	load_release(&again);
	buf_release(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct dump d = { .raw = true };
	struct load l = { .acks = n != 0 && p[0] == '!' }, before;
	struct slice left = slice_of(p + l.acks, n - l.acks);
	struct err e = { 0, "" };
	const unsigned char *nl;
	struct frame f;
	size_t len;
	int r = 0;

	while (r >= 0 && left.n != 0) {
		nl = memchr(left.p, '\n', left.n);
		len = nl == NULL ? left.n : (size_t)(nl - left.p);
		before = l;
		r = load_line(&l, slice_of(left.p, len), &f, &e);
		if (r < 0 && e.status != EX_DATAERR)
			abort();
		if (r > 0)
			check_same(&d, &before, &f);
		left.p += len + (nl != NULL);
		left.n -= len + (nl != NULL);
	}
	dump_release(&d);
	load_release(&l);
	return 0;
}
