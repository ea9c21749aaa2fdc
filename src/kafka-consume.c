/* kafka-consume: make a stream of the records of topics. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter.h"
#include "kafka.h"
#include "kmember.h"
#include "ktopic.h"
#include "ktypes.h"
#include "log.h"
#include "mem.h"
#include "topic.h"

enum {
	BATCH = 10000,			/* records taken off the queue at once */
	PIECE = 64 * 1024		/* of a write */
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
	{ "queued.max.messages.kbytes", "8192", false, false },
	{ "fetch.message.max.bytes", "524288", false, false },
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
	struct kmember_set set;
	struct kmember member;
	struct pipeout out;
	struct ktypes *types;
	rd_kafka_message_t *batch[BATCH];
	size_t bytes;			/* of the batch */
	struct buf headers;
	uint64_t changes;		/* of the member, when it was looked at */
	struct kpart *part;		/* of the record before; NULL: none */
	rd_kafka_topic_t *rkt;		/* and its topic */
	uint64_t seq;			/* without acks */
	uint64_t expect;
};

static int
write_type(void *arg, struct slice body, struct err *e)
{
	struct consumer *c = arg;
	struct frame f = { FRAME_TYPE, body };

	count_add(&types_read, 1);
	if (frame_write(c->stage->out, &f, e) < 0)
		return -1;
	return c->stage->out->io.buf.n >= PIECE &&
	    kmember_flush(&c->member, e) < 0 ? -1 : 0;
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

/* Whose record it is: mostly the same partition's as the one before. */
static void
find_part(struct consumer *c, const rd_kafka_message_t *m)
{
	if (c->part != NULL && c->changes == c->member.changes &&
	    c->rkt == m->rkt && c->part->partition == m->partition)
		return;
	c->changes = c->member.changes;
	c->rkt = m->rkt;
	c->part = m->rkt == NULL ? NULL : kassign_find(&c->member.assign,
	    rd_kafka_topic_name(m->rkt), m->partition);
}

/* One record, or word from its partition. */
static int
take(struct consumer *c, const rd_kafka_message_t *m, struct err *e)
{
	struct frame_out *out = c->stage->out;
	rd_kafka_timestamp_type_t how;
	struct rec r;

	find_part(c, m);
	if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		if (c->part != NULL)
			kassign_at(&c->member.assign, c->part, m->offset, true);
		return 0;
	}
	if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		return kmember_complain(m, e);
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
	r.seq = c->stage->acked == NULL ? ++c->seq : offsets_add(&c->member.offsets,
	    c->part->slot, m->offset + 1, m->len + m->key_len);
	kassign_at(&c->member.assign, c->part, m->offset + 1, false);
	if (frame_write_rec(out, &r, e) < 0)
		return -1;
	return out->io.buf.n >= PIECE && kmember_flush(&c->member, e) < 0 ?
	    -1 : 0;
}

/* How many records may be taken now. */
static size_t
room(const struct consumer *c)
{
	size_t n = offsets_n(&c->member.offsets);

	if (c->stage->acked == NULL)
		return BATCH;
	if (n >= (size_t)window || c->member.offsets.bytes >= (uint64_t)window_bytes)
		return 0;
	return (size_t)window - n < BATCH ? (size_t)window - n : BATCH;
}

/* Take what the queue has: 1; 0: nothing. */
static int
take_batch(struct consumer *c, size_t max, struct err *e)
{
	ssize_t n, i;
	int r = 0;

	n = rd_kafka_consume_batch_queue(c->member.assign.data, 0, c->batch, max);
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
	kwake_ate(c->member.wake, (size_t)n, c->bytes);
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
		{ c->out.fd, 0, 0 }	/* its reader leaves */
	};
	int64_t ms = kmember_patience(&c->member);
	const struct kassign *a = &c->member.assign;
	int soon = full || a->idle == a->n ? -1 :
	    kwake_hungry(c->member.wake);

	if (soon >= 0 && soon < ms)
		ms = soon;
	if (poll(fds, 4, (int)ms) < 0 && errno != EINTR)
		return err_sys(e, EX_OSERR, "poll");
	return (fds[3].revents & POLLERR) == 0 ? 0 :
	    pipeout_left(&c->out, e);
}

static bool
is_done(const struct consumer *c)
{
	const struct kassign *a = &c->member.assign;

	return at_end && c->member.assigned && a->done == a->n;
}

static int
consume(struct consumer *c, struct err *e)
{
	size_t max;
	int r;

	while (!filter_stopping()) {
		if (kmember_serve(&c->member, e) < 0)
			return -1;
		if (c->expect != c->member.expect)
			filter_expect(c->expect = c->member.expect);
		if (is_done(c))
			break;
		max = room(c);
		r = max == 0 ? 0 : take_batch(c, max, e);
		if (r < 0)
			return -1;
		if (r > 0)
			continue;
		count_set(&lag, kassign_lag(&c->member.assign));
		r = kmember_flush(&c->member, e);
		if (r == 0)
			r = rest(c, max == 0, e);
		if (r < 0)
			return -1;
	}
	return kmember_flush(&c->member, e) < 0 ? -1 : 0;
}

static bool
is_regex(const char *topic)
{
	return *topic == '^';
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
	size_t i;
	int r;

	l = rd_kafka_topic_partition_list_new((int)topics.n);
	if (parts != NULL) {
		r = list_partitions(l, e);
		if (r == 0)
			r = kmember_assign(&c->member, l, e);
	} else {
		for (i = 0; i < topics.n; i++)
			rd_kafka_topic_partition_list_add(l, topics.v[i],
			    RD_KAFKA_PARTITION_UA);
		r = kmember_subscribe(&c->member, l, e);
	}
	rd_kafka_topic_partition_list_destroy(l);
	return r;
}

static int
open_all(struct consumer *c, struct err *e)
{
	/* Without a group librdkafka wants one in name; nobody joins it. */
	c->k = kafka_open(&set, RD_KAFKA_CONSUMER, props, group != NULL ?
	    group : "kafka-consume", kmember_set_up, &c->member, e);
	if (c->k == NULL || kafka_reach(c->k, &set, e) < 0 ||
	    look_for_topics(c, e) < 0)
		return -1;
	pipeout_open(&c->out, &c->stage->out->io);
	kmember_open(&c->member, &c->set, c->k, c->stage->acked, &c->out);
	if (!types)
		return 0;
	c->types = ktypes_open(&set, types_props, types_topic, e);
	return c->types == NULL ? -1 :
	    ktypes_catch_up(c->types, write_type, c, e);
}

static int
run(struct stage *s, struct err *e)
{
	struct consumer *c = mem_zero(sizeof *c);
	int r = -1;

	c->stage = s;
	c->out.fd = -1;
	c->set = (struct kmember_set){ group, { KSTART_STORED, 0 }, at_end,
	    commit_every, revoke_wait, &committed, &position, &held,
	    &failures, &rebalances };
	if ((offset == NULL || kstart_parse(&c->set.start, offset, e) == 0) &&
	    open_all(c, e) == 0 && begin(c, e) == 0) {
		filter_ready("brokers=%s", c->k->brokers);
		r = consume(c, e);
	}
	/* The next stage sees the end of the pipe at its last writer. */
	pipeout_close(&c->out);
	if (r == 0)
		r = filter_finish(s, e);
	if (c->member.k != NULL)
		count_set(&lag, kassign_lag(&c->member.assign));
	kmember_close(&c->member);
	ktypes_close(c->types);
	kafka_close(c->k);
	buf_release(&c->headers);
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
