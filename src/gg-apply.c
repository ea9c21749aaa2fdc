/*
 * gg-apply: write the records of a stream to a cluster.
 *
 * This thread reads, checks and deals out; lanes write. A key always goes
 * to the same lane, which has one request in flight: so its changes arrive
 * in their order whatever the servers do with theirs.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "filter.h"
#include "grid.h"
#include "guess.h"
#include "lane.h"
#include "log.h"
#include "mem.h"
#include "teach.h"
#include "track.h"
#include "utf8.h"

enum {
	BATCH = 1000,			/* records */
	BATCH_BYTES = 1024 * 1024,
	NODES = 32,			/* that get lanes of their own */
	SPARE = 64,			/* batches kept */
	OVERHEAD = 64			/* bytes a record takes besides its own */
};

enum raw { RAW_NOT, RAW_STRING, RAW_BYTES };

static struct ignite_config config = IGNITE_CONFIG;
static struct target_rule rule = {
	.cache_prefix = "", .topic_prefix = "", .create = true,
	.atomicity = CACHE_ATOMIC, .mode = CACHE_PARTITIONED
};
static const char *atomicity, *mode, *raw_key_arg, *raw_value_arg;
static int64_t backups = -1, lanes_each = 2, window = 20000;
static int64_t window_bytes = 16 << 20, max_request = 64 << 20;
static int64_t settle = 2000;
static enum raw raw_key, raw_value;

static const struct opt options[] = {
	OPT_HEAD("The cluster"),
	IGNITE_OPTIONS(config),
	OPT_HEAD("Where records go"),
	OPT_STR(0, "topic-prefix", &rule.topic_prefix, "TEXT",
	    "take this off the names of topics"),
	OPT_STR(0, "cache-prefix", &rule.cache_prefix, "TEXT",
	    "put this before the names of caches"),
	OPT_STR(0, "cache", &rule.cache, "NAME", "all records into this one"),
	OPT_NOFLAG(0, "no-create", &rule.create,
	    "do not make caches that are missing"),
	OPT_STR(0, "atomicity", &atomicity, "MODE",
	    "of caches made: atomic or transactional"),
	OPT_STR(0, "cache-mode", &mode, "MODE",
	    "of caches made: partitioned or replicated"),
	OPT_NUM(0, "backups", &backups, "N", 0, 1000, "of caches made"),
	OPT_HEAD("What records are"),
	OPT_STR(0, "raw-key", &raw_key_arg, "FORM",
	    "keys are no Ignite values: store as string or bytes"),
	OPT_STR(0, "raw-value", &raw_value_arg, "FORM",
	    "the same of values"),
	OPT_SIZE(0, "max-request", &max_request, "SIZE", 1, FRAME_MAX,
	    "a larger record is an error (64M)"),
	OPT_HEAD("How"),
	OPT_NUM(0, "lanes", &lanes_each, "N", 1, 16,
	    "connections to each node (2)"),
	OPT_NUM(0, "window", &window, "N", 1, 1000000,
	    "records in flight, at most (20000)"),
	OPT_SIZE(0, "window-bytes", &window_bytes, "SIZE", 1,
	    INT64_C(4) << 30, "the same in bytes (16M)"),
	OPT_TIME(0, "settle", &settle, "TIME", 0, 600000,
	    "after a request was lost on its way, wait so long for it to "
	    "land before anything newer (2s)"),
	OPT_LAST
};

static struct count applied = { "applied_total",
	"changes written to the cluster", 0 };
static struct count over = { "folded_total",
	"changes that a newer one of their key replaced in their batch", 0 };
static struct count retried = { "retried_total",
	"times that something was tried again", 0 };
static struct count unknown = { "unknown_outcome_total",
	"requests lost on their way, and sent again", 0 };
static struct count taught = { "types_total",
	"binary types registered in the cluster", 0 };
static struct count flying = { "window",
	"records in flight or done behind one in flight", 0 };
static struct count *const counts[] = { &applied, &over, &retried, &unknown,
	&taught, &flying, NULL };

