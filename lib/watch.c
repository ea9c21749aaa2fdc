#define _GNU_SOURCE
#include "watch.h"

#include <inttypes.h>
#include <stdlib.h>

#include "clock.h"
#include "grid.h"
#include "log.h"
#include "mem.h"
#include "sweep.h"

enum {
	CACHES = 100,		/* servers allow 128 queries a connection */
	SETTLE_MS = 100,	/* from a query's answer until it is live */
	TURN_MS = 100,		/* how often to look at what others want */
	FORGET_MS = 500
};

/* A key that expired: to be looked at before it counts as removed. */
struct expired {
	struct cache *cache;
	uint32_t epoch;
	size_t at, n;		/* in watch.keys */
};

struct watch {
	struct capture *c;
	pthread_t thread;
	struct cache *caches[CACHES];
	size_t n;		/* under capture.lock */
	struct ignite *ig;	/* the queries' */
	struct ignite *aux;	/* for questions */
	struct seen *seen;
	int64_t forget_at;
	struct buf keys;
	struct expired *expired;
	size_t n_expired, cap_expired;
	struct watch *next;
};

struct watches {
	struct capture *c;
	struct watch *first;
};

static size_t
count_caches(struct watch *w)
{
	size_t n;

	pthread_mutex_lock(&w->c->lock);
	n = w->n;
	pthread_mutex_unlock(&w->c->lock);
	return n;
}

/* The connection is gone or given up: whatever it carried begins anew. */
static void
hang_up(struct watch *w, const char *why)
{
	size_t i, n = count_caches(w);

	ignite_close(w->ig);
	w->ig = NULL;
	w->n_expired = 0;
	buf_reset(&w->keys);
	for (i = 0; i < n; i++) {
		w->caches[i]->query = w->caches[i]->former = 0;
		capture_doubt(w->c, w->caches[i], why);
	}
}

/* Start one query. -1: the connection is of no more use, or all is lost. */
static int
start(struct watch *w, struct cache *k, struct err *e)
{
	struct capture *c = w->c;
	uint64_t id;

	if (grid_query(w->ig, k->id, 1, 0, c->expired, &id, e) < 0) {
		switch (ignite_why(w->ig)) {
		case IGNITE_NO_CACHE:
			log_debug("no such cache cache=%s", k->name);
			capture_gone(c, k);
			return 0;
		case IGNITE_INACTIVE:
			return 0;	/* the next turn tries again */
		default:
			return err_in(e, "continuous query on cache %s",
			    k->name);
		}
	}
	pthread_mutex_lock(&c->lock);
	k->query = id;
	k->resync = false;
	if (k->course == CAPTURE_WANTED) {
		k->course = CAPTURE_LIVE;
		k->scan_from = clock_ms() + SETTLE_MS;
	}
	pthread_mutex_unlock(&c->lock);
	log_info("watching cache=%s node=%s", k->name, ignite_peer(w->ig));
	return 0;
}

/* Close a query; it may be closed on the other side already. */
static int
end(struct watch *w, uint64_t *query, struct err *e)
{
	uint64_t id = *query;

	*query = 0;
	if (id == 0 || grid_close(w->ig, id, e) == 0)
		return 0;
	return ignite_dead(w->ig) ? -1 : 0;
}

/* Make the queries what the courses of the caches ask for. */
static int
tend(struct watch *w, struct err *e)
{
	size_t i, n = count_caches(w);
	enum capture_course course;
	struct cache *k;
	bool resync;

	for (i = 0; i < n; i++) {
		k = w->caches[i];
		pthread_mutex_lock(&w->c->lock);
		course = k->course;
		resync = k->resync;
		pthread_mutex_unlock(&w->c->lock);
		if (k->former != 0 && clock_ms() >= k->former_until &&
		    end(w, &k->former, e) < 0)
			return -1;
		if (course == CAPTURE_GONE && end(w, &k->query, e) < 0)
			return -1;
		if (course == CAPTURE_WANTED && resync && k->query != 0) {
			/*
			 * The doubt may be wrong: until the new one is live,
			 * the old one still reports what no scan finds.
			 */
			if (end(w, &k->former, e) < 0)
				return -1;
			k->former = k->query;
			k->former_until = clock_ms() + 2 * SETTLE_MS;
			k->query = 0;
		}
		if (course == CAPTURE_WANTED && k->query == 0 &&
		    start(w, k, e) < 0)
			return -1;
	}
	return 0;
}

