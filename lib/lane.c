#define _GNU_SOURCE
#include "lane.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "count.h"
#include "grid.h"
#include "log.h"
#include "mem.h"
#include "rec.h"
#include "wirerow.h"

enum {
	SLOW = 30 * 1000,	/* ms without an answer, worth a line */
	SLOWEST = 600 * 1000,	/* ms, after which we ask anew */
	TRIES = 5,		/* of what the server only says has failed */
	LOSSES = 2,		/* of a batch, before it is suspected */
	LOSSES_ALONE = 5	/* of a record, before it is to blame */
};

struct lane {
	struct lanes *all;
	pthread_t thread;
	pthread_cond_t more;
	/* Under all->lock. */
	struct batch *first, **last;
	struct wire_uuid node;
	bool bound, rebind, quit;
	/* The owner's. */
	unsigned load;
	/* The thread's. */
	struct link link;
	struct fold_work work;
	struct batch *ahead;	/* folded while another was in flight */
	int64_t not_before;	/* clock_ms: what is lost may still land */
	int64_t major;
	int32_t minor;
	bool broken;
};

struct lanes {
	struct lanes_config cfg;
	struct lane **v;
	unsigned n, started;
	unsigned busy;
	int event;
	pthread_mutex_t lock;
	struct batch *done, **last;
	struct err err;		/* the first one */
	int64_t major;
	int32_t minor;
};

/* --- one request --- */

static void
fold(struct lane *l, struct batch *b)
{
	if (b->folded)
		return;
	b->together = atomic_load(&b->target->transactional);
	fold_run(&b->fold, &l->work, b->together);
	b->folded = true;
}

static struct batch *
pop(struct lane *l)
{
	struct batch *b = l->first;

	if (b != NULL && (l->first = b->next) == NULL)
		l->last = &l->first;
	return b;
}

/* While the server works on one batch, prepare the next. */
static void
look_ahead(struct lane *l)
{
	if (l->ahead == NULL) {
		pthread_mutex_lock(&l->all->lock);
		l->ahead = pop(l);
		pthread_mutex_unlock(&l->all->lock);
	}
	if (l->ahead != NULL)
		fold(l, l->ahead);
}

/* Some of the winners of a batch, in order, and how to write them. */
struct part {
	struct batch *b;
	enum wire_op op;
	const uint32_t *v;
	uint32_t n;
	bool suspect;		/* taken out of a larger one that failed */
};

static int
send_part(struct lane *l, const struct part *p, uint64_t *id, struct err *e)
{
	struct wire_batch w;
	uint32_t i;

	wire_batch_open(&w, ignite_begin(l->link.ign, p->op), p->op,
	    p->b->target->id);
	for (i = 0; i < p->n; i++)
		wire_batch_add(&w, fold_key(&p->b->fold, p->v[i]),
		    fold_value(&p->b->fold, p->v[i]));
	wire_batch_close(&w);
	return ignite_send(l->link.ign, id, e);
}

