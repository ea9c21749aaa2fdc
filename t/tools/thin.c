/*
 * thin: a small client for tests; says what it did.
 *
 *	thin -a HOST:PORT [OPTION...] COMMAND [ARGUMENT...]
 *
 *	who				node, product, state
 *	nodes				ids of the nodes; connects to each
 *	caches | make NAME | destroy NAME | size NAME
 *	config NAME			what sort of cache it is
 *	describe NAME			the same in hexadecimal, for "like"
 *	like NAME HEX			make one as described
 *	expiring NAME MS		a cache whose entries live so long
 *	sql STATEMENT			rows, columns in hexadecimal
 *	put CACHE FROM N		keys FROM and on (int), values "vKEY"
 *	stream CACHE FROM N		the same by the data streamer
 *	remove CACHE FROM N
 *	get CACHE KEY...
 *	scan CACHE [PARTITION]		"key value" lines
 *	many CACHE N			N puts in flight at once, then a count
 *	watch CACHE N			"live", then N events
 *	map CACHE			is each kind of key where we think?

 *	types				put a type, read it back
 *	hold				"held", then wait until it is lost
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bin.h"
#include "binid.h"
#include "binwrite.h"
#include "clock.h"
#include "grid.h"
#include "log.h"
#include "mem.h"

static struct ignite_config cfg = IGNITE_CONFIG;
static int verbose;

static const struct opt options[] = {
	IGNITE_OPTIONS(cfg),
	OPT_COUNT('v', "verbose", &verbose, "say more"),
	OPT_LAST
};

static void
show(struct slice v)
{
	struct cur c = cur_on(v);
	struct bin_val b;
	size_t i;

	if (v.p == NULL)
		printf("null");
	else if (bin_next(&c, &b) && b.code == BIN_INT)
		printf("%" PRId64, b.i);
	else if (b.code == BIN_STRING)
		printf("%.*s", SLICE_ARG(b.s));
	else
		for (i = 0; i < v.n; i++)
			printf("%02x", v.p[i]);
}

static int
scan(struct ignite *g, int32_t cache, int32_t partition, bool quiet,
    struct slice find, uint64_t *n, struct err *e)
{
	struct wire_rows rows;
	struct slice body, key, value;
	int r;
	bool first = true, more;

	*n = 0;
	wire_scan(ignite_begin(g, WIRE_SCAN), cache, 100, partition, false);
	do {
		int64_t cursor = first ? 0 : rows.cursor;

		if (ignite_call(g, &body, e) < 0 ||
		    wire_rows(&rows, body, first, e) < 0)
			return -1;
		if (!first)
			rows.cursor = cursor;
		first = false;
		more = rows.more;
		while ((r = wire_row(&rows, &key, &value, e)) > 0) {
			if (find.p != NULL && !slice_eq(find, key))
				continue;
			++*n;
			if (quiet)
				continue;
			show(key);
			putchar(' ');
			show(value);
			putchar('\n');
		}
		if (r < 0)
			return -1;
		if (more)
			wire_page(ignite_begin(g, WIRE_SCAN_PAGE),
			    rows.cursor);
	} while (more);
	return 0;
}

static int
batch(struct ignite *g, enum wire_op op, int32_t cache, int32_t from,
    int32_t n, bool values, struct err *e)
{
	struct wire_batch w;
	struct buf k = { 0 }, v = { 0 };
	char text[32];
	int32_t i;

	wire_batch_open(&w, ignite_begin(g, op), op, cache);
	for (i = from; i < from + n; i++) {
		buf_reset(&k);
		buf_reset(&v);
		bin_put_int(&k, i);
		snprintf(text, sizeof text, "v%d", i);
		bin_put_string(&v, slice_str(text));
		wire_batch_add(&w, buf_bytes(&k),
		    values ? buf_bytes(&v) : slice_of(NULL, 0));
	}
	wire_batch_close(&w);
	buf_release(&k);
	buf_release(&v);
	if (ignite_call(g, NULL, e) < 0)
		return -1;
	printf("%d done\n", n);
	return 0;
}

static int
put(struct ignite *g, char **a, struct err *e)
{
	return batch(g, WIRE_PUT_ALL, wire_cache_id(a[0]), atoi(a[1]),
	    atoi(a[2]), true, e);
}

static int
stream(struct ignite *g, char **a, struct err *e)
{
	return batch(g, WIRE_STREAM, wire_cache_id(a[0]), atoi(a[1]),
	    atoi(a[2]), true, e);
}

static int
unstream(struct ignite *g, char **a, struct err *e)
{
	return batch(g, WIRE_STREAM, wire_cache_id(a[0]), atoi(a[1]),
	    atoi(a[2]), false, e);
}

static int
take_away(struct ignite *g, char **a, struct err *e)
{
	return batch(g, WIRE_REMOVE_KEYS, wire_cache_id(a[0]), atoi(a[1]),
	    atoi(a[2]), false, e);
}

static int
get(struct ignite *g, char **a, struct err *e)
{
	struct slice body, key, value;
	struct wire_batch w;
	struct wire_rows rows;
	struct buf k = { 0 };
	int r;

	wire_batch_open(&w, ignite_begin(g, WIRE_GET_ALL), WIRE_GET_ALL,
	    wire_cache_id(*a));
	while (*++a != NULL) {
		buf_reset(&k);
		bin_put_int(&k, atoi(*a));
		wire_batch_add(&w, buf_bytes(&k), slice_of(NULL, 0));
	}
	wire_batch_close(&w);
	buf_release(&k);
	if (ignite_call(g, &body, e) < 0 || wire_pairs(&rows, body, e) < 0)
		return -1;
	while ((r = wire_row(&rows, &key, &value, e)) > 0) {
		show(key);
		putchar(' ');
		show(value);
		putchar('\n');
	}
	return r;
}

static int
scan_all(struct ignite *g, char **a, struct err *e)
{
	uint64_t n;

	return scan(g, wire_cache_id(a[0]), a[1] == NULL ? -1 : atoi(a[1]),
	    false, slice_of(NULL, 0), &n, e);
}

/* Answers come in any order: each id once, all good. */
static int
many(struct ignite *g, char **a, struct err *e)
{
	int32_t cache = wire_cache_id(a[0]);
	uint64_t n = (uint64_t)atoi(a[1]), i, first = 0, id, sum = 0, seen = 0;
	struct wire_msg m;
	struct buf *b;
	int r;

	for (i = 0; i < n; i++) {
		b = ignite_begin(g, WIRE_PUT);
		wire_cache(b, cache);
		bin_put_int(b, (int32_t)i);
		bin_put_long(b, (int64_t)i);
		if (ignite_send(g, &id, e) < 0)
			return -1;
		if (i == 0)
			first = id;
	}
	while (seen < n) {
		r = ignite_read(g, &m, 10000, e);
		if (r < 0)
			return -1;
		if (r == 0)
			return err_set(e, EX_SOFTWARE, "answers are missing");
		if (m.status != WIRE_OK)
			return ignite_judge(g, &m, true, e);
		sum += m.id - first;
		seen++;
	}
	if (sum != n * (n - 1) / 2)
		return err_set(e, EX_SOFTWARE, "ids do not add up");
	printf("%" PRIu64 " done\n", seen);
	return 0;
}

