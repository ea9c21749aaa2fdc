/*
 * tls: one TLS connection on a socket that does not block; what net is
 * made of, nobody else needs it.
 */
#ifndef TLS_H
#define TLS_H

#include "net.h"

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
