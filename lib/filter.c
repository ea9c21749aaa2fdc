#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "mem.h"
#include "report.h"

enum { SAME_WISH_MS = 300 };

/* One process is one filter, so this is one struct. */
static struct {
	const struct filter *self;
	struct stage stage;
	struct frame_in in;
	struct frame_out out;
	struct in text_in;
	struct out text_out;
	struct ack_out acks;
	struct report report;

	const char *ack_path;
	const char *stats;
	bool help, version, progress, no_progress, quiet, finished;
	int verbose;
	int64_t drain;

	atomic_bool stopping;
	int stop_fd;
	_Atomic int64_t last_call;	/* clock_ms when patience ends */
	sigset_t signals;
} me = { .drain = 30000, .stop_fd = -1 };

static const struct opt source_options[] = {
	OPT_STR(0, "acks", &me.ack_path, "FIFO",
	    "where the last stage's ACK frames come back"),
	OPT_LAST
};

static const struct opt no_options[] = { OPT_LAST };

/* The program's own rows, then everybody's. */
static const struct opt *
all_options(void)
{
	static struct opt rows[16];
	const struct opt everybody[] = {
		OPT_TABLE(me.self->options),
		OPT_HEAD("Everywhere"),
		OPT_TABLE(me.self->kind == FILTER_SOURCE ? source_options :
		    no_options),
		OPT_TIME(0, "drain-timeout", &me.drain, "TIME", 0, INT_MAX,
		    "after TERM, how long to finish what is in flight [30s]"),
		OPT_STR(0, "stats", &me.stats, "FILE",
		    "keep the counters there, as OpenMetrics text"),
		OPT_FLAG(0, "progress", &me.progress,
		    "show progress even where stderr is no terminal"),
		OPT_FLAG(0, "no-progress", &me.no_progress,
		    "show none on a terminal"),
		OPT_COUNT('v', "verbose", &me.verbose,
		    "say more; twice: for debugging"),
		OPT_FLAG('q', "quiet", &me.quiet, "say errors only"),
		OPT_FLAG('h', "help", &me.help, "print this and exit"),
		OPT_FLAG('V', "version", &me.version,
		    "print the version and exit"),
		OPT_LAST
	};

	memcpy(rows, everybody, sizeof everybody);
	return rows;
}

static void
print_help(const struct filter *self)
{
	printf("usage: %s %s\n%s: %s\n", self->name, self->usage, self->name,
	    self->purpose);
	opt_help(all_options());
	if (self->examples != NULL)
		printf("\nExamples:\n%s", self->examples);
	printf("\nThe manual is %s(1); of the stream, gg-stream(5).\n",
	    self->name);
}

bool
filter_stopping(void)
{
	return atomic_load_explicit(&me.stopping, memory_order_relaxed);
}

int
filter_stop_fd(void)
{
	return me.stop_fd;
}

void
filter_expect(uint64_t records)
{
	report_expect(&me.report, records);
}

