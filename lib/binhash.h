/*
 * binhash: which partition a key belongs to.
 */
#ifndef BINHASH_H
#define BINHASH_H

#include "bin.h"
#include "bintype.h"

/* A cache's key configuration: keys of this type go by this field. */
struct bin_key_field {
	int32_t type_id;
	int32_t field_id;
};

struct bin_affinity {
	const struct bin_key_field *keys;
	size_t n;
	const struct bin_types *types;	/* may be NULL */
};

/*
 * The hash code that Java has for a key, or for its affinity field if the
 * key configuration or the type's description names one whose value isn't
 * null. false when it can't be told: a kind of key with no rule here (Java's
 * own serialization, collections), a compact footer of unknown schema. The
 * affinity may be NULL.
 */
bool	bin_hash(struct slice key, const struct bin_affinity *, int32_t *hash);

/* A hash's partition by the default affinity function; parts > 0. */
int32_t	bin_partition(int32_t hash, int32_t parts);

#endif
