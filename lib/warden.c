#define _GNU_SOURCE
#include "warden.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "buf.h"
#include "clock.h"
#include "grid.h"
#include "log.h"
#include "mem.h"

enum {
	BEAT_MS = 200,
	NAMES_MAX = 20		/* in an error message */
};

struct warden {
	struct capture *c;
	struct watches *watches;
	struct ignite *ig;
	pthread_t thread;
	bool started;
	bool active;
	int64_t major;		/* topology version last looked at */
	int32_t minor;
};

static bool
holds(const struct grid_names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->n; i++) {
		if (strcmp(names->v[i], name) == 0)
			return true;
	}
	return false;
}

/* Wanted by name and not there: what is, for the message. */
static int
missing(const char *name, const struct grid_names *names, struct err *e)
{
	struct buf b = { NULL, 0, 0 };
	size_t i;

	for (i = 0; i < names->n && i < NAMES_MAX; i++)
		buf_fmt(&b, "%s%s", i == 0 ? "" : ", ", names->v[i]);
	if (i < names->n)
		buf_fmt(&b, " and %zu more", names->n - i);
	err_set(e, EX_CONFIG, "there is no cache %s; there %s %.*s", name,
	    names->n == 0 ? "is none at all" : "are:",
	    SLICE_ARG(buf_bytes(&b)));
	buf_release(&b);
	return -1;
}

static int
add_new(struct warden *w, const struct grid_names *names, bool first,
    struct err *e)
{
	struct capture *c = w->c;
	struct cache *k;
	size_t i;

	for (i = 0; i < names->n; i++) {
		if (!pattern_wants(c->pattern, names->v[i]))
			continue;
		k = capture_add(c, names->v[i]);
		if (k == NULL)
			continue;
		if (!first)
			log_info("a new cache cache=%s", k->name);
		if (w->watches != NULL && watches_take(w->watches, k, e) < 0)
			return -1;
	}
	return 0;
}

/* Let go those that are no more, doubt the others if there is reason to. */
static void
check_old(struct warden *w, const struct grid_names *names, const char *doubt)
{
	struct capture *c = w->c;
	enum capture_course course;
	struct cache *k;
	size_t i, n;

	pthread_mutex_lock(&c->lock);
	n = c->n;
	pthread_mutex_unlock(&c->lock);
	for (i = 0; i < n; i++) {
		pthread_mutex_lock(&c->lock);
		k = c->caches[i];
		course = k->course;
		pthread_mutex_unlock(&c->lock);
		if (course == CAPTURE_GONE)
			continue;
		if (!holds(names, k->name)) {
			log_warn("a cache is no more cache=%s", k->name);
			capture_gone(c, k);
		} else if (doubt != NULL) {
			capture_doubt(c, k, doubt);
		}
	}
}

/* Look at the cluster and at its caches. */
static int
look(struct warden *w, const char *doubt, struct err *e)
{
	struct grid_names names = { NULL, 0 };
	enum grid_state state;
	int r;

	if (grid_state(w->ig, &state, e) < 0)
		return -1;
	if (state == GRID_INACTIVE) {
		if (w->active)
			log_warn("the cluster is inactive: waiting for it");
		w->active = false;
		return 0;
	}
	if (!w->active)
		doubt = "the cluster was inactive";
	w->active = true;
	if (grid_caches(w->ig, &names, e) < 0)
		return ignite_why(w->ig) == IGNITE_INACTIVE ? 0 : -1;
	check_old(w, &names, doubt);
	r = add_new(w, &names, false, e);
	grid_names_release(&names);
	return r;
}

static int
beat(struct warden *w, struct err *e)
{
	const char *doubt = NULL;
	int64_t major;
	int32_t minor;

	(void)ignite_begin(w->ig, WIRE_HEARTBEAT);
	if (ignite_call(w->ig, NULL, e) < 0)
		return -1;
	ignite_topology(w->ig, &major, &minor);
	if (major == w->major && minor == w->minor && w->active)
		return 0;
	if (major != w->major)
		doubt = "nodes have come or gone";
	else if (minor > w->minor + 1)
		doubt = "the cluster has changed in more than one way";
	w->major = major;
	w->minor = minor;
	return look(w, doubt, e);
}

static void *
run(void *arg)
{
	struct warden *w = arg;
	struct timespec t = { 0, BEAT_MS * 1000000 };
	struct err e = { 0, "" };

	while (!capture_stopped(w->c)) {
		if (w->ig == NULL) {
			w->ig = ignite_open(w->c->cluster, NULL, &e);
			/* Whatever happened meanwhile, it was not seen. */
			w->minor = -1;
		}
		if (w->ig == NULL || (beat(w, &e) < 0 &&
		    !ignite_dead(w->ig))) {
			if (!capture_stopped(w->c))
				capture_fail(w->c, &e);
			break;
		}
		if (ignite_dead(w->ig)) {
			log_warn("connection lost: %s", e.text);
			ignite_close(w->ig);
			w->ig = NULL;
			continue;
		}
		nanosleep(&t, NULL);
	}
	ignite_close(w->ig);
	w->ig = NULL;
	return NULL;
}

/* The caches there are at the start. */
static int
begin(struct warden *w, struct err *e)
{
	struct grid_names names = { NULL, 0 };
	enum grid_state state;
	const char *name;
	size_t i;
	int r = 0;

	if (grid_state(w->ig, &state, e) < 0)
		return -1;
	if (state == GRID_INACTIVE)
		return err_set(e, EX_UNAVAILABLE, "the cluster at %s is "
		    "inactive: activate it (control.sh --set-state ACTIVE)",
		    ignite_peer(w->ig));
	ignite_topology(w->ig, &w->major, &w->minor);
	if (grid_caches(w->ig, &names, e) < 0)
		return -1;
	for (i = 0; r == 0 && (name = pattern_name(w->c->pattern, i)) != NULL;
	    i++) {
		if (!holds(&names, name))
			r = missing(name, &names, e);
	}
	if (r == 0)
		r = add_new(w, &names, true, e);
	grid_names_release(&names);
	return r;
}

struct warden *
warden_new(struct capture *c, struct watches *watches, struct err *e)
{
	struct warden *w = mem_zero(sizeof *w);

	w->c = c;
	w->watches = watches;
	w->active = true;
	w->ig = ignite_open(c->cluster, NULL, e);
	if (w->ig == NULL || begin(w, e) < 0)
		goto fail;
	if (c->n == 0)
		log_warn("no cache matches%s", c->once ? "" : " yet");
	if (watches == NULL)
		return w;
	if (pthread_create(&w->thread, NULL, run, w) != 0) {
		err_sys(e, EX_OSERR, "cannot start a thread");
		goto fail;
	}
	w->started = true;
	return w;
fail:
	warden_free(w);
	return NULL;
}

void
warden_free(struct warden *w)
{
	if (w == NULL)
		return;
	if (w->started)
		pthread_join(w->thread, NULL);
	ignite_close(w->ig);
	free(w);
}
