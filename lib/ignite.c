#define _GNU_SOURCE
#include "ignite.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "login.h"
#include "mem.h"

/* Read in pieces of so much, so that many events cost one call. */
#define PIECE (512 * 1024)

/* How long a node may be silent when nothing but a heartbeat is due. */
#define SILENT_MS 60000

/* Ids of requests nobody outside knows of. */
#define OWN_ID (1ull << 63)

/* A frame that came while somebody waited for another one. */
struct kept {
	struct kept *next;
	size_t n;
	unsigned char bytes[];
};

struct ignite {
	struct cluster *cl;
	const struct ignite_config *cfg;
	struct net net;
	struct wire_uuid node;
	uint32_t features;
	enum ignite_why why;
	bool dead;

	struct buf out;			/* the request being made */
	enum wire_op op;
	uint64_t last;			/* id given out */
	uint64_t waiting;		/* requests without an answer */

	unsigned char *in;		/* what came: from start to end */
	size_t start, end, cap;
	struct kept *first, **tail;
	struct kept *lent;		/* the last of them handed out */

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

/* Make room behind end for more of a frame of size bytes, 0: not known. */
static void
make_room(struct ignite *g, size_t size)
{
	if (g->start == g->end) {
		g->start = g->end = 0;
	} else if (g->start != 0 && (g->cap - g->start < size ||
	    g->cap - g->end < PIECE / 8)) {
		memmove(g->in, g->in + g->start, g->end - g->start);
		g->end -= g->start;
		g->start = 0;
	}
	/* Grown only as bytes arrive: the size is somebody else's claim. */
	if (g->end == g->cap) {
		g->cap *= 2;
		g->in = mem_grow(g->in, g->cap, 1);
	}
}

/* 1 some came, 0 none within the time, -1 lost. */
static int
fill(struct ignite *g, int64_t timeout_ms, struct err *e)
{
	ssize_t got = net_read(&g->net, g->in + g->end, g->cap - g->end,
	    timeout_ms, e);

	if (got < 0)
		return lost(g, g->waiting == 0 ? IGNITE_LOST :
		    IGNITE_UNKNOWN);
	if (got > 0)
		g->heard = clock_ms();
	g->end += (size_t)got;
	return got > 0;
}

static int
garbled(struct ignite *g, struct err *e)
{
	lost(g, IGNITE_GARBLED);
	return err_in(e, "%s", g->net.peer);
}

/* A whole frame that is here: 1, or 0; -1 if it makes no sense. */
static int
take_frame(struct ignite *g, struct slice *frame, size_t *size,
    struct err *e)
{
	struct slice have = slice_of(g->in + g->start, g->end - g->start);
	int64_t n = wire_frame(have, g->cfg->max_frame, e);

	*size = 0;
	if (n < 0)
		return garbled(g, e);
	*size = (size_t)n;
	if (n == 0 || (size_t)n > have.n)
		return 0;
	*frame = slice_of(have.p, (size_t)n);
	g->start += (size_t)n;
	return 1;
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
 * deadline (-1: never) or a signal came.
 */
static int
next_frame(struct ignite *g, struct slice *frame, struct wire_msg *m,
    int64_t deadline, struct err *e)
{
	size_t size;
	int64_t wait;
	int r;

	for (;;) {
		r = take_frame(g, frame, &size, e);
		if (r < 0)
			return -1;
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
		make_room(g, size);
		wait = -1;
		if (deadline >= 0) {
			wait = deadline - clock_ms();
			if (wait < 0)
				wait = 0;
		}
		if (tend(g, &wait, e) < 0)
			return -1;
		r = fill(g, wait, e);
		if (r < 0)
			return -1;
		if (r == 0 && deadline >= 0 && clock_ms() >= deadline)
			return 0;
		if (r == 0 && deadline < 0 && g->cfg->stopping != NULL &&
		    g->cfg->stopping())
			return 0;
	}
}

static void
keep(struct ignite *g, struct slice frame)
{
	struct kept *k = mem_alloc(sizeof *k + frame.n);

	k->next = NULL;
	k->n = frame.n;
	memcpy(k->bytes, frame.p, frame.n);
	*g->tail = k;
	g->tail = &k->next;
}

int
ignite_read(struct ignite *g, struct wire_msg *m, int64_t timeout_ms,
    struct err *e)
{
	struct slice frame;

