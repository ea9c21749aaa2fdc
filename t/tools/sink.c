/*
 * sink: a last stage for tests: writes keys into a file, and ways to fail.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "filter.h"

static const char *path;
static int64_t delay, fail_after = -1, status = 65, kill_after = -1;
static bool hang, mute;

static const struct opt options[] = {
	OPT_STR('o', "output", &path, "FILE", "append the keys there"),
	OPT_TIME(0, "delay", &delay, "TIME", 0, 60000, "before each"),
	OPT_NUM(0, "fail-after", &fail_after, "N", 0, INT64_MAX,
	    "fail after so many"),
	OPT_NUM(0, "status", &status, "N", 1, 255, "with this status [65]"),
	OPT_NUM(0, "kill-after", &kill_after, "N", 0, INT64_MAX,
	    "be killed after so many"),
	OPT_FLAG(0, "hang", &hang, "never end, whatever comes"),
	OPT_FLAG(0, "mute", &mute, "acknowledge nothing on the way"),
	OPT_LAST
};

static int
take(struct stage *s, FILE *f, int64_t i, const struct frame *frame,
    struct err *e)
{
	struct rec r;

	if (i == fail_after)
		return err_set(e, (int)status, "failed on purpose");
	if (i == kill_after)
		kill(getpid(), SIGKILL);
	if (rec_decode(&r, frame->body, e) < 0)
		return -1;
	if (delay != 0)
		poll(NULL, 0, (int)delay);
	if (f != NULL && (fprintf(f, "%.*s\n", SLICE_ARG(r.key)) < 0 ||
	    fflush(f) != 0))
		return err_sys(e, EX_IOERR, "write %s", path);
	if (!mute)
		ack_put(s->acks, r.seq);
	return 0;
}

static int
run(struct stage *s, struct err *e)
{
	FILE *f = path == NULL ? NULL : fopen(path, "ae");
	struct frame frame;
	int64_t i = 0;
	int r;

	if (path != NULL && f == NULL)
		return err_sys(e, EX_CANTCREAT, "%s", path);
	while ((r = frame_read(s->in, &frame, e)) > 0) {
		if (frame.letter == FRAME_RECORD &&
		    (r = take(s, f, i++, &frame, e)) < 0)
			break;
	}
	if (f != NULL)
		fclose(f);
	while (hang)
		poll(NULL, 0, -1);
	return r;
}

int
main(int argc, char **argv)
{
	static const struct filter self = {
		.name = "sink", .purpose = "take records and acknowledge them",
		.usage = "[option ...] < frames > acks", .kind = FILTER_SINK,
		.options = options, .run = run
	};

	return filter_main(&self, argc, argv);
}
