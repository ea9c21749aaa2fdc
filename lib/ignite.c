#define _GNU_SOURCE
#include "ignite.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "inbox.h"
#include "login.h"
#include "mem.h"

/* How long a node may be silent when nothing but a heartbeat is due. */
#define SILENT_MS 60000

/* Ids of requests nobody outside knows of. */
#define OWN_ID (1ull << 63)

struct ignite {
	struct cluster *cl;
	const struct ignite_config *cfg;
	struct net net;
	struct wire_uuid node;
	uint32_t features;
	enum ignite_why why;
	bool dead;
	int64_t patience;		/* ms, for an answer to a call */

	struct buf out;			/* the request being made */
	enum wire_op op;
	uint64_t last;			/* id given out */
	uint64_t waiting;		/* requests without an answer */

	struct inbox in;
	int64_t major;			/* topology */
	int32_t minor;

	int64_t sent, heard;		/* when */
	int64_t interval;		/* of heartbeats */
	uint64_t beat;			/* id of the one under way, or 0 */
};

static int
lost(struct ignite *g, enum ignite_why why)
{
	g->dead = true;
	g->why = why;
	net_close(&g->net);
	return -1;
}

static int
is_dead(struct ignite *g, struct err *e)
{
	lost(g, IGNITE_LOST);
	return err_set(e, EX_UNAVAILABLE, "%s: the connection is closed",
	    g->net.peer);
}

/* --- reading --- */

/* 1 some came, 0 none within the time, -1 lost. */
static int
fill(struct ignite *g, unsigned char *room, size_t n, int64_t timeout_ms,
    struct err *e)
{
	ssize_t got = net_read(&g->net, room, n, timeout_ms, e);

	if (got < 0)
		return lost(g, g->waiting == 0 ? IGNITE_LOST :
		    IGNITE_UNKNOWN);
	if (got > 0)
		g->heard = clock_ms();
	inbox_add(&g->in, (size_t)got);
	return got > 0;
}

static int
garbled(struct ignite *g, struct err *e)
{
	lost(g, IGNITE_GARBLED);
	return err_in(e, "%s", g->net.peer);
}

static int
send_bytes(struct ignite *g, const struct buf *b, struct err *e)
{
	/*
	 * A server executes only what it has whole: what could not be
	 * written to the end was not sent. No limit in time; a peer that is
	 * gone shows within 30 seconds.
	 */
	if (net_write(&g->net, b->p, b->n, -1, e) < 0)
		return lost(g, IGNITE_LOST);
	g->sent = clock_ms();
	return 0;
}

static int
send_beat(struct ignite *g, struct err *e)
{
	struct buf b = { 0 };
	bool able = (g->features & 1u << WIRE_HEARTBEATS) != 0;
	int r;

	g->beat = OWN_ID | ++g->last;
	wire_begin(&b, able ? WIRE_HEARTBEAT : WIRE_STATE, g->beat);
	wire_end(&b, 0);
	r = send_bytes(g, &b, e);
	buf_release(&b);
	return r;
}

/* Keep the connection alive; *wait becomes how long there is nothing to do. */
static int
tend(struct ignite *g, int64_t *wait, struct err *e)
{
	int64_t now = clock_ms(), due;

	if (g->beat != 0) {
		due = g->heard + SILENT_MS;
		if (g->waiting == 0 && now >= due) {
			lost(g, IGNITE_LOST);
			return err_set(e, EX_UNAVAILABLE,
			    "%s: the node is silent", g->net.peer);
		}
		if (g->waiting != 0)
			due = now + SILENT_MS;
	} else {
		due = g->sent + g->interval;
		if (now >= due) {
			if (send_beat(g, e) < 0)
				return -1;
			due = now + g->interval;
		}
	}
	if (*wait < 0 || *wait > due - now)
		*wait = due - now;
	return 0;
}

/*
 * The next frame that is not our own business: 1; 0 none before the
 * deadline (-1: never), or told to stop.
 */
static int
next_frame(struct ignite *g, struct slice *frame, struct wire_msg *m,
    int64_t deadline, struct err *e)
{
	unsigned char *room;
	size_t n;
	int64_t wait;
	int r;

	for (;;) {
		r = inbox_next(&g->in, frame, e);
		if (r < 0)
			return garbled(g, e);
		if (r > 0) {
			if (wire_msg(*frame, m, e) < 0)
				return garbled(g, e);
			if (m->topology) {
				g->major = m->major;
				g->minor = m->minor;
			}
			if (m->note)
				return 1;
			if (m->id == g->beat) {
				g->beat = 0;
				continue;
			}
			if (g->waiting != 0)
				g->waiting--;
			return 1;
		}
		wait = -1;
		if (deadline >= 0) {
			wait = deadline - clock_ms();
			if (wait < 0)
				wait = 0;
		}
		if (tend(g, &wait, e) < 0)
			return -1;
		room = inbox_room(&g->in, &n);
		r = fill(g, room, n, wait, e);
		if (r < 0)
			return -1;
		if (r == 0 && ((deadline >= 0 && clock_ms() >= deadline) ||
		    (g->cfg->stopping != NULL && g->cfg->stopping())))
			return 0;
	}
}

