/* kafka-consume: make a stream of the records of topics. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "filter.h"
#include "kafka.h"
#include "kassign.h"
#include "kstart.h"
#include "ktopic.h"
#include "ktypes.h"
#include "kwake.h"
#include "log.h"
#include "mem.h"
#include "topic.h"

enum {
	BATCH = 10000,			/* records taken off the queue at once */
	PIECE = 64 * 1024,		/* of a write */
	COMMIT_RECORDS = 50000
};

static struct kconf_set set = { .give_up = -1 };
static struct opt_list topics;
static const char *group, *parts, *offset, *format = "bytes";
static const char *types_topic = KTYPES_TOPIC;
static bool types = true, at_end;
static int64_t window = 100000, window_bytes = 64 << 20;
static int64_t commit_every = 5000, revoke_wait = 30000;

static const struct opt options[] = {
	OPT_HEAD("Kafka"),
	KCONF_OPTIONS(set),
	OPT_HEAD("What to read"),
	OPT_LIST('t', "topic", &topics, "TOPIC",
	    "a topic, or '^REGEX' for all that match; with more -t, more"),
	OPT_STR('G', "group", &group, "GROUP",
	    "share the partitions with others; commit offsets"),
	OPT_STR('p', "partitions", &parts, "LIST",
	    "these partitions alone: 0,2,4-7"),
	OPT_STR('o', "offset", &offset, "WHERE",
	    "beginning, end, N, -N, s@MS: where nothing is stored [stored]"),
	OPT_FLAG('e', "exit-at-end", &at_end,
	    "end when all is read that was there at the start"),
	OPT_STR(0, "types-topic", &types_topic, "NAME",
	    "where descriptions of types are [" KTYPES_TOPIC "]"),
	OPT_NOFLAG(0, "no-types", &types, "do not look for them"),
	OPT_STR(0, "format", &format, "NAME",
	    "of keys and values: ignite, avro, bytes [bytes]"),
	OPT_HEAD("With --acks"),
	OPT_NUM(0, "window", &window, "N", 1, 100000000,
	    "records ahead of the acknowledgements [100000]"),
	OPT_SIZE(0, "window-bytes", &window_bytes, "SIZE", 1, INT64_MAX / 2,
	    "and bytes [64M]"),
	OPT_TIME(0, "commit-interval", &commit_every, "TIME", 1, INT32_MAX,
	    "between commits; or 50,000 records [5s]"),
	OPT_TIME(0, "revoke-wait", &revoke_wait, "TIME", 0, INT32_MAX,
	    "for acknowledgements, before a partition is given away [30s]"),
	OPT_LAST
};

static struct kconf_prop props[] = {
	{ "topic.blacklist", "", true, false },		/* the types' topic */
	{ "queued.max.messages.kbytes", "16384", false, false },
	/* Without it, a full queue stops fetching for a second. */
	{ "fetch.queue.backoff.ms", "1", false, true },
	/* How soon a new topic is found to match a regular expression. */
	{ "topic.metadata.refresh.interval.ms", "2000", false, false },
	{ "enable.auto.commit", "false", true, false },
	{ "enable.auto.offset.store", "false", true, false },
	{ "auto.offset.reset", "error", true, false },
	{ "isolation.level", "read_committed", true, false },
	{ "check.crcs", "true", true, false },
	{ "enable.partition.eof", "true", true, false },
	{ "allow.auto.create.topics", "false", true, false },
	{ NULL, NULL, false, false }
};

/* Types are good even if the transaction around them was not. */
static const struct kconf_prop types_props[] = {
	{ "group.id", NULL, true, false },
	{ "group.instance.id", NULL, true, false },
	{ "enable.auto.commit", "false", true, false },
	{ "auto.offset.reset", "error", true, false },
	{ "isolation.level", "read_uncommitted", true, false },
	{ "check.crcs", "true", true, false },
	{ "enable.partition.eof", "true", true, false },
	{ "allow.auto.create.topics", "false", true, false },
	{ NULL, NULL, false, false }
};

