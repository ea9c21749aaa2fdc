#include "link.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "count.h"
#include "log.h"

enum {
	PAUSE = 100,		/* ms, doubling */
	PAUSE_MAX = 30000
};

int
links_open(struct links *all, struct cluster *cluster, int64_t patience,
    struct count *retried, struct err *e)
{
	all->cluster = cluster;
	all->patience = patience;
	all->retried = retried;
	atomic_init(&all->quit, false);
	atomic_init(&all->said, false);
	all->quit_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (all->quit_fd < 0)
		return err_sys(e, EX_OSERR, "eventfd");
	return 0;
}

void
links_close(struct links *all)
{
	if (all->quit_fd >= 0)
		close(all->quit_fd);
	all->quit_fd = -1;
}

void
links_quit(struct links *all)
{
	uint64_t one = 1;
	ssize_t r;

	atomic_store(&all->quit, true);
	r = write(all->quit_fd, &one, sizeof one);
	/* Its count cannot be full, nor be interrupted. */
	assert(r > 0);
	(void)r;
}

void
link_init(struct link *l, struct links *all)
{
	*l = (struct link){ .all = all, .pause = PAUSE };
}

void
link_drop(struct link *l)
{
	ignite_close(l->ign);
	l->ign = NULL;
}

void
link_close(struct link *l)
{
	link_drop(l);
}

void
link_bind(struct link *l, const struct wire_uuid *node)
{
	bool same = node != NULL && l->bound && !l->astray &&
	    wire_uuid_eq(l->node, *node);

	l->astray = false;
	l->bound = node != NULL;
	if (node == NULL)
		return;
	l->node = *node;
	if (!same && l->ign != NULL &&
	    !wire_uuid_eq(ignite_node(l->ign), *node))
		link_drop(l);
}

/* Some time between 80 and 120 % of ms, so that links do not march in step. */
static int
spread(int64_t ms)
{
	return (int)(ms * 4 / 5 + clock_us() % (ms * 2 / 5 + 1));
}

/* Wait before trying again; *e says why. -1: it is enough. */
static int
wait_a_while(struct link *l, struct err *e)
{
	struct pollfd p = { l->all->quit_fd, POLLIN, 0 };
	int64_t now = clock_ms(), left;
	char text[sizeof e->text];

	if (l->trouble == 0)
		l->trouble = now;
	left = l->all->patience - (now - l->trouble);
	if (left <= 0 || atomic_load(&l->all->quit)) {
		memcpy(text, e->text, sizeof text);
		return err_set(e, EX_UNAVAILABLE, "given up after %" PRId64
		    " s: %s", (now - l->trouble) / 1000, text);
	}
	if (!atomic_exchange(&l->all->said, true))
		log_warn("%s; trying again give_up_in=%" PRId64 "s", e->text,
		    left / 1000);
	else
		log_debug("%s; trying again", e->text);
	count_add_shared(l->all->retried, 1);
	if (left > l->pause)
		left = l->pause;
	poll(&p, 1, spread(left));
	l->pause *= 2;
	if (l->pause > PAUSE_MAX)
		l->pause = PAUSE_MAX;
	return 0;
}

int
link_up(struct link *l, struct err *e)
{
	while (l->ign == NULL || ignite_dead(l->ign)) {
		link_drop(l);
		if (l->bound && !l->astray) {
			l->ign = ignite_open(l->all->cluster, &l->node, e);
			if (l->ign != NULL)
				break;
			log_info("%s: using any node", e->text);
			l->astray = true;
		}
		l->ign = ignite_open(l->all->cluster, NULL, e);
		if (l->ign != NULL)
			break;
		if (e->status != EX_UNAVAILABLE || wait_a_while(l, e) < 0)
			return -1;
	}
	return 0;
}

void
link_good(struct link *l)
{
	l->failed = 0;
	if (l->trouble == 0)
		return;
	l->trouble = 0;
	l->pause = PAUSE;
	if (atomic_exchange(&l->all->said, false))
		log_warn("the cluster answers again peer=%s",
		    ignite_peer(l->ign));
}

int
link_retry(struct link *l, unsigned tries, struct err *e)
{
	assert(l->ign != NULL);
	l->why = ignite_why(l->ign);
	switch (l->why) {
	case IGNITE_LOST:
	case IGNITE_UNKNOWN:
	case IGNITE_GARBLED:
	case IGNITE_ELSEWHERE:
		link_drop(l);
		return wait_a_while(l, e);
	case IGNITE_INACTIVE:
		return wait_a_while(l, e);
	case IGNITE_FAILED:
	case IGNITE_NO_RESOURCE:
		if (++l->failed >= tries)
			return -1;
		return wait_a_while(l, e);
	default:
		return -1;
	}
}
