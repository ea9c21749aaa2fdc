/*
 * io: bytes through descriptors in large pieces, by one thread each.
 *
 * Before in has to ask the kernel for more it calls its idle function;
 * filter_main ties it to the flush of out, so that output is written in
 * large pieces while input is plentiful and nothing waits when it is not.
 */
#ifndef IO_H
#define IO_H

#include "buf.h"
#include "bytes.h"
#include "count.h"
#include "err.h"

struct in {
	int fd;
	const char *name;	/* for messages: "stdin" */
	unsigned char *p;
	size_t at, end, cap;	/* unread bytes are p[at] to p[end - 1] */
	bool eof;
	int (*idle)(void *arg, struct err *);
	void *arg;
	struct count bytes;
};

/* Nothing is read yet. name is borrowed. */
void	in_open(struct in *, int fd, const char *name);
void	in_release(struct in *);

/* Call idle(arg) before each read; it may wait until fd is readable. */
void	in_tie(struct in *, int (*idle)(void *arg, struct err *), void *arg);

/*
 * Have n bytes at hand: 1, and *s is those n, good until the next call; 0
 * when the input ended and fewer are left (*s is what is left). -1: the
 * read failed (EX_IOERR), or idle did. Memory grows with what arrived,
 * never with n alone.
 */
int	in_need(struct in *, size_t n, struct slice *s, struct err *);

/* Step over n bytes that in_need showed. */
void	in_take(struct in *, size_t n);

/*
 * Is this the end of the input? 1: no byte is left and none will come, or
 * none came for ms; 0: there is more; -1 as in_need.
 */
int	in_ended(struct in *, int ms, struct err *);

/* Bytes at hand that were not taken. */
size_t	in_left(const struct in *);

struct out {
	int fd;
	const char *name;
	struct buf buf;		/* written to by whoever, sent by out_push */
	size_t full;		/* out_push sends from this many bytes on */
	bool gone;		/* the reader has left: EPIPE was seen */
	struct count bytes;
};

/* Makes a pipe's kernel buffer larger where that is allowed. */
void	out_open(struct out *, int fd, const char *name);
void	out_release(struct out *);

/* Send what is in buf if it is worth a write. */
int	out_push(struct out *, struct err *);

/* Send all that is in buf. -1: EX_IOERR; with gone set, EX_TEMPFAIL. */
int	out_flush(struct out *, struct err *);

/* Send these bytes past buf, which must be empty. As out_flush. */
int	out_send(struct out *, const void *p, size_t n, struct err *);

#endif
