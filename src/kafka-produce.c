/* kafka-produce: write the records of a stream into topics. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>

#include "clock.h"
#include "filter.h"
#include "kafka.h"
#include "kroute.h"
#include "ktypes.h"
#include "murmur.h"
#include "track.h"

static struct kconf_set set = { .give_up = -1 };
static struct topic_rule rule;
static const char *codec, *types_topic = KTYPES_TOPIC;
static bool types = true, keep_time;
static struct ktopic_wish wish = { true, -1, -1, { NULL, 0 } };

static const struct opt options[] = {
	OPT_HEAD("Kafka"),
	KCONF_OPTIONS(set),
	OPT_STR('z', "compression", &codec, "CODEC",
	    "none, gzip, snappy, lz4 or zstd [none]"),
	OPT_HEAD("Topics"),
	OPT_STR('t', "topic", &rule.template, "TEMPLATE",
	    "topic for all; {cache} in it is the cache's name"),
	OPT_STR(0, "topic-prefix", &rule.prefix, "PREFIX",
	    "or: the topic is PREFIX and the cache's name"),
	OPT_NUM(0, "partitions", &wish.partitions, "N", 1, 100000,
	    "of topics that are missing [as the broker likes]"),
	OPT_NUM(0, "replication-factor", &wish.replication, "N", 1, 100,
	    "of topics that are missing [as the broker likes]"),
	OPT_LIST(0, "topic-config", &wish.config, "NAME=VALUE",
	    "of topics that are missing"),
	OPT_NOFLAG(0, "no-create", &wish.create,
	    "topics that are missing are an error"),
	OPT_STR(0, "types-topic", &types_topic, "NAME",
	    "where descriptions of types go [" KTYPES_TOPIC "]"),
	OPT_NOFLAG(0, "no-types", &types, "write no descriptions of types"),
	OPT_FLAG(0, "keep-time", &keep_time,
	    "keep the records' times (slower)"),
	OPT_LAST
};

static struct kconf_prop props[] = {
	{ "compression.codec", "none", false, false },
	{ "linger.ms", "5", false, false },
	/* More in flight only falls out of the processor's caches. */
	{ "queue.buffering.max.messages", "30000", false, false },
	{ "queue.buffering.max.kbytes", "131072", false, false },
	{ "message.max.bytes", "67108864", false, false },
	{ "acks", "all", true, false },
	{ "enable.idempotence", "true", true, false },
	{ "max.in.flight.requests.per.connection", "5", true, false },
	{ "message.timeout.ms", "0", true, false },
	{ "retries", "2147483647", true, false },
	{ "partitioner", "murmur2_random", true, false },
	{ "transactional.id", NULL, true, false },
	{ NULL, NULL, false, false }
};

static struct count
    delivered = { "delivered_total", "records that are durable", 0 },
    tombstones = { "tombstones_total", "of these, removals", 0 },
    types_written = { "types_total", "descriptions of types written", 0 },
    in_flight = { "in_flight", "records offered and not yet durable", 0 },
    position = { "acknowledged_position", "all up to here is durable", 0 },
    waits = { "queue_full_total", "times librdkafka's queue was full", 0 };
static struct count *const counts[] = {
	&delivered, &tombstones, &types_written, &in_flight, &position, &waits,
	NULL
};

struct producer {
	struct kafka *k;
	struct stage *stage;
	rd_kafka_queue_t *queue;	/* of delivery reports */
	struct kroute route;
	struct kbatch batch;
	struct track track;
	uint64_t whole;		/* position of the last whole change */
	uint32_t turn;		/* for records without a key */
	rd_kafka_topic_t *types_rkt;
	size_t types_waiting;	/* not yet durable */
	bool moved;		/* something was delivered */
	int64_t moved_at;	/* clock_ms */
	bool sent;		/* something was offered since... */
	int64_t counted_at;	/* ...partitions were counted */
	int64_t count_every;	/* ms */
	struct err failure;	/* of a delivery; status 0: none */
};

/* Tickets of records are small; this is the mark of a TYPE. */
#define TYPE_TICKET UINTPTR_MAX

/* Why the producer cannot go on. A new one can, unless a right is missing or
 * another producer has taken over. */
static int
fatal(struct producer *p, char *text, size_t n)
{
	int status = kafka_status(rd_kafka_fatal_error(p->k->rk, text, n));

	return status == EX_UNAVAILABLE ? EX_TEMPFAIL : status;
}

