#define _GNU_SOURCE
#include "io.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "mem.h"

enum {
	IN_SIZE = 256 * 1024,
	OUT_SIZE = 64 * 1024,
	OUT_SIZE_SMALL = 32 * 1024,	/* for a pipe of the default 64 KiB */
	OUT_KEEP = 1024 * 1024,		/* memory kept between writes */
	PIPE_SIZE = 1024 * 1024
};

void
in_open(struct in *in, int fd, const char *name)
{
	*in = (struct in){ .fd = fd, .name = name };
	in->bytes.name = "read_bytes_total";
	in->bytes.help = "bytes read from standard input";
}

void
in_release(struct in *in)
{
	free(in->p);
	in->p = NULL;
	in->at = in->end = in->cap = 0;
}

void
in_tie(struct in *in, int (*idle)(void *arg, struct err *), void *arg)
{
	in->idle = idle;
	in->arg = arg;
}

size_t
in_left(const struct in *in)
{
	return in->end - in->at;
}

/* Make room behind end, moving or growing; then n may still not fit. */
static void
make_room(struct in *in, size_t n)
{
	size_t left = in_left(in);

	if (in->at != 0 && (left == 0 || in->at + n > in->cap)) {
		memmove(in->p, in->p + in->at, left);
		in->at = 0;
		in->end = left;
	}
	if (in->cap - in->end >= IN_SIZE / 4)
		return;
	if (in->cap == 0)
		in->cap = IN_SIZE;
	else if (in->end == in->cap)
		in->cap *= 2;	/* by what has arrived, not by what is said */
	in->p = mem_grow(in->p, in->cap, 1);
}

int
in_need(struct in *in, size_t n, struct slice *s, struct err *e)
{
	ssize_t r;

	while (in_left(in) < n && !in->eof) {
		if (in->idle != NULL && in->idle(in->arg, e) < 0)
			return -1;
		make_room(in, n);
		r = read(in->fd, in->p + in->end, in->cap - in->end);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_sys(e, EX_IOERR, "read %s", in->name);
		in->eof = r == 0;
		in->end += (size_t)r;
		count_add(&in->bytes, (uint64_t)r);
	}
	if (in_left(in) < n) {
		*s = slice_of(in->p + in->at, in_left(in));
		return 0;
	}
	*s = slice_of(in->p + in->at, n);
	return 1;
}

int
in_ended(struct in *in, int ms, struct err *e)
{
	struct pollfd p = { in->fd, POLLIN, 0 };
	struct slice s;
	int r;

	if (in_left(in) != 0 || in->eof)
		return in_left(in) == 0;
	/* What is tied to us shall not wait with us. */
	if (in->idle != NULL && in->idle(in->arg, e) < 0)
		return -1;
	if (poll(&p, 1, ms) == 0)
		return 1;
	if ((r = in_need(in, 1, &s, e)) < 0)
		return -1;
	return r == 0;
}

void
in_take(struct in *in, size_t n)
{
	assert(n <= in_left(in));
	in->at += n;
}

void
out_open(struct out *out, int fd, const char *name)
{
	int size = fcntl(fd, F_GETPIPE_SZ);

	*out = (struct out){ .fd = fd, .name = name, .full = OUT_SIZE };
	out->bytes.name = "written_bytes_total";
	out->bytes.help = "bytes written to standard output";
	if (size < 0 || size >= PIPE_SIZE)
		return;
	/* Users have a limit for this; the default size works too. */
	if (fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE) < 0 &&
	    fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE / 4) < 0)
		out->full = OUT_SIZE_SMALL;
}

void
out_release(struct out *out)
{
	buf_release(&out->buf);
}

int
out_send(struct out *out, const void *p, size_t n, struct err *e)
{
	const char *at = p;
	ssize_t r;

	while (n != 0) {
		r = write(out->fd, at, n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 && errno == EPIPE) {
			out->gone = true;
			return err_set(e, EX_TEMPFAIL,
			    "write %s: its reader has left", out->name);
		}
		if (r < 0)
			return err_sys(e, errno == ENOSPC || errno == EFBIG ?
			    EX_CANTCREAT : EX_IOERR, "write %s", out->name);
		at += r;
		n -= (size_t)r;
		count_add(&out->bytes, (uint64_t)r);
	}
	return 0;
}

int
out_flush(struct out *out, struct err *e)
{
	int r = out_send(out, out->buf.p, out->buf.n, e);

	if (out->buf.cap > OUT_KEEP)
		buf_release(&out->buf);
	buf_reset(&out->buf);
	return r;
}

int
out_push(struct out *out, struct err *e)
{
	return out->buf.n < out->full ? 0 : out_flush(out, e);
}
