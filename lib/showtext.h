/*
 * showtext: the words of JSON.
 */
#ifndef SHOWTEXT_H
#define SHOWTEXT_H

#include "buf.h"

static inline void
show_text(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

/* A code point as it is within a string. */
void	show_char(struct buf *, uint32_t);

/* The inside of a string, U+0000 replaced by nul (keys cannot have it). */
void	show_chars(struct buf *, struct slice utf8, uint32_t nul);

/* Append a JSON string; bytes that are not UTF-8 become U+FFFD. */
void	show_string(struct buf *, struct slice utf8);

/* Append a JSON number that reads back as the same bits; "NaN", "Infinity"
 * and "-Infinity" as strings. */
void	show_double(struct buf *, double);
void	show_float(struct buf *, float);

#endif
