/*
 * ignite: a connection to a node of Apache Ignite 2.13 and later, or of
 * GridGain 8. One thread at a time uses it; poll its descriptor together
 * with others as you like.
 *
 * Servers execute the requests of a connection in any order and answer in
 * any order: what depends on another request waits for its answer. Events
 * of continuous queries come in order.
 *
 * What an answer holds is good until the next call on the connection that
 * reads or calls; beginning and sending requests leaves it alone.
 */
#ifndef IGNITE_H
#define IGNITE_H

#include "buf.h"
#include "bytes.h"
#include "cluster.h"
#include "err.h"
#include "wire.h"
#include "wirerow.h"

/* Why something failed, for those who answer differently. */
enum ignite_why {
	IGNITE_OK,
	IGNITE_LOST,		/* connection lost, the request not sent */
	IGNITE_UNKNOWN,		/* lost after sending: maybe executed */
	IGNITE_ELSEWHERE,	/* this node is leaving: try another */
	IGNITE_INACTIVE,	/* cluster inactive, or read-only for a write */
	IGNITE_NO_CACHE,
	IGNITE_DENIED,		/* not allowed, or wrong password */
	IGNITE_NO_RESOURCE,	/* cursor or query is closed */
	IGNITE_UNSUPPORTED,	/* the server does not know the operation */
	IGNITE_FAILED,		/* anything else that the server said */
	IGNITE_GARBLED		/* the answer does not parse */
};

struct ignite;

/*
 * Connect to any node, or to the one with this id if node is not NULL.
 * Tries all addresses, starting with another one each time, until
 * give_up_after is over; refusals that waiting cannot help end it at once.
 * NULL with EX_UNAVAILABLE (69), EX_NOPERM (77), EX_CONFIG (78), EX_PROTOCOL
 * (76), or EX_TEMPFAIL (75) when told to stop.
 */
struct ignite *ignite_open(struct cluster *, const struct wire_uuid *node,
	    struct err *);
void	ignite_close(struct ignite *);

/* --- one request after the other --- */

/* Begin a request: append what the operation needs to what is returned. */
struct buf *ignite_begin(struct ignite *, enum wire_op);

/*
 * Send what was begun and wait for its answer. Everything else that comes
 * meanwhile is kept for ignite_read, in its order. body may be NULL.
 * -1: ignite_why says more; LOST, UNKNOWN and GARBLED mean that the
 * connection is of no more use. A bad status is looked into: cluster state
 * and permission are asked for, never read from texts.
 */
int	ignite_call(struct ignite *, struct slice *body, struct err *);

/* --- many requests at once --- */

/*
 * Send what was begun. Returns 0, *id is what its answer will carry; or -1,
 * where IGNITE_LOST says that nothing was sent.
 */
int	ignite_send(struct ignite *, uint64_t *id, struct err *);

/*
 * The next answer or event: 1. 0: none within timeout_ms (-1: wait for
 * ever), or the config's stopping() is true; a signal makes it look. -1: the
 * connection is lost or the peer talks nonsense, after all that came before. Answers with a bad status are 1, too: see ignite_judge.
 * Heartbeats are sent and taken in here.
 */
int	ignite_read(struct ignite *, struct wire_msg *, int64_t timeout_ms,
	    struct err *);

/*
 * What a bad status means; asks the cluster if need be. Sets the error, to
 * the server's text. Always returns -1, ignite_why says which. write: the
 * request wanted to change something.
 */
int	ignite_judge(struct ignite *, const struct wire_msg *, bool write,
	    struct err *);

enum ignite_why ignite_why(const struct ignite *);

/* The connection is of no more use. */
bool	ignite_dead(const struct ignite *);

/* --- about the connection --- */

/* To poll for reading; but first see ignite_ready. */
int	ignite_fd(const struct ignite *);

/* ignite_read would return something though poll does not see it. */
bool	ignite_ready(const struct ignite *);

/*
 * An idle connection that nobody reads must be tended now and then, at
 * least every heartbeat interval (5 s or less). Never blocks.
 */
int	ignite_tend(struct ignite *, struct err *);

/* Milliseconds until ignite_tend has something to do. */
int64_t	ignite_tend_in(const struct ignite *);

/* "host:port", for messages. */
const char *ignite_peer(const struct ignite *);
struct wire_uuid ignite_node(const struct ignite *);
struct cluster *ignite_cluster(const struct ignite *);

/*
 * The affinity topology version last seen: grows with each node that joins
 * or leaves, each cache made or destroyed, each change of state. 0 until
 * the first answer. Compare major, then minor.
 */
void	ignite_topology(const struct ignite *, int64_t *major,
	    int32_t *minor);

#endif
