/*
 * bindec: decimals as text, exactly.
 *
 * The text is that of Java's BigDecimal.toString: each pair of digits and
 * scale has its own ("1.0" is not "1.00", and 12 with scale -3 is
 * "1.2E+4"), so that reading it back gives the same bytes.
 *
 * A magnitude is as it is on the wire: big-endian, the top bit of its first
 * byte is the sign.
 */
#ifndef BINDEC_H
#define BINDEC_H

#include "buf.h"
#include "bytes.h"

#define BINDEC_MAX 4096		/* bytes; conversion takes time n squared */

/* Append the text; false and nothing appended past BINDEC_MAX bytes. */
bool	bindec_text(struct buf *, int32_t scale, struct slice magnitude);

/* The same of an unsigned big-endian number without scale. */
bool	bindec_unsigned_text(struct buf *, struct slice number);

/*
 * Read digits with optional sign, point and exponent. Appends the magnitude
 * in its shortest form. false if the text is no number, too long, or its
 * scale isn't an int32; then nothing is appended.
 */
bool	bindec_parse(struct slice text, int32_t *scale, struct buf *magnitude);

/*
 * Append the magnitude of a two's complement big-endian number (what Avro
 * has), shortest form; and the way back, shortest form. Empty is zero. Any
 * length. Neither may read from the buf it appends to.
 */
void	bindec_from_twos(struct buf *, struct slice twos);
void	bindec_to_twos(struct buf *, struct slice magnitude);

#endif
