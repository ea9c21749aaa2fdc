#define _GNU_SOURCE
#include "test.h"

#include "ack.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "frame.h"
#include "log.h"

enum { RUN = 77, LONG = 10000 };

static char path[200];

/* Read what is in a pipe; the position of the last ACK, all of them whole. */
static uint64_t
last_of(int fd, int *n)
{
	unsigned char p[200000];
	struct slice s = slice_of(p, 0);
	struct frame f;
	struct ack a = { 0, 0 };
	struct err e;
	size_t len;
	uint64_t before = 0;
	ssize_t r;

	while ((r = read(fd, p + s.n, sizeof p - s.n)) > 0)
		s.n += (size_t)r;
	for (*n = 0; s.n > 0; ++*n) {
		assert_int_equal(frame_parse(s, &f, &len, &e), 1);
		assert_int_equal(f.letter, FRAME_ACK);
		assert_int_equal(rec_decode_ack(&a, f.body, &e), 0);
		assert_int_equal(a.run, RUN);
		assert_true(a.seq > before);
		before = a.seq;
		s.p += len;
		s.n -= len;
	}
	return a.seq;
}

static void
only_news_is_written(void **state)
{
	struct ack_out a;
	int fd[2], n;

	(void)state;
	assert_int_equal(pipe2(fd, O_NONBLOCK), 0);
	ack_out_open(&a, fd[1], RUN);
	ack_put(&a, 0);
	ack_put(&a, 5);
	ack_put(&a, 5);
	ack_put(&a, 3);
	ack_put(&a, 9);
	ack_finish(&a, 0);
	assert_false(ack_owing(&a));
	assert_int_equal(last_of(fd[0], &n), 9);
	assert_int_equal(n, 2);
	close(fd[0]);
	close(fd[1]);
}

/* Nobody reads: no blocking, and the newest one is what is written last. */
static void
a_full_pipe_blocks_nobody(void **state)
{
	struct ack_out a;
	uint64_t i;
	int64_t begun = clock_ms();
	int fd[2], n;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	fcntl(fd[0], F_SETFL, O_NONBLOCK);
	ack_out_open(&a, fd[1], RUN);
	for (i = 1; i <= 100000; i++)
		ack_put(&a, i);
	assert_true(ack_owing(&a));
	ack_finish(&a, 1);
	assert_true(ack_owing(&a));
	assert_true(clock_ms() - begun < LONG);
	assert_true(last_of(fd[0], &n) < 100000);
	ack_put(&a, 7);
	assert_false(ack_owing(&a));
	assert_int_equal(last_of(fd[0], &n), 100000);
	assert_int_equal(n, 1);
	close(fd[0]);
	close(fd[1]);
}

static void
nobody_to_tell_is_no_error(void **state)
{
	struct ack_out a;
	int fd[2];

	(void)state;
	ack_out_open(&a, -1, RUN);
	ack_put(&a, 5);
	ack_finish(&a, LONG);
	assert_false(ack_owing(&a));

	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	ack_out_open(&a, fd[1], RUN);
	ack_put(&a, 5);
	assert_true(a.gone);
	assert_false(ack_owing(&a));
	ack_put(&a, 6);
	ack_finish(&a, LONG);
	close(fd[1]);
}

/* A FIFO with its reading end open; the writing end goes to *w. */
static struct ack_in *
open_both(int *w)
{
	struct err e = { 0, "" };
	struct ack_in *a;

	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	a = ack_in_open(path, RUN, &e);
	assert_non_null(a);
	*w = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(*w >= 0);
	return a;
}

static void
what_is_written_is_seen(void **state)
{
	struct err e = { 0, "" };
	struct ack_out out, other;
	struct ack_in *a;
	struct pollfd p;
	int w;

	(void)state;
	a = open_both(&w);
	assert_int_equal(ack_seen(a), 0);
	assert_int_equal(ack_wait(a, 0, LONG, -1, &e), 1);
	assert_int_equal(ack_wait(a, 1, 1, -1, &e), 0);
	ack_out_open(&out, w, RUN);
	ack_out_open(&other, w, RUN + 1);
	ack_put(&other, 1000);
	ack_put(&out, 5);
	assert_int_equal(ack_wait(a, 5, LONG, -1, &e), 1);
	assert_int_equal(ack_seen(a), 5);
	ack_clear(a);
	p = (struct pollfd){ ack_fd(a), POLLIN, 0 };
	assert_int_equal(poll(&p, 1, 0), 0);
	ack_put(&out, 6);
	assert_int_equal(poll(&p, 1, LONG), 1);
	assert_int_equal(ack_wait(a, 6, LONG, -1, &e), 1);
	/* Back is nowhere. */
	ack_out_open(&out, w, RUN);
	ack_put(&out, 2);
	ack_put(&out, 7);
	assert_int_equal(ack_wait(a, 7, LONG, -1, &e), 1);
	ack_in_close(a);
	close(w);
	ack_in_close(NULL);
}

