#include "bintype.h"

#include <stdlib.h>

#include "binid.h"
#include "mem.h"

void
bin_types_release(struct bin_types *ts)
{
	uint32_t i;

	for (i = 0; i < ts->n; i++)
		bin_type_free(ts->v[i]);
	free(ts->v);
	idmap_release(&ts->by_id);
	*ts = (struct bin_types){ .v = NULL };
}

static struct bin_type *
find(const struct bin_types *ts, int32_t id)
{
	uint32_t i = idmap_get(&ts->by_id, id);

	return i == IDMAP_NONE ? NULL : ts->v[i];
}

const struct bin_type *
bin_types_find(const struct bin_types *ts, int32_t id)
{
	return find(ts, id);
}

/* Servers take these for the same. */
static int32_t
plain(int32_t code)
{
	return code == BIN_WRAPPED ? BIN_OBJECT :
	    code == BIN_BINENUM ? BIN_ENUM : code;
}

static int
contradicts(const struct bin_type *t, const struct bin_type *other,
    struct err *e)
{
	const struct bin_field *f;
	const struct bin_constant *k;
	uint32_t i;

	if (!slice_eq(t->name, other->name))
		return err_set(e, EX_DATAERR,
		    "binary type %d: is %.*s, cannot be %.*s", t->id,
		    SLICE_ARG(t->name), SLICE_ARG(other->name));
	if (!slice_eq(t->affinity, other->affinity))
		return err_set(e, EX_DATAERR,
		    "binary type %.*s: affinity field is %.*s, cannot be %.*s",
		    SLICE_ARG(t->name), SLICE_ARG(t->affinity),
		    SLICE_ARG(other->affinity));
	if (t->is_enum != other->is_enum)
		return err_set(e, EX_DATAERR,
		    "binary type %.*s: is %san enum, cannot be %sone",
		    SLICE_ARG(t->name), t->is_enum ? "" : "not ",
		    t->is_enum ? "not " : "");
	for (i = 0; i < other->n_fields; i++) {
		f = bin_type_field(t, other->fields[i].id);
		if (f != NULL && plain(f->code) != plain(other->fields[i].code))
			return err_set(e, EX_DATAERR, "binary type %.*s: "
			    "field %.*s is of type %d, cannot be of type %d",
			    SLICE_ARG(t->name), SLICE_ARG(f->name),
			    f->code, other->fields[i].code);
	}
	for (i = 0; i < other->n_constants; i++) {
		k = bin_type_constant_named(t, other->constants[i].name);
		if (k != NULL && k->ordinal != other->constants[i].ordinal)
			return err_set(e, EX_DATAERR, "binary type %.*s: "
			    "%.*s has ordinal %d, cannot have %d",
			    SLICE_ARG(t->name), SLICE_ARG(k->name),
			    k->ordinal, other->constants[i].ordinal);
		k = bin_type_constant(t, other->constants[i].ordinal);
		if (k != NULL && !slice_eq(k->name, other->constants[i].name))
			return err_set(e, EX_DATAERR, "binary type %.*s: "
			    "ordinal %d is %.*s, cannot be %.*s",
			    SLICE_ARG(t->name), k->ordinal,
			    SLICE_ARG(k->name),
			    SLICE_ARG(other->constants[i].name));
	}
	return 0;
}

static int
merge(struct bin_type *t, const struct bin_type *other)
{
	uint32_t i;
	int new = 0;

	for (i = 0; i < other->n_fields; i++)
		if (bin_type_field(t, other->fields[i].id) == NULL) {
			bin_type_add_field(t, other->fields[i].name,
			    other->fields[i].code, other->fields[i].id);
			new = 1;
		}
	for (i = 0; i < other->n_constants; i++)
		if (bin_type_constant(t, other->constants[i].ordinal) == NULL) {
			bin_type_add_constant(t, other->constants[i].name,
			    other->constants[i].ordinal);
			new = 1;
		}
	for (i = 0; i < other->n_schemas; i++)
		if (bin_type_schema(t, other->schemas[i].id) == NULL) {
			bin_type_add_schema(t, other->schemas[i].id,
			    other->schemas[i].ids, other->schemas[i].n);
			new = 1;
		}
	if (new)
		bin_type_relink(t);
	return new;
}

int
bin_types_take(struct bin_types *ts, struct bin_type *t, struct err *e)
{
	struct bin_type *old = find(ts, t->id);
	int r;

	if (old == NULL) {
		if (ts->n == ts->cap) {
			ts->cap = ts->cap * 2 + 8;
			ts->v = mem_grow(ts->v, ts->cap, sizeof *ts->v);
		}
		idmap_put(&ts->by_id, t->id, ts->n);
		ts->v[ts->n++] = t;
		return 1;
	}
	r = contradicts(old, t, e);
	if (r == 0)
		r = merge(old, t);
	bin_type_free(t);
	return r;
}

int
bin_types_add(struct bin_types *ts, struct slice s, struct err *e)
{
	struct cur c = cur_on(s);
	struct bin_type *t = bin_type_decode(&c, e);

	if (t == NULL)
		return -1;
	if (!cur_done(&c)) {
		err_set(e, EX_DATAERR,
		    "binary type %d: %zu bytes behind its description",
		    t->id, cur_left(&c));
		bin_type_free(t);
		return -1;
	}
	return bin_types_take(ts, t, e);
}

int32_t
bin_obj_type_id(const struct bin_obj *o)
{
	return o->type_id != 0 ? o->type_id : bin_type_id(o->name);
}

bool
bin_obj_schema(const struct bin_obj *o, const struct bin_types *ts,
    const struct bin_type **t, const struct bin_schema **s)
{
	static const struct bin_schema none = { BIN_NO_FIELDS, 0, NULL, NULL };

	*t = ts == NULL ? NULL : find(ts, bin_obj_type_id(o));
	if (*t == NULL)
		return false;
	*s = o->n == 0 ? &none : bin_type_schema(*t, o->schema_id);
	return *s != NULL && (*s)->n == o->n;
}

int
bin_obj_find(const struct bin_obj *o, const struct bin_types *ts,
    int32_t field_id, struct slice *value)
{
	const struct bin_type *t;
	const struct bin_schema *s;
	uint32_t i = 0;

	*value = slice_of(NULL, 0);
	if (o->n == 0)
		return 0;
	if (!(o->flags & BIN_COMPACT)) {
		while (i < o->n && bin_obj_field_id(o, i) != field_id)
			i++;
	} else {
		if (!bin_obj_schema(o, ts, &t, &s))
			return -1;
		while (i < o->n && s->ids[i] != field_id)
			i++;
	}
	if (i == o->n)
		return 0;
	*value = bin_obj_field(o, i);
	return 1;
}

int
bin_obj_find_named(const struct bin_obj *o, const struct bin_types *ts,
    struct slice name, struct slice *value)
{
	const struct bin_type *t = ts == NULL ? NULL :
	    find(ts, bin_obj_type_id(o));
	const struct bin_field *f = t == NULL ? NULL :
	    bin_type_field_named(t, name);

	return bin_obj_find(o, ts, f == NULL ? bin_field_id(name) : f->id,
	    value);
}
