/*
 * tls: TLS on a socket that does not block; what net is made of.
 */
#ifndef TLS_H
#define TLS_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

/* What went wrong, for those who answer differently; the text says more. */
enum net_why {
	NET_OK,
	NET_UNKNOWN_HOST,
	NET_REFUSED,		/* nobody listens there */
	NET_UNREACHABLE,
	NET_TIMEOUT,
	NET_CLOSED,		/* the peer closed, or reset, the connection */
	NET_NOT_TLS,		/* the peer answered with something else */
	NET_UNTRUSTED,		/* the peer's certificate does not convince us */
	NET_UNWANTED,		/* ours, or none, does not convince the peer */
	NET_FAILED
};

/* How to do TLS; one for any number of connections and threads. */
struct net_tls;

struct net_tls_files {
	const char *ca;		/* PEM; NULL: the system's */
	const char *cert;	/* PEM chain that shows who we are, or NULL */
	const char *key;	/* PEM; NULL: it is in cert */
	bool insecure;		/* believe any peer */
};

/*
 * TLS 1.2 or newer; the peer's chain and its name or address are checked
 * unless insecure. NULL: EX_CONFIG, a file named.
 */
struct net_tls *net_tls_new(const struct net_tls_files *, struct err *);
void	net_tls_free(struct net_tls *);

/* The rest is for net alone. */

enum tls_wants { TLS_DONE, TLS_WANTS_READ, TLS_WANTS_WRITE, TLS_FAILED };

/* On a connected socket, to a host of this name. Never fails. */
void	*tls_new(const struct net_tls *, int fd, const char *host);
void	tls_free(void *);

/*
 * TLS_FAILED: why and the error are set. Anything but TLS_DONE and
 * TLS_FAILED: call again when the socket is ready for it.
 */
enum tls_wants tls_connect(void *, const char *peer, enum net_why *,
	    struct err *);
enum tls_wants tls_read(void *, void *p, size_t n, size_t *got,
	    const char *peer, enum net_why *, struct err *);
enum tls_wants tls_write(void *, const void *p, size_t n, size_t *done,
	    const char *peer, enum net_why *, struct err *);

#endif
