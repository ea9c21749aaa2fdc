#include "ktopic.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "mem.h"

enum {
	ASK_MS = 10000,
	MAKE_MS = 30000		/* until a new topic has its leaders */
};

int
ktopic_wish_check(const struct ktopic_wish *w, struct err *e)
{
	size_t i;
	const char *s;

	for (i = 0; i < w->config.n; i++) {
		s = strchr(w->config.v[i], '=');
		if (s == NULL || s == w->config.v[i])
			return err_set(e, EX_USAGE, "--topic-config %s: "
			    "NAME=VALUE is needed", w->config.v[i]);
	}
	return 0;
}

void
ktopics_release(struct ktopics *t)
{
	if (t->md != NULL)
		rd_kafka_metadata_destroy(t->md);
	t->md = NULL;
}

static bool
is_there(const struct ktopics *t, const char *name)
{
	int i;

	for (i = 0; i < t->md->topic_cnt; i++)
		if (strcmp(t->md->topics[i].topic, name) == 0)
			return true;
	return false;
}

/* The answer to CreateTopics, about our one topic. */
static int
made(rd_kafka_event_t *ev, const char *name, struct err *e)
{
	const rd_kafka_topic_result_t **t;
	rd_kafka_resp_err_t err;
	const char *text;
	size_t n;

	if (ev == NULL)
		return err_set(e, EX_UNAVAILABLE,
		    "create topic %s: no answer", name);
	err = rd_kafka_event_error(ev);
	text = rd_kafka_event_error_string(ev);
	if (err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		t = rd_kafka_CreateTopics_result_topics(
		    rd_kafka_event_CreateTopics_result(ev), &n);
		if (n == 1) {
			err = rd_kafka_topic_result_error(t[0]);
			text = rd_kafka_topic_result_error_string(t[0]);
		}
	}
	/* Another may have been faster. */
	if (err == RD_KAFKA_RESP_ERR_NO_ERROR ||
	    err == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
		return 0;
	return err_set(e, kafka_status(err), "create topic %s: %s", name,
	    text == NULL ? rd_kafka_err2str(err) : text);
}

/* Say how the topic shall be. */
static rd_kafka_NewTopic_t *
describe(const char *name, const struct ktopic_wish *w, struct err *e)
{
	rd_kafka_NewTopic_t *t;
	char text[300], *copy, *eq;
	size_t i;

	t = rd_kafka_NewTopic_new(name, (int)w->partitions,
	    (int)w->replication, text, sizeof text);
	if (t == NULL) {
		err_set(e, EX_CONFIG, "topic %s: %s", name, text);
		return NULL;
	}
	for (i = 0; i < w->config.n; i++) {
		copy = mem_str(w->config.v[i]);
		eq = strchr(copy, '=');
		*eq = '\0';
		rd_kafka_NewTopic_set_config(t, copy, eq + 1);
		free(copy);
	}
	return t;
}

static int
make(struct kafka *k, const char *name, const struct ktopic_wish *w,
    struct err *e)
{
	rd_kafka_NewTopic_t *t = describe(name, w, e);
	rd_kafka_AdminOptions_t *o;
	rd_kafka_queue_t *q;
	rd_kafka_event_t *ev;
	char text[200];
	int r;

	if (t == NULL)
		return -1;
	q = rd_kafka_queue_new(k->rk);
	o = rd_kafka_AdminOptions_new(k->rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_AdminOptions_set_request_timeout(o, MAKE_MS, text,
	    sizeof text);
	rd_kafka_AdminOptions_set_operation_timeout(o, ASK_MS, text,
	    sizeof text);
	rd_kafka_CreateTopics(k->rk, &t, 1, o, q);
	ev = rd_kafka_queue_poll(q, MAKE_MS + 1000);
	r = made(ev, name, e);
	if (r == 0)
		log_info("topic made topic=%s", name);
	if (ev != NULL)
		rd_kafka_event_destroy(ev);
	rd_kafka_AdminOptions_destroy(o);
	rd_kafka_queue_destroy(q);
	rd_kafka_NewTopic_destroy(t);
	return r;
}

/* Partitions of the topic in an answer; those without a leader in *bare. */
static int32_t
count(const struct rd_kafka_metadata *md, const char *name, int *bare,
    struct err *e)
{
	const struct rd_kafka_metadata_topic *t = md->topics;
	int i;

	*bare = 0;
	if (md->topic_cnt != 1 ||
	    t->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	    t->err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
		return 0;
	if (t->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_err(e, t->err, "topic %s", name);
	for (i = 0; i < t->partition_cnt; i++)
		*bare += t->partitions[i].leader < 0;
	return t->partition_cnt;
}

static int32_t
ask(struct kafka *k, rd_kafka_topic_t *rkt, int ms, int *bare, struct err *e)
{
	const struct rd_kafka_metadata *md;
	rd_kafka_resp_err_t err;
	int32_t n;

	err = rd_kafka_metadata(k->rk, 0, rkt, &md, ms);
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kafka_err(e, err, "topic %s", rd_kafka_topic_name(rkt));
	n = count(md, rd_kafka_topic_name(rkt), bare, e);
	rd_kafka_metadata_destroy(md);
	return n;
}

int32_t
ktopic_partitions(struct kafka *k, rd_kafka_topic_t *rkt, int ms,
    struct err *e)
{
	int bare;

	return ask(k, rkt, ms, &bare, e);
}

/* Wait until each partition has a leader. Not longer than a new topic may
 * need: then something else is wrong. */
static int32_t
settle(struct kafka *k, rd_kafka_topic_t *rkt, struct err *e)
{
	const char *name = rd_kafka_topic_name(rkt);
	int64_t until = clock_ms() + MAKE_MS;
	int32_t n;
	int bare;

	for (;;) {
		n = ask(k, rkt, ASK_MS, &bare, e);
		if (n < 0 || (n > 0 && bare == 0))
			return n;
		if (clock_ms() > until)
			break;
		poll(NULL, 0, 20);	/* between two questions */
	}
	if (n == 0)
		return err_set(e, EX_CONFIG, "topic %s was there a moment "
		    "ago and is not", name);
	return err_set(e, EX_UNAVAILABLE, "topic %s: %d of %d partitions "
	    "have no leader", name, bare, (int)n);
}

rd_kafka_topic_t *
ktopic_open(struct kafka *k, struct ktopics *all, const char *name,
    const struct ktopic_wish *w, int32_t *n, struct err *e)
{
	rd_kafka_resp_err_t err;
	rd_kafka_topic_t *rkt;

	/* Asking for one topic by its name could make the broker create it;
	 * asking for all does not. */
	if (all->md == NULL || !is_there(all, name)) {
		ktopics_release(all);
		err = rd_kafka_metadata(k->rk, 1, NULL, &all->md, ASK_MS);
		if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
			kafka_err(e, err, "list of topics");
			return NULL;
		}
	}
	if (!is_there(all, name)) {
		if (!w->create) {
			err_set(e, EX_CONFIG, "topic %s does not exist, or "
			    "this user may not see it: create it, or leave "
			    "out --no-create", name);
			return NULL;
		}
		if (make(k, name, w, e) < 0)
			return NULL;
	}
	rkt = rd_kafka_topic_new(k->rk, name, NULL);
	if (rkt == NULL) {
		kafka_err(e, rd_kafka_last_error(), "topic %s", name);
		return NULL;
	}
	*n = settle(k, rkt, e);
	if (*n > 0)
		return rkt;
	rd_kafka_topic_destroy(rkt);
	return NULL;
}
