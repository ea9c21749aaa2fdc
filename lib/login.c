#define _GNU_SOURCE
#include "login.h"

#include <poll.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "probe.h"

/* Answers to a handshake are short; texts may hold a stack trace. */
#define MAX_ANSWER (64 * 1024)

/* Of GridGain and Ignite: the last that means the same in both, and older. */
static const struct wire_hello versions[] = {
	{ .major = 1, .minor = 7 },
	{ .major = 1, .minor = 6 },
	{ .major = 1, .minor = 5 },
	{ .major = 1, .minor = 4 },
};

/*
 * There is no answer, or one of somebody else: find out who that is. Our
 * connection goes first; some serve only one at a time.
 */
static int
wonder(struct net *n, const struct cluster_address *a,
    const struct net_tls *tls, struct err *e)
{
	const char *text;

	net_close(n);
	text = probe_text(probe_port(a->host, a->port, tls));
	if (text == NULL)
		return -1;
	return err_set(e, EX_CONFIG, "%s: %s", n->peer, text);
}

/*
 * Read one frame into b; its size, or -1. A node that is asked for nothing
 * sends nothing: there is no more than this frame.
 */
static int64_t
answer(struct net *n, struct buf *b, int64_t deadline, struct err *e)
{
	int64_t size, left;
	ssize_t got;

	for (;;) {
		size = wire_frame(buf_bytes(b), MAX_ANSWER, e);
		if (size < 0)
			return err_in(e, "%s", n->peer);
		if (size != 0 && (uint64_t)size <= b->n)
			return size;
		left = deadline - clock_ms();
		if (left <= 0) {
			n->why = NET_TIMEOUT;
			return err_set(e, EX_UNAVAILABLE, "%s: connected, "
			    "but no answer to the handshake in time: is it "
			    "a node, is it overloaded?", n->peer);
		}
		got = net_read(n, buf_room(b, 4096), 4096, left, e);
		if (got < 0)
			return -1;
		b->n += (size_t)got;
	}
}

static int
shake(struct net *n, struct cluster *cl, const struct wire_hello *version,
    struct buf *b, int64_t deadline, struct wire_welcome *w, struct err *e)
{
	struct wire_hello hello = *version;
	int64_t size;
	int r;

	hello.user = cluster_config(cl)->user;
	hello.password = cluster_password(cl);
	buf_reset(b);
	wire_hello(b, &hello);
	r = net_write(n, b->p, b->n, deadline - clock_ms(), e);
	explicit_bzero(b->p, b->n);
	buf_reset(b);
	if (r < 0)
		return -1;
	size = answer(n, b, deadline, e);
	if (size < 0)
		return -1;
	if (wire_welcome(slice_of(b->p, (size_t)size), &hello, w, e) < 0) {
		err_in(e, "%s", n->peer);
		return -1;
	}
	return 0;
}

static int
turned_away(struct net *n, struct cluster *cl, const struct wire_welcome *w,
    struct err *e)
{
	const char *user = cluster_config(cl)->user;

	switch (w->status) {
	case WIRE_AUTH_FAILED:
	case WIRE_FORBIDDEN:
		if (user == NULL)
			return err_set(e, EX_NOPERM, "%s: the cluster wants a "
			    "user and a password: give --user (%.*s)",
			    n->peer, SLICE_ARG(w->text));
		return err_set(e, EX_NOPERM, "%s: user %s is not let in: "
		    "check the name and the password (%.*s)", n->peer, user,
		    SLICE_ARG(w->text));
	case WIRE_NODE_RECOVERING:
	case WIRE_NODE_STATE:
		return err_set(e, EX_UNAVAILABLE,
		    "%s: the node is starting or leaving: %.*s", n->peer,
		    SLICE_ARG(w->text));
	default:
		return err_set(e, EX_UNAVAILABLE,
		    "%s: the node does not let us in: %.*s", n->peer,
		    SLICE_ARG(w->text));
	}
}

static int
handshake(struct net *n, struct cluster *cl, struct buf *b, int64_t deadline,
    struct wire_welcome *w, struct err *e)
{
	size_t i;

	for (i = 0; i < sizeof versions / sizeof *versions; i++) {
		if (shake(n, cl, &versions[i], b, deadline, w, e) < 0)
			return -1;
		if (w->ok)
			return 0;
		/* 0.0.0 comes with refusals that have other reasons. */
		if ((w->status != WIRE_FAILED && w->status != WIRE_OK) ||
		    w->major == 0 || (w->major == versions[i].major &&
		    w->minor == versions[i].minor &&
		    w->patch == versions[i].patch))
			return turned_away(n, cl, w, e);
	}
	return err_set(e, EX_PROTOCOL, "%s: the node wants version %u.%u.%u "
	    "of the protocol, which is too old or too new", n->peer,
	    w->major, w->minor, w->patch);
}

