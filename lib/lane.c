#define _GNU_SOURCE
#include "lane.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "count.h"
#include "mem.h"

enum { UNTENDED = 30 * 1000 };	/* ms, where there is no connection */

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
	struct deliver deliver;
	struct batch *ahead;	/* folded while another was in flight */
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
	_Atomic unsigned moves;	/* counts the changes of these: */
	int64_t major;
	int32_t minor;
};

/* --- the thread --- */

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
look_ahead(void *arg)
{
	struct lane *l = arg;

	if (l->ahead == NULL) {
		pthread_mutex_lock(&l->all->lock);
		l->ahead = pop(l);
		pthread_mutex_unlock(&l->all->lock);
	}
	if (l->ahead != NULL)
		deliver_fold(&l->deliver, l->ahead);
}

static void
note_topology(struct lane *l)
{
	const struct ignite *ign = l->deliver.link.ign;
	uint64_t one = 1;
	int64_t major;
	int32_t minor;

	if (ign == NULL)
		return;
	ignite_topology(ign, &major, &minor);
	if (major == l->major && minor == l->minor)
		return;
	l->major = major;
	l->minor = minor;
	pthread_mutex_lock(&l->all->lock);
	l->all->major = major;
	l->all->minor = minor;
	atomic_fetch_add(&l->all->moves, 1);
	pthread_mutex_unlock(&l->all->lock);
	if (write(l->all->event, &one, sizeof one) < 0)
		assert(errno == EAGAIN);
}

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
		ms = l->deliver.link.ign == NULL ? UNTENDED :
		    ignite_tend_in(l->deliver.link.ign);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += ms / 1000;
		until.tv_nsec += ms % 1000 * 1000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_sec++;
			until.tv_nsec -= 1000000000;
		}
		if (pthread_cond_timedwait(&l->more, &l->all->lock, &until) !=
		    ETIMEDOUT || l->deliver.link.ign == NULL)
			continue;
		pthread_mutex_unlock(&l->all->lock);
		if (ignite_tend(l->deliver.link.ign, &e) < 0)
			link_drop(&l->deliver.link);
		pthread_mutex_lock(&l->all->lock);
	}
	rebind = l->rebind;
	bound = l->bound;
	node = l->node;
	l->rebind = false;
	pthread_mutex_unlock(&l->all->lock);
	if (rebind)
		link_bind(&l->deliver.link, bound ? &node : NULL);
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
		if (!l->broken && deliver(&l->deliver, b, &e) < 0)
			give_up(l, &e);
		note_topology(l);
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
	deliver_init(&l->deliver, all->cfg.links, &all->cfg.deliver,
	    look_ahead, l);
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

bool
lanes_moved(struct lanes *all, unsigned *seen, int64_t *major, int32_t *minor)
{
	unsigned moves = atomic_load_explicit(&all->moves,
	    memory_order_relaxed);

	if (moves == *seen)
		return false;
	*seen = moves;
	pthread_mutex_lock(&all->lock);
	*major = all->major;
	*minor = all->minor;
	pthread_mutex_unlock(&all->lock);
	return true;
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
		deliver_release(&l->deliver);
		pthread_cond_destroy(&l->more);
		free(l);
	}
	pthread_mutex_destroy(&all->lock);
	close(all->event);
	free(all->v);
	free(all);
}
