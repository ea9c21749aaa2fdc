/*
 * pipeout: write to the next stage without being stopped by it.
 *
 * Stdout must stay blocking, for others may share it; so a pipe is opened
 * once more, and only that description of it does not block. What is no
 * pipe is written to as always.
 */
#ifndef PIPEOUT_H
#define PIPEOUT_H

#include "io.h"

struct pipeout {
	struct out *out;	/* what is in its buf is to be sent */
	int fd;			/* not blocking; -1: none, out_flush is used */
	size_t sent;		/* of what buf holds */
};

/* out must be stdout. From now on it sends only through us. */
void	pipeout_open(struct pipeout *, struct out *);
void	pipeout_close(struct pipeout *);

/* Send what goes: 1 all was sent; 0 the pipe is full; -1 as out_flush. */
int	pipeout_send(struct pipeout *, struct err *);

/* The reader has left, as poll says of fd: describe it as out_flush does. */
int	pipeout_left(struct pipeout *, struct err *);

#endif
