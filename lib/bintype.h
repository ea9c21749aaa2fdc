/*
 * bintype: the binary types that are known, and fields of objects by them.
 */
#ifndef BINTYPE_H
#define BINTYPE_H

#include "binmeta.h"

/*
 * Types by id. A zeroed one is empty. Types stay where they are; what they
 * point to moves when they are next added to.
 */
struct bin_types {
	struct bin_type **v;	/* all of them, in the order they came */
	uint32_t n;
	uint32_t cap;
	struct idmap by_id;	/* places in v */
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
