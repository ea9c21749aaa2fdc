/*
 * stage: the ends of one running filter, as its run() finds them.
 */
#ifndef STAGE_H
#define STAGE_H

#include "ack.h"
#include "count.h"
#include "frame.h"

struct stage {
	struct frame_in *in;	/* PIPE, SINK, DUMP; else NULL */
	struct frame_out *out;	/* SOURCE, PIPE, LOAD; else NULL */
	struct in *text_in;	/* LOAD */
	struct out *text_out;	/* DUMP, TOOL */
	struct ack_out *acks;	/* SINK */
	struct ack_in *acked;	/* SOURCE with --acks; else NULL */
	uint64_t run;		/* of this stream */
	int argc;		/* operands */
	char **argv;
};

#endif
