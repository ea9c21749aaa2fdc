/*
 * wire: the messages of Ignite's thin client protocol.
 *
 * Pure: requests are appended to a buf, answers are parsed from bytes that
 * nobody vouches for. Whatever is handed out of an answer is borrowed from
 * its bytes. Keys and values are binary objects as they stand on the wire
 * (bin.h), a complex object without the wrapper that servers put around it;
 * null is a null slice.
 */
#ifndef WIRE_H
#define WIRE_H

#include "buf.h"
#include "bytes.h"
#include "cur.h"
#include "err.h"

enum wire_op {
	WIRE_CLOSE = 0, WIRE_HEARTBEAT = 1, WIRE_IDLE_TIMEOUT = 2,
	WIRE_GET = 1000, WIRE_PUT = 1001, WIRE_GET_ALL = 1003,
	WIRE_PUT_ALL = 1004, WIRE_CONTAINS = 1011, WIRE_CLEAR = 1013,
	WIRE_REMOVE = 1016, WIRE_REMOVE_KEYS = 1018, WIRE_REMOVE_ALL = 1019,
	WIRE_SIZE = 1020,
	WIRE_CACHES = 1050, WIRE_CACHE_NAMED = 1052, WIRE_CACHE_LIKE = 1054,
	WIRE_CACHE_CONFIG = 1055, WIRE_CACHE_DESTROY = 1056,
	WIRE_PARTITIONS = 1101,
	WIRE_SCAN = 2000, WIRE_SCAN_PAGE = 2001,
	WIRE_SQL = 2004, WIRE_SQL_PAGE = 2005,
	WIRE_QUERY = 2006, WIRE_EVENT = 2007,
	WIRE_NAME_GET = 3000, WIRE_NAME_PUT = 3001,
	WIRE_TYPE_GET = 3002, WIRE_TYPE_PUT = 3003, WIRE_BINARY_CONFIG = 3004,
	WIRE_TX_START = 4000, WIRE_TX_END = 4001,
	WIRE_STATE = 5000, WIRE_SET_STATE = 5001, WIRE_NODE_INFO = 5101,
	WIRE_ENDPOINTS = 5102,
	WIRE_STREAM = 8000
};

enum wire_status {
	WIRE_OK = 0, WIRE_FAILED = 1, WIRE_NO_SUCH_OP = 2,
	WIRE_NODE_STATE = 10, WIRE_NODE_RECOVERING = 11,
	WIRE_NO_CACHE = 1000, WIRE_CACHE_EXISTS = 1001,
	WIRE_TOO_MANY_CURSORS = 1010, WIRE_NO_RESOURCE = 1011,
	WIRE_FORBIDDEN = 1012, WIRE_TX_TIMED_OUT = 1022,
	WIRE_AUTH_FAILED = 2000
};

struct wire_uuid {
	uint64_t hi, lo;
};

/* "01234567-89ab-..." and its NUL. */
#define WIRE_UUID_TEXT 37
void	wire_uuid_text(struct wire_uuid, char to[WIRE_UUID_TEXT]);
bool	wire_uuid_eq(struct wire_uuid, struct wire_uuid);

/* --- frames --- */

/*
 * The size of the frame that starts here, its 4 bytes of length included:
 * 0 if fewer than 4 are here. Negative: no frame of this protocol starts so
 * or it is longer than max; EX_PROTOCOL.
 */
int64_t	wire_frame(struct slice have, size_t max, struct err *);

/* Begin and end a request; what is in between is the operation's. */
void	wire_begin(struct buf *, enum wire_op, uint64_t id);
void	wire_end(struct buf *, size_t from);	/* where b->n was at begin */

/* An answer, or a notification, of protocol 1.4.0 and later. */
struct wire_msg {
	uint64_t id;		/* the request's; a notification's: its query */
	bool note;		/* a notification; op says which */
	bool topology;		/* major and minor are given */
	int16_t op;		/* of a notification */
	int32_t status;		/* enum wire_status and others; 0 is good */
	int64_t major;		/* affinity topology version */
	int32_t minor;
	struct slice text;	/* with a bad status; first line; maybe null */
	struct slice body;	/* with a good one */
};

/* frame is what wire_frame measured. */
int	wire_msg(struct slice frame, struct wire_msg *, struct err *);

/* --- handshake --- */

/* Ask for these features, all of one meaning in both products. */
enum wire_feature {
	WIRE_CLUSTER_STATES = 2, WIRE_NODE_ENDPOINTS = 3,
	WIRE_QUERY_PARTITIONS = 7, WIRE_BINARY_CONFIGURATION = 8,
	WIRE_HEARTBEATS = 11
};

struct wire_hello {
	uint16_t major, minor, patch;
	bool features;		/* from 1.7.0 on */
	const char *user;	/* NULL: none */
	struct slice password;
};

void	wire_hello(struct buf *, const struct wire_hello *);

struct wire_welcome {
	bool ok;
	uint32_t features;	/* bit n: feature n is agreed on */
	struct wire_uuid node;
	uint16_t major, minor, patch;	/* when refused: what it wants */
	int32_t status;
	struct slice text;
};

/* asked is what wire_hello sent. */
int	wire_welcome(struct slice frame, const struct wire_hello *asked,
	    struct wire_welcome *, struct err *);

/* --- values in requests and answers --- */

/* The id of a cache, type or field in a request: Java's hash of its name. */
int32_t	wire_cache_id(const char *name);

/* Any value, unwrapped; null for null, too when the cursor goes bad. */
struct slice wire_cur_value(struct cur *);

/* The bytes of the next value as they stand. */
struct slice wire_cur_raw(struct cur *);

/* Cache id and flags, with which most cache operations begin. */
void	wire_cache(struct buf *, int32_t cache);

#endif
