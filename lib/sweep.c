#define _GNU_SOURCE
#include "sweep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "filter.h"
#include "grid.h"
#include "job.h"
#include "log.h"
#include "mem.h"
#include "pool.h"

enum {
	TRIES = 5,		/* of a partition that the server refuses */
	TURN_MS = 100,
	AGAIN_MS = 60000,	/* until a refused partition is tried again */
	FIRST_ROWS = 256,	/* of a page, before a row's size is known */
	MAX_ROWS = 10000,	/* servers prepare room for as many */
	CHUNK = 64 * 1024	/* bytes appended under one lock */
};

struct row {
	struct slice key, value;
};

struct sweeper {
	struct sweep *all;
	pthread_t thread;
	_Atomic int64_t asked;	/* clock_ms of the page on the way */
	struct pool pool;
	struct ignite *aux;	/* for questions while a page is looked at */
	struct seen *seen;
	struct row *rows;
	size_t cap_rows;
};

struct sweep {
	struct capture *c;
	_Atomic uint64_t expected;
	size_t n;
	struct sweeper s[];
};

int64_t
sweep_oldest(const struct sweep *all)
{
	int64_t t, oldest = INT64_MAX;
	size_t i;

	for (i = 0; all != NULL && i < all->n; i++) {
		t = all->s[i].asked;
		if (t < oldest)
			oldest = t;
	}
	return oldest;
}

/* The primary's connection if it can be had, else any. */
static struct ignite *
reach(struct sweeper *s, const struct job *j, struct err *e)
{
	struct capture *c = s->all->c;
	struct wire_uuid id = { 0, 0 };
	bool known = false;
	struct partmap *m = &j->k->map;

	pthread_mutex_lock(&c->lock);
	if (j->k->epoch == j->epoch && !j->map && !j->k->all &&
	    m->nnodes > 1 && j->part < m->partitions &&
	    m->owner[j->part] < m->nnodes) {
		id = m->nodes[m->owner[j->part]];
		known = true;
	}
	pthread_mutex_unlock(&c->lock);
	return known ? pool_node(&s->pool, id, e) : pool_any(&s->pool, e);
}

/* --- one cache: which partitions --- */

static int
map_cache(struct sweeper *s, const struct job *j, struct ignite *ig,
    struct err *e)
{
	struct capture *c = s->all->c;
	struct cache *k = j->k;
	struct partmap m = { 0 };
	int64_t size;

	if (grid_size(ig, k->id, &size, e) < 0 || grid_endpoints(ig, e) < 0 ||
	    grid_partitions(ig, k->id, &m, e) < 0)
		return -1;
	pthread_mutex_lock(&c->lock);
	if (k->epoch == j->epoch) {
		partmap_release(&k->map);
		k->map = m;
		k->mapped = true;
		k->all = m.partitions == 0;
		k->parts = k->left = k->all ? 1 : m.partitions;
		k->next = 0;
		k->n_again = 0;
	} else {
		partmap_release(&m);
	}
	pthread_mutex_unlock(&c->lock);
	pthread_cond_broadcast(&c->changed);
	s->all->expected += (uint64_t)size;
	if (c->once)
		filter_expect(s->all->expected);
	return 0;
}

/* --- one partition --- */

/* Take the rows of a page into s->rows. Returns how many, or -1. */
static int64_t
take_rows(struct sweeper *s, struct wire_rows *rows, struct err *e)
{
	struct row row;
	size_t n = 0;
	int r;

	while ((r = wire_row(rows, &row.key, &row.value, e)) > 0) {
		if (seen_look(s->seen, row.key, e) < 0 ||
		    seen_look(s->seen, row.value, e) < 0)
			return -1;
		if (n == s->cap_rows) {
			s->cap_rows = s->cap_rows * 2 + 1024;
			s->rows = mem_grow(s->rows, s->cap_rows,
			    sizeof *s->rows);
		}
		s->rows[n++] = row;
	}
	return r < 0 ? -1 : (int64_t)n;
}

