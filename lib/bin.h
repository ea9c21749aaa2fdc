/*
 * bin: Ignite's binary format, one value at a time.
 *
 * A value is one byte that says what it is and what belongs to it. Values
 * that hold others (arrays, collections, maps) are taken as a head, after
 * which the same cursor stands at the first of what they hold. A complex
 * object is taken whole and opened by bin_obj_open.
 *
 * bin_skip (binskip.h) checks a value to its last byte. What is here checks
 * only what it reads, so it never leaves its bytes, whatever they hold.
 * Positions count: a handle points back by distance, so the parts of a value
 * must stay where they are in it while handles are to be followed.
 */
#ifndef BIN_H
#define BIN_H

#include "buf.h"
#include "bytes.h"
#include "cur.h"
#include "err.h"

enum bin_code {
	BIN_BYTE = 1, BIN_SHORT, BIN_INT, BIN_LONG, BIN_FLOAT, BIN_DOUBLE,
	BIN_CHAR, BIN_BOOL, BIN_STRING, BIN_UUID, BIN_DATE,
	BIN_BYTES = 12, BIN_SHORTS, BIN_INTS, BIN_LONGS, BIN_FLOATS,
	BIN_DOUBLES, BIN_CHARS, BIN_BOOLS,	/* elements without code */
	BIN_STRINGS = 20, BIN_UUIDS, BIN_DATES,	/* elements: values or null */
	BIN_OBJECTS = 23, BIN_COLL, BIN_MAP,
	BIN_WRAPPED = 27,	/* a complex object in a block of bytes */
	BIN_ENUM = 28, BIN_ENUMS,
	BIN_DECIMAL = 30, BIN_DECIMALS,
	BIN_CLASS = 32,
	BIN_TIMESTAMP = 33, BIN_TIMESTAMPS,
	BIN_PROXY = 35,
	BIN_TIME = 36, BIN_TIMES,
	BIN_BINENUM = 38,	/* an enum as servers send it */
	BIN_NULL = 101, BIN_HANDLE, BIN_OBJECT,
	BIN_JAVA = 254		/* Java's own serialization; see binjava.h */
};

enum bin_kind {			/* of BIN_COLL */
	BIN_USER_SET = -1, BIN_USER_COLL, BIN_ARRAY_LIST, BIN_LINKED_LIST,
	BIN_HASH_SET, BIN_LINKED_HASH_SET, BIN_SINGLETON_LIST
};

enum bin_map_kind {		/* of BIN_MAP */
	BIN_USER_MAP, BIN_HASH_MAP, BIN_LINKED_HASH_MAP
};

enum bin_flag {			/* of BIN_OBJECT */
	BIN_USER_TYPE = 0x01,
	BIN_HAS_SCHEMA = 0x02,
	BIN_HAS_RAW = 0x04,
	BIN_OFFSET_1 = 0x08,
	BIN_OFFSET_2 = 0x10,
	BIN_COMPACT = 0x20,
	BIN_DOTNET = 0x40,
	BIN_IS_ENUM = 0x10000,	/* these two never on the wire; see bin_skip */
	BIN_IS_CLASS = 0x20000
};

#define BIN_HEAD 24		/* bytes before an object's first field */
#define BIN_NO_FIELDS ((int32_t)0x811c9dc5)	/* schema id of no fields */

/*
 * One value, or the head of one. What belongs to which code:
 *
 *   BYTE SHORT INT LONG CHAR BOOL	i
 *   FLOAT DOUBLE		i the bits, d the number
 *   STRING BYTES JAVA		s
 *   UUID			i high half, j low half
 *   DATE TIME			i milliseconds since 1970 UTC
 *   TIMESTAMP			i milliseconds, j nanoseconds within them
 *   DECIMAL			j scale, s magnitude as it is on the wire
 *   SHORTS to BOOLS		n, s the elements' bytes
 *   STRINGS UUIDS DATES DECIMALS TIMESTAMPS TIMES	n values follow
 *   OBJECTS ENUMS		type_id (name if it is 0), n values follow
 *   COLL			kind, n values follow
 *   MAP			kind, n pairs of values follow
 *   ENUM BINENUM		type_id (name if it is 0), i ordinal
 *   CLASS			type_id (name if it is 0)
 *   PROXY			n, s its n interfaces' ids, one value follows
 *   HANDLE			i distance back from its own first byte
 *   OBJECT			type_id, s all its bytes
 *   WRAPPED			s the block, i where in it the object is
 *
 * All slices are parts of the bytes that were read.
 */
struct bin_val {
	uint8_t code;
	int8_t kind;
	int32_t type_id;
	uint32_t n;
	int64_t i;
	int64_t j;
	double d;
	struct slice s;
	struct slice name;
};

/*
 * Take the next value or head. false, and the cursor bad, when it is cut
 * off or of no known code.
 */
bool	bin_next(struct cur *, struct bin_val *);

/* Values that follow this head: n, 2n for a map, 1 for a proxy, else 0. */
uint64_t bin_follow(const struct bin_val *);

/* The code of a value's first byte; 0 when there is none. */
static inline uint8_t
bin_code(struct slice value)
{
	return value.n == 0 ? 0 : value.p[0];
}

/*
 * A wrapped object: the bare object inside; null when it isn't within its
 * block. Anything else: itself. An object taken out of its block may have
 * had handles to the bytes before it; bin_skip then refuses it.
 */
struct slice bin_unwrap(struct slice value);

/*
 * What a handle at the start of value (a part of root) points to, up to the
 * end of root, or null if that is outside. Not a handle: value itself.
 */
struct slice bin_deref(struct slice root, struct slice value);

/* A complex object's header and where its parts are. */
struct bin_obj {
	struct slice all;	/* from 103 to the end of the footer */
	unsigned flags;
	int32_t type_id;	/* 0: see name */
	int32_t hash;
	int32_t schema_id;
	struct slice name;	/* class name, where type_id is 0, else null */
	uint32_t n;		/* fields */
	uint32_t data;		/* offset of the first field or raw data */
	uint32_t raw;		/* end of the fields, start of raw data */
	uint32_t footer;	/* end of data */
	uint8_t width;		/* of an offset in the footer */
};

/*
 * Open the object at the start of s, wrapped or bare; bytes behind it are
 * left alone. Looks at header and footer, not at the fields.
 */
int	bin_obj_open(struct slice s, struct bin_obj *, struct err *);

/* Field i, 0 <= i < n: all bytes of its value; null if it has none. */
struct slice bin_obj_field(const struct bin_obj *, uint32_t i);

/* Id of field i, from a full footer only. */
int32_t	bin_obj_field_id(const struct bin_obj *, uint32_t i);

/* The raw data; null if there is none. */
struct slice bin_obj_raw(const struct bin_obj *);

/* What a header's hash should be: over the bytes between header and footer. */
int32_t	bin_obj_hash(struct slice data);

/*
 * A string where the protocol has one (code 9, or null); null also when it
 * is something else, and then the cursor is bad.
 */
struct slice bin_string(struct cur *);

#endif
