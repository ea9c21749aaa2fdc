/*
 * dump: the frames of a stream as lines of JSON. Pure.
 *
 * One object per line, its members always in the same order, what people
 * want to see in front and, in "raw", what brings back the very bytes. The
 * form is specified in frame-dump(1); load is the way back.
 */
#ifndef DUMP_H
#define DUMP_H

#include "bintype.h"
#include "frame.h"

/* A zeroed one is right but for raw. */
struct dump {
	bool raw;		/* write "raw" too */
	bool ignite;		/* keys and values are Ignite's; from HELLO */
	struct bin_types types;	/* from the TYPE frames so far */
	struct buf extra;	/* private: the members of "raw" */
};

void	dump_release(struct dump *);

/*
 * Append the line, its newline included: of any frame of a stream, HELLO
 * and END too, or of an ACK. -1 and nothing appended when its body does not
 * parse (EX_DATAERR). A key, value or type description that does not parse
 * is no error: it is shown as bytes.
 */
int	dump_frame(struct dump *, struct buf *, const struct frame *,
	    struct err *);

#endif
