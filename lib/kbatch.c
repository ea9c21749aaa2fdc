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

/* One record with headers or a time, which batches cannot carry. */
static rd_kafka_resp_err_t
offer_one(struct kbatch_part *l, rd_kafka_message_t *m, const struct kbatch_extra *x,
    rd_kafka_t *rk)
{
	rd_kafka_headers_t *h = headers_of(x->headers);
	rd_kafka_resp_err_t err;

	err = rd_kafka_producev(rk, RD_KAFKA_V_RKT(l->rkt),
	    RD_KAFKA_V_PARTITION(l->partition),
	    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
	    RD_KAFKA_V_KEY(m->key, m->key_len),
	    RD_KAFKA_V_VALUE(m->payload, m->len),
	    /* 0 is "now". */
	    RD_KAFKA_V_TIMESTAMP(x->time == REC_NO_TIME ? 0 : x->time),
	    RD_KAFKA_V_OPAQUE(m->_private),
	    RD_KAFKA_V_HEADERS(h), RD_KAFKA_V_END);
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR && h != NULL)
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
		*err = offer_one(l, &l->m[i], &ls->extra[l->m[i].offset - 1],
		    rk);
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
