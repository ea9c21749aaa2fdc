#define _GNU_SOURCE
#include "job.h"

#include <inttypes.h>
#include <time.h>

#include "clock.h"
#include "log.h"
#include "mem.h"

enum { TURN_MS = 100 };	/* how often to look whether a cache may be scanned */

/* Something of this cache that can be done now. capture.lock is held. */
static bool
offer(struct capture *c, struct cache *k, struct job *j)
{
	if (k->course == CAPTURE_GONE || (c->query &&
	    k->course != CAPTURE_LIVE) || clock_ms() < k->scan_from)
		return false;
	*j = (struct job){ k, k->epoch, 0, false };
	if (k->scan_wanted) {
		k->scan_wanted = false;
		k->mapped = false;
		j->map = true;
		return true;
	}
	if (!k->mapped)
		return false;
	if (k->next < k->parts) {
		j->part = k->next++;
		return true;
	}
	if (k->n_again != 0 && clock_ms() >= k->again_at) {
		j->part = k->again[--k->n_again];
		return true;
	}
	return false;
}

bool
job_pick(struct capture *c, struct job *j)
{
	struct timespec t;
	bool found = false;
	size_t i;

	pthread_mutex_lock(&c->lock);
	while (!c->stop && !feed_failed(c->feed) && !found && !capture_over(c)) {
		for (i = 0; i < c->n && !found; i++)
			found = offer(c, c->caches[i], j);
		if (found)
			break;
		clock_gettime(CLOCK_REALTIME, &t);
		t.tv_nsec += TURN_MS * 1000000;
		if (t.tv_nsec >= 1000000000) {
			t.tv_nsec -= 1000000000;
			t.tv_sec++;
		}
		pthread_cond_timedwait(&c->changed, &c->lock, &t);
	}
	pthread_mutex_unlock(&c->lock);
	return found;
}

bool
job_stale(struct capture *c, const struct job *j)
{
	bool is;

	pthread_mutex_lock(&c->lock);
	is = j->k->epoch != j->epoch;
	pthread_mutex_unlock(&c->lock);
	return is;
}

void
job_done(struct capture *c, const struct job *j)
{
	struct cache *k = j->k;
	bool whole = false;

	feed_lock(c->feed);	/* those who read scanned hold one of both */
	pthread_mutex_lock(&c->lock);
	if (k->epoch == j->epoch && --k->left == 0) {
		k->scanned = whole = true;
		recent_release(&k->recent);
	}
	pthread_mutex_unlock(&c->lock);
	feed_unlock(c->feed);
	if (whole) {
		log_info("snapshot done cache=%s partitions=%" PRIu32,
		    k->name, k->parts);
		pthread_cond_broadcast(&c->changed);
	}
}

void
job_again(struct capture *c, const struct job *j)
{
	job_later(c, j, 0);
}

void
job_later(struct capture *c, const struct job *j, int64_t ms)
{
	struct cache *k = j->k;

	pthread_mutex_lock(&c->lock);
	if (k->epoch == j->epoch && j->map) {
		k->scan_wanted = true;
		k->scan_from = clock_ms() + ms;
	} else if (k->epoch == j->epoch) {
		k->again = mem_grow(k->again, k->parts + 1, sizeof *k->again);
		k->again[k->n_again++] = j->part;
		k->again_at = clock_ms() + ms;
		count_add_shared(&c->retries, 1);
	}
	pthread_mutex_unlock(&c->lock);
}