/* What a failed delivery means, in words that say what to do. */
static void
explain(struct producer *p, const rd_kafka_message_t *m)
{
	struct err *e = &p->failure;
	const char *topic = rd_kafka_topic_name(m->rkt);
	uint64_t ticket = (uintptr_t)m->_private;
	char what[60] = "a type", text[300];
	rd_kafka_resp_err_t err = m->err;

	if (e->status != 0)
		return;		/* the first is the cause of the others */
	if (ticket != TYPE_TICKET)
		snprintf(what, sizeof what, "record %" PRIu64,
		    track_seq(&p->track, ticket));
	switch (err) {
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
		err_set(e, EX_DATAERR, "topic %s: %s of %zu bytes is more "
		    "than the broker takes, alone or with its batch: raise "
		    "the topic's max.message.bytes, or lower -X batch.size",
		    topic, what, m->len + m->key_len);
		return;
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
		err_set(e, EX_CONFIG, "topic %s: partition %" PRId32 " is "
		    "there no more: was the topic deleted?", topic,
		    m->partition);
		return;
	case RD_KAFKA_RESP_ERR__FATAL:
		err_set(e, fatal(p, text, sizeof text), "topic %s: %s: %s",
		    topic, what, text);
		return;
	default:
		kafka_err(e, err, "topic %s: %s", topic, what);
	}
}

/* A delivery report; called by rd_kafka_poll in our own thread. */
static void
on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
	struct producer *p = ((struct kafka *)opaque)->user;
	uintptr_t ticket = (uintptr_t)m->_private;

	(void)rk;
	if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		explain(p, m);
		return;
	}
	p->moved = true;
	if (ticket == TYPE_TICKET) {
		p->types_waiting--;
		return;
	}
	track_done(&p->track, ticket);
	count_add(&delivered, 1);
	if (m->payload == NULL)
		count_add(&tombstones, 1);
}

static void
set_up(rd_kafka_conf_t *conf)
{
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
}

/* What follows from delivery reports that have been served. */
static int
settle(struct producer *p, struct err *e)
{
	int64_t now;

	ack_put(p->stage->acks, track_low(&p->track));
	count_set(&position, track_low(&p->track));
	count_set(&in_flight, track_n(&p->track));
	if (p->failure.status != 0) {
		*e = p->failure;
		return -1;
	}
	if (set.give_up < 0)
		return 0;
	now = clock_ms();
	if (p->moved || (track_n(&p->track) == 0 && p->types_waiting == 0))
		p->moved_at = now;
	p->moved = false;
	if (now - p->moved_at > set.give_up)
		return kafka_gave_up(p->k, set.give_up, e);
	return 0;
}

/* Serve delivery reports, waiting at most ms for one. */
static int
serve(struct producer *p, int ms, struct err *e)
{
	rd_kafka_poll(p->k->rk, ms);
	return settle(p, e);
}

/* The same, and librdkafka does not linger for more to send. */
static int
press(struct producer *p, struct err *e)
{
	rd_kafka_flush(p->k->rk, 100);
	return settle(p, e);
}

