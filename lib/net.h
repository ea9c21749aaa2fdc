/*
 * net: TCP connections to other machines, bare or inside TLS.
 *
 * A connection never blocks for longer than it is told. It finds out by
 * itself that the peer's machine is gone (keepalive, unacknowledged data)
 * within about 30 seconds. It raises no SIGPIPE.
 */
#ifndef NET_H
#define NET_H

#include <sys/types.h>

#include "bytes.h"
#include "err.h"
#include "tls.h"

struct net {
	int fd;			/* -1 while closed; for poll */
	void *tls;		/* OpenSSL's connection, or NULL */
	enum net_why why;	/* of the last failure */
	bool more;		/* see net_pending */
	bool loopback;		/* the peer is this machine */
	char peer[96];		/* "host:port", for messages */
};

/*
 * host is a name or an address without brackets. TLS if tls is not NULL.
 * When it fails the connection is closed, and why says why.
 */
int	net_open(struct net *, const char *host, const char *port,
	    const struct net_tls *tls, int64_t timeout_ms, struct err *);

/*
 * Up to n bytes, as soon as there are any. Returns how many; 0 when the
 * time is over, or earlier when a signal came; -1 on failure and when the
 * peer closed (why is NET_CLOSED). timeout_ms -1: no limit; 0: only what
 * has arrived.
 */
ssize_t	net_read(struct net *, void *p, size_t n, int64_t timeout_ms,
	    struct err *);

/* All n bytes or failure. */
int	net_write(struct net *, const void *p, size_t n, int64_t timeout_ms,
	    struct err *);

/* Bytes that net_read would give at once though poll does not see them. */
bool	net_pending(const struct net *);

/* Closing a closed connection does nothing. */
void	net_close(struct net *);

#endif