void
filter_ready(const char *fmt, ...)
{
	char text[500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	log_info("ready: %s", text);
}

/* Die of the signal as if nobody had caught it. */
static _Noreturn void
die_of(int sig)
{
	sigset_t s;

	signal(sig, SIG_DFL);
	sigemptyset(&s);
	sigaddset(&s, sig);
	kill(getpid(), sig);
	pthread_sigmask(SIG_UNBLOCK, &s, NULL);
	_exit(128 + sig);
}

static void
stop(int sig)
{
	static int64_t first;
	uint64_t one = 1;

	if (atomic_exchange(&me.stopping, true)) {
		/* timeout(1) and others send one twice: that is one wish. */
		if (clock_ms() - first < SAME_WISH_MS)
			return;
		die_of(sig);	/* the second one: at once, which is safe */
	}
	first = clock_ms();
	log_info("SIG%s: finishing what is under way", sigabbrev_np(sig));
	atomic_store(&me.last_call, first + me.drain);
	if (write(me.stop_fd, &one, sizeof one) < 0)
		die_of(sig);
}

/* A thread that takes the signals and shows the counters. */
static void *
attend(void *arg)
{
	struct timespec tick = { 0, 500 * 1000 * 1000 };
	int sig;

	(void)arg;
	for (;;) {
		if (report_ticks(&me.report) || filter_stopping())
			sig = sigtimedwait(&me.signals, NULL, &tick);
		else
			sig = sigwaitinfo(&me.signals, NULL);
		if (sig == SIGUSR1)
			report_log(&me.report);
		else if (sig > 0)
			stop(sig);
		report_tick(&me.report);
		if (filter_stopping() &&
		    clock_ms() > atomic_load(&me.last_call)) {
			log_last("not finished within --drain-timeout");
			_exit(EX_TEMPFAIL);
		}
	}
	return NULL;
}

static int
start_attendant(struct err *e)
{
	pthread_t t;

	me.stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sigemptyset(&me.signals);
	sigaddset(&me.signals, SIGTERM);
	sigaddset(&me.signals, SIGINT);
	sigaddset(&me.signals, SIGHUP);
	sigaddset(&me.signals, SIGUSR1);
	/* Blocked here, so in every thread that follows. */
	pthread_sigmask(SIG_BLOCK, &me.signals, NULL);
	if (me.stop_fd < 0 || pthread_create(&t, NULL, attend, NULL) != 0)
		return err_sys(e, EX_OSERR, "cannot start");
	pthread_detach(t);
	return 0;
}

/* Descriptors 0 to 2 exist, whatever cron or a daemon left open. */
static void
fill_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

static bool
reads_frames(enum filter_kind k)
{
	return k == FILTER_PIPE || k == FILTER_SINK || k == FILTER_DUMP;
}

static bool
writes_frames(enum filter_kind k)
{
	return k == FILTER_SOURCE || k == FILTER_PIPE || k == FILTER_LOAD;
}

static int
flush_frames(void *arg, struct err *e)
{
	return out_flush(arg, e);
}

static int
open_ends(const struct filter *self, struct err *e)
{
	struct stage *s = &me.stage;

	if (reads_frames(self->kind)) {
		if (isatty(STDIN_FILENO))
			return err_set(e, EX_USAGE, "frames are read from "
			    "standard input, which is a terminal: put a stage "
			    "before this one");
		frame_in_open(&me.in, STDIN_FILENO, "stdin");
		s->in = &me.in;
	}
	if (writes_frames(self->kind)) {
		if (isatty(STDOUT_FILENO))
			return err_set(e, EX_USAGE, "frames are written to "
			    "standard output, which is a terminal: put a stage "
			    "behind this one, like frame-dump");
		frame_out_open(&me.out, STDOUT_FILENO, "stdout");
		s->out = &me.out;
	}
	if (self->kind == FILTER_LOAD) {
		in_open(&me.text_in, STDIN_FILENO, "stdin");
		s->text_in = &me.text_in;
		in_tie(&me.text_in, flush_frames, &me.out.io);
	}
	if (self->kind == FILTER_DUMP || self->kind == FILTER_TOOL) {
		out_open(&me.text_out, STDOUT_FILENO, "stdout");
		s->text_out = &me.text_out;
	}
	if (self->kind == FILTER_PIPE)
		in_tie(&me.in.io, flush_frames, &me.out.io);
	if (self->kind == FILTER_DUMP)
		in_tie(&me.in.io, flush_frames, &me.text_out);
	return 0;
}

/* HELLO comes in, goes out, or both. */
static int
greet(const struct filter *self, struct err *e)
{
	struct stage *s = &me.stage;
	struct hello h;

	if (self->kind == FILTER_SOURCE) {
		if (getrandom(&s->run, sizeof s->run, 0) != sizeof s->run)
			return err_sys(e, EX_OSERR, "random numbers");
		if (me.ack_path != NULL) {
			s->acked = ack_in_open(me.ack_path, s->run, e);
			if (s->acked == NULL)
				return -1;
		}
		h = (struct hello){ REC_VERSION, s->run,
		    slice_str(self->format), slice_str(self->name) };
		if (frame_write_hello(s->out, &h, e) < 0 ||
		    out_flush(&s->out->io, e) < 0)
			return -1;
	}
	if (s->in != NULL) {
		if (frame_hello(s->in, e) < 0)
			return -1;
		s->run = s->in->hello.run;
	}
	if (self->kind == FILTER_PIPE &&
	    frame_write_hello(s->out, &s->in->hello, e) < 0)
		return -1;
	if (self->kind == FILTER_SINK) {
		ack_out_open(&me.acks, isatty(STDOUT_FILENO) ? -1 :
		    STDOUT_FILENO, s->run);
		s->acks = &me.acks;
	}
	return 0;
}

int
filter_finish(struct stage *s, struct err *e)
{
	uint64_t seq = s->out->seq;
	int r;

	if (me.finished)
		return 0;
	me.finished = true;
	if (frame_write_end(s->out, e) < 0)
		return -1;
	/* The next stage shall see the end while we wait for the last ACK. */
	close(STDOUT_FILENO);
	open("/dev/null", O_WRONLY);
	if (s->acked == NULL)
		return 0;
	r = ack_wait(s->acked, seq, INT64_MAX / 2, -1, e);
	return r < 0 ? -1 : 0;
}

static int
finish(const struct filter *self, struct err *e)
{
	struct stage *s = &me.stage;

	switch (self->kind) {
	case FILTER_SOURCE:
		return filter_finish(s, e);
	case FILTER_PIPE:
		/* The last records may be none of those that go on. */
		if (s->out->seq < s->in->seq)
			s->out->seq = s->in->seq;
		/* FALLTHROUGH */
	case FILTER_LOAD:
		return s->out->ended ? 0 : frame_write_end(s->out, e);
	case FILTER_SINK:
		/* END was read and run is content: all of it is durable. */
		ack_put(s->acks, s->in->seq);
		ack_finish(s->acks, (int)me.drain);
		return 0;
	default:
		return out_flush(s->text_out, e);
	}
}

static int
work(const struct filter *self, int argc, char **argv, struct err *e)
{
	enum log_level level = me.quiet ? LOG_ERROR :
	    me.verbose > 1 ? LOG_DEBUG : me.verbose > 0 ? LOG_INFO : LOG_WARN;

	log_open(self->name, level);
	if (argc != 0 && !self->operands)
		return err_set(e, EX_USAGE, "what is '%s'? this program takes "
		    "options only", argv[0]);
	me.stage.argc = argc;
	me.stage.argv = argv;
	if (open_ends(self, e) < 0)
		return -1;
	report_open(&me.report, self->name, &me.stage, self->counts,
	    me.stats, !me.quiet && !me.no_progress &&
	    (me.progress || isatty(STDERR_FILENO)));
	if (start_attendant(e) < 0 || greet(self, e) < 0)
		return -1;
	if (self->run(&me.stage, e) < 0)
		return -1;
	return finish(self, e);
}

/* What printf was to write is written: the exit status. */
static int
printed(void)
{
	struct err e = { 0, "" };

	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	if (errno == EPIPE)
		die_of(SIGPIPE);
	err_sys(&e, EX_IOERR, "write stdout");
	log_last(e.text);
	return e.status;
}

int
filter_main(const struct filter *self, int argc, char **argv)
{
	struct err e = { 0, "" };
	int i, r;

	me.self = self;
	fill_descriptors();
	/* The inherited setting is not to be trusted; EPIPE says it all. */
	signal(SIGPIPE, SIG_IGN);
	log_open(self->name, LOG_WARN);
	i = opt_parse(all_options(), argc, argv, &e);
	if (i >= 0 && me.help)
		print_help(self);
	if (i >= 0 && me.version)
		printf("%s (ggpipe) %s\n", self->name, GGPIPE_VERSION);
	if (i >= 0 && (me.help || me.version))
		return printed();
	r = i < 0 ? -1 : self->check == NULL ? 0 : self->check(&e);
	if (r < 0) {
		log_last(e.text);
		if (e.status == EX_USAGE)
			log_last("try --help");
		return e.status;
	}
	if (r > 0)
		return printed();
	r = work(self, argc - i, argv + i, &e);
	ack_in_close(me.stage.acked);
	me.stage.acked = NULL;
	report_close(&me.report, r == 0);
	if (r == 0)
		return 0;
	if (me.out.io.gone || me.text_out.gone)
		die_of(SIGPIPE);
	log_last(e.text);
	return e.status;
}
