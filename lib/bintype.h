/*
 * bintype: what a cluster knows about its binary types.
 *
 * The description of a type is the bytes of operations 3002 and 3003, and
 * the body of TYPE frames. Needed to name the fields of objects with compact
 * footers, and the constants of enums.
 */
#ifndef BINTYPE_H
#define BINTYPE_H

#include "bin.h"

/* Names have a NUL behind them, not counted. */
struct bin_field {
	struct slice name;
	int32_t code;		/* as in enum bin_code; BIN_OBJECT for any */
	int32_t id;
};

struct bin_constant {
	struct slice name;
	int32_t ordinal;
};

struct bin_schema {
	int32_t id;
	uint32_t n;
	int32_t *ids;		/* field ids in the order they are written */
	uint32_t *at;		/* their places in fields[], or UINT32_MAX */
};

struct bin_type {
	int32_t id;
	struct slice name;	/* may be null */
	struct slice affinity;	/* affinity key field's name, or null */
	bool is_enum;
	struct bin_field *fields;	/* in no useful order: see schemas */
	uint32_t n_fields;
	struct bin_constant *constants;
	uint32_t n_constants;
	struct bin_schema *schemas;
	uint32_t n_schemas;
	uint32_t *index;	/* places in fields[] by field id; private */
	uint32_t index_cap;
};

/* Make one: name and affinity may be null; all bytes are copied. */
struct bin_type *bin_type_new(int32_t id, struct slice name,
	    struct slice affinity, bool is_enum);
void	bin_type_free(struct bin_type *);
void	bin_type_add_field(struct bin_type *, struct slice name, int32_t code,
	    int32_t id);
void	bin_type_add_constant(struct bin_type *, struct slice name,
	    int32_t ordinal);
/* The fields must have been added before. */
void	bin_type_add_schema(struct bin_type *, int32_t id, const int32_t *ids,
	    uint32_t n);

/* Take one description; NULL and EX_DATAERR if it doesn't parse. */
struct bin_type *bin_type_decode(struct cur *, struct err *);

/* Write it; the very bytes that bin_type_decode took. */
void	bin_type_encode(const struct bin_type *, struct buf *);

/* NULL if there is none. */
const struct bin_field *bin_type_field(const struct bin_type *, int32_t id);
const struct bin_schema *bin_type_schema(const struct bin_type *, int32_t id);

/* By name: case does not count, as in Ignite. NULL if there is none. */
const struct bin_field *bin_type_field_named(const struct bin_type *,
	    struct slice name);

/* Field i of a schema; NULL when the type doesn't describe it. */
const struct bin_field *bin_schema_field(const struct bin_type *,
	    const struct bin_schema *, uint32_t i);

/* Constants by ordinal and by name; NULL if there is none. */
const struct bin_constant *bin_type_constant(const struct bin_type *,
	    int32_t ordinal);
const struct bin_constant *bin_type_constant_named(const struct bin_type *,
	    struct slice name);

/*
 * Types by id. A zeroed one is empty. Types stay where they are; what they
 * point to moves when they are next added to.
 */
struct bin_types {
	struct bin_type **v;	/* all of them, in the order they came */
	uint32_t n;
	uint32_t cap;
	uint32_t *index;	/* places in v by id; private */
	uint32_t index_cap;
};

void	bin_types_release(struct bin_types *);

/*
 * Add a type, or merge it into the one with its id as a server does: what
 * is new of fields, constants and schemas is added. 1 when something was
 * new, 0 when all was known, -1 and EX_DATAERR when it contradicts (other
 * name, affinity field, kind of type, field type, ordinal); then nothing
 * has changed. The type is freed or kept in every case.
 */
int	bin_types_take(struct bin_types *, struct bin_type *, struct err *);

/* The same from a description; all of s must be one. */
int	bin_types_add(struct bin_types *, struct slice s, struct err *);

const struct bin_type *bin_types_find(const struct bin_types *, int32_t id);

/* The type id an object goes by: from its class name if the id is 0. */
int32_t	bin_obj_type_id(const struct bin_obj *);

/*
 * The schema of an object whose footer is compact, and its type; false if
 * unknown or not of n fields. The object's field i is bin_schema_field i.
 * An object without fields has the empty schema.
 */
bool	bin_obj_schema(const struct bin_obj *, const struct bin_types *,
	    const struct bin_type **, const struct bin_schema **);

/*
 * A field's value by field id: 1 and the value, 0 and null when the object
 * has no such field, -1 (no error set) when its schema is unknown. types may
 * be NULL, then only full footers can be read.
 */
int	bin_obj_find(const struct bin_obj *, const struct bin_types *,
	    int32_t field_id, struct slice *value);

/* The same by name, case not counting. */
int	bin_obj_find_named(const struct bin_obj *, const struct bin_types *,
	    struct slice name, struct slice *value);

#endif
