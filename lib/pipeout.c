#define _GNU_SOURCE
#include "pipeout.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

void
pipeout_open(struct pipeout *p, struct out *out)
{
	struct stat st;

	*p = (struct pipeout){ out, -1, 0 };
	/* Nobody but us decides when to write. */
	out->full = SIZE_MAX;
	if (fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode))
		p->fd = open("/proc/self/fd/1",
		    O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

void
pipeout_close(struct pipeout *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

int
pipeout_left(struct pipeout *p, struct err *e)
{
	p->out->gone = true;
	return err_set(e, EX_TEMPFAIL, "write %s: its reader has left",
	    p->out->name);
}

int
pipeout_send(struct pipeout *p, struct err *e)
{
	struct out *out = p->out;
	ssize_t r;

	if (p->fd < 0)
		return out_flush(out, e) < 0 ? -1 : 1;
	while (p->sent < out->buf.n) {
		r = write(p->fd, out->buf.p + p->sent, out->buf.n - p->sent);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 && errno == EAGAIN)
			return 0;
		if (r < 0 && errno == EPIPE)
			return pipeout_left(p, e);
		if (r < 0)
			return err_sys(e, EX_IOERR, "write %s", out->name);
		p->sent += (size_t)r;
		count_add(&out->bytes, (uint64_t)r);
	}
	p->sent = 0;
	buf_reset(&out->buf);
	return 1;
}
