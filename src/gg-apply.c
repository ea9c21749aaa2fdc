/*
 * gg-apply: write the records of a stream to a cluster.
 *
 * This thread reads, checks and deals out; lanes write. A key always goes
 * to the same lane, which has one request in flight: so its changes arrive
 * in their order whatever the servers do with theirs.
 */
#include <inttypes.h>

#include "cachecfg.h"
#include "deal.h"
#include "filter.h"
#include "guess.h"
#include "utf8.h"

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

static struct cluster *cluster;
static int64_t patience;
static struct deal deal;

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
	patience = config.give_up_after;
	config.give_up_after = 0;
	cluster = cluster_new(&config, e);
	return cluster == NULL ? -1 : 0;
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
	if (teach_check(&deal.teach, *s, &bad, e) < 0)
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

static int
take_record(struct slice body, struct err *e)
{
	struct fold_lead lead[2];
	struct rec r;

	if (rec_decode(&r, body, e) < 0)
		return -1;
	if (examine_both(&r, lead, e) < 0)
		return err_in(e, "%s", rec_where(&r));
	return deal_record(&deal, &r, lead, e);
}

static int
take_type(struct slice body, struct err *e)
{
	struct type type;

	if (rec_decode_type(&type, body, e) < 0)
		return -1;
	return deal_type(&deal, &type, e);
}

static int
take_mark(struct slice body, struct err *e)
{
	uint64_t seq;

	if (rec_decode_mark(&seq, body, e) < 0)
		return -1;
	return deal_mark(&deal, seq, e);
}

static int
take_all(struct frame_in *in, struct err *e)
{
	struct frame f;
	int r;

	while ((r = frame_read(in, &f, e)) > 0) {
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
run(struct stage *stage, struct err *e)
{
	struct links links;
	const struct deal_config cfg = {
		.links = &links, .rule = rule,
		.lanes = { &links, { settle, &applied, &unknown }, &over },
		.each = (unsigned)lanes_each, .window = (size_t)window,
		.window_bytes = (size_t)window_bytes,
		.acks = stage->acks, .input = stage->in->io.fd,
		.seed = stage->run, .taught = &taught, .window_now = &flying
	};
	struct err other;
	int r;

	if (check_format(stage->in->hello.format, e) < 0 ||
	    links_open(&links, cluster, patience, &retried, e) < 0)
		return -1;
	r = deal_open(&deal, &cfg, e);
	if (r == 0) {
		filter_ready("applying peer=%s nodes=%zu lanes=%u",
		    ignite_peer(deal.control.ign), deal.nnodes, deal.nopen);
		in_tie(&stage->in->io, deal_wait, &deal);
		r = take_all(stage->in, e);
	}
	/* All that came whole counts, however the rest ended. */
	if (deal_finish(&deal, r == 0 ? e : &other) < 0)
		r = -1;
	if (r < 0)
		ack_finish(stage->acks, 1000);
	deal_close(&deal);
	links_close(&links);
	cluster_free(cluster);
	return r;
}

static const struct filter self = {
	.name = "gg-apply",
	.purpose = "write the records of a stream to a cluster",
	.usage = "-a HOST[:PORT],... [option ...] < frames > acks",
	.examples =
	    "  kafka-consume -b broker -t '^ignite\\.' -G backup |\n"
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
