/*
 * guess: what bytes are that are not what they should be, to tell the
 * people who sent them how to get them through. Pure.
 */
#ifndef GUESS_H
#define GUESS_H

#include "bytes.h"

enum guess_kind {
	GUESS_EMPTY,
	GUESS_JSON,
	GUESS_AVRO,		/* framed for a registry, or a single object */
	GUESS_JAVA,		/* a Java stream */
	GUESS_TEXT,
	GUESS_BINARY		/* none of these */
};

enum guess_kind guess(struct slice);

/* As part of a sentence: "looks like JSON". */
const char *guess_text(enum guess_kind);

#endif
