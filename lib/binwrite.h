/*
 * binwrite: values and complex objects as a Java writer makes them.
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

/*
 * Write one value, or a head after which its bin_follow() values are
 * written. bin_next gives back what was written, and this writes the very
 * bytes that bin_next took.
 */
void	bin_put(struct buf *, const struct bin_val *);

void	bin_put_null(struct buf *);
void	bin_put_byte(struct buf *, int8_t);
void	bin_put_short(struct buf *, int16_t);
void	bin_put_int(struct buf *, int32_t);
void	bin_put_long(struct buf *, int64_t);
void	bin_put_float(struct buf *, float);
void	bin_put_double(struct buf *, double);
void	bin_put_char(struct buf *, uint16_t);
void	bin_put_bool(struct buf *, bool);
void	bin_put_string(struct buf *, struct slice);	/* null: null */
void	bin_put_uuid(struct buf *, uint64_t high, uint64_t low);
void	bin_put_date(struct buf *, int64_t ms);
void	bin_put_time(struct buf *, int64_t ms);
void	bin_put_timestamp(struct buf *, int64_t ms, int32_t ns);
void	bin_put_decimal(struct buf *, int32_t scale, struct slice magnitude);
void	bin_put_bytes(struct buf *, struct slice);	/* null: null */
void	bin_put_enum(struct buf *, int32_t type_id, int32_t ordinal);

/* Heads; n values (pairs, for a map) follow. */
void	bin_put_coll(struct buf *, enum bin_kind, uint32_t n);
void	bin_put_map(struct buf *, enum bin_map_kind, uint32_t n);
void	bin_put_objects(struct buf *, int32_t type_id, uint32_t n);
/* Of SHORTS to DATES, DECIMALS, TIMESTAMPS, TIMES. Elements up to BOOLS
 * are bare scalars (buf_u16, buf_u32, ...), the others values or null. */
void	bin_put_array(struct buf *, enum bin_code, uint32_t n);

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