static struct count
    committed = { "committed_total", "records whose offsets were committed",
	0 },
    position = { "acknowledged_position", "all up to here is acknowledged",
	0 },
    held = { "window_records", "records not yet acknowledged", 0 },
    lag = { "lag", "records in the topics and not yet read", 0 },
    types_read = { "types_total", "descriptions of types read", 0 },
    strays = { "strays_total", "records of partitions that were taken away",
	0 },
    rebalances = { "rebalances_total", "times partitions came or went", 0 },
    failures = { "commit_failures_total", "commits that failed", 0 };
static struct count *const counts[] = {
	&committed, &position, &held, &lag, &types_read, &strays, &rebalances,
	&failures, NULL
};

struct consumer {
	struct kafka *k;
	struct stage *stage;
	struct kstart start;
	struct offsets offsets;
	struct kassign assign;
	struct ktypes *types;
	struct kwake *wake;
	rd_kafka_queue_t *group_queue;
	rd_kafka_message_t *batch[BATCH];
	struct buf headers;
	struct kpart *part;		/* of the record before; NULL: none */
	rd_kafka_topic_t *rkt;		/* and its topic */
	uint64_t seq;			/* without acks */
	bool assigned;			/* at least once */
	bool leaving;
	int pipe;			/* stdout's, not blocking; -1 */
	size_t sent;			/* of what out holds */
	int64_t poll_ms;		/* the group must be served so often */
	size_t bytes;			/* of the batch */
	int64_t committed_at;
	uint64_t committed_seq;
	struct err failure;		/* in a callback; status 0: none */
};

static bool
has_failed(const struct consumer *c, struct err *e)
{
	if (c->failure.status == 0)
		return false;
	*e = c->failure;
	return true;
}

/* The acknowledgements that have come. */
static void
take_acks(struct consumer *c)
{
	if (c->stage->acked == NULL)
		return;
	ack_clear(c->stage->acked);
	offsets_ack(&c->offsets, ack_seen(c->stage->acked));
	count_set(&position, ack_seen(c->stage->acked));
	count_set(&held, offsets_n(&c->offsets));
}

static bool
commits(const struct consumer *c)
{
	return group != NULL && c->stage->acked != NULL;
}

/* Commit; of these partitions, or of all. Failing is no reason to stop. */
static void
commit(struct consumer *c, const rd_kafka_topic_partition_list_t *l,
    bool background)
{
	uint64_t done = c->offsets.acknowledged;
	struct err e;
	int n;

	if (!commits(c))
		return;
	n = kassign_commit(&c->assign, l, background, &e);
	if (n < 0) {
		count_add(&failures, 1);
		log_warn("%s", e.text);
	} else if (n > 0) {
		log_debug("commit partitions=%d records=%" PRIu64, n, done);
	}
	if (n > 0 && l == NULL)
		count_set(&committed, done);
	c->committed_at = clock_ms();
	c->committed_seq = done;
}

static void
commit_if_due(struct consumer *c)
{
	uint64_t n = c->offsets.acknowledged - c->committed_seq;

	if (!commits(c) || (n < COMMIT_RECORDS &&
	    clock_ms() - c->committed_at < commit_every))
		return;
	commit(c, NULL, true);
}

static void
on_commit(rd_kafka_t *rk, rd_kafka_resp_err_t err,
    rd_kafka_topic_partition_list_t *l, void *opaque)
{
	struct consumer *c = ((struct kafka *)opaque)->user;

	(void)rk;
	if (err == RD_KAFKA_RESP_ERR_NO_ERROR ||
	    err == RD_KAFKA_RESP_ERR__NO_OFFSET || l == NULL)
		return;
	count_add(&failures, 1);
	log_warn("commit: %s", rd_kafka_err2str(err));
	kassign_undo(&c->assign, l);
}

static int serve_group(struct consumer *, struct err *);