static int
watch(struct ignite *g, char **a, struct err *e)
{
	static const char *const names[] = {
		"created", "updated", "removed", "expired"
	};
	int left = atoi(a[1]), r;
	struct wire_events evs;
	struct wire_event ev;
	struct wire_msg m;
	uint64_t id;

	if (grid_query(g, wire_cache_id(a[0]), 1, 0, true, &id, e) < 0)
		return -1;
	/* Servers drop what happens in the first moment. */
	poll(NULL, 0, 100);
	puts("live");
	while (left > 0) {
		r = ignite_read(g, &m, 20000, e);
		if (r < 0)
			return -1;
		if (r == 0)
			return err_set(e, EX_SOFTWARE, "no event");
		if (!m.note || m.op != WIRE_EVENT || m.id != id)
			return err_set(e, EX_SOFTWARE, "not an event of ours");
		if (wire_events(&evs, m.body, e) < 0)
			return -1;
		while ((r = wire_event(&evs, &ev, e)) > 0) {
			printf("%s ", names[ev.change]);
			show(ev.key);
			putchar(' ');
			show(ev.old);
			putchar(' ');
			show(ev.value);
			putchar('\n');
			left--;
		}
		if (r < 0)
			return -1;
	}
	return grid_close(g, id, e);
}

/* Put the key; is it where the map says, and only there? */
static int
check_place(struct ignite *g, int32_t cache, const struct partmap *m,
    const struct bin_types *types, const char *what, struct buf *key,
    struct err *e)
{
	struct buf *b = ignite_begin(g, WIRE_PUT);
	struct ignite *other;
	struct wire_uuid *owner;
	uint32_t partition;
	uint64_t n;
	int r;

