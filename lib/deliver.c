#define _GNU_SOURCE
#include "deliver.h"

#include <inttypes.h>
#include <time.h>

#include "clock.h"
#include "count.h"
#include "grid.h"
#include "log.h"
#include "rec.h"
#include "wirerow.h"

enum {
	SLOW = 30 * 1000,	/* ms without an answer, worth a line */
	SLOWEST = 600 * 1000,	/* ms, after which we ask anew */
	TRIES = 5,		/* of what the server only says has failed */
	LOSSES = 2,		/* of a batch, before it is suspected */
	LOSSES_ALONE = 5	/* of a record, before it is to blame */
};

void
deliver_fold(struct deliver *d, struct batch *b)
{
	if (b->folded)
		return;
	b->together = atomic_load(&b->target->transactional);
	fold_run(&b->fold, &d->work, b->together);
	b->folded = true;
}

/* --- one request --- */

/* Some of the winners of a batch, in order, and how to write them. */
struct part {
	struct batch *b;
	enum wire_op op;
	const uint32_t *v;
	uint32_t n;
	bool suspect;		/* taken out of a larger one that failed */
};

static int
send_part(struct deliver *d, const struct part *p, uint64_t *id, struct err *e)
{
	struct wire_batch w;
	uint32_t i;

	wire_batch_open(&w, ignite_begin(d->link.ign, p->op), p->op,
	    p->b->target->id);
	for (i = 0; i < p->n; i++)
		wire_batch_add(&w, fold_key(&p->b->fold, p->v[i]),
		    fold_value(&p->b->fold, p->v[i]));
	wire_batch_close(&w);
	return ignite_send(d->link.ign, id, e);
}

/* The answer to a request: 0, or -1 and why it is not good. */
static enum ignite_why
answer(struct deliver *d, const struct part *p, uint64_t id, struct err *e)
{
	struct ignite *ign = d->link.ign;
	struct wire_msg m;
	int64_t since = clock_ms(), slow = SLOW, waited;
	int r;

	while ((r = ignite_read(ign, &m, SLOW, e)) >= 0) {
		if (r == 1 && !m.note && m.id == id) {
			if (m.status == WIRE_OK)
				return IGNITE_OK;
			ignite_judge(ign, &m, true, e);
			return ignite_why(ign);
		}
		waited = clock_ms() - since;
		if (waited < slow)
			continue;
		slow += SLOW;
		log_warn("no answer yet peer=%s cache=%s waited=%" PRId64 "s",
		    ignite_peer(ign), p->b->target->cache, waited / 1000);
		if (waited >= SLOWEST) {
			err_set(e, EX_UNAVAILABLE, "%s: no answer for %d s",
			    ignite_peer(ign), SLOWEST / 1000);
			return IGNITE_UNKNOWN;
		}
	}
	/* However it was lost, it was lost after sending. */
	return IGNITE_UNKNOWN;
}

static enum ignite_why
request(struct deliver *d, const struct part *p, struct err *e)
{
	uint64_t id;

	if (send_part(d, p, &id, e) < 0)
		return ignite_why(d->link.ign);
	d->busy(d->arg);
	return answer(d, p, id, e);
}

/* --- a part, until it is written or known to be impossible --- */

static void
part_done(struct deliver *d, const struct part *p)
{
	uint32_t i;

	for (i = 0; i < p->n; i++)
		p->b->fold.op[p->v[i]].done = true;
	count_add_shared(d->cfg->applied, p->n);
	link_good(&d->link);
}

/* What a record's place is called. */
static const char *
where(const struct part *p)
{
	const struct fold_from *from = &p->b->fold.from[p->v[0]];
	struct rec r = { .seq = from->seq, .partition = from->partition,
		.offset = from->offset,
		.name = slice_of(p->b->target->from, p->b->target->nfrom) };

	return rec_where(&r);
}

/* Does the cache answer for a key at all? */
static bool
answers(struct deliver *d, const struct part *p)
{
	struct slice key = fold_key(&p->b->fold, p->v[0]), body;
	struct buf *b;
	struct err e;

	if (link_up(&d->link, &e) < 0)
		return false;
	b = ignite_begin(d->link.ign, WIRE_CONTAINS);
	wire_cache(b, p->b->target->id);
	buf_add(b, key.p, key.n);
	return ignite_call(d->link.ign, &body, &e) == 0;
}

/* One record that the cluster refuses while it takes others. */
static int
condemn(struct deliver *d, const struct part *p, bool lost, struct err *e)
{
	struct slice value = fold_value(&p->b->fold, p->v[0]);
	char text[sizeof e->text];

	memcpy(text, e->text, sizeof text);
	if (lost)
		return err_set(e, EX_DATAERR, "%s: cache %s: the node closes "
		    "the connection on this record%s: %s", where(p),
		    p->b->target->cache, bin_code(value) == BIN_JAVA ?
		    ": does it have the Java class of the value?" : "", text);
	if (!answers(d, p))
		return err_set(e, EX_UNAVAILABLE, "cache %s does not work: %s",
		    p->b->target->cache, text);
	return err_set(e, EX_DATAERR, "%s: cache %s refuses this record: %s",
	    where(p), p->b->target->cache, text);
}