/* One process is one filter, so this is one struct. */
static struct {
	struct stage *stage;
	struct cluster *cluster;
	struct links links;
	struct link control;	/* for all but batches */
	struct lanes *lanes;
	struct targets targets;
	struct teach teach;
	struct track track;
	struct wire_uuid nodes[NODES];
	size_t nnodes;
	unsigned era;		/* of the division of keys among lanes */
	int64_t major;		/* topology version of this era */
	int32_t minor;
	bool moved;		/* a lane was told of another one */
	uint64_t closed;	/* position up to which groups are whole */
	size_t weight;		/* bytes in flight */
	struct queue {		/* batches being filled, of each lane */
		struct batch *first, **last;
	} *open;
	unsigned nopen;
	struct batch *spare;
	unsigned nspare;
} me;

/* --- options --- */

static int
choose(const char *option, const char *arg, const char *const word[2],
    const int32_t value[2], int32_t *to, struct err *e)
{
	int i;

	if (arg == NULL)
		return 0;
	for (i = 0; i < 2; i++) {
		if (strcmp(arg, word[i]) == 0) {
			*to = value[i];
			return 0;
		}
	}
	return err_set(e, EX_USAGE, "--%s: %s or %s, not '%s'", option,
	    word[0], word[1], arg);
}

static int
check(struct err *e)
{
	static const char *const atomicities[] = { "atomic", "transactional" };
	static const char *const modes[] = { "partitioned", "replicated" };
	static const char *const forms[] = { "string", "bytes" };
	static const int32_t atomicity_of[] = { CACHE_ATOMIC,
		CACHE_TRANSACTIONAL };
	static const int32_t mode_of[] = { CACHE_PARTITIONED,
		CACHE_REPLICATED };
	static const int32_t form_of[] = { RAW_STRING, RAW_BYTES };
	int32_t key = RAW_NOT, value = RAW_NOT;

	if (choose("atomicity", atomicity, atomicities, atomicity_of,
	    &rule.atomicity, e) < 0 ||
	    choose("cache-mode", mode, modes, mode_of, &rule.mode, e) < 0 ||
	    choose("raw-key", raw_key_arg, forms, form_of, &key, e) < 0 ||
	    choose("raw-value", raw_value_arg, forms, form_of, &value, e) < 0)
		return -1;
	raw_key = (enum raw)key;
	raw_value = (enum raw)value;
	rule.shaped = atomicity != NULL || mode != NULL || backups >= 0;
	rule.backups = backups < 0 ? 0 : (int32_t)backups;
	if (rule.cache != NULL && (*rule.cache_prefix != '\0' ||
	    *rule.topic_prefix != '\0'))
		return err_set(e, EX_USAGE,
		    "--cache leaves nothing for prefixes to do");
	/* The links wait between passes; a connection tries once. */
	me.links.patience = config.give_up_after;
	config.give_up_after = 0;
	me.cluster = cluster_new(&config, e);
	return me.cluster == NULL ? -1 : 0;
}

/* --- batches --- */

static struct batch *
new_batch(struct target *t, unsigned lane)
{
	struct batch *b = me.spare;

	if (b != NULL) {
		me.spare = b->next;
		me.nspare--;
	} else
		b = mem_zero(sizeof *b);
	b->target = t;
	b->weight = 0;
	b->next = NULL;
	*me.open[lane].last = b;
	me.open[lane].last = &b->next;
	t->own[lane] = b;
	return b;
}

static void
free_batch(struct batch *b)
{
	fold_release(&b->fold);
	free(b);
}

static void
put_away(struct batch *b)
{
	if (me.nspare >= SPARE) {
		free_batch(b);
		return;
	}
	fold_reset(&b->fold);
	b->next = me.spare;
	me.spare = b;
	me.nspare++;
}

/* Hand the batch at *at over to its lane. */
static void
hand_over(unsigned lane, struct batch **at)
{
	struct batch *b = *at;

	if ((*at = b->next) == NULL)
		me.open[lane].last = at;
	b->target->own[lane] = NULL;
	lanes_give(me.lanes, lane, b);
}

static void
hand_over_this(unsigned lane, const struct batch *b)
{
	struct batch **at = &me.open[lane].first;

	while (*at != b)
		at = &(*at)->next;
	hand_over(lane, at);
}