static void
a_stop_ends_the_waiting(void **state)
{
	struct err e = { 0, "" };
	struct ack_in *a;
	int w, stop[2];

	(void)state;
	a = open_both(&w);
	assert_int_equal(pipe(stop), 0);
	assert_int_equal(write(stop[1], "x", 1), 1);
	assert_int_equal(ack_wait(a, 1, 1000 * LONG, stop[0], &e), 0);
	close(stop[0]);
	close(stop[1]);
	close(w);
	ack_in_close(a);
}

static void
a_writer_that_left_too_early_is_an_error(void **state)
{
	struct err e = { 0, "" };
	struct ack_out out;
	struct ack_in *a;
	int w;

	(void)state;
	a = open_both(&w);
	ack_out_open(&out, w, RUN);
	ack_put(&out, 5);
	close(w);
	assert_int_equal(ack_wait(a, 6, LONG, -1, &e), -1);
	assert_int_equal(e.status, EX_TEMPFAIL);
	assert_non_null(strstr(e.text, "5 of 6"));
	assert_int_equal(ack_wait(a, 5, LONG, -1, &e), 1);
	ack_in_close(a);
}

static void *
put_last_and_leave(void *arg)
{
	struct ack_out out;
	int w = *(int *)arg;

	ack_out_open(&out, w, RUN);
	ack_put(&out, 1);
	ack_put(&out, 2);
	close(w);
	return NULL;
}

/* The last ACK and the end of the writer come at once: it counts. */
static void
the_last_word_counts(void **state)
{
	struct err e = { 0, "" };
	struct ack_in *a;
	pthread_t t;
	uint64_t i;
	int w, r;

	(void)state;
	for (i = 0; i < test_rounds(3000); i++) {
		a = open_both(&w);
		assert_int_equal(pthread_create(&t, NULL, put_last_and_leave,
		    &w), 0);
		r = ack_wait(a, 2, LONG, -1, &e);
		if (r != 1)
			fail_msg("round %d: %d %s", (int)i, r, e.text);
		pthread_join(t, NULL);
		ack_in_close(a);
	}
}

static void
garbage_closes_the_channel(void **state)
{
	static const char *const garbage[] = { "hello", "\x01",
	    "A\xff\xff\xff\xff", "A\3\0\0\0abc" };
	static const size_t n[] = { 5, 1, 5, 8 };
	struct err e = { 0, "" };
	struct ack_in *a;
	size_t i;
	int w;

	(void)state;
	for (i = 0; i < sizeof n / sizeof *n; i++) {
		a = open_both(&w);
		assert_int_equal(write(w, garbage[i], n[i]), n[i]);
		assert_int_equal(ack_wait(a, 1, LONG, -1, &e), -1);
		assert_int_equal(e.status, EX_TEMPFAIL);
		ack_in_close(a);
		close(w);
	}
}

static void
a_fifo_that_is_not_there_is_named(void **state)
{
	struct err e = { 0, "" };

	(void)state;
	unlink(path);
	assert_null(ack_in_open(path, RUN, &e));
	assert_int_equal(e.status, EX_NOINPUT);
	assert_non_null(strstr(e.text, path));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_news_is_written),
		cmocka_unit_test(a_full_pipe_blocks_nobody),
		cmocka_unit_test(nobody_to_tell_is_no_error),
		cmocka_unit_test(what_is_written_is_seen),
		cmocka_unit_test(a_stop_ends_the_waiting),
		cmocka_unit_test(a_writer_that_left_too_early_is_an_error),
		cmocka_unit_test(the_last_word_counts),
		cmocka_unit_test(garbage_closes_the_channel),
		cmocka_unit_test(a_fifo_that_is_not_there_is_named)
	};
	const char *tmp = getenv("TMPDIR");
	int r;

	signal(SIGPIPE, SIG_IGN);
	log_open("test", LOG_ERROR);
	snprintf(path, sizeof path, "%s/acks.%d", tmp == NULL ? "/tmp" : tmp,
	    (int)getpid());
	r = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return r;
}