/* Write what there is to the pipe: 1 all; 0 it is full; -1. */
static int
write_some(struct consumer *c, struct err *e)
{
	struct out *out = &c->stage->out->io;
	ssize_t r;

	while (c->sent < out->buf.n) {
		r = write(c->pipe, out->buf.p + c->sent,
		    out->buf.n - c->sent);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 && errno == EAGAIN)
			return 0;
		if (r < 0) {
			out->gone = errno == EPIPE;
			return err_sys(e, out->gone ? EX_TEMPFAIL : EX_IOERR,
			    "write %s", out->name);
		}
		c->sent += (size_t)r;
		count_add(&out->bytes, (uint64_t)r);
	}
	c->sent = 0;
	buf_reset(&out->buf);
	return 1;
}

/*
 * Send all that was written. A stage behind that is slow, or waits for its
 * database, must not cost us our place in the group: serve it meanwhile.
 */
static int
flush(struct consumer *c, struct err *e)
{
	struct pollfd fds[3] = {
		{ c->pipe, POLLOUT, 0 }, { c->k->fd, POLLIN, 0 },
		{ c->stage->acked == NULL ? -1 : ack_fd(c->stage->acked),
		    POLLIN, 0 }
	};
	int r;

	if (c->pipe < 0)
		return out_flush(&c->stage->out->io, e);
	while ((r = write_some(c, e)) == 0) {
		if (poll(fds, 3, (int)c->poll_ms) < 0 && errno != EINTR)
			return err_sys(e, EX_OSERR, "poll");
		take_acks(c);
		commit_if_due(c);
		if (serve_group(c, e) < 0)
			return -1;
	}
	return r < 0 ? -1 : 0;
}

/* The same while the group waits for us, and not for ever. */
static int
flush_until(struct consumer *c, int64_t until, struct err *e)
{
	struct pollfd p = { c->pipe, POLLOUT, 0 };
	int64_t left;
	int r;

	if (c->pipe < 0)
		return out_flush(&c->stage->out->io, e);
	while ((r = write_some(c, e)) == 0 && (left = until - clock_ms()) > 0)
		poll(&p, 1, (int)left);
	return r;
}

static void
fail(struct consumer *c, const struct err *e)
{
	if (c->failure.status == 0)
		c->failure = *e;
}

static bool
is_cooperative(rd_kafka_t *rk)
{
	const char *s = rd_kafka_rebalance_protocol(rk);

	return s != NULL && strcmp(s, "COOPERATIVE") == 0;
}

/* Tell librdkafka what the partitions are; NULL: none. */
static void
tell(struct consumer *c, rd_kafka_topic_partition_list_t *l, bool more)
{
	rd_kafka_t *rk = c->k->rk;
	rd_kafka_error_t *error = NULL;
	rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;
	struct err e;

	if (is_cooperative(rk) && l != NULL)
		error = more ? rd_kafka_incremental_assign(rk, l) :
		    rd_kafka_incremental_unassign(rk, l);
	else
		err = rd_kafka_assign(rk, more ? l : NULL);
	if (error != NULL) {
		err = rd_kafka_error_code(error);
		rd_kafka_error_destroy(error);
	}
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR && !c->leaving) {
		kafka_err(&e, err, "assign");
		fail(c, &e);
	}
}

static int
out_of_range(const char *topic, int32_t part, int64_t at, struct err *e)
{
	return err_set(e, EX_GUARD, "topic %s partition %" PRId32
	    ": offset %" PRId64 " is not there (any more): look what was "
	    "lost, then set the group's offset, or begin with --offset in a "
	    "new group", topic, part, at);
}

