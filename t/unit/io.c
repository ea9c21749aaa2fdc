#define _GNU_SOURCE
#include "test.h"

#include "io.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mem.h"

static unsigned char data[3000000];

static int idles;

static int
count_idle(void *arg, struct err *e)
{
	(void)e;
	idles++;
	return arg == NULL ? 0 : -1;
}

struct pump {
	int from, to;
	size_t n;
	unsigned char *got;
};

static void *
write_all(void *arg)
{
	struct pump *p = arg;
	uint64_t x = 1;
	size_t at, k;
	ssize_t r;

	for (at = 0; at < p->n; at += (size_t)r) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
		k = 1 + (size_t)(x >> 33) % 100000;
		r = write(p->to, data + at, k > p->n - at ? p->n - at : k);
		if (r < 0)
			abort();
	}
	close(p->to);
	return NULL;
}

static void *
read_some(void *arg)
{
	struct pump *p = arg;
	uint64_t x = 1;
	ssize_t r;

	for (;;) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
		r = read(p->from, p->got + p->n, 1 + (size_t)(x >> 33) % 9000);
		if (r <= 0)
			return NULL;
		p->n += (size_t)r;
	}
}

/* Asking for and taking pieces of all sizes gives the bytes in order. */
static void
in_shows_the_bytes_in_order(void **state)
{
	struct pump p = { .n = sizeof data };
	struct err e = { 0, "" };
	struct slice s;
	struct in in;
	pthread_t t;
	size_t at = 0, n;
	int fd[2], r;

	(void)state;
	test_seed();
	assert_int_equal(pipe(fd), 0);
	p.to = fd[1];
	assert_int_equal(pthread_create(&t, NULL, write_all, &p), 0);
	in_open(&in, fd[0], "stdin");
	for (;;) {
		n = (size_t)test_below(test_below(20) == 0 ? 500000 : 300);
		r = in_need(&in, n, &s, &e);
		assert_true(r >= 0);
		if (r == 0)
			break;
		assert_int_equal(s.n, n);
		assert_memory_equal(s.p, data + at, n);
		n = (size_t)test_below(n + 1);
		in_take(&in, n);
		at += n;
	}
	assert_int_equal(s.n, sizeof data - at);
	assert_memory_equal(s.p, data + at, s.n);
	assert_int_equal(in_left(&in), s.n);
	assert_int_equal(count_get(&in.bytes), sizeof data);
	/* Never much more memory than was asked for at once. */
	assert_true(in.cap <= 4 << 20);
	pthread_join(t, NULL);
	in_release(&in);
	in_release(&in);
	close(fd[0]);
}

static void
in_says_what_is_left(void **state)
{
	struct err e = { 0, "" };
	struct slice s;
	struct in in;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "abc", 3), 3);
	in_open(&in, fd[0], "stdin");
	assert_int_equal(in_ended(&in, 0, &e), 0);
	assert_int_equal(in_need(&in, 2, &s, &e), 1);
	in_take(&in, 3);
	/* Silent, but still there. */
	assert_int_equal(in_ended(&in, 1, &e), 1);
	assert_false(in.eof);
	assert_int_equal(write(fd[1], "de", 2), 2);
	close(fd[1]);
	assert_int_equal(in_ended(&in, 1000, &e), 0);
	assert_int_equal(in_need(&in, 1000 * 1000 * 1000, &s, &e), 0);
	assert_int_equal(s.n, 2);
	assert_memory_equal(s.p, "de", 2);
	assert_true(in.cap <= 1 << 20);
	assert_int_equal(in_ended(&in, 0, &e), 0);
	in_take(&in, 2);
	assert_int_equal(in_ended(&in, 0, &e), 1);
	assert_true(in.eof);
	in_release(&in);
	close(fd[0]);
}

/* The tie: called before the kernel is asked, not while bytes are there. */
static void
idle_comes_before_each_read(void **state)
{
	struct err e = { 0, "" };
	struct slice s;
	struct in in;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	in_open(&in, fd[0], "stdin");
	in_tie(&in, count_idle, NULL);
	assert_int_equal(write(fd[1], "abcdef", 6), 6);
	idles = 0;
	assert_int_equal(in_need(&in, 2, &s, &e), 1);
	assert_int_equal(idles, 1);
	in_take(&in, 2);
	assert_int_equal(in_need(&in, 4, &s, &e), 1);
	assert_int_equal(idles, 1);
	close(fd[1]);
	assert_int_equal(in_need(&in, 5, &s, &e), 0);
	assert_int_equal(idles, 2);
	/* What idle says ends the reading. */
	in_release(&in);
	in_open(&in, fd[0], "stdin");
	in_tie(&in, count_idle, &in);
	assert_int_equal(in_need(&in, 1, &s, &e), -1);
	close(fd[0]);
	in_release(&in);
}

