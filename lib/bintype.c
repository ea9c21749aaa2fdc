#include "bintype.h"

#include <stdlib.h>

#include "binid.h"
#include "binwrite.h"
#include "mem.h"

/*
 * A small open hash of places by id, for fields and types alike: a power of
 * two of slots, at most half of them in use, UINT32_MAX for a free one.
 */
static uint32_t
slot(int32_t id, uint32_t cap)
{
	uint32_t h = (uint32_t)id * 0x9e3779b1U;

	return (h ^ h >> 15) & (cap - 1);
}

static uint32_t *
slots(uint32_t n, uint32_t *cap)
{
	uint32_t *index;

	for (*cap = 8; *cap / 2 < n; *cap *= 2)
		;
	index = mem_alloc(*cap * sizeof *index);
	memset(index, 0xff, *cap * sizeof *index);
	return index;
}

static struct slice
copy(struct slice s)
{
	return s.p == NULL ? s : slice_of(mem_dup(s.p, s.n), s.n);
}

static void
drop(struct slice s)
{
	free((void *)(uintptr_t)s.p);
}

struct bin_type *
bin_type_new(int32_t id, struct slice name, struct slice affinity,
    bool is_enum)
{
	struct bin_type *t = mem_zero(sizeof *t);

	t->id = id;
	t->name = copy(name);
	t->affinity = copy(affinity);
	t->is_enum = is_enum;
	return t;
}

void
bin_type_free(struct bin_type *t)
{
	uint32_t i;

	if (t == NULL)
		return;
	drop(t->name);
	drop(t->affinity);
	for (i = 0; i < t->n_fields; i++)
		drop(t->fields[i].name);
	for (i = 0; i < t->n_constants; i++)
		drop(t->constants[i].name);
	for (i = 0; i < t->n_schemas; i++) {
		free(t->schemas[i].ids);
		free(t->schemas[i].at);
	}
	free(t->fields);
	free(t->constants);
	free(t->schemas);
	free(t->index);
	free(t);
}

/* v with room for one more than n things; sizes double. */
static void *
more(void *v, uint32_t n, size_t size)
{
	if ((n & (n - 1)) != 0)
		return v;
	return mem_grow(v, n == 0 ? 1 : (size_t)n * 2, size);
}

static void
index_field(struct bin_type *t, uint32_t i)
{
	uint32_t s = slot(t->fields[i].id, t->index_cap);

	for (; t->index[s] != UINT32_MAX; s = (s + 1) & (t->index_cap - 1))
		if (t->fields[t->index[s]].id == t->fields[i].id)
			return;
	t->index[s] = i;
}

void
bin_type_add_field(struct bin_type *t, struct slice name, int32_t code,
    int32_t id)
{
	uint32_t i;

	t->fields = more(t->fields, t->n_fields, sizeof *t->fields);
	t->fields[t->n_fields++] = (struct bin_field){ copy(name), code, id };
	if (t->index == NULL || t->index_cap / 2 < t->n_fields) {
		free(t->index);
		t->index = slots(t->n_fields, &t->index_cap);
		for (i = 0; i < t->n_fields; i++)
			index_field(t, i);
	} else {
		index_field(t, t->n_fields - 1);
	}
}

void
bin_type_add_constant(struct bin_type *t, struct slice name, int32_t ordinal)
{
	t->constants = more(t->constants, t->n_constants,
	    sizeof *t->constants);
	t->constants[t->n_constants++] =
	    (struct bin_constant){ copy(name), ordinal };
}

const struct bin_field *
bin_type_field(const struct bin_type *t, int32_t id)
{
	uint32_t s, i;

	if (t->index == NULL)
		return NULL;
	s = slot(id, t->index_cap);
	for (; (i = t->index[s]) != UINT32_MAX; s = (s + 1) & (t->index_cap - 1))
		if (t->fields[i].id == id)
			return &t->fields[i];
	return NULL;
}

