#include "kbatch.h"

#include <assert.h>
#include <stdlib.h>

#include "mem.h"
#include "rec.h"

static void
grow(struct kbatch_part *l)
{
	l->cap = l->cap == 0 ? 64 : l->cap * 2;
	l->m = mem_grow(l->m, l->cap, sizeof *l->m);
}

void
kbatch_add(struct kbatch *ls, struct kbatch_part *l, const struct kbatch_rec *r)
{
	rd_kafka_message_t *m;

	if (l->n == 0) {
		if (ls->n == ls->cap) {
			ls->cap = ls->cap == 0 ? 64 : ls->cap * 2;
			ls->busy = mem_grow(ls->busy, ls->cap,
			    sizeof *ls->busy);
		}
		ls->busy[ls->n++] = l;
	}
	if (l->n == l->cap)
		grow(l);
	m = &l->m[l->n++];
	m->payload = (void *)(uintptr_t)r->value.p;
	m->len = r->value.n;
	m->key = (void *)(uintptr_t)r->key.p;
	m->key_len = r->key.n;
	m->_private = (void *)(uintptr_t)r->ticket;
	m->offset = 0;
	if (r->extra.headers.n == 0 && r->extra.time == REC_NO_TIME)
		return;
	if (ls->extras == ls->extra_cap) {
		ls->extra_cap = ls->extra_cap == 0 ? 64 : ls->extra_cap * 2;
		ls->extra = mem_grow(ls->extra, ls->extra_cap,
		    sizeof *ls->extra);
	}
	ls->extra[ls->extras++] = r->extra;
	m->offset = (int64_t)ls->extras;
}

static rd_kafka_headers_t *
headers_of(struct slice s)
{
	rd_kafka_headers_t *h = NULL;
	struct slice name, value;

	while (rec_header(&s, &name, &value) > 0) {
		if (h == NULL)
			h = rd_kafka_headers_new(4);
		rd_kafka_header_add(h, (const char *)name.p, (ssize_t)name.n,
		    value.p, (ssize_t)value.n);
	}
	return h;
}

rd_kafka_resp_err_t
kbatch_offer_one(rd_kafka_t *rk, rd_kafka_topic_t *rkt, int32_t partition,
    const struct kbatch_rec *r)
{
	rd_kafka_headers_t *h = headers_of(r->extra.headers);
	rd_kafka_vu_t v[8] = {
		{ .vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = rkt },
		{ .vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition },
		{ .vtype = RD_KAFKA_VTYPE_MSGFLAGS,
		    .u.i = RD_KAFKA_MSG_F_COPY },
		{ .vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {
		    (void *)(uintptr_t)r->key.p, r->key.n } },
		{ .vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {
		    (void *)(uintptr_t)r->value.p, r->value.n } },
		/* 0 is "now". */
		{ .vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 =
		    r->extra.time == REC_NO_TIME ? 0 : r->extra.time },
		{ .vtype = RD_KAFKA_VTYPE_OPAQUE,
		    .u.ptr = (void *)(uintptr_t)r->ticket },
		{ .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = h }
	};
	rd_kafka_error_t *error = rd_kafka_produceva(rk, v, h == NULL ? 7 : 8);
	rd_kafka_resp_err_t err;

	if (error == NULL)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	err = rd_kafka_error_code(error);
	rd_kafka_error_destroy(error);
	if (h != NULL)
		rd_kafka_headers_destroy(h);
	return err;
}

/* Offer from m[i] on what goes in one call; returns how many were taken. */
static size_t
offer_some(struct kbatch *ls, struct kbatch_part *l, size_t i, rd_kafka_t *rk,
    rd_kafka_resp_err_t *err)
{
	size_t j = i, taken;

	*err = RD_KAFKA_RESP_ERR_NO_ERROR;
	if (l->m[i].offset != 0) {
		/* Batches cannot carry its headers or its time. */
		*err = kbatch_offer_one(rk, l->rkt, l->partition,
		    &(struct kbatch_rec){
		    slice_of(l->m[i].key, l->m[i].key_len),
		    slice_of(l->m[i].payload, l->m[i].len),
		    ls->extra[l->m[i].offset - 1],
		    (uintptr_t)l->m[i]._private });
		return *err == RD_KAFKA_RESP_ERR_NO_ERROR;
	}
	while (j < l->n && l->m[j].offset == 0)
		j++;
	taken = (size_t)rd_kafka_produce_batch(l->rkt, l->partition,
	    RD_KAFKA_MSG_F_COPY, l->m + i, (int)(j - i));
	if (taken == j - i)
		return taken;
	/* It stops at the first for which there is no room. */
	for (j = i; l->m[j].err == RD_KAFKA_RESP_ERR_NO_ERROR; j++)
		;
	*err = l->m[j].err;
	assert(*err != RD_KAFKA_RESP_ERR__QUEUE_FULL || j - i == taken);
	return j - i;
}

/* Forget the first i. */
static void
drop(struct kbatch_part *l, size_t i)
{
	memmove(l->m, l->m + i, (l->n - i) * sizeof *l->m);
	l->n -= i;
}

int
kbatch_offer(struct kbatch *ls, rd_kafka_t *rk, rd_kafka_resp_err_t *err,
    const rd_kafka_message_t **bad)
{
	struct kbatch_part *l;
	size_t i;

	while (ls->n != 0) {
		l = ls->busy[ls->n - 1];
		for (i = 0; i < l->n; ) {
			i += offer_some(ls, l, i, rk, err);
			if (*err == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
				drop(l, i);
				return 1;
			}
			if (*err != RD_KAFKA_RESP_ERR_NO_ERROR) {
				*bad = &l->m[i];
				return -1;
			}
		}
		l->n = 0;
		ls->n--;
	}
	ls->extras = 0;
	return 0;
}

void
kbatch_release(struct kbatch *ls)
{
	free(ls->busy);
	free(ls->extra);
	*ls = (struct kbatch){ .busy = NULL };
}

void
kbatch_part_release(struct kbatch_part *l)
{
	free(l->m);
	*l = (struct kbatch_part){ .m = NULL };
}
