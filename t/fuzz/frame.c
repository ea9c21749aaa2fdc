/* Any bytes as a stream; one that is whole is the same when written again. */
#include <stdlib.h>

#include "frame.h"
#include "mem.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf again = { NULL, 0, 0 };
	struct err e = { 0, "" };
	struct frame_in in;
	struct frame f;
	size_t at;
	int r;

	frame_in_open(&in, -1, "stdin");
	in.io.p = mem_dup(p, n);
	in.io.end = in.io.cap = n;
	in.io.eof = true;
	while ((r = frame_read(&in, &f, &e)) > 0) {
		at = frame_begin(&again, f.letter);
		buf_add(&again, f.body.p, f.body.n);
		frame_end(&again, at);
	}
	if (r < 0 && e.status == 0)
		abort();
	if (r == 0) {
		at = frame_begin(&again, FRAME_END);
		rec_encode_end(&again, &(struct end){ in.seq,
		    count_get(&in.records) });
		frame_end(&again, at);
		/* HELLO was kept, not returned. */
		if (again.n + FRAME_HEAD + in.text.n != n ||
		    memcmp(again.p, p + n - again.n, again.n) != 0)
			abort();
	}
	frame_in_release(&in);
	buf_release(&again);
	return 0;
}
