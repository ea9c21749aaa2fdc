/*
 * ack: acknowledgements, from the last stage back to the first.
 *
 * An ACK is a state, not a queue: "all up to here is durable". A newer one
 * replaces one that could not be written; losing them all costs repeats
 * and nothing else.
 */
#ifndef ACK_H
#define ACK_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

/* The writing end: a last stage's stdout. */
struct ack_out {
	int fd;			/* -1: nobody wants them */
	uint64_t run;		/* of the stream's HELLO */
	uint64_t want, sent;	/* positions */
	bool gone;		/* the reader has left; that is its business */
};

void	ack_out_open(struct ack_out *, int fd, uint64_t run);

/* Say that all up to seq is durable, if that is news. Never blocks. */
void	ack_put(struct ack_out *, uint64_t seq);

/* The newest could not be written yet: call ack_put again in a while. */
bool	ack_owing(const struct ack_out *);

/* Write the newest one, waiting at most ms for room. */
void	ack_finish(struct ack_out *, int ms);

/*
 * The reading end, a FIFO given to the first stage. A thread of its own
 * reads it at all times, so that no circle of full pipes can form.
 */
struct ack_in;

/*
 * Open without waiting for a writer. ACKs of another run are ignored.
 * NULL: EX_NOINPUT, path named.
 */
struct ack_in *ack_in_open(const char *path, uint64_t run, struct err *);
void	ack_in_close(struct ack_in *);

/* The newest position. */
uint64_t ack_seen(struct ack_in *);

/* Readable when ack_seen has grown since the last ack_clear. */
int	ack_fd(struct ack_in *);
void	ack_clear(struct ack_in *);

/*
 * Wait until all up to seq is acknowledged: 1. 0: ms have passed, or stop
 * became readable (-1 for none). -1: the writer closed its end before.
 */
int	ack_wait(struct ack_in *, uint64_t seq, int64_t ms, int stop,
	    struct err *);

#endif