/* Take in what the lanes have finished; acknowledge what is unbroken. */
static void
collect(void)
{
	struct batch *b, *next;
	uint32_t i;

	for (b = lanes_done(me.lanes); b != NULL; b = next) {
		next = b->next;
		for (i = 0; i < b->fold.n; i++) {
			if (b->fold.op[i].done)
				track_done(&me.track, b->fold.op[i].ticket);
		}
		me.weight -= b->weight;
		put_away(b);
	}
	count_set(&flying, track_n(&me.track));
	ack_put(me.stage->acks, track_low(&me.track));
}

/*
 * Lanes that have nothing to do get what there is. A batch of a cache that
 * records seldom go to must not hold back the acknowledgements of others.
 */
static void
feed(void)
{
	unsigned i;
	struct batch **at;

	for (i = 0; i < me.nopen; i++) {
		at = &me.open[i].first;
		if (lanes_load(me.lanes, i) == 0) {
			while (*at != NULL)
				hand_over(i, at);
		}
		while (*at != NULL && (*at)->ticket +
		    (uint64_t)window / 2 < me.track.tail)
			hand_over(i, at);
	}
}

/*
 * Wait until a lane has finished something, or, if asked for, stdin can be
 * read. Returns whether stdin can.
 */
static bool
await(bool input)
{
	struct pollfd p[2] = {
		{ lanes_fd(me.lanes), POLLIN, 0 },
		{ input ? me.stage->in->io.fd : -1, POLLIN, 0 }
	};
	struct ignite *ign = me.control.ign;
	int64_t ms = ign == NULL ? 60000 : ignite_tend_in(ign);
	struct err e;

	if (ack_owing(me.stage->acks) && ms > 50)
		ms = 50;
	if (poll(p, 2, (int)ms) == 0) {
		ack_put(me.stage->acks, track_low(&me.track));
		if (ign != NULL && ignite_tend_in(ign) <= 0 &&
		    ignite_tend(ign, &e) < 0)
			link_drop(&me.control);
	}
	if (p[0].revents != 0)
		collect();
	return p[1].revents != 0;
}

/* Before stdin is read: wait for it here, to go on acknowledging. */
static int
idle(void *arg, struct err *e)
{
	(void)arg;
	do {
		feed();
		if (lanes_failed(me.lanes, e))
			return -1;
	} while (!await(true));
	return 0;
}

/* Wait until nothing is in flight. What cannot be written stays behind. */
static void
drain(void)
{
	unsigned i;

	for (i = 0; i < me.nopen; i++) {
		while (me.open[i].first != NULL)
			hand_over(i, &me.open[i].first);
	}
	while (lanes_busy(me.lanes) != 0)
		await(false);
	collect();
}

/* Wait for room for a record of n bytes. */
static int
make_room(size_t n, struct err *e)
{
	while (track_n(&me.track) >= (size_t)window || (me.weight != 0 &&
	    me.weight + n > (size_t)window_bytes)) {
		feed();
		if (lanes_failed(me.lanes, e))
			return -1;
		await(false);
	}
	return 0;
}

/* --- nodes and lanes --- */

/* The nodes there are; those that stayed keep their places. */
static void
list_nodes(void)
{
	struct wire_uuid id, was[NODES];
	size_t nwas = me.nnodes, i, k, pass;
	bool old;

	memcpy(was, me.nodes, sizeof was);
	me.nnodes = 0;
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; me.nnodes < NODES &&
		    cluster_node(me.cluster, i, &id); i++) {
			for (k = 0; k < nwas && !wire_uuid_eq(was[k], id); k++)
				;
			old = k < nwas;
			if (old == (pass == 0))
				me.nodes[me.nnodes++] = id;
		}
	}
}

