/*
 * recode: take a value apart and write it again.
 *
 * With types, objects are written as a Java writer would: whatever their
 * header and footer say is computed. Without, hash, schema id and offset
 * width are copied from the object.
 */
#ifndef RECODE_H
#define RECODE_H

#include "bintype.h"
#include "binwrite.h"

static int	recode(struct cur *, struct binw *, const struct bin_types *,
		    struct err *);

static int
recode_object(struct slice s, struct binw *w, const struct bin_types *types,
    struct err *e)
{
	const struct bin_type *t;
	const struct bin_schema *schema = NULL;
	struct bin_obj o;
	struct cur c;
	uint32_t i;
	int32_t id;

	if (bin_obj_open(s, &o, e) < 0)
		return -1;
	if (types != NULL && (o.flags & BIN_COMPACT) && o.n > 0 &&
	    !bin_obj_schema(&o, types, &t, &schema))
		return err_set(e, EX_DATAERR, "schema %d", o.schema_id);
	binw_begin(w, o.type_id, o.name, o.flags);
	for (i = 0; i < o.n; i++) {
		id = schema != NULL ? schema->ids[i] :
		    o.flags & BIN_COMPACT ? 0 : bin_obj_field_id(&o, i);
		binw_field(w, id);
		c = cur_on(bin_obj_field(&o, i));
		if (recode(&c, w, types, e) < 0)
			return -1;
		if (!cur_done(&c))
			return err_set(e, EX_DATAERR, "field %u", i);
	}
	if (o.flags & BIN_HAS_RAW) {
		binw_raw(w);
		buf_add(w->out, bin_obj_raw(&o).p, bin_obj_raw(&o).n);
	}
	return binw_end(w, types == NULL ? &o : NULL, e);
}

static int
recode(struct cur *c, struct binw *w, const struct bin_types *types,
    struct err *e)
{
	struct bin_val v;
	uint64_t n;

	if (!bin_next(c, &v))
		return err_set(e, EX_DATAERR, "no value");
	if (v.code == BIN_OBJECT)
		return recode_object(v.s, w, types, e);
	bin_put(w->out, &v);
	for (n = bin_follow(&v); n > 0; n--)
		if (recode(c, w, types, e) < 0)
			return -1;
	return 0;
}

#endif