static int write_part(struct deliver *, const struct part *, struct err *);

/* One half after the other, so that all but the record at fault get in. */
static int
split(struct deliver *d, const struct part *p, bool lost, struct err *e)
{
	struct part a = *p, b = *p;
	struct err second;
	int r;

	if (p->n == 1)
		return condemn(d, p, lost, e);
	if (!p->suspect)
		log_warn("a batch fails, looking for the record at fault "
		    "cache=%s records=%" PRIu32 ": %s", p->b->target->cache,
		    p->n, e->text);
	a.suspect = b.suspect = true;
	a.n = p->n / 2;
	b.v += a.n;
	b.n -= a.n;
	r = write_part(d, &a, e);
	/* Only where the cluster is well is the other half worth a try. */
	if (r < 0 && e->status != EX_DATAERR)
		return -1;
	if (write_part(d, &b, r < 0 ? &second : e) < 0)
		return -1;
	return r;
}

/* Has the cluster an answer to anything? If so, this was not an outage. */
static int
probe(struct deliver *d, struct err *e)
{
	enum grid_state state;

	for (;;) {
		if (link_up(&d->link, e) < 0)
			return -1;
		if (grid_state(d->link.ign, &state, e) == 0)
			break;
		if (link_retry(&d->link, TRIES, e) < 0)
			return -1;
	}
	if (state == GRID_ACTIVE)
		link_good(&d->link);
	return 0;
}

static int
write_part(struct deliver *d, const struct part *p, struct err *e)
{
	unsigned lost = 0, gone = 0;
	unsigned tries = p->suspect ? (p->n == 1 ? 2 : 1) : TRIES;
	unsigned losses = p->n == 1 ? LOSSES_ALONE : p->suspect ? 1 : LOSSES;
	enum ignite_why why;

	if (p->n == 0)
		return 0;
	for (;;) {
		if (link_up(&d->link, e) < 0 ||
		    ((lost != 0 || p->suspect) && probe(d, e) < 0))
			return -1;
		why = request(d, p, e);
		if (why == IGNITE_OK) {
			part_done(d, p);
			return 0;
		}
		if (why == IGNITE_UNKNOWN || why == IGNITE_GARBLED) {
			count_add_shared(d->cfg->unknown, 1);
			link_drop(&d->link);
			d->not_before = clock_ms() + d->cfg->settle;
			log_info("%s; whether it was written is not known: "
			    "once more cache=%s", e->text,
			    p->b->target->cache);
			if (++lost >= losses)
				return split(d, p, true, e);
			continue;
		}
		if (why == IGNITE_NO_CACHE && gone++ < TRIES) {
			log_warn("cache is gone cache=%s",
			    p->b->target->cache);
			if (target_open(p->b->target, &d->link, e) < 0)
				return -1;
			continue;
		}
		if (link_retry(&d->link, tries, e) < 0) {
			if (why == IGNITE_FAILED && !atomic_load(
			    &d->link.all->quit))
				return split(d, p, false, e);
			return -1;
		}
	}
}

/* --- a batch --- */

/*
 * What was lost on its way may land late. Nothing newer may be sent for
 * its keys, and nobody be told that they are safe, until that is over.
 */
static void
settle(struct deliver *d)
{
	int64_t left;
	struct timespec t;

	while ((left = d->not_before - clock_ms()) > 0) {
		t = (struct timespec){ left / 1000, left % 1000 * 1000000 };
		nanosleep(&t, NULL);
	}
}

int
deliver(struct deliver *d, struct batch *b, struct err *e)
{
	struct part puts = { b, WIRE_PUT_ALL, NULL, 0, false };
	struct part removals = { b, WIRE_REMOVE_KEYS, NULL, 0, false };
	int r;

	deliver_fold(d, b);
	if (b->together)
		puts.op = WIRE_STREAM;
	puts.v = b->fold.put;
	puts.n = b->fold.nput;
	removals.v = b->fold.rem;
	removals.n = b->fold.nrem;
	r = write_part(d, &removals, e);
	/* They have no key in common; and one bad record is no reason. */
	if (r == 0)
		r = write_part(d, &puts, e);
	else if (e->status == EX_DATAERR)
		write_part(d, &puts, &(struct err){ 0, "" });
	settle(d);
	return r;
}

void
deliver_init(struct deliver *d, struct links *links,
    const struct deliver_config *cfg, void (*busy)(void *), void *arg)
{
	*d = (struct deliver){ .cfg = cfg, .busy = busy, .arg = arg };
	link_init(&d->link, links);
}

void
deliver_release(struct deliver *d)
{
	link_close(&d->link);
	fold_work_release(&d->work);
}
