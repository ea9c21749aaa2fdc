/*
 * base64: RFC 4648 with + and /, padded.
 */
#ifndef BASE64_H
#define BASE64_H

#include "buf.h"
#include "bytes.h"

/* Append the text of s; nothing for null or empty. */
void	base64_encode(struct buf *, struct slice s);

/*
 * Append the bytes that text stands for. Strict: no white space, padding
 * as it must be, unused bits zero; so each run of bytes has one text.
 * Returns 0, or -1 with nothing appended.
 */
int	base64_decode(struct buf *, struct slice text);

#endif
