/*
 * rec: the bodies of the frames of a stream, as structs and as bytes.
 *
 * gg-stream(5) is the contract of the layouts; this is its code. Pure.
 * Slices in a decoded struct point into the bytes that were decoded.
 */
#ifndef REC_H
#define REC_H

#include "buf.h"
#include "bytes.h"
#include "err.h"

enum {
	REC_VERSION = 1,		/* of the stream, in HELLO */
	REC_NO_TIME = -1
};

/* HELLO: the first frame. */
struct hello {
	uint16_t version;
	uint64_t run;		/* random, new in each run of the first stage */
	struct slice format;	/* of keys and values: "ignite", "avro", "bytes" */
	struct slice origin;	/* who wrote it, for people */
};

/* TYPE: what a later record needs to be understood. */
struct type {
	uint8_t kind;		/* enum type_kind */
	int32_t id;		/* Ignite's type id */
	struct slice class_name;	/* as registered for Java; null: none */
	struct slice meta;	/* as operation 3002 gives it, from the type id on */
};

enum type_kind {
	TYPE_BINARY = 'B',
	TYPE_CLASS = 'C'	/* the name of a Java class, and no meta */
};

enum rec_op { REC_UPSERT = 'U', REC_REMOVE = 'D' };

enum rec_origin {
	REC_EVENT = 'E',	/* a change, as it happened */
	REC_SCAN = 'S',		/* what was there when it was read */
	REC_RECONCILE = 'R',	/* what differed from what was sent before */
	REC_TOPIC = 'T'		/* out of a Kafka topic */
};

enum { REC_MORE = 1 };		/* flag: the next belongs to the same change */

/* RECORD: one change of one entry. */
struct rec {
	uint64_t seq;		/* position in the stream: 1 and up, growing */
	uint8_t op;		/* enum rec_op; decides, not the value */
	uint8_t origin;		/* enum rec_origin */
	uint8_t flags;		/* REC_MORE */
	int64_t time;		/* ms since 1970 UTC, or REC_NO_TIME */
	int32_t partition;	/* where a topic's record was; else -1 */
	int64_t offset;		/* its offset; else -1 */
	struct slice name;	/* cache or topic */
	struct slice key;	/* null only for a topic's record without one */
	struct slice value;	/* null when the entry was removed */
	struct slice headers;	/* rec_header; null: none */
};

/* ACK: all up to seq is durable. */
struct ack {
	uint64_t run;
	uint64_t seq;
};

/* END: nothing is missing. */
struct end {
	uint64_t seq;		/* of the last record or mark; 0: none */
	uint64_t records;	/* RECORD frames in this stream */
};

/* Append the body to a buffer. */
void	rec_encode(struct buf *, const struct rec *);
void	rec_encode_hello(struct buf *, const struct hello *);
void	rec_encode_type(struct buf *, const struct type *);
void	rec_encode_mark(struct buf *, uint64_t seq);
void	rec_encode_ack(struct buf *, const struct ack *);
void	rec_encode_end(struct buf *, const struct end *);

/*
 * Take a body apart. Return 0, or -1 when it does not parse (EX_DATAERR),
 * or the stream is of another version (EX_PROTOCOL).
 */
int	rec_decode(struct rec *, struct slice body, struct err *);
int	rec_decode_hello(struct hello *, struct slice body, struct err *);
int	rec_decode_type(struct type *, struct slice body, struct err *);
int	rec_decode_mark(uint64_t *seq, struct slice body, struct err *);
int	rec_decode_ack(struct ack *, struct slice body, struct err *);
int	rec_decode_end(struct end *, struct slice body, struct err *);

/*
 * Headers of a record: a run of (name, value) slices. rec_header_put
 * appends one to what becomes rec.headers; rec_header takes the next off
 * *headers: 1, 0 at the end, -1 if it does not parse.
 */
void	rec_header_put(struct buf *, struct slice name, struct slice value);
int	rec_header(struct slice *headers, struct slice *name,
	    struct slice *value);

/*
 * Where the record is from, for messages: "cache X" or "topic X partition
 * 3 offset 17", and its seq. Into a static buffer of the calling thread.
 */
const char *rec_where(const struct rec *);

#endif