	wire_cache(b, cache);
	buf_add(b, key->p, key->n);
	bin_put_int(b, 1);
	if (ignite_call(g, NULL, e) < 0)
		return -1;
	if (!partmap_find(m, buf_bytes(key), types, &partition) ||
	    m->owner[partition] == PARTMAP_NONE)
		return err_set(e, EX_SOFTWARE, "%s: no partition", what);
	if (scan(g, cache, (int32_t)partition, true, buf_bytes(key), &n,
	    e) < 0)
		return -1;
	if (n != 1)
		return err_set(e, EX_SOFTWARE, "%s: not in partition %u",
		    what, partition);
	/* The node that the map names holds it itself. */
	owner = &m->nodes[m->owner[partition]];
	other = ignite_open(ignite_cluster(g), owner, e);
	if (other == NULL)
		return -1;
	wire_scan(ignite_begin(other, WIRE_SCAN), cache, 1000,
	    (int32_t)partition, true);
	r = ignite_call(other, &(struct slice){ NULL, 0 }, e);
	ignite_close(other);
	if (r < 0)
		return -1;
	printf("%s ok\n", what);
	buf_reset(key);
	return 0;
}

static int
person(struct buf *b, const char *type, int32_t org, int32_t id,
    struct err *e)
{
	struct binw w = { .out = b };
	int r;

	binw_begin(&w, bin_type_id(slice_str(type)), slice_of(NULL, 0),
	    BIN_USER_TYPE | BIN_COMPACT);
	binw_field(&w, bin_field_id(slice_str("org")));
	bin_put_int(b, org);
	binw_field(&w, bin_field_id(slice_str("id")));
	bin_put_int(b, id);
	r = binw_end(&w, NULL, e);
	binw_release(&w);
	return r;
}

static struct bin_type *
person_type(const char *name, const char *affinity)
{
	struct bin_type *t;
	int32_t ids[] = {
		bin_field_id(slice_str("org")), bin_field_id(slice_str("id"))
	};

	t = bin_type_new(bin_type_id(slice_str(name)), slice_str(name),
	    slice_str(affinity), false);
	bin_type_add_field(t, slice_str("org"), BIN_INT, ids[0]);
	bin_type_add_field(t, slice_str("id"), BIN_INT, ids[1]);
	bin_type_add_schema(t, bin_schema_id(ids, 2), ids, 2);
	return t;
}

static int
put_person_type(struct ignite *g, struct bin_types *types, const char *name,
    const char *affinity, struct err *e)
{
	struct bin_type *t = person_type(name, affinity);
	struct buf b = { 0 };
	int r;

	bin_type_encode(t, &b);
	bin_types_take(types, t, e);
	r = grid_type_put(g, buf_bytes(&b), e);
	buf_release(&b);
	return r;
}