/* Partitions are ours from now on. */
static int
gain(struct consumer *c, rd_kafka_topic_partition_list_t *l, struct err *e)
{
	rd_kafka_topic_partition_list_t *ends = NULL, *now;
	bool *from_group = mem_zero((size_t)l->cnt + 1);
	uint64_t all = 0;
	int i, r;

	r = kstart_resolve(c->k, &c->start, group != NULL, l, from_group, e);
	if (r == 0 && at_end) {
		ends = rd_kafka_topic_partition_list_copy(l);
		r = kstart_ends(c->k, ends, e);
	}
	for (i = 0; r == 0 && ends != NULL && i < l->cnt; i++) {
		if (ends->elems[i].offset < l->elems[i].offset)
			r = out_of_range(l->elems[i].topic,
			    l->elems[i].partition, l->elems[i].offset, e);
		all += (uint64_t)(ends->elems[i].offset - l->elems[i].offset);
	}
	if (r == 0 && all != 0)
		filter_expect(all);
	if (r == 0) {
		kassign_add(&c->assign, l, from_group, ends);
		now = kassign_list(&c->assign);
		kwake_set(c->wake, now);
		rd_kafka_topic_partition_list_destroy(now);
		c->part = NULL;
		c->assigned = true;
		log_info("partitions gained=%d now=%zu", l->cnt,
		    c->assign.n);
	}
	if (ends != NULL)
		rd_kafka_topic_partition_list_destroy(ends);
	free(from_group);
	return r;
}

/* Wait for what of these partitions is on its way, and commit it. */
static void
settle(struct consumer *c, const rd_kafka_topic_partition_list_t *l)
{
	int64_t now = clock_ms(), until = now + revoke_wait;
	uint64_t last = kassign_last(&c->assign, l);
	struct err e;

	if (!commits(c))
		return;
	take_acks(c);
	if (ack_seen(c->stage->acked) < last) {
		if (flush_until(c, until, &e) < 0) {
			fail(c, &e);
			return;
		}
		now = clock_ms();
		if (ack_wait(c->stage->acked, last, until > now ? until - now :
		    0, -1, &e) < 0)
			fail(c, &e);
		take_acks(c);
	}
	if (ack_seen(c->stage->acked) < last)
		log_warn("partitions given away with records on their way "
		    "records=%" PRIu64, last - ack_seen(c->stage->acked));
	commit(c, l, false);
}

static void
on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t err,
    rd_kafka_topic_partition_list_t *l, void *opaque)
{
	struct consumer *c = ((struct kafka *)opaque)->user;
	struct err e;

	count_add(&rebalances, 1);
	if (err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
		if (c->failure.status == 0 && gain(c, l, &e) < 0)
			fail(c, &e);
		tell(c, c->failure.status == 0 ? l : NULL, true);
		return;
	}
	if (err != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) {
		kafka_err(&e, err, "group %s", group);
		fail(c, &e);
		rd_kafka_assign(rk, NULL);
		return;
	}
	if (rd_kafka_assignment_lost(rk))
		log_warn("partitions lost: another member may have them "
		    "already partitions=%d", l->cnt);
	else if (!c->leaving && c->failure.status == 0)
		settle(c, l);
	kassign_drop(&c->assign, l);
	c->part = NULL;
	log_info("partitions given away=%d now=%zu", l->cnt, c->assign.n);
	tell(c, l, false);
}

static void
set_up(rd_kafka_conf_t *conf)
{
	rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
	rd_kafka_conf_set_offset_commit_cb(conf, on_commit);
}

static bool
is_regex(const char *topic)
{
	return *topic == '^';
}

/* A message that is an error. 0: not worth stopping. */
static int
complain(const rd_kafka_message_t *m, struct err *e)
{
	const char *topic = m->rkt == NULL ? NULL : rd_kafka_topic_name(m->rkt);
	int status = kafka_status(m->err);

	if (status == EX_UNAVAILABLE) {
		log_debug("%s", rd_kafka_message_errstr(m));
		return 0;
	}
	if (status == EX_GUARD && topic != NULL)
		return out_of_range(topic, m->partition, m->offset, e);
	/* It matches no topic yet. */
	if (status == EX_CONFIG && topic != NULL && is_regex(topic))
		return 0;
	if (status == EX_CONFIG && topic != NULL)
		return err_set(e, status, "topic %s: %s: was it deleted?",
		    topic, rd_kafka_err2str(m->err));
	return err_set(e, status, "%s", rd_kafka_message_errstr(m));
}

