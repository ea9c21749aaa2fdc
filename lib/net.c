#define _GNU_SOURCE
#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "tls.h"

static int64_t
deadline_in(int64_t timeout_ms)
{
	return timeout_ms < 0 ? -1 : clock_ms() + timeout_ms;
}

/* 1 ready, 0 not before the deadline or a signal came, -1 failed. */
static int
wait_for(struct net *n, short what, int64_t deadline, struct err *e)
{
	struct pollfd p = { .fd = n->fd, .events = what };
	int64_t left = -1;
	int r;

	if (deadline >= 0) {
		left = deadline - clock_ms();
		if (left < 0)
			left = 0;
		if (left > INT_MAX)
			left = INT_MAX;
	}
	r = poll(&p, 1, (int)left);
	if (r >= 0 || errno == EINTR)
		return r > 0;
	n->why = NET_FAILED;
	return err_sys(e, EX_OSERR, "poll");
}

static int
fail(struct net *n, int error, struct err *e)
{
	errno = error;
	switch (error) {
	case ECONNREFUSED:
		n->why = NET_REFUSED;
		return err_set(e, EX_UNAVAILABLE,
		    "%s: connection refused: nothing listens there", n->peer);
	case ECONNRESET:
	case EPIPE:
		n->why = NET_CLOSED;
		return err_set(e, EX_UNAVAILABLE,
		    "%s: the peer reset the connection", n->peer);
	case ETIMEDOUT:
		n->why = NET_TIMEOUT;
		return err_set(e, EX_UNAVAILABLE,
		    "%s: the peer's machine does not answer", n->peer);
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EADDRNOTAVAIL:
		n->why = NET_UNREACHABLE;
		break;
	default:
		n->why = NET_FAILED;
	}
	return err_sys(e, EX_UNAVAILABLE, "%s", n->peer);
}

static bool
is_loopback(const struct sockaddr *a)
{
	if (a->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, a, sizeof in);
		return ntohl(in.sin_addr.s_addr) >> 24 == 127;
	}
	if (a->sa_family == AF_INET6) {
		struct sockaddr_in6 in;

		memcpy(&in, a, sizeof in);
		return IN6_IS_ADDR_LOOPBACK(&in.sin6_addr) ||
		    (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr) &&
		    in.sin6_addr.s6_addr[12] == 127);
	}
	return false;
}

/*
 * Buffers are left alone: set by hand they stay at a few hundred KiB, the
 * kernel's own tuning takes them to several MiB.
 */
static void
tune(int fd)
{
	int on = 1, idle = 10, between = 5, tries = 4;
	unsigned int unheard = 30000;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between, sizeof between);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof tries);
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unheard,
	    sizeof unheard);
}

static int
connect_one(struct net *n, const struct addrinfo *a, int64_t deadline,
    struct err *e)
{
	socklen_t size = sizeof(int);
	int error = 0, r;