static struct cache *
find(struct watch *w, uint64_t query)
{
	size_t i, n = count_caches(w);

	for (i = 0; i < n; i++) {
		if (query != 0 && (w->caches[i]->query == query ||
		    w->caches[i]->former == query))
			return w->caches[i];
	}
	return NULL;
}

static void
note_expired(struct watch *w, struct cache *k, struct slice key)
{
	if (w->n_expired == w->cap_expired) {
		w->cap_expired = w->cap_expired * 2 + 64;
		w->expired = mem_grow(w->expired, w->cap_expired,
		    sizeof *w->expired);
	}
	w->expired[w->n_expired++] = (struct expired){ k, k->epoch,
	    w->keys.n, key.n };
	buf_add(&w->keys, key.p, key.n);
}

/* Append one change. The feed is locked. */
static void
append(struct watch *w, struct cache *k, struct slice key, struct slice value)
{
	struct rec r = {
		.op = value.p == NULL ? REC_REMOVE : REC_UPSERT,
		.origin = REC_EVENT, .time = clock_wall_ms(),
		.partition = -1, .offset = -1,
		.name = slice_str(k->name), .key = key, .value = value
	};

	if (w->c->scan && !k->scanned)
		recent_add(&k->recent, key, clock_ms());
	feed_rec(w->c->feed, &r);
	count_add_shared(&w->c->feed->events, 1);
}

/* All changes of one notification, which wire_event has checked. */
static int
take(struct watch *w, const struct wire_msg *m, struct err *e)
{
	struct cache *k = find(w, m->id);
	struct wire_events all;
	struct wire_event ev;
	struct slice value;
	int r;

	if (k == NULL)
		return 0;	/* of a query that was closed */
	r = wire_events(&all, m->body, e);
	while (r >= 0 && (r = wire_event(&all, &ev, e)) > 0) {
		if (seen_look(w->seen, ev.key, e) < 0 || (ev.value.p != NULL &&
		    seen_look(w->seen, ev.value, e) < 0))
			r = -1;
	}
	if (r < 0)
		return err_in(e, "cache %s: an event", k->name);
	if (seen_announce(w->seen, w->c, &w->aux, e) < 0)
		return -1;
	wire_events(&all, m->body, e);
	feed_lock(w->c->feed);
	while (wire_event(&all, &ev, e) > 0) {
		/* Some servers give a removal the old value: the kind says. */
		value = ev.change == WIRE_REMOVED ? slice_of(NULL, 0) :
		    ev.value;
		if (ev.change == WIRE_EXPIRED)
			note_expired(w, k, ev.key);
		else
			append(w, k, ev.key, value);
	}
	feed_unlock(w->c->feed);
	return 0;
}

static int
contains(struct watch *w, struct cache *k, struct slice key, bool *is,
    struct err *e)
{
	struct slice body;
	struct buf *b;

	for (;;) {
		if (capture_ask(w->c, &w->aux, e) < 0)
			return -1;
		b = ignite_begin(w->aux, WIRE_CONTAINS);
		wire_cache(b, k->id);
		buf_add(b, key.p, key.n);
		if (ignite_call(w->aux, &body, e) == 0) {
			*is = body.n > 0 && body.p[0] != 0;
			return 0;
		}
		if (!ignite_dead(w->aux))
			return err_in(e, "cache %s", k->name);
	}
}

/*
 * An expiry has no place in the order of its key's changes, so it may be
 * told after a later put. It counts if the key is still absent now; a put
 * from here on has its event later.
 */
static int
take_expired(struct watch *w, struct err *e)
{
	struct expired *x;
	struct slice key;
	bool is = false;
	size_t i;

	for (i = 0; i < w->n_expired; i++) {
		x = &w->expired[i];
		key = slice_of(w->keys.p + x->at, x->n);
		if (contains(w, x->cache, key, &is, e) < 0)
			return -1;
		feed_lock(w->c->feed);
		if (!is && x->cache->epoch == x->epoch)
			append(w, x->cache, key, slice_of(NULL, 0));
		feed_unlock(w->c->feed);
	}
	w->n_expired = 0;
	buf_reset(&w->keys);
	return 0;
}