static int
refused(struct producer *p, rd_kafka_resp_err_t err,
    const rd_kafka_message_t *m, struct err *e)
{
	uint64_t seq = track_seq(&p->track, (uintptr_t)m->_private);
	char text[300];

	if (err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
		return err_set(e, EX_DATAERR, "record %" PRIu64 " of %zu bytes "
		    "is more than message.max.bytes=%" PRId64 " (-X)", seq,
		    m->len + m->key_len,
		    kafka_number(p->k, "message.max.bytes"));
	if (err == RD_KAFKA_RESP_ERR__FATAL)
		return err_set(e, fatal(p, text, sizeof text), "%s", text);
	return kafka_err(e, err, "record %" PRIu64, seq);
}

/* Give librdkafka all that was read. */
static int
hand_over(struct producer *p, struct err *e)
{
	const rd_kafka_message_t *bad;
	rd_kafka_resp_err_t err;
	int r;

	/* What follows a type may need it: first it must be durable. */
	while (p->types_waiting != 0)
		if (press(p, e) < 0)
			return -1;
	p->sent |= p->batch.n != 0;
	while ((r = kbatch_offer(&p->batch, p->k->rk, &err, &bad)) > 0) {
		if (rd_kafka_outq_len(p->k->rk) == 0)
			return err_set(e, EX_CONFIG, "a record does not fit "
			    "into an empty queue: raise -X "
			    "queue.buffering.max.kbytes");
		count_add(&waits, 1);
		if (serve(p, 1000, e) < 0)
			return -1;
	}
	p->turn++;
	return r < 0 ? refused(p, err, bad, e) : 0;
}

/* How long poll may sleep. */
static int
patience(const struct producer *p)
{
	int64_t ms = INT_MAX;

	if (ack_owing(p->stage->acks))
		ms = 20;
	if (set.give_up >= 0 && track_n(&p->track) != 0)
		ms = ms < 1000 ? ms : 1000;
	return ms == INT_MAX ? -1 : (int)ms;
}

/* Before more is read: give away what was, and wait for stdin. */
static int
idle(void *arg, struct err *e)
{
	struct producer *p = arg;
	struct pollfd fds[2] = {
		{ p->stage->in->io.fd, POLLIN, 0 }, { p->k->fd, POLLIN, 0 }
	};

	if (hand_over(p, e) < 0)
		return -1;
	if (p->sent && clock_ms() - p->counted_at > p->count_every) {
		if (kroute_recount(&p->route, e) < 0)
			return -1;
		p->sent = false;
		p->counted_at = clock_ms();
	}
	for (;;) {
		if (serve(p, 0, e) < 0)
			return -1;
		if (poll(fds, 2, patience(p)) < 0 && errno != EINTR)
			return err_sys(e, EX_OSERR, "poll");
		if (fds[0].revents != 0)
			return 0;
		if (fds[1].revents != 0)
			kafka_heard(p->k);
	}
}

static int
check_headers(const struct rec *r, struct err *e)
{
	struct slice s = r->headers, name, value;
	int ret;

	while ((ret = rec_header(&s, &name, &value)) > 0)
		;
	return ret < 0 ? err_set(e, EX_DATAERR, "%s: headers do not parse",
	    rec_where(r)) : 0;
}

static int
add_record(struct producer *p, struct slice body, struct err *e)
{
	struct kbatch_rec lr;
	struct kroute_topic *t;
	struct rec r;
	int32_t part;

	if (rec_decode(&r, body, e) < 0)
		return -1;
	if ((t = kroute_find(&p->route, r.name, e)) == NULL)
		return -1;
	if (r.op == REC_UPSERT && r.value.p == NULL)
		return err_set(e, EX_DATAERR, "%s: an upsert without a value "
		    "would be a removal", rec_where(&r));
	if (r.headers.n != 0 && check_headers(&r, e) < 0)
		return -1;
	part = r.key.p == NULL ? (int32_t)(p->turn % (uint32_t)t->n) :
	    murmur_partition(r.key, t->n);
	lr.key = r.key;
	lr.value = r.op == REC_REMOVE ? slice_of(NULL, 0) : r.value;
	lr.extra.headers = r.headers;
	lr.extra.time = keep_time ? r.time : REC_NO_TIME;
	/* Half a change is not acknowledged: its first records stand for the
	 * position before. */
	if ((r.flags & REC_MORE) == 0)
		p->whole = r.seq;
	lr.ticket = track_add(&p->track, p->whole);
	kbatch_add(&p->batch, &t->parts[part], &lr);
	return 0;
}

static int
open_types(struct producer *p, struct err *e)
{
	static const char *compact[] = { "cleanup.policy=compact" };
	struct ktopic_wish w = { wish.create, 1, wish.replication,
	    { compact, 1 } };
	int32_t n;

	p->types_rkt = ktopic_open(p->k, &p->route.known, types_topic, &w, &n, e);
	return p->types_rkt != NULL ? 0 :
	    err_in(e, "types (--no-types does without)");
}

static int
add_type(struct producer *p, struct slice body, struct err *e)
{
	struct buf key = { NULL, 0, 0 };
	rd_kafka_resp_err_t err;
	int r = 0;

	if (!types)
		return 0;
	if ((p->types_rkt == NULL && open_types(p, e) < 0) ||
	    ktypes_key(&key, body, e) < 0)
		r = -1;
	while (r == 0) {
		err = kbatch_offer_one(p->k->rk, p->types_rkt,
		    RD_KAFKA_PARTITION_UA, &(struct kbatch_rec){
		    buf_bytes(&key), body, { { NULL, 0 }, REC_NO_TIME },
		    TYPE_TICKET });
		if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
			break;
		if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL)
			r = serve(p, 1000, e);
		else
			r = kafka_err(e, err, "topic %s", types_topic);
	}
	buf_release(&key);
	if (r == 0) {
		p->types_waiting++;
		count_add(&types_written, 1);
	}
	return r;
}