/* One address, within the connect timeout. */
static int
log_in_at(struct net *n, struct cluster *cl, const struct cluster_address *a,
    const struct wire_uuid *node, struct wire_welcome *w, struct err *e)
{
	const struct ignite_config *cfg = cluster_config(cl);
	const struct net_tls *tls = cluster_tls(cl);
	int64_t deadline = clock_ms() + cfg->connect_timeout;
	char wanted[WIRE_UUID_TEXT];
	struct buf b = { 0 };

	if (net_open(n, a->host, a->port, tls, cfg->connect_timeout, e) < 0) {
		if (n->why == NET_NOT_TLS ||
		    (tls != NULL && n->why == NET_CLOSED))
			return wonder(n, a, tls, e);
		return -1;
	}
	if (cfg->user != NULL && tls == NULL && !n->loopback &&
	    !cfg->insecure_password) {
		err_set(e, EX_CONFIG, "%s: a password does not go to another "
		    "machine without TLS: give --tls (or "
		    "--insecure-password)", n->peer);
		goto fail;
	}
	if (handshake(n, cl, &b, deadline, w, e) < 0) {
		if (n->why == NET_CLOSED || n->why == NET_TIMEOUT ||
		    e->status == EX_PROTOCOL)
			wonder(n, a, tls, e);
		goto fail;
	}
	if (node != NULL && !wire_uuid_eq(*node, w->node)) {
		wire_uuid_text(*node, wanted);
		err_set(e, EX_UNAVAILABLE, "%s: is not node %s", n->peer,
		    wanted);
		goto fail;
	}
	/* The texts in it die with the buffer. */
	w->text = slice_of(NULL, 0);
	buf_release(&b);
	return 0;
fail:
	buf_release(&b);
	net_close(n);
	return -1;
}

static bool
told_to_stop(const struct ignite_config *cfg)
{
	return cfg->stopping != NULL && cfg->stopping();
}

/*
 * Every address once. *hopeless: none of them is worth another try. A wrong
 * password ends it at once: tried everywhere it locks people out.
 */
static int
try_all(struct net *n, struct cluster *cl, const struct wire_uuid *node,
    struct wire_welcome *w, bool *hopeless, struct err *e)
{
	struct cluster_address a;
	unsigned turn = cluster_turn(cl);
	size_t i, known = 0;

	*hopeless = true;
	for (i = 0;; i++) {
		if (node != NULL && cluster_node_address(cl, *node, i, &a))
			known = i + 1;
		else if (!cluster_address(cl, turn, i - known, &a))
			return -1;
		if (log_in_at(n, cl, &a, node, w, e) == 0)
			return 0;
		log_debug("%s", e->text);
		if (e->status == EX_UNAVAILABLE)
			*hopeless = false;
		if (e->status == EX_NOPERM || told_to_stop(cluster_config(cl)))
			return -1;
	}
}

/* false: told to stop. */
static bool
pause_for(const struct ignite_config *cfg, int64_t ms)
{
	int64_t end = clock_ms() + ms, left;

	while ((left = end - clock_ms()) > 0) {
		if (told_to_stop(cfg))
			return false;
		poll(NULL, 0, left < 100 ? (int)left : 100);
	}
	return true;
}

int
login(struct net *n, struct cluster *cl, const struct wire_uuid *node,
    struct wire_welcome *w, struct err *e)
{
	const struct ignite_config *cfg = cluster_config(cl);
	int64_t start = clock_ms(), backoff = 100, left, ms;
	bool hopeless, said = false;

	for (;;) {
		if (try_all(n, cl, node, w, &hopeless, e) == 0)
			return 0;
		left = cfg->give_up_after - (clock_ms() - start);
		if (node != NULL || hopeless || e->status == EX_NOPERM ||
		    left <= 0)
			return -1;
		if (!said)
			log_warn("%s; trying again", e->text);
		said = true;
		/* Jitter, so that many do not come at the same moment. */
		ms = backoff + backoff * (clock_us() % 40) / 100;
		if (!pause_for(cfg, ms < left ? ms : left))
			return err_set(e, EX_TEMPFAIL,
			    "told to stop while no node answered");
		backoff = backoff < 5000 ? backoff * 2 : 5000;
	}
}
