/* frame-dump: a stream of frames as lines of JSON. */
#include <unistd.h>

#include "dump.h"
#include "filter.h"

static bool raw = true, acks;

static const struct opt options[] = {
	OPT_NOFLAG(0, "no-raw", &raw,
	    "leave out the bytes that frame-load would need"),
	OPT_FLAG(0, "acks", &acks,
	    "read the ACK frames that a last stage writes, not a stream"),
	OPT_LAST
};

static int
put(struct stage *s, struct dump *d, const struct frame *f, struct err *e)
{
	if (dump_frame(d, &s->text_out->buf, f, e) < 0)
		return -1;
	return out_push(s->text_out, e);
}

static int
dump_stream(struct stage *s, struct dump *d, struct err *e)
{
	struct frame f = { FRAME_HELLO, buf_bytes(&s->in->text) };
	struct buf end = { NULL, 0, 0 };
	int r;

	if (put(s, d, &f, e) < 0)
		return -1;
	while ((r = frame_read(s->in, &f, e)) > 0) {
		if (put(s, d, &f, e) < 0)
			return -1;
	}
	if (r < 0)
		return -1;
	rec_encode_end(&end, &(struct end){ s->in->seq,
	    count_get(&s->in->records) });
	f = (struct frame){ FRAME_END, buf_bytes(&end) };
	r = put(s, d, &f, e);
	buf_release(&end);
	return r;
}

static int
flush(void *out, struct err *e)
{
	return out_flush(out, e);
}

/* ACKs have neither HELLO nor END; they end where their writer does. */
static int
dump_acks(struct stage *s, struct dump *d, struct err *e)
{
	struct slice all;
	struct frame f;
	struct in in;
	size_t n = FRAME_HEAD;
	int r;

	in_open(&in, STDIN_FILENO, "stdin");
	in_tie(&in, flush, s->text_out);
	while ((r = in_need(&in, n, &all, e)) >= 0) {
		if (r == 0 && all.n == 0)
			break;
		if ((r = frame_parse(all, &f, &n, e)) == 0 && in.eof)
			r = err_set(e, EX_TEMPFAIL, "ended inside a frame");
		if (r > 0 && f.letter != FRAME_ACK)
			r = err_set(e, EX_DATAERR, "frame %c is no ACK",
			    f.letter);
		if (r < 0) {
			err_in(e, "stdin");
			break;
		}
		if (r == 0)
			continue;
		if ((r = put(s, d, &f, e)) < 0)
			break;
		in_take(&in, n);
		n = FRAME_HEAD;
	}
	in_release(&in);
	return r;
}

static int
run(struct stage *s, struct err *e)
{
	struct dump d = { .raw = raw };
	int r = s->in == NULL ? dump_acks(s, &d, e) : dump_stream(s, &d, e);

	dump_release(&d);
	return r;
}

static struct filter self;

/* A filter that reads no stream is a tool to filter_main. */
static int
check(struct err *e)
{
	(void)e;
	if (acks)
		self.kind = FILTER_TOOL;
	return 0;
}

static struct filter self = {
	.name = "frame-dump",
	.purpose = "show a stream of frames as lines of JSON",
	.usage = "[option ...] < frames > lines",
	.examples =
	"  gg-capture -a localhost -c orders --once | frame-dump --no-raw\n"
	"  frame-dump <stream | jq -c 'select(.frame == \"record\") | .key'\n"
	"  gg-apply -a localhost <stream | frame-dump --acks\n",
	.kind = FILTER_DUMP, .options = options, .check = check, .run = run
};

int
main(int argc, char **argv)
{
	return filter_main(&self, argc, argv);
}
