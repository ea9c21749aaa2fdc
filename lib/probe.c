#include "probe.h"

#include "clock.h"
#include "wire.h"

#define PATIENCE_MS 2000

/*
 * Send a question on a connection of its own. Returns how much of the
 * answer there is in the n bytes at p, at least want unless it is cut.
 */
static size_t
ask(const char *host, const char *port, const struct net_tls *tls,
    struct slice question, unsigned char *p, size_t n, size_t want)
{
	int64_t end = clock_ms() + PATIENCE_MS;
	struct net net;
	struct err e;
	size_t have = 0;
	ssize_t got;

	if (net_open(&net, host, port, tls, PATIENCE_MS, &e) < 0)
		return 0;
	if (net_write(&net, question.p, question.n, PATIENCE_MS, &e) == 0)
		while (have < want && clock_ms() < end) {
			got = net_read(&net, p + have, n - have,
			    end - clock_ms(), &e);
			if (got < 0)
				break;
			have += (size_t)got;
		}
	net_close(&net);
	return have;
}

static bool
is_tls(const char *host, const char *port)
{
	struct net_tls_files anyone = { .insecure = true };
	struct net_tls *tls;
	struct net net;
	struct err e;
	bool yes;

	tls = net_tls_new(&anyone, &e);
	if (tls == NULL)
		return false;
	yes = net_open(&net, host, port, tls, PATIENCE_MS, &e) == 0;
	if (yes)
		net_close(&net);
	else
		yes = net.why == NET_UNWANTED;
	net_tls_free(tls);
	return yes;
}

static bool
is_node(const char *host, const char *port)
{
	struct wire_hello hello = { .major = 1, .minor = 7 };
	struct wire_welcome w;
	struct buf b = { 0 };
	unsigned char answer[512];
	struct err e;
	size_t n;
	int64_t size;
	bool yes;

	wire_hello(&b, &hello);
	n = ask(host, port, NULL, buf_bytes(&b), answer, sizeof answer, 9);
	buf_release(&b);
	size = wire_frame(slice_of(answer, n), sizeof answer - 4, &e);
	yes = size > 0 && (size_t)size <= n && wire_welcome(
	    slice_of(answer, (size_t)size), &hello, &w, &e) == 0;
	return yes;
}

static bool
is_kafka(const char *host, const char *port, const struct net_tls *tls)
{
	/* ApiVersions 0, correlation id "ggpi", no client id. */
	static const unsigned char question[] = {
		0, 0, 0, 10, 0, 18, 0, 0, 'g', 'g', 'p', 'i', 0xff, 0xff
	};
	unsigned char answer[64];
	size_t n;

	n = ask(host, port, tls, slice_of(question, sizeof question), answer,
	    sizeof answer, 8);
	return n >= 8 && memcmp(answer + 4, "ggpi", 4) == 0;
}

static bool
is_http(const char *host, const char *port, const struct net_tls *tls)
{
	unsigned char answer[64];
	size_t n;

	n = ask(host, port, tls, slice_str("GET / HTTP/1.0\r\n\r\n"), answer,
	    sizeof answer, 5);
	return n >= 5 && memcmp(answer, "HTTP/", 5) == 0;
}

enum probe
probe_port(const char *host, const char *port, const struct net_tls *tls)
{
	if (tls == NULL && is_tls(host, port))
		return PROBE_TLS;
	if (tls != NULL && is_node(host, port))
		return PROBE_PLAIN;
	if (is_kafka(host, port, tls) ||
	    (tls != NULL && is_kafka(host, port, NULL)))
		return PROBE_KAFKA;
	if (is_http(host, port, tls) ||
	    (tls != NULL && is_http(host, port, NULL)))
		return PROBE_HTTP;
	return PROBE_NOTHING;
}

const char *
probe_text(enum probe p)
{
	switch (p) {
	case PROBE_TLS:
		return "this port wants TLS: give --tls";
	case PROBE_PLAIN:
		return "this node speaks no TLS: leave out --tls";
	case PROBE_KAFKA:
		return "a Kafka broker listens there, not a node: "
		    "a node's client port is usually 10800";
	case PROBE_HTTP:
		return "an HTTP server listens there, not a node: "
		    "a node's client port is usually 10800";
	case PROBE_NOTHING:
		break;
	}
	return NULL;
}
