#include "deal.h"

#include <poll.h>
#include <stdlib.h>

#include "count.h"
#include "grid.h"
#include "log.h"
#include "mem.h"

enum {
	BATCH = 1000,			/* records */
	BATCH_BYTES = 1024 * 1024,
	SPARE = 64,			/* batches kept */
	OVERHEAD = 64,			/* bytes, of a record besides its own */
	TRIES = 5
};

/* --- batches --- */

static struct batch *
new_batch(struct deal *d, struct target *t, unsigned lane)
{
	struct batch *b = d->spare;

	if (b != NULL) {
		d->spare = b->next;
		d->nspare--;
	} else
		b = mem_zero(sizeof *b);
	b->target = t;
	b->weight = 0;
	b->next = NULL;
	*d->open[lane].last = b;
	d->open[lane].last = &b->next;
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
put_away(struct deal *d, struct batch *b)
{
	if (d->nspare >= SPARE) {
		free_batch(b);
		return;
	}
	fold_reset(&b->fold);
	b->next = d->spare;
	d->spare = b;
	d->nspare++;
}

/* Hand the batch at *at over to its lane. */
static void
hand_over(struct deal *d, unsigned lane, struct batch **at)
{
	struct batch *b = *at;

	if ((*at = b->next) == NULL)
		d->open[lane].last = at;
	b->target->own[lane] = NULL;
	lanes_give(d->lanes, lane, b);
}

static void
hand_over_this(struct deal *d, unsigned lane, const struct batch *b)
{
	struct batch **at = &d->open[lane].first;

	while (*at != b)
		at = &(*at)->next;
	hand_over(d, lane, at);
}

/* Take in what the lanes have finished; acknowledge what is unbroken. */
static void
collect(struct deal *d)
{
	struct batch *b, *next;
	uint32_t i;

	for (b = lanes_done(d->lanes); b != NULL; b = next) {
		next = b->next;
		for (i = 0; i < b->fold.n; i++) {
			if (b->fold.op[i].done)
				track_done(&d->track, b->fold.op[i].ticket);
		}
		d->weight -= b->weight;
		put_away(d, b);
	}
	count_set(d->cfg.window_now, track_n(&d->track));
	ack_put(d->cfg.acks, track_low(&d->track));
}

/*
 * Lanes that have nothing to do get what there is. A batch of a cache that
 * records seldom go to must not hold back the acknowledgements of others.
 */
static void
feed(struct deal *d)
{
	unsigned i;
	struct batch **at;

	for (i = 0; i < d->nopen; i++) {
		at = &d->open[i].first;
		if (lanes_load(d->lanes, i) == 0) {
			while (*at != NULL)
				hand_over(d, i, at);
		}
		while (*at != NULL && (*at)->ticket +
		    d->cfg.window / 2 < d->track.tail)
			hand_over(d, i, at);
	}
}

/*
 * Wait until a lane has finished something, or, if asked for, stdin can be
 * read. Returns whether stdin can.
 */
static bool
await(struct deal *d, bool input)
{
	struct pollfd p[2] = {
		{ lanes_fd(d->lanes), POLLIN, 0 },
		{ input ? d->cfg.input : -1, POLLIN, 0 }
	};
	struct ignite *ign = d->control.ign;
	int64_t ms = ign == NULL ? 60000 : ignite_tend_in(ign);
	struct err e;

	if (ack_owing(d->cfg.acks) && ms > 50)
		ms = 50;
	if (poll(p, 2, (int)ms) == 0)
		ack_put(d->cfg.acks, track_low(&d->track));
	if (ign != NULL && ignite_tend_in(ign) <= 0 &&
	    ignite_tend(ign, &e) < 0)
		link_drop(&d->control);
	if (p[0].revents != 0)
		collect(d);
	return p[1].revents != 0;
}

int
deal_wait(void *deal, struct err *e)
{
	struct deal *d = deal;

	do {
		feed(d);
		if (lanes_failed(d->lanes, e))
			return -1;
		ack_put(d->cfg.acks, track_low(&d->track));
	} while (!await(d, true));
	return 0;
}

/* Wait until nothing is in flight. What cannot be written stays behind. */
static void
drain(struct deal *d)
{
	unsigned i;

	for (i = 0; i < d->nopen; i++) {
		while (d->open[i].first != NULL)
			hand_over(d, i, &d->open[i].first);
	}
	while (lanes_busy(d->lanes) != 0)
		await(d, false);
	collect(d);
}

/* Wait for room for a record of n bytes. */
static int
make_room(struct deal *d, size_t n, struct err *e)
{
	while (track_n(&d->track) >= d->cfg.window || (d->weight != 0 &&
	    d->weight + n > d->cfg.window_bytes)) {
		feed(d);
		if (lanes_failed(d->lanes, e))
			return -1;
		await(d, false);
	}
	return 0;
}

/* --- nodes and lanes --- */

/* The nodes there are; those that stayed keep their places. */
static void
list_nodes(struct deal *d)
{
	struct wire_uuid id, was[DEAL_NODES];
	size_t nwas = d->nnodes, i, k, pass;
	bool old;

	memcpy(was, d->nodes, sizeof was);
	d->nnodes = 0;
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; d->nnodes < DEAL_NODES &&
		    cluster_node(d->cfg.links->cluster, i, &id); i++) {
			for (k = 0; k < nwas && !wire_uuid_eq(was[k], id); k++)
				;
			old = k < nwas;
			if (old == (pass == 0))
				d->nodes[d->nnodes++] = id;
		}
	}
}