int
ignite_read(struct ignite *g, struct wire_msg *m, int64_t timeout_ms,
    struct err *e)
{
	struct slice frame;

	if (inbox_taken(&g->in, &frame))
		return wire_msg(frame, m, e) < 0 ? garbled(g, e) : 1;
	if (g->dead)
		return is_dead(g, e);
	return next_frame(g, &frame, m,
	    timeout_ms < 0 ? -1 : clock_ms() + timeout_ms, e);
}

bool
ignite_ready(const struct ignite *g)
{
	return g->dead || inbox_ready(&g->in) || net_pending(&g->net);
}

int
ignite_tend(struct ignite *g, struct err *e)
{
	struct slice frame;
	struct wire_msg m;
	int r;

	if (g->dead)
		return is_dead(g, e);
	while ((r = next_frame(g, &frame, &m, clock_ms(), e)) > 0)
		inbox_put_by(&g->in, frame);
	return r;
}

int64_t
ignite_tend_in(const struct ignite *g)
{
	int64_t now = clock_ms(), left = g->sent + g->interval - now;

	/* One heartbeat at a time: while it is out there is only to look. */
	if (g->beat != 0 && left <= 0) {
		left = g->heard + SILENT_MS - now;
		if (g->waiting != 0 || left > g->interval)
			left = g->interval;
	}
	return left < 0 ? 0 : left;
}

/* --- writing --- */

struct buf *
ignite_begin(struct ignite *g, enum wire_op op)
{
	buf_reset(&g->out);
	g->op = op;
	wire_begin(&g->out, op, ++g->last);
	return &g->out;
}

int
ignite_send(struct ignite *g, uint64_t *id, struct err *e)
{
	unsigned char *room;
	size_t n;

	assert(g->out.n != 0);
	if (g->dead)
		return is_dead(g, e);
	wire_end(&g->out, 0);
	/*
	 * Has the node left while nobody looked? Then it is still certain
	 * that this request was not sent. And a node whose answers nobody
	 * takes might take no more requests. What was lent stays in place.
	 */
	room = inbox_tail(&g->in, &n);
	if (n != 0 && fill(g, room, n, 0, e) < 0)
		return lost(g, IGNITE_LOST);
	if (send_bytes(g, &g->out, e) < 0)
		return -1;
	g->waiting++;
	*id = g->last;
	buf_reset(&g->out);
	return 0;
}

/* The answer to the request with this id, whatever its status. */
static int
wait_for(struct ignite *g, uint64_t id, struct wire_msg *m, struct err *e)
{
	int64_t deadline = clock_ms() + g->patience;
	struct slice frame;
	int r;

	for (;;) {
		r = next_frame(g, &frame, m, deadline, e);
		if (r < 0)
			return -1;
		if (r == 0 && clock_ms() >= deadline) {
			lost(g, IGNITE_UNKNOWN);
			return err_set(e, EX_UNAVAILABLE,
			    "%s: no answer for too long", g->net.peer);
		}
		if (r > 0 && !m->note && m->id == id)
			return 0;
		if (r > 0)
			inbox_put_by(&g->in, frame);
	}
}

static bool
changes(enum wire_op op)
{
	switch (op) {
	case WIRE_PUT:
	case WIRE_PUT_ALL:
	case WIRE_CLEAR:
	case WIRE_REMOVE:
	case WIRE_REMOVE_KEYS:
	case WIRE_REMOVE_ALL:
	case WIRE_CACHE_NAMED:
	case WIRE_CACHE_LIKE:
	case WIRE_CACHE_DESTROY:
	case WIRE_SQL:
	case WIRE_STREAM:
		return true;
	default:
		return false;
	}
}

int
ignite_call(struct ignite *g, struct slice *body, struct err *e)
{
	enum wire_op op = g->op;
	struct wire_msg m;
	uint64_t id;

	if (ignite_send(g, &id, e) < 0 || wait_for(g, id, &m, e) < 0)
		return -1;
	if (m.status != WIRE_OK)
		return ignite_judge(g, &m, changes(op), e);
	g->why = IGNITE_OK;
	if (body != NULL)
		*body = m.body;
	return 0;
}

/* --- bad answers --- */

/* The cluster's state: 0, 1 or 2; -1 if it cannot be had. */
static int
ask_state(struct ignite *g)
{
	struct wire_msg m;
	struct err e;
	uint64_t id;

	ignite_begin(g, WIRE_STATE);
	if (ignite_send(g, &id, &e) < 0 || wait_for(g, id, &m, &e) < 0 ||
	    m.status != WIRE_OK || m.body.n == 0)
		return -1;
	return m.body.p[0];
}