/* What the group, the brokers and librdkafka have to say. */
static int
serve_group(struct consumer *c, struct err *e)
{
	rd_kafka_message_t *m;
	int r = 0;

	kafka_heard(c->k);
	while (r == 0 && (m = rd_kafka_consumer_poll(c->k->rk, 0)) != NULL) {
		/* Records come by the other queue: one here is not ours. */
		if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR)
			r = complain(m, e);
		rd_kafka_message_destroy(m);
	}
	return has_failed(c, e) ? -1 : r;
}

static int
write_type(void *arg, struct slice body, struct err *e)
{
	struct consumer *c = arg;
	struct frame f = { FRAME_TYPE, body };

	count_add(&types_read, 1);
	if (frame_write(c->stage->out, &f, e) < 0)
		return -1;
	return c->stage->out->io.buf.n < PIECE ? 0 : flush(c, e);
}

static struct slice
headers_of(struct consumer *c, const rd_kafka_message_t *m)
{
	rd_kafka_headers_t *h;
	const char *name;
	const void *value;
	size_t i, n;

	if (rd_kafka_message_headers(m, &h) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return slice_of(NULL, 0);
	buf_reset(&c->headers);
	for (i = 0; rd_kafka_header_get_all(h, i, &name, &value, &n) ==
	    RD_KAFKA_RESP_ERR_NO_ERROR; i++)
		rec_header_put(&c->headers, slice_str(name),
		    slice_of(value, n));
	return i == 0 ? slice_of(NULL, 0) : buf_bytes(&c->headers);
}

/* One record, or word from its partition. */
static int
take(struct consumer *c, const rd_kafka_message_t *m, struct err *e)
{
	struct frame_out *out = c->stage->out;
	rd_kafka_timestamp_type_t how;
	struct rec r;

	if (c->part == NULL || c->rkt != m->rkt ||
	    c->part->partition != m->partition) {
		c->part = m->rkt == NULL ? NULL : kassign_find(&c->assign,
		    rd_kafka_topic_name(m->rkt), m->partition);
		c->rkt = m->rkt;
	}
	if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		if (c->part != NULL)
			kassign_at(&c->assign, c->part, m->offset, true);
		return 0;
	}
	if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		return complain(m, e);
	if (c->part == NULL || c->part->done) {
		/* Taken away, or later than the end: the next one's. */
		count_add(&strays, c->part == NULL);
		return 0;
	}
	r = (struct rec){
		.op = m->payload == NULL ? REC_REMOVE : REC_UPSERT,
		.origin = REC_TOPIC,
		.time = rd_kafka_message_timestamp(m, &how),
		.partition = m->partition,
		.offset = m->offset,
		.name = slice_str(c->part->topic),
		.key = slice_of(m->key, m->key_len),
		.value = slice_of(m->payload, m->len),
		.headers = headers_of(c, m),
	};
	c->bytes += m->len + m->key_len;
	r.seq = c->stage->acked == NULL ? ++c->seq : offsets_add(&c->offsets,
	    c->part->slot, m->offset + 1, m->len + m->key_len);
	kassign_at(&c->assign, c->part, m->offset + 1, false);
	if (frame_write_rec(out, &r, e) < 0)
		return -1;
	return out->io.buf.n < PIECE ? 0 : flush(c, e);
}

/* How many records may be taken now. */
static size_t
room(const struct consumer *c)
{
	size_t n = offsets_n(&c->offsets);

	if (c->stage->acked == NULL)
		return BATCH;
	if (n >= (size_t)window || c->offsets.bytes >= (uint64_t)window_bytes)
		return 0;
	return (size_t)window - n < BATCH ? (size_t)window - n : BATCH;
}

