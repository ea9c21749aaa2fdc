#define _GNU_SOURCE
#include "ack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "frame.h"
#include "log.h"
#include "mem.h"

void
ack_out_open(struct ack_out *a, int fd, uint64_t run)
{
	*a = (struct ack_out){ .fd = fd, .run = run };
}

bool
ack_owing(const struct ack_out *a)
{
	return a->fd >= 0 && !a->gone && a->sent < a->want;
}

/* Write want if there is room within ms: a pipe has room for PIPE_BUF. */
static void
write_ack(struct ack_out *a, int ms)
{
	struct pollfd p = { a->fd, POLLOUT, 0 };
	struct buf b = { NULL, 0, 0 };
	ssize_t r;
	size_t at;

	if (!ack_owing(a) || poll(&p, 1, ms) != 1)
		return;
	at = frame_begin(&b, FRAME_ACK);
	rec_encode_ack(&b, &(struct ack){ a->run, a->want });
	frame_end(&b, at);
	do
		r = write(a->fd, b.p, b.n);
	while (r < 0 && errno == EINTR);
	if (r == (ssize_t)b.n)
		a->sent = a->want;
	else if (r < 0 && errno != EAGAIN)
		a->gone = true;
	buf_release(&b);
}

void
ack_put(struct ack_out *a, uint64_t seq)
{
	if (seq > a->want)
		a->want = seq;
	write_ack(a, 0);
}

void
ack_finish(struct ack_out *a, int ms)
{
	write_ack(a, ms);
}

struct ack_in {
	int fd;
	uint64_t run;
	_Atomic uint64_t seen;
	_Atomic bool closed;
	int event;		/* eventfd: seen or closed has changed */
	int quit;		/* eventfd: the thread shall end */
	pthread_t thread;
};

static void
wake(int event)
{
	uint64_t one = 1;

	while (write(event, &one, sizeof one) < 0 && errno == EINTR)
		;
}

/* Take the ACKs off b. -1: what came is none. */
static int
take(struct ack_in *a, struct buf *b, struct err *e)
{
	struct frame f;
	struct ack ack;
	size_t n;
	int r;

	while ((r = frame_parse(buf_bytes(b), &f, &n, e)) > 0) {
		if (f.letter == FRAME_ACK) {
			if (rec_decode_ack(&ack, f.body, e) < 0)
				return -1;
			if (ack.run == a->run && ack.seq >
			    atomic_load(&a->seen)) {
				atomic_store(&a->seen, ack.seq);
				wake(a->event);
			}
		}
		buf_drop(b, n);
	}
	if (r == 0 && b->n > PIPE_BUF)
		return err_set(e, EX_DATAERR, "too long for an ACK");
	return r;
}

static void *
read_acks(void *arg)
{
	struct ack_in *a = arg;
	struct pollfd p[2] = { { a->fd, POLLIN, 0 }, { a->quit, POLLIN, 0 } };
	struct buf b = { NULL, 0, 0 };
	struct err e;
	ssize_t r;

	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents != 0)
			break;
		if (p[0].revents == 0)
			continue;
		r = read(a->fd, buf_room(&b, 4096), 4096);
		if (r < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (r > 0)
			b.n += (size_t)r;
		if (r <= 0 || take(a, &b, &e) < 0) {
			if (r > 0)
				log_warn("acks: %s", e.text);
			atomic_store(&a->closed, true);
			wake(a->event);
			break;
		}
	}
	buf_release(&b);
	return NULL;
}

struct ack_in *
ack_in_open(const char *path, uint64_t run, struct err *e)
{
	struct ack_in *a = mem_zero(sizeof *a);

	a->run = run;
	a->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	a->quit = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	/* Non-blocking, so that the other end may be opened after ours. */
	a->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (a->fd < 0) {
		err_sys(e, EX_NOINPUT, "--acks %s", path);
		goto fail;
	}
	if (a->event < 0 || a->quit < 0 ||
	    pthread_create(&a->thread, NULL, read_acks, a) != 0) {
		err_sys(e, EX_OSERR, "--acks %s", path);
		goto fail;
	}
	return a;
fail:
	if (a->fd >= 0)
		close(a->fd);
	if (a->event >= 0)
		close(a->event);
	if (a->quit >= 0)
		close(a->quit);
	free(a);
	return NULL;
}

void
ack_in_close(struct ack_in *a)
{
	if (a == NULL)
		return;
	wake(a->quit);
	pthread_join(a->thread, NULL);
	close(a->fd);
	close(a->event);
	close(a->quit);
	free(a);
}

uint64_t
ack_seen(struct ack_in *a)
{
	return atomic_load(&a->seen);
}

int
ack_fd(struct ack_in *a)
{
	return a->event;
}

void
ack_clear(struct ack_in *a)
{
	uint64_t n;

	while (read(a->event, &n, sizeof n) < 0 && errno == EINTR)
		;
}

int
ack_wait(struct ack_in *a, uint64_t seq, int64_t ms, int stop, struct err *e)
{
	struct pollfd p[2] = { { a->event, POLLIN, 0 }, { stop, POLLIN, 0 } };
	int64_t until = clock_ms() + ms, left;
	bool closed;

	for (;;) {
		ack_clear(a);
		/* In this order: the last ACK comes before the end. */
		closed = atomic_load(&a->closed);
		if (ack_seen(a) >= seq)
			return 1;
		if (closed)
			return err_set(e, EX_TEMPFAIL, "the last stage left "
			    "after acknowledging %" PRIu64 " of %" PRIu64,
			    ack_seen(a), seq);
		left = until - clock_ms();
		if (left <= 0)
			return 0;
		if (poll(p, 2, left > INT_MAX ? INT_MAX : (int)left) > 0 &&
		    p[1].revents != 0)
			return 0;
	}
}
