#include "wirerow.h"

#include "bin.h"
#include "binwrite.h"

#define NO_FILTER BIN_NULL

/* Of a streamer: overwrite, flush, close. */
#define STREAM_FLAGS (1 | 8 | 16)

static int
garbled(struct err *e, const char *what)
{
	return err_set(e, EX_PROTOCOL, "%s does not parse", what);
}

void
wire_batch_open(struct wire_batch *w, struct buf *b, enum wire_op op,
    int32_t cache)
{
	*w = (struct wire_batch){ .b = b };
	w->values = op == WIRE_PUT_ALL || op == WIRE_STREAM;
	if (op == WIRE_STREAM) {
		buf_u32(b, (uint32_t)cache);
		buf_u8(b, STREAM_FLAGS);
		buf_u32(b, UINT32_MAX);		/* buffer sizes: default */
		buf_u32(b, UINT32_MAX);
		buf_u8(b, NO_FILTER);
	} else {
		wire_cache(b, cache);
	}
	w->at = b->n;
	buf_u32(b, 0);
}

void
wire_batch_add(struct wire_batch *w, struct slice key, struct slice value)
{
	buf_add(w->b, key.p, key.n);
	if (w->values && value.p == NULL)
		bin_put_null(w->b);
	else if (w->values)
		buf_add(w->b, value.p, value.n);
	w->n++;
}

void
wire_batch_close(struct wire_batch *w)
{
	buf_patch_u32(w->b, w->at, w->n);
}

void
wire_scan(struct buf *b, int32_t cache, int32_t page, int32_t partition,
    bool local)
{
	wire_cache(b, cache);
	buf_u8(b, NO_FILTER);
	buf_u32(b, (uint32_t)page);
	buf_u32(b, (uint32_t)partition);
	buf_u8(b, local);
}

void
wire_page(struct buf *b, int64_t cursor)
{
	buf_u64(b, (uint64_t)cursor);
}

/* The count and, from the last byte, whether there is more. */
static int
open_rows(struct wire_rows *r, struct err *e)
{
	r->left = cur_u32(&r->c);
	if (r->pages) {
		if (cur_left(&r->c) == 0 || r->c.end[-1] > 1)
			r->c.bad = true;
		else
			r->more = r->c.end[-1] == 1;
	}
	if (r->c.bad || r->left > cur_left(&r->c))
		return garbled(e, "a page of rows");
	return 0;
}

int
wire_rows(struct wire_rows *r, struct slice body, bool first, struct err *e)
{
	*r = (struct wire_rows){ .c = cur_on(body), .pages = true };
	if (first)
		r->cursor = cur_i64(&r->c);
	return open_rows(r, e);
}

int
wire_pairs(struct wire_rows *r, struct slice body, struct err *e)
{
	*r = (struct wire_rows){ .c = cur_on(body) };
	return open_rows(r, e);
}

/* All rows were taken: nothing but "more" may be left. */
static int
close_rows(struct wire_rows *r, struct err *e)
{
	if (r->pages)
		cur_u8(&r->c);
	r->pages = false;
	return cur_done(&r->c) ? 0 : garbled(e, "the end of a page");
}

int
wire_row(struct wire_rows *r, struct slice *key, struct slice *value,
    struct err *e)
{
	if (r->left == 0)
		return close_rows(r, e);
	r->left--;
	*key = wire_cur_value(&r->c);
	*value = wire_cur_value(&r->c);
	if (r->c.bad || key->p == NULL || value->p == NULL)
		return garbled(e, "a row");
	return 1;
}

void
wire_sql(struct buf *b, const char *schema, int32_t page, const char *sql,
    uint32_t nargs, struct slice args)
{
	int i;

	wire_cache(b, 0);
	bin_put_string(b, slice_str(schema));
	buf_u32(b, (uint32_t)page);
	buf_u32(b, UINT32_MAX);		/* rows at most: not looked at */
	bin_put_string(b, slice_str(sql));
	buf_u32(b, nargs);
	buf_add(b, args.p, args.n);
	buf_u8(b, 0);			/* any statement */
	for (i = 0; i < 6; i++)
		buf_u8(b, i == 5);	/* lazy, the last of the flags */
	buf_u64(b, 0);			/* no time limit */
	buf_u8(b, 0);			/* no names of columns */
	buf_u32(b, UINT32_MAX);		/* all partitions */
	buf_u32(b, 1);			/* update batch */
}

int
wire_sql_rows(struct wire_rows *r, struct slice body, bool first,
    uint32_t columns, struct err *e)
{
	*r = (struct wire_rows){ .c = cur_on(body), .pages = true };
	r->columns = columns;
	if (first) {
		r->cursor = cur_i64(&r->c);
		r->columns = cur_u32(&r->c);
	}
	if (r->columns == 0 || r->columns > UINT16_MAX)
		return garbled(e, "the number of columns");
	return open_rows(r, e);
}

int
wire_sql_row(struct wire_rows *r, struct slice *values, struct err *e)
{
	uint32_t i;

	if (r->left == 0)
		return close_rows(r, e);
	r->left--;
	for (i = 0; i < r->columns; i++)
		values[i] = wire_cur_value(&r->c);
	return r->c.bad ? garbled(e, "a row") : 1;
}

void
wire_query(struct buf *b, int32_t cache, int32_t page, int64_t interval_ms,
    bool expired)
{
	wire_cache(b, cache);
	buf_u32(b, (uint32_t)page);
	buf_u64(b, (uint64_t)interval_ms);
	buf_u8(b, expired);
	buf_u8(b, NO_FILTER);
}

int
wire_events(struct wire_events *v, struct slice body, struct err *e)
{
	v->c = cur_on(body);
	v->left = cur_u32(&v->c);
	if (v->c.bad || v->left > cur_left(&v->c))
		return garbled(e, "a list of events");
	return 0;
}

int
wire_event(struct wire_events *v, struct wire_event *ev, struct err *e)
{
	uint8_t change;

	if (v->left == 0)
		return cur_done(&v->c) ? 0 :
		    garbled(e, "the end of a list of events");
	v->left--;
	ev->key = wire_cur_value(&v->c);
	ev->old = wire_cur_value(&v->c);
	ev->value = wire_cur_value(&v->c);
	change = cur_u8(&v->c);
	if (v->c.bad || ev->key.p == NULL || change > WIRE_EXPIRED)
		return garbled(e, "an event");
	ev->change = (enum wire_change)change;
	/* GridGain repeats the old value as the new one of a removal. */
	if (ev->change == WIRE_REMOVED || ev->change == WIRE_EXPIRED)
		ev->value = slice_of(NULL, 0);
	else if (ev->value.p == NULL)
		return garbled(e, "an event without its value");
	return 1;
}
