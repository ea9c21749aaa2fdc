/*
 * frame: the stream between two stages. gg-stream(5) is the contract.
 *
 * A frame is a letter, a u32 length and a body. A stream is HELLO, then
 * others, then END; end of file without END means that the writer died.
 */
#ifndef FRAME_H
#define FRAME_H

#include "io.h"
#include "rec.h"

enum frame_letter {
	FRAME_HELLO = 'H',
	FRAME_TYPE = 'T',
	FRAME_RECORD = 'R',
	FRAME_MARK = 'M',
	FRAME_ACK = 'A',
	FRAME_END = 'E'
};

enum {
	FRAME_HEAD = 5,			/* bytes before the body */
	FRAME_MAX = 256 * 1024 * 1024	/* of a body */
};

struct frame {
	uint8_t letter;
	struct slice body;	/* borrowed until the next frame_read */
};

struct frame_in {
	struct in io;
	struct hello hello;	/* its slices are good until frame_in_release */
	struct buf text;	/* where they point */
	bool begun, ended;
	uint64_t seq;		/* of the last record or mark */
	struct count records;
};

struct frame_out {
	struct out io;
	bool ended;
	uint64_t seq;
	struct count records;
};

void	frame_in_open(struct frame_in *, int fd, const char *name);
void	frame_in_release(struct frame_in *);

/*
 * The next frame: 1; 0 when END came, its count is right and nothing follows
 * it (then seq is END's, which may lie behind the last record); -1: what came
 * is no stream or not whole (EX_DATAERR), of another version, or with a
 * capital letter that is not known (EX_PROTOCOL), or ended without END or
 * inside a frame (EX_TEMPFAIL), or could not be read (EX_IOERR).
 * HELLO is not returned but kept: the first call, or frame_hello, reads it.
 * Small letters that are not known are returned: filters pass them on, last
 * stages step over them.
 */
int	frame_read(struct frame_in *, struct frame *, struct err *);

/* Read HELLO if that has not been done. 0 or -1 as frame_read. */
int	frame_hello(struct frame_in *, struct err *);

/* The next frame, if there is one, can be read without waiting. */
bool	frame_ready(const struct frame_in *);

void	frame_out_open(struct frame_out *, int fd, const char *name);
void	frame_out_release(struct frame_out *);

/*
 * Write one frame. 0; -1 as out_flush, or when it would be larger than
 * FRAME_MAX (EX_DATAERR, and nothing of it is written).
 */
int	frame_write(struct frame_out *, const struct frame *, struct err *);
int	frame_write_rec(struct frame_out *, const struct rec *, struct err *);
int	frame_write_type(struct frame_out *, const struct type *, struct err *);
int	frame_write_mark(struct frame_out *, uint64_t seq, struct err *);
int	frame_write_hello(struct frame_out *, const struct hello *,
	    struct err *);

/* END with the right counts, and all of it flushed. */
int	frame_write_end(struct frame_out *, struct err *);

/*
 * For those who make frames elsewhere than in a frame_out: begin appends a
 * head and returns what end needs to set the length. A body must stay
 * below FRAME_MAX.
 */
size_t	frame_begin(struct buf *, enum frame_letter);
void	frame_end(struct buf *, size_t at);

/* A frame at the start of s: 1 and its whole length, 0 if s is too short
 * to tell or to hold it, -1 if it is none (EX_DATAERR). */
int	frame_parse(struct slice s, struct frame *, size_t *n, struct err *);

#endif