/* Take what the queue has: 1; 0: nothing. */
static int
take_batch(struct consumer *c, size_t max, struct err *e)
{
	ssize_t n, i;
	int r = 0;

	n = rd_kafka_consume_batch_queue(c->assign.data, 0, c->batch, max);
	if (n <= 0)
		return 0;
	/* What these records need was made durable before they were. */
	if (c->types != NULL)
		r = ktypes_catch_up(c->types, write_type, c, e);
	c->part = NULL;
	c->bytes = 0;
	for (i = 0; i < n; i++) {
		if (r == 0)
			r = take(c, c->batch[i], e);
		rd_kafka_message_destroy(c->batch[i]);
	}
	kwake_ate(c->wake, (size_t)n, c->bytes);
	return r < 0 ? -1 : 1;
}

/* Sleep until something happens. full: no data is wanted. */
static int
rest(struct consumer *c, bool full, struct err *e)
{
	struct pollfd fds[4] = {
		{ c->k->fd, POLLIN, 0 }, { filter_stop_fd(), POLLIN, 0 },
		{ c->stage->acked == NULL ? -1 : ack_fd(c->stage->acked),
		    POLLIN, 0 },
		{ c->pipe, 0, 0 }	/* its reader leaves */
	};
	int64_t ms = c->poll_ms, left;
	int soon = full ? -1 : kwake_ate(c->wake, 0, 0);

	if (commits(c) && c->offsets.acknowledged != c->committed_seq) {
		left = c->committed_at + commit_every - clock_ms();
		ms = left < 0 ? 0 : left < ms ? left : ms;
	}
	if (soon >= 0 && soon < ms)
		ms = soon;
	if (poll(fds, 4, (int)ms) < 0 && errno != EINTR)
		return err_sys(e, EX_OSERR, "poll");
	if ((fds[3].revents & POLLERR) != 0) {
		c->stage->out->io.gone = true;
		return err_set(e, EX_TEMPFAIL, "the next stage has left");
	}
	return 0;
}

static bool
is_done(const struct consumer *c)
{
	return at_end && c->assigned && c->assign.done == c->assign.n;
}

static int
consume(struct consumer *c, struct err *e)
{
	size_t max;
	int r;

	while (!filter_stopping()) {
		if (serve_group(c, e) < 0)
			return -1;
		take_acks(c);
		commit_if_due(c);
		if (is_done(c))
			break;
		max = room(c);
		r = max == 0 ? 0 : take_batch(c, max, e);
		if (r < 0)
			return -1;
		if (r > 0)
			continue;
		count_set(&lag, kassign_lag(&c->assign));
		if (flush(c, e) < 0 || rest(c, max == 0, e) < 0)
			return -1;
	}
	return flush(c, e);
}

/* "0,2,4-7" for each topic. */
static int
list_partitions(rd_kafka_topic_partition_list_t *l, struct err *e)
{
	const char *s = parts;
	unsigned long a, b;
	char *end;
	size_t i;

	for (;;) {
		a = b = strtoul(s, &end, 10);
		if (*s >= '0' && *s <= '9' && *end == '-' && end[1] >= '0' &&
		    end[1] <= '9')
			b = strtoul(end + 1, &end, 10);
		if (*s < '0' || *s > '9' || (*end != ',' && *end != '\0') ||
		    b < a || b > 100000)
			return err_set(e, EX_USAGE, "--partitions %s: numbers "
			    "and ranges are needed, as in 0,2,4-7", parts);
		for (; l != NULL && a <= b; a++)
			for (i = 0; i < topics.n; i++)
				if (rd_kafka_topic_partition_list_find(l,
				    topics.v[i], (int32_t)a) == NULL)
					rd_kafka_topic_partition_list_add(l,
					    topics.v[i], (int32_t)a);
		if (*end == '\0')
			return 0;
		s = end + 1;
	}
}