/* Append some rows under one lock. Returns the next, or -1 when stale. */
static int64_t
append(struct sweeper *s, const struct job *j, size_t i, size_t n)
{
	struct feed *f = s->all->c->feed;
	struct rec r = {
		.op = REC_UPSERT, .origin = REC_SCAN, .time = clock_wall_ms(),
		.partition = -1, .offset = -1, .name = slice_str(j->k->name)
	};
	uint64_t dropped = 0, sent = 0;
	size_t end;

	feed_lock(f);
	if (j->k->epoch != j->epoch) {
		feed_unlock(f);
		return -1;
	}
	for (end = f->buf.n + CHUNK; i < n && f->buf.n < end; i++) {
		if (recent_has(&j->k->recent, s->rows[i].key)) {
			dropped++;
			continue;
		}
		r.key = s->rows[i].key;
		r.value = s->rows[i].value;
		feed_rec(f, &r);
		sent++;
	}
	count_add(&f->rows, sent);
	count_add(&f->discarded, dropped);
	feed_unlock(f);
	return (int64_t)i;
}

/* All rows of a page. 1: done; 0: stale; -1. */
static int
send_page(struct sweeper *s, const struct job *j, struct wire_rows *rows,
    size_t bytes, struct err *e)
{
	struct capture *c = s->all->c;
	int64_t n = take_rows(s, rows, e), i = 0;

	if (n < 0)
		return -1;
	if (seen_announce(s->seen, c, &s->aux, e) < 0)
		return -1;
	while (i < n) {
		if (!feed_room(c->feed))
			return 0;
		i = append(s, j, (size_t)i, (size_t)n);
		if (i < 0)
			return 0;
	}
	if (n > 0) {
		pthread_mutex_lock(&c->lock);
		j->k->row_bytes = (int64_t)bytes / n + 1;
		pthread_mutex_unlock(&c->lock);
	}
	return 1;
}

static int32_t
page_rows(struct capture *c, const struct cache *k)
{
	int64_t n, bytes;

	pthread_mutex_lock(&c->lock);
	bytes = k->row_bytes;
	pthread_mutex_unlock(&c->lock);
	if (bytes == 0)
		return FIRST_ROWS;
	n = c->page_bytes / bytes;
	return n < 1 ? 1 : n > MAX_ROWS ? MAX_ROWS : (int32_t)n;
}

/* Read a partition. 1: all of it; 0: it has to be begun again, or its epoch
 * is over, and ig is not to be used; -1: not. */
static int
scan(struct sweeper *s, const struct job *j, struct ignite *ig,
    struct err *e)
{
	struct capture *c = s->all->c;
	struct slice body;
	struct wire_rows rows = { .more = false };
	struct buf *b;
	bool first = true;
	int64_t cursor = 0, major, was = 0;
	int32_t minor, was_minor = 0;
	int r;

	do {
		ignite_topology(ig, &major, &minor);
		if (!first && (major != was || minor != was_minor)) {
			/* Asked for another page after a deactivation, some
			 * servers crash: leave the cursor to its connection. */
			pool_drop(&s->pool, ig);
			return 0;
		}
		was = major;
		was_minor = minor;
		s->asked = clock_ms();
		if (first) {
			b = ignite_begin(ig, WIRE_SCAN);
			wire_scan(b, j->k->id, page_rows(c, j->k),
			    j->k->all ? -1 : (int32_t)j->part, false);
		} else {
			b = ignite_begin(ig, WIRE_SCAN_PAGE);
			wire_page(b, cursor);
		}
		if (ignite_call(ig, &body, e) < 0 ||
		    wire_rows(&rows, body, first, e) < 0)
			return -1;
		if (first)
			cursor = rows.cursor;
		first = false;
		r = send_page(s, j, &rows, body.n, e);
		if (r == 0 && rows.more && !feed_failed(c->feed))
			/* Fails where the cursor has gone with its cache. */
			(void)grid_close(ig, (uint64_t)cursor, e);
		if (r <= 0)
			return r;
	} while (rows.more);
	return 1;
}

/* --- when it went wrong --- */

