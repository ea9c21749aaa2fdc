/*
 * wirerow: requests and answers that hold keys and values: batches, pages
 * of scans and of SQL, events of continuous queries. Pure, as wire is.
 */
#ifndef WIREROW_H
#define WIREROW_H

#include "wire.h"

/* --- lists of keys, or keys and values --- */

/* A request whose count is filled in at the end. */
struct wire_batch {
	struct buf *b;
	size_t at;		/* of the count */
	uint32_t n;
	bool values;
};

/*
 * op: WIRE_PUT_ALL, _REMOVE_KEYS, _GET_ALL, or _STREAM (one batch that is
 * written when the answer comes; a null value removes). Keys must not
 * repeat, and in every batch of everybody come in the same order: servers
 * lock them as they come. Keep a request to a few MB: servers trust sizes.
 */
void	wire_batch_open(struct wire_batch *, struct buf *, enum wire_op op,
	    int32_t cache);
void	wire_batch_add(struct wire_batch *, struct slice key,
	    struct slice value);
void	wire_batch_close(struct wire_batch *);

/* --- rows --- */

/* What several answers hold: pairs, or rows of columns. */
struct wire_rows {
	struct cur c;
	int64_t cursor;		/* of the first answer, else 0 */
	uint32_t left;
	uint32_t columns;	/* of SQL */
	bool pages;		/* a "more" follows the rows */
	bool more;		/* ask for the next page; else it is closed */
};

/*
 * page: 1 to 10,000 rows (servers prepare it); partition -1: all;
 * local: only what the node holds, backups too if a partition is given.
 */
void	wire_scan(struct buf *, int32_t cache, int32_t page,
	    int32_t partition, bool local);
void	wire_page(struct buf *, int64_t cursor);

/* The answer to WIRE_SCAN (first) or WIRE_SCAN_PAGE. more is known now. */
int	wire_rows(struct wire_rows *, struct slice body, bool first,
	    struct err *);
/* The answer to WIRE_GET_ALL. */
int	wire_pairs(struct wire_rows *, struct slice body, struct err *);
/* 1 a row, 0 none left, -1 the answer does not parse. */
int	wire_row(struct wire_rows *, struct slice *key, struct slice *value,
	    struct err *);

/* args: values one behind the other. */
void	wire_sql(struct buf *, const char *schema, int32_t page,
	    const char *sql, uint32_t nargs, struct slice args);
int	wire_sql_rows(struct wire_rows *, struct slice body, bool first,
	    uint32_t columns, struct err *);
/* values: as many as columns says. */
int	wire_sql_row(struct wire_rows *, struct slice *values, struct err *);

/* --- continuous queries --- */

enum wire_change { WIRE_CREATED, WIRE_UPDATED, WIRE_REMOVED, WIRE_EXPIRED };

struct wire_event {
	enum wire_change change;
	struct slice key;
	struct slice old;	/* null if there was none */
	struct slice value;	/* null when removed or expired */
};

/*
 * page > 1 delays the events of other nodes until interval_ms is over;
 * page 1 with interval 0 never does.
 */
void	wire_query(struct buf *, int32_t cache, int32_t page,
	    int64_t interval_ms, bool expired);

struct wire_events {
	struct cur c;
	uint32_t left;
};

/* The body of a notification WIRE_EVENT. */
int	wire_events(struct wire_events *, struct slice body, struct err *);
/* 1, 0, -1 as wire_row. */
int	wire_event(struct wire_events *, struct wire_event *, struct err *);

#endif