void
bin_type_add_schema(struct bin_type *t, int32_t id, const int32_t *ids,
    uint32_t n)
{
	struct bin_schema *s;
	const struct bin_field *f;
	uint32_t i;

	t->schemas = more(t->schemas, t->n_schemas, sizeof *t->schemas);
	s = &t->schemas[t->n_schemas++];
	s->id = id;
	s->n = n;
	s->ids = mem_grow(NULL, n, sizeof *s->ids);
	s->at = mem_grow(NULL, n, sizeof *s->at);
	for (i = 0; i < n; i++) {
		f = bin_type_field(t, ids[i]);
		s->ids[i] = ids[i];
		s->at[i] = f == NULL ? UINT32_MAX : (uint32_t)(f - t->fields);
	}
}

static void
take_fields(struct cur *c, struct bin_type *t)
{
	uint32_t n = cur_u32(c);
	struct slice name;
	int32_t code, id;

	for (; n > 0 && !c->bad; n--) {
		name = bin_string(c);
		code = cur_i32(c);
		id = cur_i32(c);
		if (name.p == NULL)
			c->bad = true;
		if (!c->bad)
			bin_type_add_field(t, name, code, id);
	}
}

static void
take_constants(struct cur *c, struct bin_type *t)
{
	uint32_t n = cur_u32(c);
	struct slice name;
	int32_t ordinal;

	for (; n > 0 && !c->bad; n--) {
		name = bin_string(c);
		ordinal = cur_i32(c);
		if (name.p == NULL)
			c->bad = true;
		if (!c->bad)
			bin_type_add_constant(t, name, ordinal);
	}
}

static void
take_schemas(struct cur *c, struct bin_type *t)
{
	uint32_t n = cur_u32(c);
	int32_t *ids = NULL;
	uint32_t m, i;
	int32_t id;

	for (; n > 0 && !c->bad; n--) {
		id = cur_i32(c);
		m = cur_u32(c);
		if (cur_left(c) / 4 < m)
			c->bad = true;
		if (c->bad)
			break;
		ids = mem_grow(ids, m, sizeof *ids);
		for (i = 0; i < m; i++)
			ids[i] = cur_i32(c);
		bin_type_add_schema(t, id, ids, m);
	}
	free(ids);
}

struct bin_type *
bin_type_decode(struct cur *c, struct err *e)
{
	int32_t id = cur_i32(c);
	struct slice name = bin_string(c);
	struct slice affinity = bin_string(c);
	struct bin_type *t = bin_type_new(id, name, affinity, false);
	uint8_t is_enum;

	take_fields(c, t);
	is_enum = cur_u8(c);
	if (is_enum > 1)
		c->bad = true;
	t->is_enum = is_enum != 0;
	if (t->is_enum)
		take_constants(c, t);
	take_schemas(c, t);
	if (!c->bad)
		return t;
	bin_type_free(t);
	err_set(e, EX_DATAERR, "binary type %d: description does not parse",
	    id);
	return NULL;
}

void
bin_type_encode(const struct bin_type *t, struct buf *b)
{
	uint32_t i, j;

	buf_u32(b, (uint32_t)t->id);
	bin_put_string(b, t->name);
	bin_put_string(b, t->affinity);
	buf_u32(b, t->n_fields);
	for (i = 0; i < t->n_fields; i++) {
		bin_put_string(b, t->fields[i].name);
		buf_u32(b, (uint32_t)t->fields[i].code);
		buf_u32(b, (uint32_t)t->fields[i].id);
	}
	buf_u8(b, t->is_enum);
	if (t->is_enum) {
		buf_u32(b, t->n_constants);
		for (i = 0; i < t->n_constants; i++) {
			bin_put_string(b, t->constants[i].name);
			buf_u32(b, (uint32_t)t->constants[i].ordinal);
		}
	}
	buf_u32(b, t->n_schemas);
	for (i = 0; i < t->n_schemas; i++) {
		buf_u32(b, (uint32_t)t->schemas[i].id);
		buf_u32(b, t->schemas[i].n);
		for (j = 0; j < t->schemas[i].n; j++)
			buf_u32(b, (uint32_t)t->schemas[i].ids[j]);
	}
}

