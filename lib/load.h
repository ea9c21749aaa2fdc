/*
 * load: lines of JSON as the frames of a stream. Pure; the way back of dump.
 *
 * Bytes come from "raw" alone; what is shown in front of it is for people
 * and may be anything. Whether the frames make up a stream (HELLO first, no
 * position goes back, END's counts) is checked here as well.
 */
#ifndef LOAD_H
#define LOAD_H

#include "frame.h"

/* A zeroed one has seen nothing yet. */
struct load {
	bool acks;		/* lines of ACKs, without HELLO and END */
	bool recount;		/* END counts what came, whatever it says */
	bool begun, ended;	/* HELLO, END came */
	uint64_t seq;		/* of the last record or mark; then of END */
	uint64_t records;
	struct buf body;	/* private */
};

void	load_release(struct load *);

/*
 * Take a line, without its newline: 1 and a frame whose body is good until
 * the next call; 0 for a line of white space; -1 if the line is none of
 * frame-dump(1), or in the wrong place (EX_DATAERR).
 */
int	load_line(struct load *, struct slice line, struct frame *,
	    struct err *);

#endif
