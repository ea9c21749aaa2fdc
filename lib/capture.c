#define _GNU_SOURCE
#include "capture.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "binskip.h"
#include "clock.h"
#include "grid.h"
#include "known.h"
#include "log.h"
#include "mem.h"

void
capture_init(struct capture *c)
{
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->changed, NULL);
	c->resyncs = (struct count){ .name = "resyncs_total",
	    .help = "times a cache was begun anew" };
	c->hangups = (struct count){ .name = "hangups_total",
	    .help = "times the reader was too slow for a query" };
	c->retries = (struct count){ .name = "scan_retries_total",
	    .help = "times a partition was scanned again" };
}

void
capture_release(struct capture *c)
{
	struct cache *k;
	size_t i;

	for (i = 0; i < c->n; i++) {
		k = c->caches[i];
		partmap_release(&k->map);
		recent_release(&k->recent);
		free(k->again);
		free(k->name);
		free(k);
	}
	free(c->caches);
	pattern_free(c->pattern);
	cluster_free(c->cluster);
}

void
capture_stop(struct capture *c)
{
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_mutex_unlock(&c->lock);
	pthread_cond_broadcast(&c->changed);
}

bool
capture_stopped(struct capture *c)
{
	bool stop;

	pthread_mutex_lock(&c->lock);
	stop = c->stop || capture_over(c);
	pthread_mutex_unlock(&c->lock);
	return stop || feed_failed(c->feed);
}

void
capture_fail(struct capture *c, const struct err *e)
{
	feed_fail(c->feed, e);
	capture_stop(c);
}

void
capture_pause(struct capture *c, int64_t ms)
{
	int64_t until = clock_ms() + ms;
	struct timespec t = { 0, 10 * 1000 * 1000 };

	while (clock_ms() < until && !capture_stopped(c))
		nanosleep(&t, NULL);
}

struct cache *
capture_add(struct capture *c, const char *name)
{
	struct cache *k = NULL;
	size_t i;

	pthread_mutex_lock(&c->lock);
	for (i = 0; i < c->n; i++) {
		if (strcmp(c->caches[i]->name, name) == 0)
			break;
	}
	if (i == c->n) {
		if (c->n == c->cap) {
			c->cap = c->cap * 2 + 16;
			c->caches = mem_grow(c->caches, c->cap,
			    sizeof *c->caches);
		}
		k = mem_zero(sizeof *k);
		k->name = mem_str(name);
		k->id = wire_cache_id(name);
		c->caches[c->n++] = k;
	} else if (c->caches[i]->course == CAPTURE_GONE) {
		k = c->caches[i];
		k->course = CAPTURE_WANTED;
	}
	if (k != NULL) {
		k->epoch++;
		k->scan_wanted = c->scan;
		k->scanned = false;
		k->scan_from = c->query ? INT64_MAX : 0;
	}
	pthread_mutex_unlock(&c->lock);
	pthread_cond_broadcast(&c->changed);
	return k;
}

void
capture_doubt(struct capture *c, struct cache *k, const char *why)
{
	bool begun;

	/* Rows of the old epoch are refused under the feed's lock. */
	feed_lock(c->feed);
	pthread_mutex_lock(&c->lock);
	begun = k->course == CAPTURE_LIVE;
	if (begun) {
		k->epoch++;
		k->course = CAPTURE_WANTED;
		k->resync = true;
		k->scan_wanted = c->scan;
		k->scanned = false;
		k->scan_from = INT64_MAX;
		recent_release(&k->recent);
		count_add_shared(&c->resyncs, 1);
	}
	pthread_mutex_unlock(&c->lock);
	feed_unlock(c->feed);
	if (begun)
		log_warn("beginning anew%s cache=%s reason=\"%s\"", c->scan ?
		    ", with a snapshot" : "; changes may have been missed",
		    k->name, why);
}

void
capture_gone(struct capture *c, struct cache *k)
{
	feed_lock(c->feed);
	pthread_mutex_lock(&c->lock);
	k->course = CAPTURE_GONE;
	k->epoch++;
	k->resync = true;
	k->scan_wanted = false;
	k->scanned = true;
	recent_release(&k->recent);
	pthread_mutex_unlock(&c->lock);
	feed_unlock(c->feed);
	pthread_cond_broadcast(&c->changed);
}

