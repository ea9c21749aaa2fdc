#define _GNU_SOURCE
#include "login.h"

#include <string.h>

#include "clock.h"
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

/* There is no answer, or one of somebody else: find out who that is. */
static int
wonder(const struct net *n, const struct cluster_address *a,
    const struct net_tls *tls, struct err *e)
{
	const char *text = probe_text(probe_port(a->host, a->port, tls));

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

int
login(struct net *n, struct cluster *cl, const struct cluster_address *a,
    struct wire_welcome *w, struct err *e)
{
	const struct ignite_config *cfg = cluster_config(cl);
	const struct net_tls *tls = cluster_tls(cl);
	int64_t deadline = clock_ms() + cfg->connect_timeout;
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
	/* The texts in it die with the buffer. */
	w->text = slice_of(NULL, 0);
	buf_release(&b);
	return 0;
fail:
	buf_release(&b);
	net_close(n);
	return -1;
}
