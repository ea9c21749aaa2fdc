/*
 * peer: the other end of a connection in tests: a thread that plays a
 * script on a port of its own.
 */
#ifndef PEER_H
#define PEER_H

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hex.h"
#include "wire.h"

struct peer {
	int listener, fd;
	char port[6];
	char address[24];		/* "127.0.0.1:port" */
	pthread_t thread;
	void (*script)(struct peer *);
	const char *bad;		/* what the script did not like */
	int n;				/* for scripts that count */
};

/* A port that nobody else has; listens if backlog is not 0. */
static inline int
peer_listen(struct peer *p, int backlog)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof a;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(p->listener, (struct sockaddr *)&a, n) < 0 ||
	    getsockname(p->listener, (struct sockaddr *)&a, &n) < 0 ||
	    (backlog != 0 && listen(p->listener, backlog) < 0))
		return -1;
	snprintf(p->port, sizeof p->port, "%u", ntohs(a.sin_port));
	snprintf(p->address, sizeof p->address, "127.0.0.1:%s", p->port);
	return 0;
}

static inline void
peer_accept(struct peer *p)
{
	struct pollfd f = { .fd = p->listener, .events = POLLIN };

	if (poll(&f, 1, 10000) == 1)
		p->fd = accept(p->listener, NULL, NULL);
	else
		p->bad = "nobody came";
}

static inline void
peer_hang_up(struct peer *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
}

static inline void *
peer_main(void *arg)
{
	struct peer *p = arg;

	p->script(p);
	peer_hang_up(p);
	return NULL;
}

/* Start the script; it accepts by itself. */
static inline int
peer_start(struct peer *p, void (*script)(struct peer *))
{
	*p = (struct peer){ .fd = -1, .script = script };
	if (peer_listen(p, 8) < 0)
		return -1;
	return pthread_create(&p->thread, NULL, peer_main, p);
}

/* Wait for its end; what it did not like, or NULL. */
static inline const char *
peer_end(struct peer *p)
{
	pthread_join(p->thread, NULL);
	close(p->listener);
	return p->bad;
}

static inline bool
peer_read(struct peer *p, void *to, size_t n)
{
	unsigned char *at = to;
	struct pollfd f = { .fd = p->fd, .events = POLLIN };
	ssize_t got;

	while (n != 0) {
		got = poll(&f, 1, 10000) == 1 ? recv(p->fd, at, n, 0) : -1;
		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}

static inline void
peer_send(struct peer *p, struct slice s)
{
	if (send(p->fd, s.p, s.n, MSG_NOSIGNAL) != (ssize_t)s.n &&
	    p->bad == NULL)
		p->bad = "cannot send";
}

/* A frame around these bytes. */
static inline void
peer_say(struct peer *p, const char *text)
{
	struct buf b = { 0 };

	buf_u32(&b, 0);
	hex(&b, text);
	wire_end(&b, 0);
	peer_send(p, buf_bytes(&b));
	buf_release(&b);
}

/* Take a frame; the first byte of it (a handshake is 1). */
static inline int
peer_take(struct peer *p, unsigned char *to, size_t room)
{
	unsigned char head[4];
	size_t n;

	if (!peer_read(p, head, 4))
		return -1;
	n = le32(head);
	if (n == 0 || n > room || !peer_read(p, to, n))
		return -1;
	return to[0];
}

/* The next request must be this one; its id. */
static inline uint64_t
peer_expect(struct peer *p, enum wire_op op)
{
	unsigned char b[4096];

	if (peer_take(p, b, sizeof b) < 0) {
		if (p->bad == NULL)
			p->bad = "no request";
		return 0;
	}
	if (le16(b) != op && p->bad == NULL)
		p->bad = "another request";
	return le64(b + 2);
}

static inline void
peer_answer(struct peer *p, uint64_t id, const char *body)
{
	struct buf b = { 0 };

	buf_u32(&b, 0);
	buf_u64(&b, id);
	buf_u16(&b, 0);
	hex(&b, body);
	wire_end(&b, 0);
	peer_send(p, buf_bytes(&b));
	buf_release(&b);
}

/* An answer that is an error, its text "why". */
static inline void
peer_refuse(struct peer *p, uint64_t id, int32_t status)
{
	struct buf b = { 0 };

	buf_u32(&b, 0);
	buf_u64(&b, id);
	buf_u16(&b, 1);
	buf_u32(&b, (uint32_t)status);
	hex(&b, "09 03000000 776879");
	wire_end(&b, 0);
	peer_send(p, buf_bytes(&b));
	buf_release(&b);
}

/* An event of query id: int 1 was created with value n. */
static inline void
peer_event(struct peer *p, uint64_t id, int32_t n)
{
	struct buf b = { 0 };

	buf_u32(&b, 0);
	buf_u64(&b, id);
	hex(&b, "0400 d707 01000000 03 01000000 65 03");
	buf_u32(&b, (uint32_t)n);
	buf_u8(&b, 0);
	wire_end(&b, 0);
	peer_send(p, buf_bytes(&b));
	buf_release(&b);
}

/* Let a client in, as node 1-2, with an idle timeout in ms. */
static inline void
peer_welcome(struct peer *p, int64_t idle)
{
	unsigned char b[256];
	char text[64];
	uint64_t id;

	peer_accept(p);
	if (p->fd < 0 || peer_take(p, b, sizeof b) != 1) {
		p->bad = "no handshake";
		return;
	}
	peer_say(p, "01 0c 02000000 8c09"
	    "0a 0100000000000000 0200000000000000");
	id = peer_expect(p, WIRE_IDLE_TIMEOUT);
	snprintf(text, sizeof text, "%02x%02x000000000000",
	    (unsigned)(idle & 0xff), (unsigned)(idle >> 8 & 0xff));
	peer_answer(p, id, text);
}

#endif