/* The server itself refuses this partition, again and again. */
static void
refused(struct sweeper *s, const struct job *j, struct err *e)
{
	struct capture *c = s->all->c;

	err_in(e, "cache %s partition %" PRIu32 " can't be read", j->k->name,
	    j->part);
	e->status = EX_DATAERR;
	log_error("%s", e->text);
	pthread_mutex_lock(&c->lock);
	if (!c->broken)
		c->why = *e;
	c->broken = true;
	pthread_mutex_unlock(&c->lock);
	if (c->once && j->map) {
		pthread_mutex_lock(&c->lock);
		j->k->left = 1;
		pthread_mutex_unlock(&c->lock);
	}
	if (c->once) {
		job_done(c, j);	/* the others shall be read all the same */
		return;
	}
	job_later(c, j, AGAIN_MS);
}

/* Whether to go on at once with the same job. */
static bool
failed(struct sweeper *s, const struct job *j, struct ignite *ig, int tries,
    struct err *e)
{
	struct capture *c = s->all->c;

	if (ignite_dead(ig)) {
		log_warn("scan of cache %s: %s", j->k->name, e->text);
		job_again(c, j);
		return false;
	}
	switch (ignite_why(ig)) {
	case IGNITE_ELSEWHERE:
	case IGNITE_INACTIVE:
		log_debug("scan of cache %s: %s", j->k->name, e->text);
		capture_pause(c, 500);
		job_again(c, j);
		return false;
	case IGNITE_NO_CACHE:
		log_warn("a cache is no more cache=%s", j->k->name);
		capture_gone(c, j->k);
		return false;
	case IGNITE_DENIED:
		err_in(e, "cache %s", j->k->name);
		capture_fail(c, e);
		return false;
	default:
		if (tries < TRIES) {
			capture_pause(c, INT64_C(50) << tries);
			return !job_stale(c, j);
		}
		refused(s, j, e);
		return false;
	}
}

static void
work(struct sweeper *s, const struct job *j)
{
	struct capture *c = s->all->c;
	struct err e = { 0, "" };
	struct ignite *ig;
	int64_t major = 0, was = 0;
	int32_t minor = 0;
	int tries = 0, r;

	do {
		ig = reach(s, j, &e);
		if (ig == NULL) {
			if (!capture_stopped(c))
				capture_fail(c, &e);
			return;
		}
		ignite_topology(ig, &was, &minor);
		r = j->map ? map_cache(s, j, ig, &e) : scan(s, j, ig, &e);
		s->asked = INT64_MAX;
	} while (r < 0 && !feed_failed(c->feed) &&
	    failed(s, j, ig, tries++, &e));
	if (r == 0 && !j->map)
		job_again(c, j);
	if (r <= 0 || j->map)
		return;
	/* While nodes come and go a partition may move under a scan. */
	ignite_topology(ig, &major, &minor);
	if (was != 0 && major != was) {
		log_info("nodes have changed: scanning again cache=%s "
		    "partition=%" PRIu32, j->k->name, j->part);
		job_again(c, j);
		return;
	}
	job_done(c, j);
}

static void *
run(void *arg)
{
	struct sweeper *s = arg;
	struct err e;
	struct job j;

	while (job_pick(s->all->c, &j)) {
		work(s, &j);
		pool_tend(&s->pool);
		if (s->aux != NULL)
			ignite_tend(s->aux, &e);
	}
	pthread_cond_broadcast(&s->all->c->changed);
	pool_close(&s->pool);
	ignite_close(s->aux);
	seen_free(s->seen);
	free(s->rows);
	return NULL;
}

struct sweep *
sweep_new(struct capture *c, struct err *e)
{
	size_t n = (size_t)c->scans;
	struct sweep *all = mem_zero(sizeof *all + n * sizeof all->s[0]);

	all->c = c;
	c->sweeps = all;
	for (; all->n < n; all->n++) {
		all->s[all->n].all = all;
		all->s[all->n].asked = INT64_MAX;
		all->s[all->n].seen = seen_new();
		pool_init(&all->s[all->n].pool, c->cluster);
		if (pthread_create(&all->s[all->n].thread, NULL, run,
		    &all->s[all->n]) != 0) {
			err_sys(e, EX_OSERR, "cannot start a thread");
			seen_free(all->s[all->n].seen);
			capture_stop(c);
			sweep_free(all);
			return NULL;
		}
	}
	return all;
}

void
sweep_free(struct sweep *all)
{
	size_t i;

	for (i = 0; all != NULL && i < all->n; i++)
		pthread_join(all->s[i].thread, NULL);
	free(all);
}