/* Divide the keys anew. Nothing may be in flight. */
static int
new_era(struct err *e)
{
	unsigned i;
	size_t k;

	for (;;) {
		if (link_up(&me.control, e) < 0)
			return -1;
		if (grid_endpoints(me.control.ign, e) == 0)
			break;
		if (ignite_why(me.control.ign) == IGNITE_UNSUPPORTED)
			break;
		if (link_retry(&me.control, 5, e) < 0)
			return -1;
	}
	list_nodes();
	if (lanes_set(me.lanes, me.nodes, me.nnodes, (unsigned)lanes_each,
	    e) < 0)
		return -1;
	free(me.open);
	me.nopen = lanes_n(me.lanes);
	me.open = mem_zero(me.nopen * sizeof *me.open);
	for (i = 0; i < me.nopen; i++)
		me.open[i].last = &me.open[i].first;
	for (k = 0; k < me.targets.n; k++) {
		if (me.targets.v[k]->own == NULL)
			continue;
		free(me.targets.v[k]->own);
		me.targets.v[k]->own = mem_zero(me.nopen *
		    sizeof *me.targets.v[k]->own);
	}
	me.era++;
	log_debug("keys are divided nodes=%zu lanes=%u", me.nnodes, me.nopen);
	return 0;
}

/* When nodes or partitions have moved, let keys move between lanes. */
static int
follow(struct err *e)
{
	int64_t major;
	int32_t minor;
	bool reborn;

	lanes_topology(me.lanes, &major, &minor);
	if (major == me.major && minor == me.minor)
		return 0;
	if (major == 0 && minor == 0)
		return 0;
	reborn = major < me.major;
	me.major = major;
	me.minor = minor;
	drain();
	if (lanes_failed(me.lanes, e))
		return -1;
	/* Counted from the start: nobody is left who remembers our types. */
	if (reborn && teach_again(&me.teach, e) < 0)
		return -1;
	return new_era(e);
}

/* See that the target is there and its map is of this era. */
static int
prepare(struct target *t, struct err *e)
{
	int64_t major;
	int32_t minor;

	if (t->own == NULL) {
		if (target_open(t, &me.control, e) < 0)
			return -1;
		t->own = mem_zero(me.nopen * sizeof *t->own);
	}
	if (target_map(t, &me.control, me.nodes, me.nnodes, me.era, e) < 0)
		return -1;
	/* That a cache was made is a new version, too, and moves nothing. */
	ignite_topology(me.control.ign, &major, &minor);
	if (major == me.major || me.major == 0) {
		me.major = major;
		me.minor = minor;
	}
	return 0;
}

static unsigned
lane_of(const struct target *t, struct slice key, uint64_t hash)
{
	uint32_t place = target_place(t, key, &me.teach.types);

	hash >>= 32;
	if (place == UINT32_MAX)
		return (unsigned)((hash ^ (uint32_t)t->id) % me.nopen);
	return place * (unsigned)lanes_each +
	    (unsigned)(hash % (unsigned)lanes_each);
}

/* --- records --- */

static int
not_a_value(const char *what, const char *option, struct slice s,
    struct err *e)
{
	enum guess_kind kind = guess(s);

	switch (kind) {
	case GUESS_JSON:
		return err_set(e, EX_DATAERR, "its %s is no Ignite value but "
		    "looks like JSON: put gg-from-json before this stage, or "
		    "store it as text with --%s string", what, option);
	case GUESS_AVRO:
		return err_set(e, EX_DATAERR, "its %s is no Ignite value but "
		    "looks like Avro: put gg-from-avro before this stage, or "
		    "store it as it is with --%s bytes", what, option);
	case GUESS_TEXT:
		return err_set(e, EX_DATAERR, "its %s is no Ignite value but "
		    "looks like plain text: store it with --%s string", what,
		    option);
	default:
		return err_set(e, EX_DATAERR, "its %s is no Ignite value but "
		    "%s: store it as it is with --%s bytes", what,
		    guess_text(kind), option);
	}
}

/* What stands in front of raw bytes to make them a value. */
static int
wrap(enum raw raw, const char *what, struct slice s, struct fold_lead *lead,
    struct err *e)
{
	if (raw == RAW_STRING && !utf8_ok(s))
		return err_set(e, EX_DATAERR, "its %s is no UTF-8: store it "
		    "with --raw-%s bytes", what, what);
	lead->n = 5;
	lead->b[0] = raw == RAW_STRING ? BIN_STRING : BIN_BYTES;
	le32_put(lead->b + 1, (uint32_t)s.n);
	return 0;
}

