#include "binmeta.h"

#include <stdlib.h>

#include "binid.h"
#include "binwrite.h"
#include "mem.h"

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
	idmap_release(&t->by_id);
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

void
bin_type_add_field(struct bin_type *t, struct slice name, int32_t code,
    int32_t id)
{
	t->fields = more(t->fields, t->n_fields, sizeof *t->fields);
	t->fields[t->n_fields] = (struct bin_field){ copy(name), code, id };
	idmap_put(&t->by_id, id, t->n_fields++);
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
	uint32_t i = idmap_get(&t->by_id, id);

	return i == IDMAP_NONE ? NULL : &t->fields[i];
}

static void
link_fields(const struct bin_type *t, struct bin_schema *s)
{
	uint32_t i;

	for (i = 0; i < s->n; i++)
		s->at[i] = idmap_get(&t->by_id, s->ids[i]);
}

void
bin_type_add_schema(struct bin_type *t, int32_t id, const int32_t *ids,
    uint32_t n)
{
	struct bin_schema *s;

	t->schemas = more(t->schemas, t->n_schemas, sizeof *t->schemas);
	s = &t->schemas[t->n_schemas++];
	s->id = id;
	s->n = n;
	s->ids = mem_grow(NULL, n, sizeof *s->ids);
	s->at = mem_grow(NULL, n, sizeof *s->at);
	if (n != 0)
		memcpy(s->ids, ids, n * sizeof *ids);
	link_fields(t, s);
}

void
bin_type_relink(struct bin_type *t)
{
	uint32_t i;

	for (i = 0; i < t->n_schemas; i++)
		link_fields(t, &t->schemas[i]);
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