	free(g->lent);
	g->lent = g->first;
	if (g->lent != NULL) {
		g->first = g->lent->next;
		if (g->first == NULL)
			g->tail = &g->first;
		return wire_msg(slice_of(g->lent->bytes, g->lent->n), m,
		    e) < 0 ? garbled(g, e) : 1;
	}
	if (g->dead)
		return is_dead(g, e);
	return next_frame(g, &frame, m,
	    timeout_ms < 0 ? -1 : clock_ms() + timeout_ms, e);
}

bool
ignite_ready(const struct ignite *g)
{
	struct slice have = slice_of(g->in + g->start, g->end - g->start);
	struct err e;
	int64_t n;

	if (g->first != NULL || g->dead || net_pending(&g->net))
		return true;
	n = wire_frame(have, g->cfg->max_frame, &e);
	return n < 0 || (n != 0 && (size_t)n <= have.n);
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
		keep(g, frame);
	return r;
}

int64_t
ignite_tend_in(const struct ignite *g)
{
	int64_t left = g->sent + g->interval - clock_ms();

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
	assert(g->out.n != 0);
	if (g->dead)
		return is_dead(g, e);
	wire_end(&g->out, 0);
	/*
	 * Has the node left while nobody looked? Then it is still certain
	 * that this request was not sent. What was lent stays where it is.
	 */
	if (clock_ms() - g->heard > 1000 && g->end < g->cap &&
	    fill(g, 0, e) < 0)
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
	int64_t deadline = clock_ms() + g->cfg->request_timeout;
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
			keep(g, frame);
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

/* One address; NULL if it is another node than the one wanted. */
static struct ignite *
open_at(struct cluster *cl, const struct cluster_address *a,
    const struct wire_uuid *node, struct err *e)
{
	struct ignite *g = mem_zero(sizeof *g);
	struct wire_welcome w;
	char wanted[WIRE_UUID_TEXT];

	g->cl = cl;
	g->cfg = cluster_config(cl);
	g->net.fd = -1;
	g->tail = &g->first;
	g->interval = g->cfg->heartbeat;
	if (login(&g->net, cl, a, &w, e) < 0)
		goto fail;
	g->node = w.node;
	g->features = w.features;
	if (node != NULL && !wire_uuid_eq(*node, w.node)) {
		wire_uuid_text(*node, wanted);
		err_set(e, EX_UNAVAILABLE, "%s: is not node %s",
		    g->net.peer, wanted);
		goto fail;
	}
	g->cap = PIECE;
	g->in = mem_alloc(g->cap);
	g->sent = g->heard = clock_ms();
	if (learn_interval(g, e) < 0)
		goto fail;
	return g;
fail:
	ignite_close(g);
	return NULL;
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
static struct ignite *
pass(struct cluster *cl, const struct wire_uuid *node, bool *hopeless,
    struct err *e)
{
	struct cluster_address a;
	unsigned turn = cluster_turn(cl);
	struct ignite *g;
	struct err other = { 0 };
	size_t i, known = 0;

	*hopeless = true;
	for (i = 0;; i++) {
		if (node != NULL && cluster_node_address(cl, *node, i, &a))
			known = i + 1;
		else if (!cluster_address(cl, turn, i - known, &a))
			break;
		g = open_at(cl, &a, node, e);
		if (g != NULL)
			return g;
		log_debug("%s", e->text);
		if (e->status == EX_NOPERM)
			return NULL;
		if (e->status == EX_UNAVAILABLE || e->status == EX_TEMPFAIL)
			*hopeless = false;
		else
			other = *e;
		if (told_to_stop(cluster_config(cl)))
			break;
	}
	/* What a human must do is better to know than what time may heal. */
	if (*hopeless && other.status != 0)
		*e = other;
	return NULL;
}

struct ignite *
ignite_open(struct cluster *cl, const struct wire_uuid *node, struct err *e)
{
	const struct ignite_config *cfg = cluster_config(cl);
	int64_t start = clock_ms(), backoff = 100, left, slice;
	struct ignite *g;
	bool hopeless, said = false;

	for (;;) {
		g = pass(cl, node, &hopeless, e);
		if (g != NULL || node != NULL || hopeless ||
		    e->status == EX_NOPERM)
			return g;
		left = cfg->give_up_after - (clock_ms() - start);
		if (left <= 0)
			return NULL;
		if (!said)
			log_warn("%s; trying again", e->text);
		said = true;
		/* Jitter, so that many do not come at the same moment. */
		slice = backoff + backoff * (int64_t)(clock_us() % 40) / 100;
		for (slice = slice < left ? slice : left; slice > 0;
		    slice -= 100) {
			if (told_to_stop(cfg)) {
				err_set(e, EX_TEMPFAIL,
				    "told to stop while no node answered");
				return NULL;
			}
			poll(NULL, 0, slice < 100 ? (int)slice : 100);
		}
		backoff = backoff < 5000 ? backoff * 2 : 5000;
	}
}

void
ignite_close(struct ignite *g)
{
	struct kept *k;

	if (g == NULL)
		return;
	net_close(&g->net);
	while ((k = g->first) != NULL) {
		g->first = k->next;
		free(k);
	}
	free(g->lent);
	free(g->in);
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
