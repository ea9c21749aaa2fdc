/* frame-load: lines of JSON as a stream of frames. */
#include <inttypes.h>

#include "filter.h"
#include "load.h"

enum { LINE_MAX_BYTES = 1024 * 1024 * 1024 };

static bool acks, recount;

static const struct opt options[] = {
	OPT_FLAG(0, "recount", &recount,
	    "let END count what came, where lines were taken out on purpose"),
	OPT_FLAG(0, "acks", &acks,
	    "write ACK frames, as a last stage does, not a stream"),
	OPT_LAST
};

/*
 * The next line without its newline: 1, 0 at the end, -1. *n is what is to
 * be taken; the last line may lack its newline.
 */
static int
next_line(struct in *in, struct slice *line, size_t *n, struct err *e)
{
	const unsigned char *nl;
	size_t seen = 0;
	struct slice s;
	int r = 1;

	for (;;) {
		/* Ask for what is there, or for one byte more. */
		*n = in_left(in) > seen ? in_left(in) : seen + 1;
		if ((r = in_need(in, *n, &s, e)) < 0)
			return -1;
		nl = s.n == seen ? NULL :
		    memchr(s.p + seen, '\n', s.n - seen);
		if (nl != NULL || r == 0)
			break;
		seen = s.n;
		if (seen > LINE_MAX_BYTES)
			return err_set(e, EX_DATAERR, "longer than %d bytes",
			    LINE_MAX_BYTES);
	}
	*n = nl != NULL ? (size_t)(nl - s.p) + 1 : s.n;
	*line = slice_of(s.p, nl != NULL ? *n - 1 : *n);
	return *n != 0;
}

static int
load_all(struct stage *s, struct load *l, struct err *e)
{
	struct slice line;
	struct frame f;
	uint64_t number = 0;
	size_t n;
	int r;

	for (;;) {
		number++;
		if ((r = next_line(s->text_in, &line, &n, e)) == 0)
			return 0;
		if (r > 0)
			r = load_line(l, line, &f, e);
		if (r < 0 && e->status == EX_DATAERR)
			return err_in(e, "stdin: line %" PRIu64, number);
		if (r < 0)
			return -1;
		/* END is written when nothing follows it. */
		if (r > 0 && f.letter != FRAME_END &&
		    frame_write(s->out, &f, e) < 0)
			return -1;
		in_take(s->text_in, n);
	}
}

static int
run(struct stage *s, struct err *e)
{
	struct load l = { .acks = acks, .recount = recount };
	int r = load_all(s, &l, e);

	if (r == 0 && acks) {
		s->out->ended = true;	/* no END behind ACKs */
		r = out_flush(&s->out->io, e);
	} else if (r == 0 && !l.ended) {
		r = err_set(e, EX_TEMPFAIL, l.begun ?
		    "stdin ended without a frame \"end\": its writer died" :
		    "stdin is empty: its writer died or wrote no lines");
	}
	s->out->seq = l.seq;
	load_release(&l);
	return r;
}

int
main(int argc, char **argv)
{
	static const struct filter self = {
		.name = "frame-load",
		.purpose = "make a stream of frames of lines of JSON",
		.usage = "[option ...] < lines > frames",
		.examples =
		"  frame-dump <stream | grep -v '\"cache\":\"secret\"' |\n"
		"      frame-load --recount | gg-apply -a localhost\n"
		"  frame-load <by-hand.jsonl | kafka-produce -b broker -t t\n",
		.kind = FILTER_LOAD, .options = options, .run = run
	};

	return filter_main(&self, argc, argv);
}
