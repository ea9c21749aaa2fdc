/*
 * binwrite: complex objects as a Java writer makes them.
 *
 *	binw_begin(&w, type_id, slice_of(NULL, 0), BIN_USER_TYPE | BIN_COMPACT);
 *	binw_field(&w, id);
 *	bin_put_int(w.out, 7);
 *	binw_end(&w, NULL, e);
 *
 * Objects nest: begin one where a field's value is due. Lengths, offsets,
 * flags, schema id and hash are filled in at the end.
 */
#ifndef BINWRITE_H
#define BINWRITE_H

#include "bin.h"

struct binw_open {
	size_t start;		/* where in out the object begins */
	size_t raw;		/* where raw data begins, 0 for none */
	uint32_t fields;	/* the first of its fields in ids and at */
	int32_t schema_id;
	unsigned flags;
};

/* Zero it, set out, use it for any number of objects one after the other. */
struct binw {
	struct buf *out;
	struct binw_open *open;
	uint32_t n_open, cap_open;
	int32_t *ids;
	size_t *at;
	uint32_t n, cap;
};

void	binw_release(struct binw *);

/* Forget objects begun and not ended; what is in out stays. */
void	binw_reset(struct binw *);

/*
 * Begin an object. Of flags BIN_USER_TYPE, BIN_COMPACT, BIN_DOTNET and
 * unknown ones count. With type id 0 the class name is written, else it is
 * ignored.
 */
void	binw_begin(struct binw *, int32_t type_id, struct slice name,
	    unsigned flags);

/* The next value written to out is this field's. */
void	binw_field(struct binw *, int32_t id);

/* What is written to out from here on is raw data; no field after this. */
void	binw_raw(struct binw *);

/*
 * The object is complete. With as, the hash, schema id and offset width are
 * those of that object instead of computed (for copies of what other
 * writers made). Fails only past 2 GiB.
 */
int	binw_end(struct binw *, const struct bin_obj *as, struct err *);

#endif