/* Topics that are named must be there. */
static int
look_for_topics(struct consumer *c, struct err *e)
{
	rd_kafka_topic_t *rkt;
	int32_t n;
	size_t i;

	for (i = 0; i < topics.n; i++) {
		if (is_regex(topics.v[i]))
			continue;
		rkt = rd_kafka_topic_new(c->k->rk, topics.v[i], NULL);
		n = rkt == NULL ? 0 : ktopic_partitions(c->k, rkt, 10000, e);
		if (rkt != NULL)
			rd_kafka_topic_destroy(rkt);
		if (n == 0)
			return err_set(e, EX_CONFIG, "topic %s does not exist:"
			    " start its producer first, or use '^%s$' to wait "
			    "for it", topics.v[i], topics.v[i]);
		if (n < 0)
			return -1;
	}
	return 0;
}

static int
begin(struct consumer *c, struct err *e)
{
	rd_kafka_topic_partition_list_t *l;
	rd_kafka_resp_err_t err;
	size_t i;
	int r = 0;

	l = rd_kafka_topic_partition_list_new((int)topics.n);
	if (parts != NULL) {
		r = list_partitions(l, e);
		if (r == 0)
			r = gain(c, l, e);
		if (r == 0)
			tell(c, l, true);
		if (r == 0 && has_failed(c, e))
			r = -1;
	} else {
		for (i = 0; i < topics.n; i++)
			rd_kafka_topic_partition_list_add(l, topics.v[i],
			    RD_KAFKA_PARTITION_UA);
		err = rd_kafka_subscribe(c->k->rk, l);
		if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
			r = kafka_err(e, err, "subscribe");
	}
	rd_kafka_topic_partition_list_destroy(l);
	return r;
}

/*
 * A descriptor of our own for the pipe that stdout is: non-blocking without
 * making it so for whoever shares stdout with us.
 */