static void
in_names_what_failed(void **state)
{
	struct err e = { 0, "" };
	struct slice s;
	struct in in;
	int fd = open(".", O_RDONLY | O_CLOEXEC);

	(void)state;
	in_open(&in, fd, "stdin");
	assert_int_equal(in_need(&in, 1, &s, &e), -1);
	assert_int_equal(e.status, EX_IOERR);
	assert_string_equal(e.text, "read stdin: Is a directory");
	in_release(&in);
	close(fd);
}

/* Into a pipe whose reader is slow: short writes are continued. */
static void
out_sends_all(void **state)
{
	struct pump p = { .got = mem_alloc(sizeof data + 9000) };
	struct err e = { 0, "" };
	struct out out;
	pthread_t t;
	size_t at = 0, n;
	int fd[2];

	(void)state;
	test_seed();
	assert_int_equal(pipe(fd), 0);
	p.from = fd[0];
	assert_int_equal(pthread_create(&t, NULL, read_some, &p), 0);
	out_open(&out, fd[1], "stdout");
	while (at < sizeof data) {
		n = (size_t)test_below(50000);
		if (n > sizeof data - at)
			n = sizeof data - at;
		if (test_below(4) == 0) {
			assert_int_equal(out_flush(&out, &e), 0);
			assert_int_equal(out_send(&out, data + at, n, &e), 0);
		} else {
			buf_add(&out.buf, data + at, n);
			assert_int_equal(out_push(&out, &e), 0);
		}
		assert_true(out.buf.n < out.full);
		at += n;
	}
	assert_int_equal(out_flush(&out, &e), 0);
	close(fd[1]);
	pthread_join(t, NULL);
	close(fd[0]);
	assert_int_equal(p.n, sizeof data);
	assert_memory_equal(p.got, data, sizeof data);
	assert_int_equal(count_get(&out.bytes), sizeof data);
	out_release(&out);
	free(p.got);
}

static void
push_waits_until_it_is_worth_it(void **state)
{
	struct err e = { 0, "" };
	struct out out;
	int fd = memfd_create("out", MFD_CLOEXEC);

	(void)state;
	out_open(&out, fd, "stdout");
	buf_add(&out.buf, "abc", 3);
	assert_int_equal(out_push(&out, &e), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
	assert_int_equal(out_flush(&out, &e), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), 3);
	assert_int_equal(out_flush(&out, &e), 0);
	buf_add(&out.buf, data, 100000);
	assert_int_equal(out_push(&out, &e), 0);
	assert_int_equal(lseek(fd, 0, SEEK_END), 100003);
	/* Much at once does not stay in memory. */
	buf_add(&out.buf, data, sizeof data);
	assert_int_equal(out_push(&out, &e), 0);
	assert_true(out.buf.cap < sizeof data);
	out_release(&out);
	close(fd);
}

static void
out_names_what_failed(void **state)
{
	struct err e = { 0, "" };
	struct out out;
	int fd[2], full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	out_open(&out, full, "stdout");
	buf_add(&out.buf, "abc", 3);
	assert_int_equal(out_flush(&out, &e), -1);
	assert_int_equal(e.status, EX_CANTCREAT);
	assert_string_equal(e.text,
	    "write stdout: No space left on device");
	assert_false(out.gone);
	out_release(&out);
	close(full);

	assert_int_equal(pipe(fd), 0);
	out_open(&out, fd[1], "stdout");
	close(fd[0]);
	buf_add(&out.buf, "abc", 3);
	assert_int_equal(out_flush(&out, &e), -1);
	assert_int_equal(e.status, EX_TEMPFAIL);
	assert_true(out.gone);
	out_release(&out);
	close(fd[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_shows_the_bytes_in_order),
		cmocka_unit_test(in_says_what_is_left),
		cmocka_unit_test(idle_comes_before_each_read),
		cmocka_unit_test(in_names_what_failed),
		cmocka_unit_test(out_sends_all),
		cmocka_unit_test(push_waits_until_it_is_worth_it),
		cmocka_unit_test(out_names_what_failed)
	};
	size_t i;

	signal(SIGPIPE, SIG_IGN);
	test_seed();
	for (i = 0; i < sizeof data; i++)
		data[i] = (unsigned char)test_u64();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