/* Divide the keys anew. Nothing may be in flight. */
static int
new_era(struct deal *d, struct err *e)
{
	unsigned i;
	size_t k;

	for (;;) {
		if (link_up(&d->control, e) < 0)
			return -1;
		if (grid_endpoints(d->control.ign, e) == 0)
			break;
		if (ignite_why(d->control.ign) == IGNITE_UNSUPPORTED)
			break;
		if (link_retry(&d->control, TRIES, e) < 0)
			return -1;
	}
	list_nodes(d);
	if (lanes_set(d->lanes, d->nodes, d->nnodes, d->cfg.each,
	    e) < 0)
		return -1;
	free(d->open);
	d->nopen = lanes_n(d->lanes);
	d->open = mem_zero(d->nopen * sizeof *d->open);
	for (i = 0; i < d->nopen; i++)
		d->open[i].last = &d->open[i].first;
	for (k = 0; k < d->targets.n; k++) {
		if (d->targets.v[k]->own == NULL)
			continue;
		free(d->targets.v[k]->own);
		d->targets.v[k]->own = mem_zero(d->nopen *
		    sizeof *d->targets.v[k]->own);
	}
	d->era++;
	log_debug("keys are divided nodes=%zu lanes=%u", d->nnodes, d->nopen);
	return 0;
}

/* When nodes or partitions have moved, let keys move between lanes. */
static int
follow(struct deal *d, struct err *e)
{
	int64_t major;
	int32_t minor;
	bool reborn;

	if (!lanes_moved(d->lanes, &d->moves, &major, &minor) ||
	    (major == d->major && minor == d->minor))
		return 0;
	if (major == 0 && minor == 0)
		return 0;
	reborn = major < d->major;
	d->major = major;
	d->minor = minor;
	drain(d);
	if (lanes_failed(d->lanes, e))
		return -1;
	/* Counted from the start: nobody is left who remembers our types. */
	if (reborn && teach_again(&d->teach, e) < 0)
		return -1;
	return new_era(d, e);
}

/* See that the target is there and its map is of this era. */
static int
prepare(struct deal *d, struct target *t, struct err *e)
{
	int64_t major;
	int32_t minor;

	if (t->own == NULL) {
		if (target_open(t, &d->control, e) < 0)
			return -1;
		t->own = mem_zero(d->nopen * sizeof *t->own);
	}
	if (target_map(t, &d->control, d->nodes, d->nnodes, d->era, e) < 0)
		return -1;
	/* That a cache was made is a new version, too, and moves nothing. */
	ignite_topology(d->control.ign, &major, &minor);
	if (major == d->major || d->major == 0) {
		d->major = major;
		d->minor = minor;
	}
	return 0;
}

