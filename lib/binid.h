/*
 * binid: the numbers that Ignite makes of names.
 */
#ifndef BINID_H
#define BINID_H

#include "bytes.h"

/* String.hashCode: 31-fold over UTF-16 units. Also a cache's id. */
int32_t	bin_java_hash(struct slice utf8);

/*
 * Ids by the default mapper: the hash of the name in lower case, unit by
 * unit as Character.toLowerCase does it. A type's name is the full one.
 */
int32_t	bin_type_id(struct slice name);
int32_t	bin_field_id(struct slice name);

/* The part of a class name that clusters with the simple name mapper use. */
struct slice bin_simple_name(struct slice name);

/* Of n field ids in the order they are written. */
int32_t	bin_schema_id(const int32_t *ids, size_t n);

/* The same one id at a time, beginning with BIN_NO_FIELDS. */
static inline int32_t
bin_schema_id_add(int32_t schema, int32_t id)
{
	uint32_t s = (uint32_t)schema;
	uint32_t v = (uint32_t)id;
	int i;

	for (i = 0; i < 4; i++, v >>= 8)
		s = (s ^ (v & 0xff)) * 0x01000193U;
	return (int32_t)s;
}

#endif
