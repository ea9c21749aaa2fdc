/*
 * pass: a middle stage for tests: passes records on, and ways to fail.
 */
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "filter.h"

static int64_t fail_after = -1, status = 65, kill_after = -1;
static int64_t drop_after = INT64_MAX;

static const struct opt options[] = {
	OPT_NUM(0, "fail-after", &fail_after, "N", 0, INT64_MAX,
	    "fail after so many"),
	OPT_NUM(0, "status", &status, "N", 1, 255, "with this status [65]"),
	OPT_NUM(0, "kill-after", &kill_after, "N", 0, INT64_MAX,
	    "be killed after so many"),
	OPT_NUM(0, "drop-after", &drop_after, "N", 0, INT64_MAX,
	    "pass none on after so many"),
	OPT_LAST
};

static int
run(struct stage *s, struct err *e)
{
	struct frame f;
	int64_t i = 0;
	int r;

	while ((r = frame_read(s->in, &f, e)) > 0) {
		if (f.letter == FRAME_RECORD) {
			if (i == fail_after)
				return err_set(e, (int)status,
				    "failed on purpose");
			if (i == kill_after)
				kill(getpid(), SIGKILL);
			if (i++ >= drop_after)
				continue;
		}
		if (frame_write(s->out, &f, e) < 0)
			return -1;
	}
	return r;
}

int
main(int argc, char **argv)
{
	static const struct filter self = {
		.name = "pass", .purpose = "pass records on",
		.usage = "[option ...] < frames > frames",
		.kind = FILTER_PIPE, .options = options, .run = run
	};

	return filter_main(&self, argc, argv);
}
