#include "test.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "feed.h"

enum { THREADS = 3, EACH = 20000 };

static struct feed feed;

static void *
append(void *arg)
{
	unsigned char key[8];
	uint64_t i;
	struct rec r = { .op = REC_UPSERT, .origin = REC_SCAN,
		.name = slice_str(arg), .key = slice_of(key, sizeof key),
		.value = slice_str("v") };

	for (i = 0; i < EACH; i++) {
		le64_put(key, i);
		if (i % 64 == 0 && !feed_room(&feed))
			break;
		feed_lock(&feed);
		feed_rec(&feed, &r);
		feed_unlock(&feed);
	}
	return NULL;
}

struct writer {
	int fd;
	struct frame_out out;
	struct err e;
	int r;
};

static void *
write_all(void *arg)
{
	struct writer *w = arg;
	struct hello h = { REC_VERSION, 1, slice_str("ignite"),
	    slice_str("test") };

	frame_out_open(&w->out, w->fd, "pipe");
	w->r = frame_write_hello(&w->out, &h, &w->e);
	if (w->r == 0)
		w->r = out_flush(&w->out.io, &w->e);
	if (w->r == 0)
		w->r = feed_write(&feed, &w->out, &w->e);
	if (w->r == 0)
		w->r = frame_write_end(&w->out, &w->e);
	frame_out_release(&w->out);
	close(w->fd);
	return NULL;
}

/*
 * Whatever threads append comes out once, in the order of each thread, with
 * positions that grow by one, and END counts it.
 */
static void
the_stream_is_in_the_order_of_appending(void **state)
{
	static char names[THREADS][2] = { "a", "b", "c" };
	uint64_t next[THREADS] = { 0 }, seq = 0;
	pthread_t t[THREADS], wt;
	struct writer w = { .r = -1 };
	struct frame_in in;
	struct frame f;
	struct rec rec;
	struct err e;
	int p[2], i, r;

	(void)state;
	assert_int_equal(pipe(p), 0);
	feed_init(&feed, 1 << 20);
	w.fd = p[1];
	assert_int_equal(pthread_create(&wt, NULL, write_all, &w), 0);
	for (i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, append, names[i]);
	frame_in_open(&in, p[0], "pipe");
	while ((r = frame_read(&in, &f, &e)) > 0) {
		assert_int_equal(rec_decode(&rec, f.body, &e), 0);
		assert_true(rec.seq == ++seq);
		i = rec.name.p[0] - 'a';
		assert_true(le64(rec.key.p) == next[i]++);
		if (seq == THREADS * EACH)
			feed_end(&feed);
	}
	assert_int_equal(r, 0);
	assert_true(seq == THREADS * EACH);
	for (i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	pthread_join(wt, NULL);
	assert_int_equal(w.r, 0);
	frame_in_release(&in);
	close(p[0]);
	feed_release(&feed);
}

static void
what_waits_is_let_go_when_it_fails(void **state)
{
	struct err why, e;
	struct frame_out out;
	pthread_t t;
	static char name[] = "a";
	bool full;

	(void)state;
	feed_init(&feed, 1 << 20);
	/* Nobody writes: this one will wait for room. */
	pthread_create(&t, NULL, append, name);
	do {
		sched_yield();
		feed_lock(&feed);
		full = feed.buf.n > 512 * 1024;
		feed_unlock(&feed);
	} while (!full);
	err_set(&why, EX_UNAVAILABLE, "gone");
	feed_fail(&feed, &why);
	pthread_join(t, NULL);
	frame_out_open(&out, STDERR_FILENO, "stderr");
	assert_int_equal(feed_write(&feed, &out, &e), -1);
	assert_int_equal(e.status, EX_UNAVAILABLE);
	assert_string_equal(e.text, "gone");
	frame_out_release(&out);
	feed_release(&feed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stream_is_in_the_order_of_appending),
		cmocka_unit_test(what_waits_is_let_go_when_it_fails),
	};

	return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