static unsigned
lane_of(const struct deal *d, const struct target *t, struct slice key,
    uint64_t hash)
{
	uint32_t place = target_place(t, key, &d->teach.types);
	uint32_t h = (uint32_t)(hash >> 32);

	if (place == UINT32_MAX)
		return (h ^ (uint32_t)t->id) % d->nopen;
	return place * d->cfg.each + h % d->cfg.each;
}

/* --- what is dealt --- */

/* A position counts only where a group of records ends. */
static uint64_t
position(struct deal *d, const struct rec *r)
{
	if ((r->flags & REC_MORE) == 0)
		d->closed = r->seq;
	return d->closed;
}

/* The key as it will be sent. */
static struct slice
whole_key(struct deal *d, const struct fold_lead *lead, struct slice key)
{
	if (lead->n == 0)
		return key;
	buf_reset(&d->key);
	buf_add(&d->key, lead->b, lead->n);
	buf_add(&d->key, key.p, key.n);
	return buf_bytes(&d->key);
}

int
deal_record(struct deal *d, const struct rec *r,
    const struct fold_lead lead[2], struct err *e)
{
	size_t n = r->key.n + OVERHEAD +
	    (r->op == REC_UPSERT ? r->value.n : 0);
	struct target *t;
	struct batch *b;
	uint64_t hash;
	unsigned lane;

	if (make_room(d, n, e) < 0 || follow(d, e) < 0)
		return -1;
	t = target_find(&d->targets, &d->cfg.rule, r->name, e);
	if (t == NULL || (t->era != d->era && prepare(d, t, e) < 0))
		return -1;
	hash = fold_hash(r->key, d->cfg.seed);
	lane = lane_of(d, t, whole_key(d, &lead[0], r->key), hash);
	b = t->own[lane];
	if (b == NULL) {
		b = new_batch(d, t, lane);
		b->ticket = d->track.tail;
	}
	fold_add(&b->fold, lead, r->key, r->value, r->op == REC_REMOVE,
	    (uint32_t)hash, track_add(&d->track, position(d, r)),
	    &(struct fold_from){ r->seq, r->offset, r->partition });
	b->weight += n;
	d->weight += n;
	if (b->fold.n >= BATCH || b->weight >= BATCH_BYTES)
		hand_over_this(d, lane, b);
	return 0;
}

int
deal_type(struct deal *d, const struct type *type, struct err *e)
{
	int r = teach_type(&d->teach, type, e);

	/* Keys of this type may go to other lanes now. */
	if (r > 0)
		drain(d);
	return r < 0 ? -1 : 0;
}

int
deal_mark(struct deal *d, uint64_t seq, struct err *e)
{
	if (make_room(d, 0, e) < 0)
		return -1;
	d->closed = seq;
	track_done(&d->track, track_add(&d->track, seq));
	return 0;
}

/* --- the whole --- */

int
deal_finish(struct deal *d, struct err *e)
{
	if (d->lanes == NULL)
		return 0;
	drain(d);
	return lanes_failed(d->lanes, e) ? -1 : 0;
}

int
deal_open(struct deal *d, const struct deal_config *cfg, struct err *e)
{
	enum grid_state state;

	*d = (struct deal){ .cfg = *cfg };
	link_init(&d->control, cfg->links);
	teach_init(&d->teach, &d->control, cfg->taught);
	for (;;) {
		if (link_up(&d->control, e) < 0)
			return -1;
		if (grid_state(d->control.ign, &state, e) == 0)
			break;
		if (link_retry(&d->control, TRIES, e) < 0)
			return -1;
	}
	if (state != GRID_ACTIVE)
		log_warn("the cluster is %s peer=%s", state == GRID_INACTIVE ?
		    "not active" : "read-only", ignite_peer(d->control.ign));
	d->lanes = lanes_new(&cfg->lanes, e);
	if (d->lanes == NULL || new_era(d, e) < 0)
		return -1;
	ignite_topology(d->control.ign, &d->major, &d->minor);
	return 0;
}

void
deal_close(struct deal *d)
{
	struct batch *b, *next;

	lanes_free(d->lanes);
	link_close(&d->control);
	teach_release(&d->teach);
	targets_release(&d->targets);
	track_release(&d->track);
	for (b = d->spare; b != NULL; b = next) {
		next = b->next;
		free_batch(b);
	}
	free(d->open);
	buf_release(&d->key);
}