static int
map(struct ignite *g, char **a, struct err *e)
{
	static const unsigned char blob[] = { 1, 2, 255, 128 };
	static const unsigned char number[] = { 0x81, 0x02, 3, 4, 5, 6 };
	int32_t cache = wire_cache_id(a[0]);
	struct bin_types types = { 0 };
	struct partmap m;
	struct buf k = { 0 };
	int r = -1;

	if (grid_endpoints(g, e) < 0 || grid_partitions(g, cache, &m, e) < 0)
		return -1;
	printf("%u partitions on %u nodes\n", m.partitions, m.nnodes);
#define PLACE(what, put) \
	do { \
		put; \
		if (check_place(g, cache, &m, &types, what, &k, e) < 0) \
			goto out; \
	} while (0)
	PLACE("byte", bin_put_byte(&k, -3));
	PLACE("short", bin_put_short(&k, -300));
	PLACE("int", bin_put_int(&k, -70000));
	PLACE("long", bin_put_long(&k, -5000000000));
	PLACE("float", bin_put_float(&k, -1.5f));
	PLACE("double", bin_put_double(&k, 3.25e100));
	PLACE("char", bin_put_char(&k, 0x20ac));
	PLACE("bool", bin_put_bool(&k, true));
	PLACE("string", bin_put_string(&k, slice_str("a\xe2\x82\xac"
	    "\xf0\x9f\x98\x80")));
	PLACE("uuid", bin_put_uuid(&k, 0x1234567890abcdef, 77));
	PLACE("date", bin_put_date(&k, -1234567890123));
	PLACE("time", bin_put_time(&k, 3600001));
	PLACE("timestamp", bin_put_timestamp(&k, 1700000000123, 456789));
	PLACE("decimal", bin_put_decimal(&k, 2,
	    slice_of(number, sizeof number)));
	PLACE("bytes", bin_put_bytes(&k, slice_of(blob, sizeof blob)));
	if (put_person_type(g, &types, "test.Whole", NULL, e) < 0)
		goto out;
	PLACE("object", person(&k, "test.Whole", 5, 6, e));
	if (put_person_type(g, &types, "test.ByOrg", "org", e) < 0)
		goto out;
	PLACE("object by field", person(&k, "test.ByOrg", 5, 6, e));
	r = 0;
out:
	buf_release(&k);
	bin_types_release(&types);
	partmap_release(&m);
	return r;
}

static int
types(struct ignite *g, char **a, struct err *e)
{
	struct bin_types none = { 0 };
	struct bin_type *t = person_type("test.Fresh", "org");
	struct slice meta, name;
	struct buf b = { 0 };
	int32_t id = t->id;
	int r = -1;

	(void)a;
	bin_type_encode(t, &b);
	bin_type_free(t);
	if (grid_type(g, 12345, &meta, e) < 0)
		goto out;
	printf("unknown type: %s\n", meta.p == NULL ? "none" : "found");
	if (grid_class(g, 12345, &name, e) < 0)
		goto out;
	printf("unknown class: %s\n", name.p == NULL ? "none" : "found");
	if (grid_type_put(g, buf_bytes(&b), e) < 0 ||
	    grid_type(g, id, &meta, e) < 0)
		goto out;
	printf("type: %s\n",
	    slice_eq(meta, buf_bytes(&b)) ? "same" : "different");
	if (grid_class_put(g, id, slice_str("test.Fresh"), e) < 0 ||
	    grid_class(g, id, &name, e) < 0)
		goto out;
	printf("class: %.*s\n", SLICE_ARG(name));
	r = 0;
out:
	buf_release(&b);
	bin_types_release(&none);
	return r;
}

