/* relay: pass a stream on as it is. */
#include "filter.h"

static const struct opt options[] = { OPT_LAST };

static int
run(struct stage *s, struct err *e)
{
	struct frame f;
	int r;

	while ((r = frame_read(s->in, &f, e)) > 0) {
		if (frame_write(s->out, &f, e) < 0)
			return -1;
	}
	return r;
}

int
main(int argc, char **argv)
{
	static const struct filter self = {
		.name = "relay", .purpose = "pass a stream on",
		.usage = "[option ...]", .kind = FILTER_PIPE,
		.options = options, .run = run
	};

	return filter_main(&self, argc, argv);
}