static int
open_pipe(void)
{
	struct stat st;

	if (fstat(STDOUT_FILENO, &st) < 0 || !S_ISFIFO(st.st_mode))
		return -1;
	return open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

static int
open_all(struct consumer *c, struct err *e)
{
	/* Without a group librdkafka wants one in name; nobody joins it. */
	c->k = kafka_open(&set, RD_KAFKA_CONSUMER, props, group != NULL ?
	    group : "kafka-consume", set_up, c, e);
	if (c->k == NULL || kafka_reach(c->k, &set, e) < 0 ||
	    look_for_topics(c, e) < 0)
		return -1;
	rd_kafka_poll_set_consumer(c->k->rk);
	c->group_queue = rd_kafka_queue_get_consumer(c->k->rk);
	kafka_watch(c->k, c->group_queue);
	kassign_open(&c->assign, c->k, &c->offsets);
	kafka_watch(c->k, c->assign.data);
	c->poll_ms = kafka_number(c->k, "max.poll.interval.ms") / 3;
	c->wake = kwake_new(c->k);
	c->committed_at = clock_ms();
	if (!types)
		return 0;
	c->types = ktypes_open(&set, types_props, types_topic, e);
	return c->types == NULL ? -1 :
	    ktypes_catch_up(c->types, write_type, c, e);
}

static void
close_all(struct consumer *c)
{
	c->leaving = true;
	kwake_free(c->wake);
	ktypes_close(c->types);
	if (c->group_queue != NULL)
		rd_kafka_queue_destroy(c->group_queue);
	if (c->k != NULL && c->k->rk != NULL) {
		if (parts != NULL && c->assigned)
			rd_kafka_assign(c->k->rk, NULL);
		rd_kafka_consumer_close(c->k->rk);
	}
	kassign_release(&c->assign);
	kafka_close(c->k);
	offsets_release(&c->offsets);
	buf_release(&c->headers);
	if (c->pipe >= 0)
		close(c->pipe);
}

static int
run(struct stage *s, struct err *e)
{
	struct consumer *c = mem_zero(sizeof *c);
	int r = -1;

	c->stage = s;
	c->pipe = open_pipe();
	/* We look at the buffer ourselves after each frame. */
	s->out->io.full = SIZE_MAX;
	if (kstart_parse(&c->start, offset == NULL ? "stored" : offset,
	    e) == 0 && open_all(c, e) == 0 && begin(c, e) == 0) {
		filter_ready("brokers=%s", c->k->brokers);
		r = consume(c, e);
	}
	if (r == 0) {
		/* The next stage sees the end of the pipe at its last one. */
		if (c->pipe >= 0)
			close(c->pipe);
		c->pipe = -1;
		r = filter_finish(s, e);
	}
	take_acks(c);
	if (c->assigned)
		commit(c, NULL, false);
	if (c->k != NULL)
		count_set(&lag, kassign_lag(&c->assign));
	close_all(c);
	free(c);
	return r;
}

/* The property file may name the group, as Java's clients are used to. */
static int
look_for_group(struct err *e)
{
	rd_kafka_conf_t *conf;

	if (kconf_make(&set, props, NULL, &conf, e) < 0)
		return -1;
	group = kconf_get(conf, "group.id");
	rd_kafka_conf_destroy(conf);
	return 0;
}

static struct filter self;

static int
check(struct err *e)
{
	static char blacklist[2 * TOPIC_MAX + 8];
	struct kstart start;
	char *to = blacklist;
	const char *s;
	size_t i;
	int r;

	if (types) {
		if (topic_legal(slice_str(types_topic), e) < 0)
			return err_in(e, "--types-topic");
		*to++ = '^';
		for (s = types_topic; *s != '\0'; *to++ = *s++)
			if (*s == '.')
				*to++ = '\\';
		*to++ = '$';
		*to = '\0';
		props[0].value = blacklist;
	} else {
		props[0] = (struct kconf_prop){ "check.crcs", "true", true,
		    false };
	}
	if ((r = kconf_check(&set, props, e)) != 0)
		return r;
	if (topics.n == 0)
		return err_set(e, EX_USAGE, "which topics? -t TOPIC, or "
		    "-t '^REGEX'");
	if (group == NULL && (r = look_for_group(e)) < 0)
		return -1;
	if (group == NULL && parts == NULL)
		return err_set(e, EX_USAGE, "-G GROUP to share the partitions "
		    "with others, or -p LIST for some partitions");
	if (offset != NULL && kstart_parse(&start, offset, e) < 0)
		return -1;
	if (group == NULL && (offset == NULL || strcmp(offset, "stored") == 0))
		return err_set(e, EX_USAGE, "without -G nothing is stored: say "
		    "where to begin with --offset");
	if (parts != NULL && list_partitions(NULL, e) < 0)
		return -1;
	for (i = 0; i < topics.n; i++) {
		s = topics.v[i];
		if (is_regex(s) && parts != NULL)
			return err_set(e, EX_USAGE, "-p needs topics that are "
			    "named, not %s", s);
		if (!is_regex(s) && topic_legal(slice_str(s), e) < 0)
			return err_in(e, "--topic");
		if (types && strcmp(s, types_topic) == 0)
			return err_set(e, EX_USAGE, "topic %s is the one for "
			    "types: to read it as data, give --no-types", s);
	}
	self.format = format;
	return 0;
}

static struct filter self = {
	.name = "kafka-consume",
	.purpose = "make a stream of the records of Kafka topics",
	.usage = "-b HOST:PORT,... -t TOPIC... -G GROUP | -p LIST",
	.examples =
	    "  kafka-consume -b broker1 -t orders -G copy -o beginning "
	    "--acks acks |\n"
	    "      gg-apply -a node1 >acks\n"
	    "  kafka-consume -b broker1 -t '^prod\\.' -G look -o end | "
	    "frame-dump\n",
	.kind = FILTER_SOURCE,
	.options = options,
	.counts = counts,
	.run = run,
	.check = check,
};

int
main(int argc, char **argv)
{
	return filter_main(&self, argc, argv);
}