static int
who(struct ignite *g, char **a, struct err *e)
{
	char id[WIRE_UUID_TEXT], product[32];
	enum grid_state state;
	struct grid_binary bin;
	int64_t major;
	int32_t minor;

	(void)a;
	if (grid_product(g, product, sizeof product, e) < 0 ||
	    grid_state(g, &state, e) < 0 || grid_binary(g, &bin, e) < 0)
		return -1;
	wire_uuid_text(ignite_node(g), id);
	ignite_topology(g, &major, &minor);
	printf("peer=%s node=%s product=%s state=%d compact=%d "
	    "topology=%" PRId64 ".%" PRId32 "\n", ignite_peer(g), id, product,
	    state, bin.compact, major, minor);
	return 0;
}

static int
nodes(struct ignite *g, char **a, struct err *e)
{
	char id[WIRE_UUID_TEXT];
	struct wire_uuid node;
	struct ignite *other;
	size_t i;

	(void)a;
	if (grid_endpoints(g, e) < 0)
		return -1;
	for (i = 0; cluster_node(ignite_cluster(g), i, &node); i++) {
		other = ignite_open(ignite_cluster(g), &node, e);
		if (other == NULL)
			return -1;
		wire_uuid_text(ignite_node(other), id);
		printf("%s %s\n", id, ignite_peer(other));
		ignite_close(other);
	}
	return 0;
}

static int
caches(struct ignite *g, char **a, struct err *e)
{
	struct grid_names names;
	size_t i;

	(void)a;
	if (grid_caches(g, &names, e) < 0)
		return -1;
	for (i = 0; i < names.n; i++)
		puts(names.v[i]);
	grid_names_release(&names);
	return 0;
}

static int
make(struct ignite *g, char **a, struct err *e)
{
	return grid_cache_make(g, a[0], NULL, e);
}

static int
destroy(struct ignite *g, char **a, struct err *e)
{
	return grid_cache_destroy(g, a[0], e);
}

static int
describe(struct ignite *g, char **a, struct err *e)
{
	struct slice body;
	size_t i;

	wire_cache(ignite_begin(g, WIRE_CACHE_CONFIG), wire_cache_id(a[0]));
	if (ignite_call(g, &body, e) < 0)
		return -1;
	for (i = 0; i < body.n; i++)
		printf("%02x", body.p[i]);
	putchar('\n');
	return 0;
}

/* A cache whose entries live so long; made like the one beside it. */
static int
expiring(struct ignite *g, char **a, struct err *e)
{
	struct cachecfg c;
	int r;

	if (grid_cache_make(g, "plain", NULL, e) < 0 ||
	    grid_cache_config(g, wire_cache_id("plain"), &c, e) < 0)
		return -1;
	c.expires = true;
	c.expiry[0] = atoi(a[1]);
	c.expiry[1] = c.expiry[2] = -2;		/* leave it as it is */
	r = grid_cache_make(g, a[0], &c, e);
	cachecfg_release(&c);
	return r;
}

static int
like(struct ignite *g, char **a, struct err *e)
{
	struct buf b = { 0 };
	struct cachecfg c;
	unsigned byte;
	const char *h;
	int r;

	for (h = a[1]; sscanf(h, "%2x", &byte) == 1; h += 2)
		buf_u8(&b, (uint8_t)byte);
	r = cachecfg_read(&c, buf_bytes(&b), e);
	buf_release(&b);
	if (r < 0)
		return -1;
	r = grid_cache_make(g, a[0], &c, e);
	cachecfg_release(&c);
	return r;
}

static int
config(struct ignite *g, char **a, struct err *e)
{
	struct cachecfg c;
	uint32_t i, k;

	if (grid_cache_config(g, wire_cache_id(a[0]), &c, e) < 0)
		return -1;
	printf("atomicity=%d mode=%d backups=%d\n", c.atomicity, c.mode,
	    c.backups);
	for (i = 0; i < c.nkeys; i++)
		printf("key %.*s by %.*s\n", SLICE_ARG(c.keys[i].type),
		    SLICE_ARG(c.keys[i].field));
	for (i = 0; i < c.nentities; i++) {
		const struct cachecfg_entity *t = &c.entities[i];

		printf("table %.*s\n", SLICE_ARG(t->table));
		for (k = 0; k < t->nfields; k++)
			printf("field %.*s %.*s %d %d%s%s\n",
			    SLICE_ARG(t->fields[k].name),
			    SLICE_ARG(t->fields[k].type),
			    t->fields[k].precision, t->fields[k].scale,
			    t->fields[k].not_null ? " not null" : "",
			    t->fields[k].key ? " key" : "");
		for (k = 0; k < t->naliases; k++)
			printf("alias %.*s %.*s\n",
			    SLICE_ARG(t->aliases[k].field),
			    SLICE_ARG(t->aliases[k].alias));
		for (k = 0; k < t->nindexes; k++)
			printf("index of %u\n", t->indexes[k].n);
	}
	cachecfg_release(&c);
	return 0;
}