/* The answer to a request: 0, or -1 and why it is not good. */
static enum ignite_why
answer(struct lane *l, const struct part *p, uint64_t id, struct err *e)
{
	struct ignite *ign = l->link.ign;
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
request(struct lane *l, const struct part *p, struct err *e)
{
	uint64_t id;

	if (send_part(l, p, &id, e) < 0)
		return ignite_why(l->link.ign);
	look_ahead(l);
	return answer(l, p, id, e);
}

/* --- a part, until it is written or known to be impossible --- */

static void
note_topology(struct lane *l)
{
	uint64_t one = 1;
	int64_t major;
	int32_t minor;

	ignite_topology(l->link.ign, &major, &minor);
	if (major == l->major && minor == l->minor)
		return;
	l->major = major;
	l->minor = minor;
	pthread_mutex_lock(&l->all->lock);
	l->all->major = major;
	l->all->minor = minor;
	pthread_mutex_unlock(&l->all->lock);
	if (write(l->all->event, &one, sizeof one) < 0)
		assert(errno == EAGAIN);
}

static void
part_done(struct lane *l, const struct part *p)
{
	uint32_t i;

	for (i = 0; i < p->n; i++)
		p->b->fold.op[p->v[i]].done = true;
	count_add_shared(l->all->cfg.applied, p->n);
	link_good(&l->link);
	note_topology(l);
}

/* What a record's place is called. */
static const char *
where(const struct part *p)
{
	const struct fold_op *op = &p->b->fold.op[p->v[0]];
	struct rec r = { .seq = op->seq, .partition = op->partition,
		.offset = op->offset,
		.name = slice_of(p->b->target->from, p->b->target->nfrom) };

	return rec_where(&r);
}

/* Does the cache answer for a key at all? */
static bool
answers(struct lane *l, const struct part *p)
{
	struct slice key = fold_key(&p->b->fold, p->v[0]), body;
	struct buf *b;
	struct err e;

	if (link_up(&l->link, &e) < 0)
		return false;
	b = ignite_begin(l->link.ign, WIRE_CONTAINS);
	wire_cache(b, p->b->target->id);
	buf_add(b, key.p, key.n);
	return ignite_call(l->link.ign, &body, &e) == 0;
}

/* One record that the cluster refuses while it takes others. */
static int
condemn(struct lane *l, const struct part *p, bool lost, struct err *e)
{
	struct slice value = fold_value(&p->b->fold, p->v[0]);
	char text[sizeof e->text];

	memcpy(text, e->text, sizeof text);
	if (lost)
		return err_set(e, EX_DATAERR, "%s: cache %s: the node closes "
		    "the connection on this record%s: %s", where(p),
		    p->b->target->cache, bin_code(value) == BIN_JAVA ?
		    ": does it have the Java class of the value?" : "", text);
	if (!answers(l, p))
		return err_set(e, EX_UNAVAILABLE, "cache %s does not work: %s",
		    p->b->target->cache, text);
	return err_set(e, EX_DATAERR, "%s: cache %s refuses this record: %s",
	    where(p), p->b->target->cache, text);
}

static int write_part(struct lane *, const struct part *, struct err *);

/* One half after the other, so that all but the record at fault get in. */
static int
split(struct lane *l, const struct part *p, bool lost, struct err *e)
{
	struct part a = *p, b = *p;
	struct err second;
	int r;

	if (p->n == 1)
		return condemn(l, p, lost, e);
	if (!p->suspect)
		log_warn("a batch fails, looking for the record at fault "
		    "cache=%s records=%" PRIu32 ": %s", p->b->target->cache,
		    p->n, e->text);
	a.suspect = b.suspect = true;
	a.n = p->n / 2;
	b.v += a.n;
	b.n -= a.n;
	r = write_part(l, &a, e);
	/* Only where the cluster is well is the other half worth a try. */
	if (r < 0 && e->status != EX_DATAERR)
		return -1;
	if (write_part(l, &b, r < 0 ? &second : e) < 0)
		return -1;
	return r;
}

/* Has the cluster an answer to anything? If so, this was not an outage. */
static int
probe(struct lane *l, struct err *e)
{
	enum grid_state state;

	for (;;) {
		if (link_up(&l->link, e) < 0)
			return -1;
		if (grid_state(l->link.ign, &state, e) == 0)
			break;
		if (link_retry(&l->link, TRIES, e) < 0)
			return -1;
	}
	if (state == GRID_ACTIVE)
		link_good(&l->link);
	return 0;
}

static int
write_part(struct lane *l, const struct part *p, struct err *e)
{
	unsigned lost = 0, tries = p->suspect ? (p->n == 1 ? 2 : 1) : TRIES;
	unsigned losses = p->n == 1 ? LOSSES_ALONE : p->suspect ? 1 : LOSSES;
	enum ignite_why why;

	if (p->n == 0)
		return 0;
	for (;;) {
		if (link_up(&l->link, e) < 0 ||
		    ((lost != 0 || p->suspect) && probe(l, e) < 0))
			return -1;
		why = request(l, p, e);
		if (why == IGNITE_OK) {
			part_done(l, p);
			return 0;
		}
		if (why == IGNITE_UNKNOWN || why == IGNITE_GARBLED) {
			count_add_shared(l->all->cfg.unknown, 1);
			link_drop(&l->link);
			l->not_before = clock_ms() + l->all->cfg.settle;
			log_info("%s; whether it was written is not known: "
			    "once more cache=%s", e->text,
			    p->b->target->cache);
			if (++lost >= losses)
				return split(l, p, true, e);
			continue;
		}
		if (why == IGNITE_NO_CACHE) {
			log_warn("cache is gone cache=%s",
			    p->b->target->cache);
			if (target_open(p->b->target, &l->link, e) < 0)
				return -1;
			continue;
		}
		if (link_retry(&l->link, tries, e) < 0) {
			if (why == IGNITE_FAILED && !atomic_load(
			    &l->all->cfg.links->quit))
				return split(l, p, false, e);
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
settle(struct lane *l)
{
	int64_t left;
	struct timespec t;

	while ((left = l->not_before - clock_ms()) > 0) {
		t = (struct timespec){ left / 1000, left % 1000 * 1000000 };
		nanosleep(&t, NULL);
	}
}

static int
apply(struct lane *l, struct batch *b, struct err *e)
{
	struct part puts = { b, WIRE_PUT_ALL, NULL, 0, false };
	struct part removals = { b, WIRE_REMOVE_KEYS, NULL, 0, false };
	int r;

	fold(l, b);
	if (b->together)
		puts.op = WIRE_STREAM;
	puts.v = b->fold.put;
	puts.n = b->fold.nput;
	removals.v = b->fold.rem;
	removals.n = b->fold.nrem;
	r = write_part(l, &removals, e);
	/* They have no key in common; and one bad record is no reason. */
	if (r == 0)
		r = write_part(l, &puts, e);
	else if (e->status == EX_DATAERR)
		write_part(l, &puts, &(struct err){ 0, "" });
	settle(l);
	return r;
}

/* --- the thread --- */

static void
give_up(struct lane *l, const struct err *e)
{
	l->broken = true;
	pthread_mutex_lock(&l->all->lock);
	if (l->all->err.status == 0)
		l->all->err = *e;
	pthread_mutex_unlock(&l->all->lock);
	links_quit(l->all->cfg.links);
}

static void
give_back(struct lane *l, struct batch *b)
{
	struct lanes *all = l->all;
	uint64_t one = 1;
	uint32_t folded = b->fold.n - b->fold.nput - b->fold.nrem;

	if (fold_done(&b->fold))
		count_add_shared(all->cfg.over, folded);
	b->next = NULL;
	pthread_mutex_lock(&all->lock);
	*all->last = b;
	all->last = &b->next;
	pthread_mutex_unlock(&all->lock);
	if (write(all->event, &one, sizeof one) < 0)
		assert(errno == EAGAIN);
}

/* Wait for a batch; tend the connection meanwhile. NULL: it is over. */
static struct batch *
take(struct lane *l)
{
	struct batch *b = l->ahead;
	struct wire_uuid node;
	struct timespec until;
	bool rebind, bound;
	struct err e;
	int64_t ms;

	l->ahead = NULL;
	if (b != NULL)
		return b;
	pthread_mutex_lock(&l->all->lock);
	while ((b = pop(l)) == NULL && !l->quit) {
		ms = l->link.ign == NULL ? SLOW : ignite_tend_in(l->link.ign);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += ms / 1000;
		until.tv_nsec += ms % 1000 * 1000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_sec++;
			until.tv_nsec -= 1000000000;
		}
		if (pthread_cond_timedwait(&l->more, &l->all->lock, &until) !=
		    ETIMEDOUT || l->link.ign == NULL)
			continue;
		pthread_mutex_unlock(&l->all->lock);
		if (ignite_tend(l->link.ign, &e) < 0)
			link_drop(&l->link);
		pthread_mutex_lock(&l->all->lock);
	}
	rebind = l->rebind;
	bound = l->bound;
	node = l->node;
	l->rebind = false;
	pthread_mutex_unlock(&l->all->lock);
	if (rebind)
		link_bind(&l->link, bound ? &node : NULL);
	return b;
}

static void *
work(void *arg)
{
	struct lane *l = arg;
	struct batch *b;
	struct err e;

	while ((b = take(l)) != NULL) {
		e = (struct err){ 0, "" };
		if (!l->broken && apply(l, b, &e) < 0)
			give_up(l, &e);
		give_back(l, b);
	}
	return NULL;
}

/* --- the owner's side --- */

static struct lane *
start(struct lanes *all, struct err *e)
{
	struct lane *l = mem_zero(sizeof *l);
	pthread_condattr_t a;

	l->all = all;
	l->last = &l->first;
	link_init(&l->link, all->cfg.links);
	pthread_condattr_init(&a);
	pthread_condattr_setclock(&a, CLOCK_MONOTONIC);
	pthread_cond_init(&l->more, &a);
	pthread_condattr_destroy(&a);
	errno = pthread_create(&l->thread, NULL, work, l);
	if (errno != 0) {
		err_sys(e, EX_OSERR, "cannot start a thread");
		pthread_cond_destroy(&l->more);
		free(l);
		return NULL;
	}
	return l;
}

struct lanes *
lanes_new(const struct lanes_config *cfg, struct err *e)
{
	struct lanes *all = mem_zero(sizeof *all);

	all->cfg = *cfg;
	all->last = &all->done;
	all->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (all->event < 0) {
		err_sys(e, EX_OSERR, "eventfd");
		free(all);
		return NULL;
	}
	pthread_mutex_init(&all->lock, NULL);
	return all;
}

int
lanes_set(struct lanes *all, const struct wire_uuid *node, size_t n,
    unsigned each, struct err *e)
{
	unsigned want = (unsigned)(n == 0 ? 1 : n) * each, i;
	struct lane *l;

	assert(all->busy == 0);
	if (want > all->started)
		all->v = mem_grow(all->v, want, sizeof(struct lane *));
	while (all->started < want) {
		if ((l = start(all, e)) == NULL)
			return -1;
		all->v[all->started++] = l;
	}
	all->n = want;
	pthread_mutex_lock(&all->lock);
	for (i = 0; i < want; i++) {
		l = all->v[i];
		l->bound = n != 0;
		if (n != 0)
			l->node = node[i / each];
		l->rebind = true;
	}
	pthread_mutex_unlock(&all->lock);
	return 0;
}

unsigned
lanes_n(const struct lanes *all)
{
	return all->n;
}

void
lanes_give(struct lanes *all, unsigned lane, struct batch *b)
{
	struct lane *l = all->v[lane];

	b->next = NULL;
	b->folded = false;
	b->lane = lane;
	l->load++;
	all->busy++;
	pthread_mutex_lock(&all->lock);
	*l->last = b;
	l->last = &b->next;
	pthread_mutex_unlock(&all->lock);
	pthread_cond_signal(&l->more);
}

unsigned
lanes_load(const struct lanes *all, unsigned lane)
{
	return all->v[lane]->load;
}

unsigned
lanes_busy(const struct lanes *all)
{
	return all->busy;
}

struct batch *
lanes_done(struct lanes *all)
{
	struct batch *list, *b;
	uint64_t n;

	if (read(all->event, &n, sizeof n) < 0)
		assert(errno == EAGAIN);
	pthread_mutex_lock(&all->lock);
	list = all->done;
	all->done = NULL;
	all->last = &all->done;
	pthread_mutex_unlock(&all->lock);
	for (b = list; b != NULL; b = b->next) {
		all->v[b->lane]->load--;
		all->busy--;
	}
	return list;
}

int
lanes_fd(const struct lanes *all)
{
	return all->event;
}

bool
lanes_failed(struct lanes *all, struct err *e)
{
	bool failed;

	pthread_mutex_lock(&all->lock);
	failed = all->err.status != 0;
	if (failed)
		*e = all->err;
	pthread_mutex_unlock(&all->lock);
	return failed;
}

void
lanes_topology(struct lanes *all, int64_t *major, int32_t *minor)
{
	pthread_mutex_lock(&all->lock);
	*major = all->major;
	*minor = all->minor;
	pthread_mutex_unlock(&all->lock);
}

void
lanes_free(struct lanes *all)
{
	struct lane *l;
	unsigned i;

	if (all == NULL)
		return;
	pthread_mutex_lock(&all->lock);
	for (i = 0; i < all->started; i++) {
		all->v[i]->quit = true;
		pthread_cond_signal(&all->v[i]->more);
	}
	pthread_mutex_unlock(&all->lock);
	for (i = 0; i < all->started; i++) {
		l = all->v[i];
		pthread_join(l->thread, NULL);
		link_close(&l->link);
		fold_work_release(&l->work);
		pthread_cond_destroy(&l->more);
		free(l);
	}
	pthread_mutex_destroy(&all->lock);
	close(all->event);
	free(all->v);
	free(all);
}