/* Make sure that these bytes may be sent as a key or a value. */
static int
examine(const char *what, enum raw raw, struct slice *s,
    struct fold_lead *lead, struct err *e)
{
	char option[] = "raw-value";
	bool bad;

	lead->n = 0;
	if (raw != RAW_NOT)
		return wrap(raw, what, *s, lead, e);
	memcpy(option + 4, what, strlen(what) + 1);
	if (teach_check(&me.teach, *s, &bad, e) < 0)
		return bad ? not_a_value(what, option, *s, e) :
		    err_in(e, "its %s", what);
	if (bin_code(*s) == BIN_NULL)
		return err_set(e, EX_DATAERR, "its %s is null", what);
	/* As the objects of other clients are stored and compared: bare. */
	if (bin_code(*s) == BIN_WRAPPED)
		*s = bin_unwrap(*s);
	return 0;
}

static int
examine_both(struct rec *r, struct fold_lead lead[2], struct err *e)
{
	lead[0].n = lead[1].n = 0;
	if (r->key.p == NULL)
		return err_set(e, EX_DATAERR, "it has no key, and a cache has "
		    "no place for values without one");
	if (r->op == REC_UPSERT && r->value.p == NULL)
		return err_set(e, EX_DATAERR, "it has no value and is no "
		    "removal");
	if (r->key.n + (r->op == REC_UPSERT ? r->value.n : 0) >
	    (size_t)max_request)
		return err_set(e, EX_DATAERR, "it has %zu bytes, more than "
		    "--max-request %" PRId64, r->key.n + r->value.n,
		    max_request);
	if (examine("key", raw_key, &r->key, &lead[0], e) < 0)
		return -1;
	if (r->op == REC_UPSERT &&
	    examine("value", raw_value, &r->value, &lead[1], e) < 0)
		return -1;
	return 0;
}

/* A position counts only where a group of records ends. */
static uint64_t
position(const struct rec *r)
{
	if ((r->flags & REC_MORE) == 0)
		me.closed = r->seq;
	return me.closed;
}

static int
take_record(struct slice body, struct err *e)
{
	struct fold_lead lead[2];
	struct fold_op *op;
	struct target *t;
	struct batch *b;
	struct rec r;
	uint64_t hash;
	unsigned lane;
	size_t n;

	if (rec_decode(&r, body, e) < 0)
		return -1;
	if (examine_both(&r, lead, e) < 0)
		return err_in(e, "%s", rec_where(&r));
	n = r.key.n + (r.op == REC_UPSERT ? r.value.n : 0) + OVERHEAD;
	if (make_room(n, e) < 0 || follow(e) < 0)
		return -1;
	if ((t = target_find(&me.targets, &rule, r.name, e)) == NULL ||
	    (t->era != me.era && prepare(t, e) < 0))
		return -1;
	hash = fold_hash(r.key, me.stage->run);
	lane = lane_of(t, r.key, hash);
	b = t->own[lane];
	if (b == NULL) {
		b = new_batch(t, lane);
		b->ticket = me.track.tail;
	}
	op = fold_add(&b->fold, lead, r.key, r.value, r.op == REC_REMOVE,
	    (uint32_t)hash);
	op->partition = r.partition;
	op->offset = r.offset;
	op->seq = r.seq;
	op->ticket = track_add(&me.track, position(&r));
	b->weight += n;
	me.weight += n;
	if (b->fold.n >= BATCH || b->weight >= BATCH_BYTES)
		hand_over_this(lane, b);
	return 0;
}

static int
take_type(struct slice body, struct err *e)
{
	struct type type;
	int r;

	if (rec_decode_type(&type, body, e) < 0 ||
	    (r = teach_type(&me.teach, &type, e)) < 0)
		return -1;
	/* Keys of this type may go to other lanes now. */
	if (r > 0)
		drain();
	return 0;
}

static int
take_mark(struct slice body, struct err *e)
{
	uint64_t seq;

	if (rec_decode_mark(&seq, body, e) < 0)
		return -1;
	me.closed = seq;
	if (track_n(&me.track) >= (size_t)window && make_room(0, e) < 0)
		return -1;
	track_done(&me.track, track_add(&me.track, seq));
	return 0;
}