static int
size(struct ignite *g, char **a, struct err *e)
{
	int64_t n;

	if (grid_size(g, wire_cache_id(a[0]), &n, e) < 0)
		return -1;
	printf("%" PRId64 "\n", n);
	return 0;
}

static int
sql(struct ignite *g, char **a, struct err *e)
{
	struct slice body, *v;
	struct wire_rows rows;
	uint32_t i;
	int r;

	wire_sql(ignite_begin(g, WIRE_SQL), "PUBLIC", 1000, a[0], 0,
	    slice_of(NULL, 0));
	if (ignite_call(g, &body, e) < 0 ||
	    wire_sql_rows(&rows, body, true, 0, e) < 0)
		return -1;
	v = mem_zero(rows.columns * sizeof *v);
	while ((r = wire_sql_row(&rows, v, e)) > 0)
		for (i = 0; i < rows.columns; i++) {
			show(v[i]);
			putchar(i + 1 == rows.columns ? '\n' : ' ');
		}
	free(v);
	return r;
}

static int
hold(struct ignite *g, char **a, struct err *e)
{
	struct wire_msg m;

	(void)a;
	puts("held");
	while (ignite_read(g, &m, 1000, e) >= 0)
		;
	return -1;
}

static const struct command {
	const char *name;
	int args;
	int (*run)(struct ignite *, char **, struct err *);
} commands[] = {
	{ "who", 0, who }, { "nodes", 0, nodes }, { "caches", 0, caches },
	{ "make", 1, make }, { "destroy", 1, destroy }, { "describe", 1, describe }, { "like", 2, like },
	{ "expiring", 2, expiring },
	{ "config", 1, config }, { "size", 1, size }, { "sql", 1, sql },
	{ "put", 3, put }, { "stream", 3, stream },
	{ "unstream", 3, unstream }, { "remove", 3, take_away },
	{ "get", 2, get }, { "scan", 1, scan_all }, { "many", 2, many },
	{ "watch", 2, watch }, { "map", 1, map }, { "types", 0, types },
	{ "hold", 0, hold },
};

static int
run(int argc, char **argv, struct err *e)
{
	struct cluster *cl;
	struct ignite *g;
	size_t i;
	int at = opt_parse(options, argc, argv, e), r = -1;

	if (at < 0)
		return -1;
	log_open("thin", verbose ? LOG_DEBUG : LOG_WARN);
	for (i = 0; i < sizeof commands / sizeof *commands; i++)
		if (at < argc && strcmp(commands[i].name, argv[at]) == 0 &&
		    argc - at > commands[i].args)
			break;
	if (i == sizeof commands / sizeof *commands)
		return err_set(e, EX_USAGE, "no such command");
	cl = cluster_new(&cfg, e);
	if (cl == NULL)
		return -1;
	g = ignite_open(cl, NULL, e);
	if (g != NULL)
		r = commands[i].run(g, argv + at + 1, e);
	if (g != NULL && r < 0)
		fprintf(stderr, "why=%d\n", ignite_why(g));
	ignite_close(g);
	cluster_free(cl);
	return r;
}

int
main(int argc, char **argv)
{
	struct err e = { 0 };

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (run(argc, argv, &e) == 0)
		return 0;
	log_last(e.text);
	return e.status;
}
