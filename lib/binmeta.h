/*
 * binmeta: the description of one binary type.
 *
 * Its bytes are those of operations 3002 and 3003, and the body of TYPE
 * frames. Needed to name the fields of objects with compact footers, and the
 * constants of enums.
 */
#ifndef BINMETA_H
#define BINMETA_H

#include "bin.h"
#include "idmap.h"

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
	struct idmap by_id;	/* places in fields[] */
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

/* Look again for the fields of all schemas, after fields were added. */
void	bin_type_relink(struct bin_type *);

#endif