static int
take_all(struct err *e)
{
	struct frame f;
	int r;

	while ((r = frame_read(me.stage->in, &f, e)) > 0) {
		switch (f.letter) {
		case FRAME_RECORD:
			r = take_record(f.body, e);
			break;
		case FRAME_TYPE:
			r = take_type(f.body, e);
			break;
		case FRAME_MARK:
			r = take_mark(f.body, e);
			break;
		default:
			break;
		}
		if (r < 0)
			return -1;
	}
	return r;
}

/* --- the whole --- */

static int
check_format(struct slice format, struct err *e)
{
	if ((raw_key != RAW_NOT && raw_value != RAW_NOT) ||
	    slice_eq(format, slice_str("ignite")) ||
	    slice_eq(format, slice_str("bytes")))
		return 0;
	if (slice_eq(format, slice_str("avro")))
		return err_set(e, EX_DATAERR, "keys and values are Avro, not "
		    "Ignite's: put gg-from-avro before this stage");
	if (slice_eq(format, slice_str("json")))
		return err_set(e, EX_DATAERR, "keys and values are JSON, not "
		    "Ignite's: put gg-from-json before this stage");
	return err_set(e, EX_DATAERR, "keys and values are '%.*s', not "
	    "Ignite's: convert them before this stage, or store them as they "
	    "are with --raw-key and --raw-value", SLICE_ARG(format));
}

static int
begin(struct err *e)
{
	const struct lanes_config cfg = { &me.links,
		{ settle, &applied, &unknown }, &over };
	enum grid_state state;

	if (check_format(me.stage->in->hello.format, e) < 0 ||
	    links_open(&me.links, me.cluster, me.links.patience, &retried,
	    e) < 0)
		return -1;
	link_init(&me.control, &me.links);
	teach_init(&me.teach, &me.control, &taught);
	for (;;) {
		if (link_up(&me.control, e) < 0)
			return -1;
		if (grid_state(me.control.ign, &state, e) == 0)
			break;
		if (link_retry(&me.control, 5, e) < 0)
			return -1;
	}
	if (state != GRID_ACTIVE)
		log_warn("the cluster is not active peer=%s",
		    ignite_peer(me.control.ign));
	if ((me.lanes = lanes_new(&cfg, e)) == NULL || new_era(e) < 0)
		return -1;
	ignite_topology(me.control.ign, &me.major, &me.minor);
	in_tie(&me.stage->in->io, idle, NULL);
	filter_ready("applying peer=%s nodes=%zu lanes=%u",
	    ignite_peer(me.control.ign), me.nnodes, me.nopen);
	return 0;
}

static void
end(void)
{
	struct batch *b, *next;

	lanes_free(me.lanes);
	link_close(&me.control);
	links_close(&me.links);
	teach_release(&me.teach);
	targets_release(&me.targets);
	track_release(&me.track);
	for (b = me.spare; b != NULL; b = next) {
		next = b->next;
		free_batch(b);
	}
	free(me.open);
	cluster_free(me.cluster);
}

static int
run(struct stage *stage, struct err *e)
{
	struct err other;
	int r;

	me.stage = stage;
	me.links.quit_fd = -1;
	r = begin(e);
	if (r == 0) {
		r = take_all(e);
		/* All that came whole counts, however the rest ended. */
		drain();
		if (r == 0 && lanes_failed(me.lanes, &other)) {
			*e = other;
			r = -1;
		}
		if (r < 0)
			ack_finish(stage->acks, 1000);
	}
	end();
	return r;
}

static const struct filter self = {
	.name = "gg-apply",
	.purpose = "write the records of a stream to a cluster",
	.usage = "-a HOST[:PORT],... [option ...] < frames > acks",
	.examples =
	    "  kafka-consume -b broker -t '^ignite.' -G backup |\n"
	    "      gg-from-avro --registry http://registry:8081 |\n"
	    "      gg-apply -a node1,node2 --topic-prefix ignite.\n"
	    "  gg-capture -a left -c orders | gg-apply -a right\n",
	.kind = FILTER_SINK,
	.options = options,
	.counts = counts,
	.check = check,
	.run = run
};

int
main(int argc, char **argv)
{
	return filter_main(&self, argc, argv);
}