static int
judged(struct ignite *g, enum ignite_why why, int status, struct err *e)
{
	g->why = why;
	e->status = status;
	return -1;
}

int
ignite_judge(struct ignite *g, const struct wire_msg *m, bool write,
    struct err *e)
{
	int32_t status = m->status;
	int state;

	err_set(e, EX_TEMPFAIL, "%s: %.*s", g->net.peer,
	    m->text.n == 0 ? 15 : m->text.n > 600 ? 600 : (int)m->text.n,
	    m->text.n == 0 ? "no reason given" : (const char *)m->text.p);
	switch (status) {
	case WIRE_NODE_STATE:
	case WIRE_NODE_RECOVERING:
		return judged(g, IGNITE_ELSEWHERE, EX_UNAVAILABLE, e);
	case WIRE_FORBIDDEN:
	case WIRE_AUTH_FAILED:
		return judged(g, IGNITE_DENIED, EX_NOPERM, e);
	case WIRE_NO_SUCH_OP:
		return judged(g, IGNITE_UNSUPPORTED, EX_PROTOCOL, e);
	case WIRE_NO_RESOURCE:
		return judged(g, IGNITE_NO_RESOURCE, EX_TEMPFAIL, e);
	case WIRE_FAILED:
	case WIRE_NO_CACHE:
		break;
	default:
		return judged(g, IGNITE_FAILED, EX_TEMPFAIL, e);
	}
	/* Both also mean that the cluster is off. */
	state = ask_state(g);
	if (g->dead)
		return judged(g, IGNITE_UNKNOWN, EX_UNAVAILABLE, e);
	if (state == 0) {
		err_set(e, EX_UNAVAILABLE, "%s: the cluster is not active",
		    g->net.peer);
		return judged(g, IGNITE_INACTIVE, EX_UNAVAILABLE, e);
	}
	if (state == 2 && write) {
		err_set(e, EX_UNAVAILABLE, "%s: the cluster is read-only",
		    g->net.peer);
		return judged(g, IGNITE_INACTIVE, EX_UNAVAILABLE, e);
	}
	if (status == WIRE_NO_CACHE)
		return judged(g, IGNITE_NO_CACHE, EX_CONFIG, e);
	return judged(g, IGNITE_FAILED, EX_TEMPFAIL, e);
}

/* --- opening --- */

/* How often the node wants to hear of us. */
static int
learn_interval(struct ignite *g, struct err *e)
{
	struct slice body;
	int64_t idle;

	g->interval = g->cfg->heartbeat;
	if ((g->features & 1u << WIRE_HEARTBEATS) == 0)
		return 0;
	ignite_begin(g, WIRE_IDLE_TIMEOUT);
	if (ignite_call(g, &body, e) < 0)
		return -1;
	idle = body.n < 8 ? 0 : (int64_t)le64(body.p);
	if (idle > 0 && idle / 3 < g->interval)
		g->interval = idle / 3;
	return 0;
}

static struct ignite *
open_once(struct cluster *cl, const struct wire_uuid *node, struct err *e)
{
	struct ignite *g = mem_zero(sizeof *g);
	struct wire_welcome w;

	g->cl = cl;
	g->cfg = cluster_config(cl);
	g->net.fd = -1;
	g->in.max = g->cfg->max_frame;
	if (login(&g->net, cl, node, &w, e) < 0) {
		ignite_close(g);
		return NULL;
	}
	g->node = w.node;
	g->features = w.features;
	g->sent = g->heard = clock_ms();
	g->patience = g->cfg->connect_timeout;
	if (learn_interval(g, e) < 0)
		g->dead = true;
	g->patience = g->cfg->request_timeout;
	return g;
}

struct ignite *
ignite_open(struct cluster *cl, const struct wire_uuid *node, struct err *e)
{
	struct ignite *g;
	int tries;

	/* A node that is leaving lets one in and closes; others are better. */
	for (tries = 0; tries < 3; tries++) {
		g = open_once(cl, node, e);
		if (g == NULL || !g->dead)
			return g;
		ignite_close(g);
	}
	return NULL;
}

void
ignite_close(struct ignite *g)
{
	if (g == NULL)
		return;
	net_close(&g->net);
	inbox_release(&g->in);
	buf_release(&g->out);
	free(g);
}

/* --- about it --- */

enum ignite_why
ignite_why(const struct ignite *g)
{
	return g->why;
}

bool
ignite_dead(const struct ignite *g)
{
	return g->dead;
}

int
ignite_fd(const struct ignite *g)
{
	return g->net.fd;
}

const char *
ignite_peer(const struct ignite *g)
{
	return g->net.peer;
}

struct wire_uuid
ignite_node(const struct ignite *g)
{
	return g->node;
}

struct cluster *
ignite_cluster(const struct ignite *g)
{
	return g->cl;
}

void
ignite_topology(const struct ignite *g, int64_t *major, int32_t *minor)
{
	*major = g->major;
	*minor = g->minor;
}