bool
capture_over(const struct capture *c)
{
	size_t i;

	for (i = 0; c->once && i < c->n; i++) {
		if (!c->caches[i]->scanned)
			return false;
	}
	return c->once;
}

int
capture_ask(struct capture *c, struct ignite **ig, struct err *e)
{
	if (*ig != NULL && !ignite_dead(*ig))
		return 0;
	ignite_close(*ig);
	*ig = ignite_open(c->cluster, NULL, e);
	return *ig == NULL ? -1 : 0;
}

/* --- types that were met --- */

struct seen {
	struct known met, classes;
	struct buf wanted;	/* ids of types met and not asked for yet */
	struct buf named;	/* the same of classes */
};

struct seen *
seen_new(void)
{
	return mem_zero(sizeof(struct seen));
}

void
seen_free(struct seen *s)
{
	if (s == NULL)
		return;
	known_release(&s->met);
	known_release(&s->classes);
	buf_release(&s->wanted);
	buf_release(&s->named);
	free(s);
}

static void
meet(void *arg, int32_t type, int32_t schema, unsigned flags)
{
	struct seen *s = arg;
	uint64_t id = known_id(type, schema);
	bool class = (flags & BIN_IS_CLASS) != 0;
	struct known *met = class ? &s->classes : &s->met;

	if (known_get(met, id) == KNOWN_WELL)
		return;
	known_put(met, id, KNOWN_WELL);
	buf_u32(class ? &s->named : &s->wanted, (uint32_t)type);
}

int
seen_look(struct seen *s, struct slice value, struct err *e)
{
	struct bin_visit v = { meet, s };
	struct cur c = cur_on(value);

	if (bin_skip(&c, &v, e) < 0)
		return -1;
	return cur_done(&c) ? 0 : err_set(e, EX_DATAERR,
	    "%zu bytes behind a value", cur_left(&c));
}

static int
fetch(int32_t id, struct ignite *ig, struct feed *f, struct err *e)
{
	struct type t = { .kind = TYPE_BINARY, .id = id };
	struct slice meta, name;
	int r;

	if (grid_type(ig, id, &meta, e) < 0)
		return -1;
	if (meta.p == NULL) {
		/* Some are Ignite's own; of others objects were put without
		 * one, and then nobody has it. */
		if (feed_strange(f, id))
			log_warn("the cluster has no description of a type: "
			    "other clusters may not take its objects type=%d",
			    id);
		return 0;
	}
	t.meta = slice_of(mem_dup(meta.p, meta.n), meta.n);
	r = grid_class(ig, id, &name, e);
	if (r == 0) {
		t.class_name = name;
		r = feed_type(f, &t, e);
	}
	free((void *)(uintptr_t)t.meta.p);
	return r;
}

/* A class that the cluster cannot name is one that every Java knows. */
static int
fetch_class(int32_t id, struct ignite *ig, struct feed *f, struct err *e)
{
	struct type t = { .kind = TYPE_CLASS, .id = id };

	if (grid_class(ig, id, &t.class_name, e) < 0)
		return -1;
	return t.class_name.n == 0 ? 0 : feed_type(f, &t, e);
}

/* Ask for what was met, and append it. */
static int
fetch_all(struct seen *s, struct ignite *ig, struct feed *f, struct err *e)
{
	struct buf *w = &s->wanted;

	while (w->n != 0) {
		if (fetch((int32_t)le32(w->p + w->n - 4), ig, f, e) < 0)
			return -1;
		w->n -= 4;
	}
	for (w = &s->named; w->n != 0; w->n -= 4) {
		if (fetch_class((int32_t)le32(w->p + w->n - 4), ig, f, e) < 0)
			return -1;
	}
	return 0;
}

int
seen_announce(struct seen *s, struct capture *c, struct ignite **ig,
    struct err *e)
{
	if (s->wanted.n == 0 && s->named.n == 0)
		return 0;
	while (capture_ask(c, ig, e) == 0) {
		if (fetch_all(s, *ig, c->feed, e) == 0)
			return 0;
		if (!ignite_dead(*ig))
			return -1;
	}
	return -1;
}