	n->fd = socket(a->ai_family,
	    a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
	if (n->fd < 0) {
		n->why = NET_FAILED;
		return err_sys(e, EX_OSERR, "socket");
	}
	n->loopback = is_loopback(a->ai_addr);
	tune(n->fd);
	if (connect(n->fd, a->ai_addr, a->ai_addrlen) == 0)
		return 0;
	if (errno != EINPROGRESS && errno != EINTR) {
		fail(n, errno, e);
		goto close;
	}
	do
		r = wait_for(n, POLLOUT, deadline, e);
	while (r == 0 && (deadline < 0 || clock_ms() < deadline));
	if (r < 0)
		goto close;
	if (r == 0) {
		n->why = NET_TIMEOUT;
		err_set(e, EX_UNAVAILABLE, "%s: no answer in time: is the "
		    "address right, does a firewall stand before it?",
		    n->peer);
		goto close;
	}
	if (getsockopt(n->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		error = errno;
	if (error == 0)
		return 0;
	fail(n, error, e);
close:
	close(n->fd);
	n->fd = -1;
	return -1;
}

/* Wait as TLS wants to; 1 go on, 0 time is over, -1 failed. */
static int
tls_wait(struct net *n, enum tls_wants wants, int64_t deadline,
    struct err *e)
{
	return wait_for(n, wants == TLS_WANTS_WRITE ? POLLOUT : POLLIN,
	    deadline, e);
}

static int
tls_handshake(struct net *n, const struct net_tls *tls, const char *host,
    int64_t deadline, struct err *e)
{
	enum tls_wants wants;
	int r;

	n->tls = tls_new(tls, n->fd, host);
	for (;;) {
		wants = tls_connect(n->tls, n->peer, &n->why, e);
		if (wants == TLS_DONE)
			return 0;
		if (wants == TLS_FAILED)
			return -1;
		r = tls_wait(n, wants, deadline, e);
		if (r < 0)
			return -1;
		if (r == 0 && deadline >= 0 && clock_ms() >= deadline) {
			n->why = NET_TIMEOUT;
			return err_set(e, EX_UNAVAILABLE,
			    "%s: no answer to the TLS handshake in time",
			    n->peer);
		}
	}
}

int
net_open(struct net *n, const char *host, const char *port,
    const struct net_tls *tls, int64_t timeout_ms, struct err *e)
{
	struct addrinfo want = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV
	};
	struct addrinfo *all, *a;
	int64_t deadline = deadline_in(timeout_ms);
	int r;

	*n = (struct net){ .fd = -1 };
	snprintf(n->peer, sizeof n->peer,
	    strchr(host, ':') == NULL ? "%.80s:%s" : "[%.80s]:%s", host, port);
	r = getaddrinfo(host, port, &want, &all);
	if (r != 0) {
		n->why = NET_UNKNOWN_HOST;
		return err_set(e, EX_UNAVAILABLE, "%s: unknown host: %s",
		    n->peer, r == EAI_SYSTEM ? strerrordesc_np(errno) :
		    gai_strerror(r));
	}
	/* A name may stand for several addresses, some of them dead. */
	r = -1;
	for (a = all; a != NULL && r < 0; a = a->ai_next)
		r = connect_one(n, a, deadline, e);
	freeaddrinfo(all);
	if (r == 0 && tls != NULL)
		r = tls_handshake(n, tls, host, deadline, e);
	if (r < 0) {
		net_close(n);
		return -1;
	}
	n->why = NET_OK;
	return 0;
}

static int
closed(struct net *n, struct err *e)
{
	n->why = NET_CLOSED;
	return err_set(e, EX_UNAVAILABLE, "%s: the peer closed the connection",
	    n->peer);
}

/*
 * What has arrived, -1 failed; 0: nothing, wait for *wants. TLS hands out
 * one record at a time, so go on until there is no more or no room.
 */
static ssize_t
take(struct net *n, unsigned char *p, size_t size, enum tls_wants *wants,
    struct err *e)
{
	size_t have = 0, got;
	ssize_t r;

	*wants = TLS_WANTS_READ;
	n->more = false;
	if (n->tls == NULL) {
		do
			r = recv(n->fd, p, size, 0);
		while (r < 0 && errno == EINTR);
		if (r > 0)
			return r;
		if (r == 0)
			return closed(n, e);
		return errno == EAGAIN ? 0 : fail(n, errno, e);
	}
	while (have < size) {
		*wants = tls_read(n->tls, p + have, size - have, &got,
		    n->peer, &n->why, e);
		if (*wants != TLS_DONE)
			break;
		have += got;
	}
	if (have != 0) {
		/* A failure, if there was one, comes again. */
		n->more = *wants == TLS_DONE || *wants == TLS_FAILED;
		return (ssize_t)have;
	}
	return *wants == TLS_FAILED ? -1 : 0;
}

ssize_t
net_read(struct net *n, void *p, size_t size, int64_t timeout_ms,
    struct err *e)
{
	int64_t deadline = deadline_in(timeout_ms);
	enum tls_wants wants;
	ssize_t got;
	int r;

	for (;;) {
		got = take(n, p, size, &wants, e);
		if (got != 0 || timeout_ms == 0)
			return got;
		r = tls_wait(n, wants, deadline, e);
		if (r <= 0)
			return r;
	}
}

int
net_write(struct net *n, const void *p, size_t size, int64_t timeout_ms,
    struct err *e)
{
	int64_t deadline = deadline_in(timeout_ms);
	const unsigned char *at = p;
	enum tls_wants wants;
	size_t done;
	ssize_t sent;

	while (size != 0) {
		wants = TLS_WANTS_WRITE;
		done = 0;
		if (n->tls != NULL) {
			wants = tls_write(n->tls, at, size, &done, n->peer,
			    &n->why, e);
			if (wants == TLS_FAILED)
				return -1;
		} else {
			sent = send(n->fd, at, size, MSG_NOSIGNAL);
			if (sent >= 0)
				done = (size_t)sent;
			else if (errno != EAGAIN && errno != EINTR)
				return fail(n, errno, e);
		}
		at += done;
		size -= done;
		if (done != 0)
			continue;
		if (tls_wait(n, wants, deadline, e) < 0)
			return -1;
		if (deadline >= 0 && clock_ms() >= deadline) {
			n->why = NET_TIMEOUT;
			return err_set(e, EX_UNAVAILABLE,
			    "%s: the peer takes nothing", n->peer);
		}
	}
	return 0;
}

bool
net_pending(const struct net *n)
{
	return n->more;
}

void
net_close(struct net *n)
{
	if (n->tls != NULL)
		tls_free(n->tls);
	n->tls = NULL;
	if (n->fd >= 0)
		close(n->fd);
	n->fd = -1;
	n->more = false;
}
