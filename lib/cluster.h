/*
 * cluster: where a cluster is and what it takes to get in: addresses,
 * TLS, the password. From options of the command line; one for any number
 * of connections and threads.
 */
#ifndef CLUSTER_H
#define CLUSTER_H

#include "bytes.h"
#include "err.h"
#include "net.h"
#include "opt.h"
#include "wire.h"

#define CLUSTER_PORT "10800"

struct ignite_config {
	struct opt_list addresses;
	const char *user, *password_file;
	bool tls, tls_insecure, insecure_password;
	const char *tls_ca, *tls_cert, *tls_key;
	int64_t connect_timeout;	/* ms, for one address */
	int64_t give_up_after;		/* ms; 0: after one pass */

	/* No options of their own. */
	int64_t request_timeout;	/* ms, for one answer */
	int64_t heartbeat;		/* ms, at most, when nothing is sent */
	size_t max_frame;
	bool (*stopping)(void);	/* true: wait no more; may be NULL */
};

/* What an ignite_config starts as. */
#define IGNITE_CONFIG { .connect_timeout = 10000, .give_up_after = 30000, \
	.request_timeout = 600000, .heartbeat = 5000, \
	.max_frame = 256u << 20 }

/* Rows for a table of options; c is the ignite_config. */
#define IGNITE_OPTIONS(c) \
	OPT_LIST('a', "address", &(c).addresses, "HOST[:PORT],...", \
	    "nodes of the cluster; any one will do (port " CLUSTER_PORT ")"), \
	OPT_STR('u', "user", &(c).user, "NAME", \
	    "user; the password is in GG_PASSWORD or a file"), \
	OPT_STR(0, "password-file", &(c).password_file, "FILE", \
	    "password; nobody else may be able to read it"), \
	OPT_FLAG(0, "insecure-password", &(c).insecure_password, \
	    "send the password to another machine without TLS"), \
	OPT_FLAG(0, "tls", &(c).tls, "use TLS"), \
	OPT_STR(0, "tls-ca", &(c).tls_ca, "FILE", \
	    "PEM: whom to trust (the system's)"), \
	OPT_STR(0, "tls-cert", &(c).tls_cert, "FILE", \
	    "PEM: the certificate that shows who we are"), \
	OPT_STR(0, "tls-key", &(c).tls_key, "FILE", \
	    "PEM: its key (in the same file)"), \
	OPT_FLAG(0, "tls-insecure", &(c).tls_insecure, \
	    "do not check who the node is"), \
	OPT_TIME(0, "connect-timeout", &(c).connect_timeout, "TIME", 1, \
	    3600000, "for each address (10s)"), \
	OPT_TIME(0, "give-up-after", &(c).give_up_after, "TIME", 0, \
	    INT64_MAX, "try for so long when no node answers (30s)")

struct cluster;

/*
 * Check a config and load what it names; the config stays the caller's and
 * must stay. The password leaves the environment. NULL: EX_USAGE, EX_CONFIG
 * or EX_NOPERM, the option named.
 */
struct cluster *cluster_new(const struct ignite_config *, struct err *);
void	cluster_free(struct cluster *);

const struct ignite_config *cluster_config(const struct cluster *);
const struct net_tls *cluster_tls(const struct cluster *);
struct slice cluster_password(const struct cluster *);	/* null: none */

struct cluster_address {
	char host[256];		/* without brackets */
	char port[6];
	struct wire_uuid node;	/* when known */
	bool known;
};

/*
 * The i-th of the configured addresses, counted from start; false behind
 * the last.
 */
bool	cluster_address(struct cluster *, unsigned start, size_t i,
	    struct cluster_address *);

/* Where to start next: one further each time, so that load spreads. */
unsigned cluster_turn(struct cluster *);

/* The i-th address at which this node is said to listen. */
bool	cluster_node_address(struct cluster *, struct wire_uuid, size_t i,
	    struct cluster_address *);

/*
 * Take over an answer to WIRE_ENDPOINTS: it replaces what was known. Any
 * thread.
 */
int	cluster_learn(struct cluster *, struct slice body, struct err *);

/* The i-th node learned; false behind the last. */
bool	cluster_node(struct cluster *, size_t i, struct wire_uuid *);

#endif
