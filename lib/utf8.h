/*
 * utf8: code points from bytes that nobody vouches for.
 *
 * What Ignite calls a string is UTF-8, or, on clusters with the second
 * string serialization, each UTF-16 unit by itself (surrogates as two
 * three-byte sequences, U+0000 as c0 80). Both are read.
 */
#ifndef UTF8_H
#define UTF8_H

#include "buf.h"
#include "bytes.h"

#define UTF8_BAD 0xfffdU	/* what stands for bytes that are not UTF-8 */

/*
 * The next code point of *s, and step over it; s->n > 0. UTF8_BAD for a
 * broken sequence (its longest beginning that could have been right is
 * stepped over) and for half a surrogate pair.
 */
uint32_t utf8_next(struct slice *s);

/* Append a code point; UTF8_BAD for what isn't one. */
void	utf8_put(struct buf *, uint32_t);

/* Plain UTF-8 throughout: no byte would be replaced or rewritten. */
bool	utf8_ok(struct slice);

#endif
