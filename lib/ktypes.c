#include "ktypes.h"

#include <inttypes.h>
#include <stdlib.h>

#include "clock.h"
#include "ktopic.h"
#include "log.h"
#include "mem.h"

enum {
	ASK_MS = 5000,
	BATCH = 500
};

int
ktypes_key(struct buf *b, struct slice body, struct err *e)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	struct type t;
	size_t i;

	if (rec_decode_type(&t, body, e) < 0)
		return -1;
	for (i = 0; i < body.n; i++)
		h = (h ^ body.p[i]) * UINT64_C(0x100000001b3);
	buf_fmt(b, "%" PRId32 ":%016" PRIx64, t.id, h);
	return 0;
}

struct ktypes {
	struct kafka *k;
	rd_kafka_topic_t *rkt;
	rd_kafka_queue_t *q;
	int64_t give_up;
	rd_kafka_topic_partition_list_t *ask;	/* NULL: not there yet */
	int64_t *next;		/* by partition: offset not yet handed over */
	int64_t *end;		/* and where to stop */
};

struct ktypes *
ktypes_open(const struct kconf_set *s, const struct kconf_prop *props,
    const char *topic, struct err *e)
{
	struct ktypes *t = mem_zero(sizeof *t);

	t->give_up = s->give_up;
	t->k = kafka_open(s, RD_KAFKA_CONSUMER, props, NULL, NULL, t, e);
	if (t->k == NULL || kafka_reach(t->k, s, e) < 0) {
		ktypes_close(t);
		return NULL;
	}
	t->q = rd_kafka_queue_new(t->k->rk);
	t->rkt = rd_kafka_topic_new(t->k->rk, topic, NULL);
	return t;
}

void
ktypes_close(struct ktypes *t)
{
	if (t == NULL)
		return;
	if (t->ask != NULL)
		rd_kafka_topic_partition_list_destroy(t->ask);
	if (t->rkt != NULL)
		rd_kafka_topic_destroy(t->rkt);
	if (t->q != NULL)
		rd_kafka_queue_destroy(t->q);
	kafka_close(t->k);
	free(t->next);
	free(t->end);
	free(t);
}

/* Has the topic appeared? 1, 0, -1. */
static int
look(struct ktypes *t, struct err *e)
{
	const char *topic = rd_kafka_topic_name(t->rkt);
	int32_t n, i;

	if (t->ask != NULL)
		return 1;
	n = ktopic_partitions(t->k, t->rkt, ASK_MS, e);
	if (n < 0 && e->status == EX_NOPERM)
		return err_in(e, "types (--no-types does without)");
	if (n <= 0)
		return (int)n;
	t->ask = rd_kafka_topic_partition_list_new((int)n);
	t->next = mem_zero((size_t)n * sizeof *t->next);
	t->end = mem_zero((size_t)n * sizeof *t->end);
	for (i = 0; i < n; i++)
		rd_kafka_topic_partition_list_add(t->ask, topic, i);
	return 1;
}

/* Ask where the partitions end. 1; 0: ask again; -1. */
static int
ask(struct ktypes *t, struct err *e)
{
	rd_kafka_resp_err_t err;
	int i;

	for (i = 0; i < t->ask->cnt; i++)
		t->ask->elems[i].offset = RD_KAFKA_OFFSET_END;
	err = rd_kafka_offsets_for_times(t->k->rk, t->ask, ASK_MS);
	for (i = 0; err == RD_KAFKA_RESP_ERR_NO_ERROR && i < t->ask->cnt; i++)
		err = t->ask->elems[i].err;
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		kafka_err(e, err, "topic %s", rd_kafka_topic_name(t->rkt));
		return kafka_status(err) == EX_UNAVAILABLE ? 0 : -1;
	}
	for (i = 0; i < t->ask->cnt; i++)
		t->end[i] = t->ask->elems[i].offset;
	return 1;
}

static int
take(struct ktypes *t, const rd_kafka_message_t *m,
    int (*fn)(void *arg, struct slice body, struct err *), void *arg,
    struct err *e)
{
	int64_t *next = &t->next[m->partition];
	struct type type;

	if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		/* What compaction or a transaction left unused counts too. */
		if (m->offset > *next)
			*next = m->offset;
		return 0;
	}
	if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		if (kafka_status(m->err) == EX_UNAVAILABLE) {
			log_debug("types: %s", rd_kafka_message_errstr(m));
			return 0;
		}
		return kafka_err(e, m->err, "topic %s",
		    rd_kafka_topic_name(t->rkt));
	}
	*next = m->offset + 1;
	if (m->payload == NULL)
		return 0;
	if (rec_decode_type(&type, slice_of(m->payload, m->len), e) < 0)
		return err_in(e, "topic %s partition %d offset %" PRId64,
		    rd_kafka_topic_name(t->rkt), (int)m->partition, m->offset);
	return fn(arg, slice_of(m->payload, m->len), e);
}

static bool
is_behind(const struct ktypes *t)
{
	int i;

	for (i = 0; i < t->ask->cnt; i++)
		if (t->next[i] < t->end[i])
			return true;
	return false;
}

/* Read up to the ends. */
static int
read_on(struct ktypes *t,
    int (*fn)(void *arg, struct slice body, struct err *), void *arg,
    struct err *e)
{
	rd_kafka_message_t *m[BATCH];
	ssize_t n, i;
	int r = 0;

	while (r == 0 && is_behind(t)) {
		n = rd_kafka_consume_batch_queue(t->q, 1000, m, BATCH);
		for (i = 0; i < n; i++) {
			if (r == 0)
				r = take(t, m[i], fn, arg, e);
			rd_kafka_message_destroy(m[i]);
		}
		rd_kafka_poll(t->k->rk, 0);
	}
	return r;
}

/* Fetch only while something is missing: types are few and rare. */
static int
fetch(struct ktypes *t,
    int (*fn)(void *arg, struct slice body, struct err *), void *arg,
    struct err *e)
{
	rd_kafka_message_t *m[BATCH];
	ssize_t n;
	int i, r;

	for (i = 0; i < t->ask->cnt; i++)
		if (rd_kafka_consume_start_queue(t->rkt, i, t->next[i],
		    t->q) < 0) {
			r = kafka_err(e, rd_kafka_last_error(), "topic %s",
			    rd_kafka_topic_name(t->rkt));
			goto stop;
		}
	r = read_on(t, fn, arg, e);
stop:
	while (i-- > 0)
		rd_kafka_consume_stop(t->rkt, i);
	/* What came behind the ends will be fetched again. */
	while ((n = rd_kafka_consume_batch_queue(t->q, 0, m, BATCH)) > 0)
		while (n-- > 0)
			rd_kafka_message_destroy(m[n]);
	return r;
}

int
ktypes_catch_up(struct ktypes *t,
    int (*fn)(void *arg, struct slice body, struct err *), void *arg,
    struct err *e)
{
	int64_t since = clock_ms();
	int r;

	for (;;) {
		r = look(t, e);
		if (r == 0)
			return 0;	/* no topic, so no types */
		if (r > 0)
			r = ask(t, e);
		else if (e->status == EX_UNAVAILABLE)
			r = 0;
		if (r < 0)
			return -1;
		if (r > 0)
			return is_behind(t) ? fetch(t, fn, arg, e) : 0;
		log_info("types: %s", e->text);
		rd_kafka_poll(t->k->rk, 50);
		if (t->give_up >= 0 && clock_ms() - since > t->give_up)
			return err_in(e, "gave up (--give-up-after)");
	}
}