/* Drop from the sets of recent keys what no scan can need any more. */
static void
forget(struct watch *w)
{
	size_t i, n = count_caches(w);
	int64_t now = clock_ms(), horizon;

	if (!w->c->scan || now < w->forget_at)
		return;
	w->forget_at = now + FORGET_MS;
	horizon = sweep_oldest(w->c->sweeps);
	horizon = (horizon < now ? horizon : now) - w->c->margin;
	for (i = 0; i < n; i++) {
		feed_lock(w->c->feed);
		if (w->caches[i]->scanned)
			recent_release(&w->caches[i]->recent);
		else
			recent_forget(&w->caches[i]->recent, now, horizon);
		feed_unlock(w->c->feed);
	}
}

/* Read until there is nothing, or it is time to look around. */
static int
read_events(struct watch *w, struct err *e)
{
	int64_t until = clock_ms() + TURN_MS;
	struct wire_msg m;
	int r;

	r = ignite_read(w->ig, &m, TURN_MS, e);
	while (r > 0) {
		if (m.note && m.op == WIRE_EVENT && take(w, &m, e) < 0)
			return -1;
		if (feed_over(w->c->feed) || clock_ms() > until)
			return 0;
		if (!ignite_ready(w->ig))
			return 0;
		r = ignite_read(w->ig, &m, 0, e);
	}
	return r;
}

/* One turn with a connection. -1: it is of no more use, or all is lost. */
static int
turn(struct watch *w, struct err *e)
{
	if (tend(w, e) < 0 || read_events(w, e) < 0 || take_expired(w, e) < 0)
		return -1;
	forget(w);
	if (!feed_over(w->c->feed))
		return 0;
	/* What can't be stored must not wait in the server's memory. */
	log_warn("reader too slow: hanging up until it has caught up");
	count_add_shared(&w->c->hangups, 1);
	hang_up(w, "the reader was too slow");
	feed_room(w->c->feed);
	return 0;
}

static void *
run(void *arg)
{
	struct watch *w = arg;
	struct err e = { 0, "" };

	while (!capture_stopped(w->c)) {
		if (w->ig == NULL)
			w->ig = ignite_open(w->c->cluster, NULL, &e);
		if (w->ig == NULL) {
			if (!capture_stopped(w->c))
				capture_fail(w->c, &e);
			break;
		}
		if (turn(w, &e) == 0)
			continue;
		if (!ignite_dead(w->ig)) {
			capture_fail(w->c, &e);
			break;
		}
		log_warn("connection of continuous queries lost: %s", e.text);
		hang_up(w, "its connection was lost");
	}
	ignite_close(w->ig);
	ignite_close(w->aux);
	seen_free(w->seen);
	free(w->expired);
	buf_release(&w->keys);
	return NULL;
}

struct watches *
watches_new(struct capture *c)
{
	struct watches *all = mem_zero(sizeof *all);

	all->c = c;
	return all;
}

int
watches_take(struct watches *all, struct cache *k, struct err *e)
{
	struct watch *w = all->first;

	if (k->watch != NULL)
		return 0;	/* it has been here before */
	while (w != NULL && count_caches(w) == CACHES)
		w = w->next;
	if (w == NULL) {
		w = mem_zero(sizeof *w);
		w->c = all->c;
		w->seen = seen_new();
		w->next = all->first;
		all->first = w;
		if (pthread_create(&w->thread, NULL, run, w) != 0) {
			all->first = w->next;
			seen_free(w->seen);
			free(w);
			return err_sys(e, EX_OSERR, "cannot start a thread");
		}
	}
	pthread_mutex_lock(&all->c->lock);
	k->watch = w;
	w->caches[w->n++] = k;
	pthread_mutex_unlock(&all->c->lock);
	return 0;
}

void
watches_free(struct watches *all)
{
	struct watch *w;

	if (all == NULL)
		return;
	while ((w = all->first) != NULL) {
		all->first = w->next;
		pthread_join(w->thread, NULL);
		free(w);
	}
	free(all);
}
