/*
 * inbox: bytes as they arrive from a node, and the frames among them. Pure.
 *
 * A frame handed out stays where it is until more room is asked for. Frames
 * that come while somebody waits for another one are put by and taken out
 * later, in their order.
 */
#ifndef INBOX_H
#define INBOX_H

#include "bytes.h"
#include "err.h"

struct inbox_frame;

/* Zero it and set max. */
struct inbox {
	size_t max;		/* a frame may be so long */
	unsigned char *p;
	size_t start, end, cap;
	struct inbox_frame *first, *last;	/* put by */
	struct inbox_frame *lent;
};

/*
 * Where bytes may be put, and how many. Moves what is there, and the room
 * grows only when it is full: how long a frame is, is somebody's claim.
 */
unsigned char *inbox_room(struct inbox *, size_t *n);

/* Room without moving anything; there may be none. */
unsigned char *inbox_tail(struct inbox *, size_t *n);

/* n bytes have been put there. */
void	inbox_add(struct inbox *, size_t n);

/* The next frame: 1; 0 not all of it is here; -1 it is none. */
int	inbox_next(struct inbox *, struct slice *frame, struct err *);

/* inbox_next or inbox_taken has something to say. */
bool	inbox_ready(const struct inbox *);

/* Put a frame by (it is copied), and take the first one out, 1 or 0. */
void	inbox_put_by(struct inbox *, struct slice frame);
int	inbox_taken(struct inbox *, struct slice *frame);

void	inbox_release(struct inbox *);

#endif
