/*
 * probe: what listens at a port, when it is not what was hoped for.
 *
 * Only for the sake of an error that tells its reader what to do: it costs
 * a few connections.
 */
#ifndef PROBE_H
#define PROBE_H

#include "net.h"

enum probe {
	PROBE_NOTHING,		/* nothing that is known here */
	PROBE_TLS,		/* something inside TLS, we came without */
	PROBE_PLAIN,		/* a node without TLS, we came with it */
	PROBE_KAFKA,
	PROBE_HTTP
};

/* tls: what was tried, NULL for none. */
enum probe probe_port(const char *host, const char *port,
	    const struct net_tls *tls);

/* What it is and what to do, for an error; NULL for PROBE_NOTHING. */
const char *probe_text(enum probe);

#endif
