#include "kassign.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

void
kassign_open(struct kassign *a, struct kafka *k, struct offsets *o)
{
	*a = (struct kassign){ .k = k, .offsets = o };
	a->data = rd_kafka_queue_new(k->rk);
}

void
kassign_release(struct kassign *a)
{
	kassign_drop(a, NULL);
	if (a->data != NULL)
		rd_kafka_queue_destroy(a->data);
	free(a->v);
	*a = (struct kassign){ .v = NULL };
}

void
kassign_add(struct kassign *a, const rd_kafka_topic_partition_list_t *l,
    const bool *from_group, const rd_kafka_topic_partition_list_t *ends)
{
	const rd_kafka_topic_partition_t *tp;
	struct kpart *p;
	int i;

	for (i = 0; i < l->cnt; i++) {
		tp = &l->elems[i];
		if (a->n == a->cap) {
			a->cap = a->cap == 0 ? 16 : a->cap * 2;
			a->v = mem_grow(a->v, a->cap, sizeof *a->v);
		}
		p = &a->v[a->n++];
		*p = (struct kpart){ mem_str(tp->topic), tp->partition,
		    offsets_open(a->offsets, tp->offset), tp->offset, -1,
		    false, false, NULL };
		if (from_group[i])
			offsets_committed(a->offsets, p->slot, tp->offset);
		p->queue = rd_kafka_queue_get_partition(a->k->rk, tp->topic,
		    tp->partition);
		rd_kafka_queue_forward(p->queue, a->data);
		if (ends != NULL) {
			p->end = ends->elems[i].offset;
			kassign_at(a, p, p->at, false);
		}
	}
}

static void
drop(struct kassign *a, struct kpart *p)
{
	offsets_close(a->offsets, p->slot);
	rd_kafka_queue_destroy(p->queue);
	free(p->topic);
	a->done -= p->done;
	a->idle -= p->idle;
	*p = a->v[--a->n];
}

void
kassign_drop(struct kassign *a, const rd_kafka_topic_partition_list_t *l)
{
	struct kpart *p;
	int i;

	while (l == NULL && a->n != 0)
		drop(a, a->v);
	for (i = 0; l != NULL && i < l->cnt; i++) {
		p = kassign_find(a, l->elems[i].topic, l->elems[i].partition);
		if (p != NULL)
			drop(a, p);
	}
}

struct kpart *
kassign_find(struct kassign *a, const char *topic, int32_t partition)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (a->v[i].partition == partition &&
		    strcmp(a->v[i].topic, topic) == 0)
			return &a->v[i];
	return NULL;
}

void
kassign_at(struct kassign *a, struct kpart *p, int64_t offset, bool at_end)
{
	if (offset > p->at)
		p->at = offset;
	if (p->idle != at_end) {
		p->idle = at_end;
		a->idle += at_end ? 1 : (size_t)-1;
	}
	if (p->done || p->end < 0 || (p->at < p->end && !at_end))
		return;
	p->done = true;
	a->done++;
}

uint64_t
kassign_last(struct kassign *a, const rd_kafka_topic_partition_list_t *l)
{
	uint64_t last = 0, s;
	struct kpart *p;
	int i;

	for (i = 0; i < l->cnt; i++) {
		p = kassign_find(a, l->elems[i].topic, l->elems[i].partition);
		s = p == NULL ? 0 : a->offsets->slots[p->slot].last;
		if (s > last)
			last = s;
	}
	return last;
}

rd_kafka_topic_partition_list_t *
kassign_list(const struct kassign *a)
{
	rd_kafka_topic_partition_list_t *l;
	size_t i;

	l = rd_kafka_topic_partition_list_new((int)a->n);
	for (i = 0; i < a->n; i++)
		rd_kafka_topic_partition_list_add(l, a->v[i].topic,
		    a->v[i].partition)->offset = a->v[i].at;
	return l;
}

/* What is due of one partition goes onto the list. */
static void
add_due(struct kassign *a, struct kpart *p,
    rd_kafka_topic_partition_list_t *due)
{
	int64_t next;

	if (p == NULL || (next = offsets_due(a->offsets, p->slot)) < 0)
		return;
	rd_kafka_topic_partition_list_add(due, p->topic,
	    p->partition)->offset = next;
	offsets_committed(a->offsets, p->slot, next);
}

int
kassign_commit(struct kassign *a, const rd_kafka_topic_partition_list_t *l,
    bool background, struct err *e)
{
	rd_kafka_topic_partition_list_t *due;
	rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;
	size_t i;
	int n;

	due = rd_kafka_topic_partition_list_new(8);
	for (i = 0; l == NULL && i < a->n; i++)
		add_due(a, &a->v[i], due);
	for (i = 0; l != NULL && i < (size_t)l->cnt; i++)
		add_due(a, kassign_find(a, l->elems[i].topic,
		    l->elems[i].partition), due);
	n = due->cnt;
	if (n != 0)
		err = rd_kafka_commit(a->k->rk, due, background);
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		kassign_undo(a, due);
		n = kafka_err(e, err, "commit");
	}
	rd_kafka_topic_partition_list_destroy(due);
	return n;
}

void
kassign_undo(struct kassign *a, const rd_kafka_topic_partition_list_t *l)
{
	struct kpart *p;
	int i;

	for (i = 0; i < l->cnt; i++) {
		p = kassign_find(a, l->elems[i].topic, l->elems[i].partition);
		if (p != NULL)
			offsets_committed(a->offsets, p->slot, -1);
	}
}

uint64_t
kassign_lag(struct kassign *a)
{
	int64_t low, high;
	uint64_t lag = 0;
	size_t i;

	for (i = 0; i < a->n; i++)
		if (rd_kafka_get_watermark_offsets(a->k->rk, a->v[i].topic,
		    a->v[i].partition, &low, &high) ==
		    RD_KAFKA_RESP_ERR_NO_ERROR && high > a->v[i].at)
			lag += (uint64_t)(high - a->v[i].at);
	return lag;
}
