/*
 * source: a first stage for tests: numbered records, and ways to fail.
 *
 * Keys are "1", "2", ..., so the value of seq tells all. It goes on for ever
 * without --count.
 */
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "filter.h"

static int64_t count = INT64_MAX, delay, fail_after = -1, status = 65;
static int64_t kill_after = -1;
static bool once, hang;

static const struct opt options[] = {
	OPT_NUM('n', "count", &count, "N", 0, INT64_MAX, "so many records"),
	OPT_TIME(0, "delay", &delay, "TIME", 0, 60000, "before each"),
	OPT_NUM(0, "fail-after", &fail_after, "N", 0, INT64_MAX,
	    "fail after so many"),
	OPT_NUM(0, "status", &status, "N", 1, 255, "with this status [65]"),
	OPT_NUM(0, "kill-after", &kill_after, "N", 0, INT64_MAX,
	    "be killed after so many"),
	OPT_FLAG(0, "once", &once, "ten records if not told otherwise"),
	OPT_FLAG('e', "exit-at-end", &once, "the same"),
	OPT_FLAG(0, "hang", &hang, "take no notice of TERM"),
	OPT_LAST
};

static int
run(struct stage *s, struct err *e)
{
	struct pollfd p = { filter_stop_fd(), POLLIN, 0 };
	char key[32];
	int64_t i;

	if (once && count == INT64_MAX)
		count = 10;
	filter_ready("source");
	for (i = 0; i < count && (hang || !filter_stopping()); i++) {
		if (i == fail_after)
			return err_set(e, (int)status, "failed on purpose");
		if (i == kill_after) {
			out_flush(&s->out->io, e);
			kill(getpid(), SIGKILL);
		}
		if (delay != 0 && out_flush(&s->out->io, e) < 0)
			return -1;
		if (delay != 0)
			poll(&p, hang ? 0 : 1, (int)delay);
		snprintf(key, sizeof key, "%" PRId64, i + 1);
		if (frame_write_rec(s->out, &(struct rec){ (uint64_t)i + 1,
		    REC_UPSERT, REC_SCAN, 0, REC_NO_TIME, -1, -1,
		    slice_str("test"), slice_str(key), slice_str(key),
		    slice_of(NULL, 0) }, e) < 0)
			return -1;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct filter self = {
		.name = "source", .purpose = "make up records",
		.usage = "[option ...] > frames", .kind = FILTER_SOURCE,
		.format = "bytes", .options = options, .run = run
	};

	return filter_main(&self, argc, argv);
}