const struct bin_schema *
bin_type_schema(const struct bin_type *t, int32_t id)
{
	uint32_t i;

	for (i = 0; i < t->n_schemas; i++)
		if (t->schemas[i].id == id)
			return &t->schemas[i];
	return NULL;
}

const struct bin_field *
bin_type_field_named(const struct bin_type *t, struct slice name)
{
	const struct bin_field *f;
	uint32_t i;

	/* A custom mapper's ids are not made from names. */
	for (i = 0; i < t->n_fields; i++)
		if (slice_eq(t->fields[i].name, name))
			return &t->fields[i];
	f = bin_type_field(t, bin_field_id(name));
	if (f == NULL || bin_field_id(f->name) != f->id)
		return NULL;
	return f;
}

const struct bin_field *
bin_schema_field(const struct bin_type *t, const struct bin_schema *s,
    uint32_t i)
{
	return s->at[i] == UINT32_MAX ? NULL : &t->fields[s->at[i]];
}

const struct bin_constant *
bin_type_constant(const struct bin_type *t, int32_t ordinal)
{
	uint32_t i;

	for (i = 0; i < t->n_constants; i++)
		if (t->constants[i].ordinal == ordinal)
			return &t->constants[i];
	return NULL;
}

const struct bin_constant *
bin_type_constant_named(const struct bin_type *t, struct slice name)
{
	uint32_t i;

	for (i = 0; i < t->n_constants; i++)
		if (slice_eq(t->constants[i].name, name))
			return &t->constants[i];
	return NULL;
}

void
bin_types_release(struct bin_types *ts)
{
	uint32_t i;

	for (i = 0; i < ts->n; i++)
		bin_type_free(ts->v[i]);
	free(ts->v);
	free(ts->index);
	*ts = (struct bin_types){ NULL, 0, 0, NULL, 0 };
}

static struct bin_type *
find(const struct bin_types *ts, int32_t id)
{
	uint32_t s, i;

	if (ts->index == NULL)
		return NULL;
	s = slot(id, ts->index_cap);
	for (; (i = ts->index[s]) != UINT32_MAX;
	    s = (s + 1) & (ts->index_cap - 1))
		if (ts->v[i]->id == id)
			return ts->v[i];
	return NULL;
}

const struct bin_type *
bin_types_find(const struct bin_types *ts, int32_t id)
{
	return find(ts, id);
}

static void
index_type(struct bin_types *ts, uint32_t i)
{
	uint32_t s = slot(ts->v[i]->id, ts->index_cap);

	while (ts->index[s] != UINT32_MAX)
		s = (s + 1) & (ts->index_cap - 1);
	ts->index[s] = i;
}

static void
insert(struct bin_types *ts, struct bin_type *t)
{
	uint32_t i;

	ts->v = more(ts->v, ts->n, sizeof *ts->v);
	ts->v[ts->n++] = t;
	if (ts->index != NULL && ts->index_cap / 2 >= ts->n) {
		index_type(ts, ts->n - 1);
		return;
	}
	free(ts->index);
	ts->index = slots(ts->n, &ts->index_cap);
	for (i = 0; i < ts->n; i++)
		index_type(ts, i);
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

/* Schemas may have come before the fields they name. */
static void
relink(struct bin_type *t)
{
	const struct bin_field *f;
	struct bin_schema *s;
	uint32_t i, j;

	for (i = 0; i < t->n_schemas; i++) {
		s = &t->schemas[i];
		for (j = 0; j < s->n; j++) {
			f = bin_type_field(t, s->ids[j]);
			s->at[j] = f == NULL ? UINT32_MAX :
			    (uint32_t)(f - t->fields);
		}
	}
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
		relink(t);
	return new;
}

int
bin_types_take(struct bin_types *ts, struct bin_type *t, struct err *e)
{
	struct bin_type *old = find(ts, t->id);
	int r;

	if (old == NULL) {
		insert(ts, t);
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