static int
take(struct producer *p, const struct frame *f, struct err *e)
{
	uint64_t seq;

	switch (f->letter) {
	case FRAME_RECORD:
		return add_record(p, f->body, e);
	case FRAME_TYPE:
		return add_type(p, f->body, e);
	case FRAME_MARK:
		if (rec_decode_mark(&seq, f->body, e) < 0)
			return -1;
		p->whole = seq;
		track_done(&p->track, track_add(&p->track, seq));
		return 0;
	default:
		return 0;	/* a small letter: not for us */
	}
}

/* Wait until all is durable. ms: longest wait, -1: none. */
static int
drain(struct producer *p, int64_t ms, struct err *e)
{
	int64_t until = clock_ms() + ms;

	if (hand_over(p, e) < 0)
		return -1;
	while (track_n(&p->track) != 0 && (ms < 0 || clock_ms() < until))
		if (press(p, e) < 0)
			return -1;
	return settle(p, e);
}

static int
produce(struct producer *p, struct err *e)
{
	struct err also;
	struct frame f;
	int r;

	while ((r = frame_read(p->stage->in, &f, e)) > 0)
		if (take(p, &f, e) < 0)
			return -1;
	if (r == 0)
		return drain(p, -1, e);
	/* The stage before died: what it sent whole is still good. */
	if (e->status == EX_TEMPFAIL && p->failure.status == 0)
		drain(p, 10000, &also);
	return -1;
}

static void
release(struct producer *p)
{
	kroute_release(&p->route);
	if (p->types_rkt != NULL)
		rd_kafka_topic_destroy(p->types_rkt);
	if (p->queue != NULL)
		rd_kafka_queue_destroy(p->queue);
	kafka_close(p->k);
	kbatch_release(&p->batch);
	track_release(&p->track);
}

static int
run(struct stage *s, struct err *e)
{
	struct producer p = { .stage = s };
	int r = -1;

	p.k = kafka_open(&set, RD_KAFKA_PRODUCER, props, NULL, set_up, &p, e);
	if (p.k != NULL && kafka_reach(p.k, &set, e) == 0) {
		p.queue = rd_kafka_queue_get_main(p.k->rk);
		kafka_watch(p.k, p.queue);
		kroute_open(&p.route, p.k, &rule, &wish, types ? types_topic :
		    NULL);
		p.moved_at = p.counted_at = clock_ms();
		p.count_every = kafka_number(p.k,
		    "topic.metadata.refresh.interval.ms");
		in_tie(&s->in->io, idle, &p);
		filter_ready("brokers=%s", p.k->brokers);
		r = produce(&p, e);
	}
	release(&p);
	return r;
}

static int
check(struct err *e)
{
	static const char *const codecs[] = {
		"none", "gzip", "snappy", "lz4", "zstd"
	};
	size_t i;
	int r;

	for (i = 0; codec != NULL && strcmp(codec, codecs[i]) != 0; i++)
		if (i + 1 == sizeof codecs / sizeof codecs[0])
			return err_set(e, EX_USAGE, "-z %s: none, gzip, "
			    "snappy, lz4 and zstd are known", codec);
	if (codec != NULL)
		props[0] = (struct kconf_prop){ "compression.codec", codec,
		    true, false };
	if ((r = kconf_check(&set, props, e)) != 0)
		return r;
	if ((rule.template == NULL) == (rule.prefix == NULL))
		return err_set(e, EX_USAGE, "where to? either -t TOPIC or "
		    "--topic-prefix PREFIX");
	if (topic_check(&rule, e) < 0 ||
	    topic_legal(slice_str(types_topic), e) < 0)
		return -1;
	return ktopic_wish_check(&wish, e);
}

int
main(int argc, char **argv)
{
	static const struct filter self = {
		.name = "kafka-produce",
		.purpose = "write the records of a stream into Kafka topics",
		.usage = "-b HOST:PORT,... -t TOPIC | --topic-prefix PREFIX",
		.examples =
		    "  gg-capture -a node1 -c orders | "
		    "kafka-produce -b broker1 -t '{cache}'\n"
		    "  kafka-produce -b broker1 --topic-prefix prod. "
		    "-z lz4 --partitions 8 <frames\n",
		.kind = FILTER_SINK,
		.options = options,
		.counts = counts,
		.run = run,
		.check = check,
	};

	return filter_main(&self, argc, argv);
}
