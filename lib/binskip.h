/*
 * binskip: check a value to its last byte, and step over it.
 *
 * On the path of every key and every value: it allocates nothing unless a
 * value has handles.
 */
#ifndef BINSKIP_H
#define BINSKIP_H

#include "bin.h"

#define BIN_DEPTH 64	/* values within values, at most */

struct bin_visit {
	/*
	 * Called for each complex object, with its flags, and each enum,
	 * with schema id 0 and flags BIN_IS_ENUM; and for the class of which
	 * only the id is given, of a value that Java serialized or that is a
	 * class, with schema id 0 and flags BIN_IS_CLASS. Nested ones too,
	 * outer before inner, in no promised number. A type that goes by its class
	 * name counts under the id that Ignite's default mapper gives it.
	 */
	void (*type)(void *arg, int32_t type_id, int32_t schema_id,
	    unsigned flags);
	void *arg;
};

/*
 * Step over one value. Sure after 0: every length, count and offset lies
 * within the bytes, fields lie one after the other in footer order, no more
 * than BIN_DEPTH levels, handles point back to the start of a value within
 * the same outermost value or block around a wrapped object (or into raw
 * data or the rest of such a block, which nobody can check).
 * EX_DATAERR else. The visitor may be NULL, and may have been called before
 * an error is found.
 */
int	bin_skip(struct cur *, const struct bin_visit *, struct err *);

#endif
