#define _GNU_SOURCE
#include "cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bin.h"
#include "log.h"
#include "mem.h"
#include "wirenode.h"

#define MAX_PASSWORD 4096
#define MAX_HOSTS 10000

struct cluster {
	const struct ignite_config *cfg;
	struct cluster_address *v;	/* as configured */
	size_t n;
	struct net_tls *tls;
	unsigned char *password;
	size_t npassword;
	atomic_uint turn;
	pthread_mutex_t lock;		/* of what is behind it */
	struct cluster_address *nodes;	/* as learned, one for each host */
	size_t nnodes;
};

/* From the environment; kept, since a second cluster may want it too. */
static char *inherited;

static int
bad_address(const char *s, size_t n, const char *why, struct err *e)
{
	return err_set(e, EX_USAGE, "--address %.*s: %s",
	    n > 200 ? 200 : (int)n, s, why);
}

static int
take_port(struct cluster_address *a, const char *s, size_t n)
{
	long port = 0;
	size_t i;

	if (n == 0 || n > 5)
		return -1;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		port = port * 10 + (s[i] - '0');
	}
	if (port < 1 || port > 65535)
		return -1;
	snprintf(a->port, sizeof a->port, "%ld", port);
	return 0;
}

/* One HOST, HOST:PORT, [IPV6] or [IPV6]:PORT. */
static int
take_address(struct cluster *cl, const char *s, size_t n, struct err *e)
{
	struct cluster_address a = { .port = CLUSTER_PORT };
	const char *host = s, *end = s + n, *colon;
	size_t i, nhost;

	if (n != 0 && *s == '[') {
		host = s + 1;
		colon = memchr(host, ']', n - 1);
		if (colon == NULL)
			return bad_address(s, n, "no ] behind [", e);
		nhost = (size_t)(colon - host);
		colon++;
	} else {
		colon = memchr(s, ':', n);
		if (colon == NULL)
			colon = end;
		nhost = (size_t)(colon - s);
		if (colon != end && memchr(colon + 1, ':',
		    (size_t)(end - colon - 1)) != NULL)
			return bad_address(s, n,
			    "an IPv6 address stands in [ ]", e);
	}
	if (nhost == 0 || nhost >= sizeof a.host)
		return bad_address(s, n, "not HOST or HOST:PORT", e);
	for (i = 0; i < nhost; i++)
		if (host[i] <= ' ' || host[i] == 127 || host[i] == '/')
			return bad_address(s, n, "not HOST or HOST:PORT", e);
	if (colon != end && (*colon != ':' ||
	    take_port(&a, colon + 1, (size_t)(end - colon - 1)) < 0))
		return bad_address(s, n, "a port is 1 to 65535", e);
	memcpy(a.host, host, nhost);
	cl->v = mem_grow(cl->v, cl->n + 1, sizeof *cl->v);
	cl->v[cl->n++] = a;
	return 0;
}

static int
take_addresses(struct cluster *cl, struct err *e)
{
	const struct opt_list *l = &cl->cfg->addresses;
	const char *s;
	size_t i, n;

	for (i = 0; i < l->n; i++)
		for (s = l->v[i];; s += n + 1) {
			n = strcspn(s, ",");
			if (take_address(cl, s, n, e) < 0)
				return -1;
			if (s[n] == '\0')
				break;
		}
	if (cl->n == 0)
		return err_set(e, EX_USAGE,
		    "where is the cluster? --address HOST[:PORT],...");
	return 0;
}

/* No line end belongs to a password. */
static size_t
trimmed(const unsigned char *p, size_t n)
{
	if (n != 0 && p[n - 1] == '\n')
		n--;
	if (n != 0 && p[n - 1] == '\r')
		n--;
	return n;
}

static int
read_password(struct cluster *cl, const char *file, struct err *e)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return err_sys(e, EX_CONFIG, "--password-file %s", file);
	if (fstat(fd, &st) < 0) {
		err_sys(e, EX_CONFIG, "--password-file %s", file);
		goto fail;
	}
	if (!S_ISREG(st.st_mode)) {
		err_set(e, EX_CONFIG, "--password-file %s: not a regular file",
		    file);
		goto fail;
	}
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		err_set(e, EX_CONFIG, "--password-file %s: others may read "
		    "it: chmod 600", file);
		goto fail;
	}
	if (st.st_uid != 0 && st.st_uid != geteuid()) {
		err_set(e, EX_CONFIG, "--password-file %s: belongs to "
		    "somebody else", file);
		goto fail;
	}
	cl->password = mem_zero(MAX_PASSWORD + 1);
	n = read(fd, cl->password, MAX_PASSWORD + 1);
	if (n < 0) {
		err_sys(e, EX_CONFIG, "--password-file %s", file);
		goto fail;
	}
	cl->npassword = trimmed(cl->password, (size_t)n);
	if (cl->npassword == 0 || n > MAX_PASSWORD) {
		err_set(e, EX_CONFIG, "--password-file %s: %s", file,
		    n > MAX_PASSWORD ? "too long" : "empty");
		goto fail;
	}
	close(fd);
	return 0;
fail:
	close(fd);
	return -1;
}

/* Children and /proc need not see it any longer. */
static void
take_inherited(void)
{
	char *s = getenv("GG_PASSWORD");

	if (s == NULL)
		return;
	if (inherited != NULL)
		explicit_bzero(inherited, strlen(inherited));
	free(inherited);
	inherited = mem_str(s);
	explicit_bzero(s, strlen(s));
	unsetenv("GG_PASSWORD");
}

/* What a secret is in must not end on a disk. */
static void
hide(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static int
take_password(struct cluster *cl, struct err *e)
{
	const struct ignite_config *cfg = cl->cfg;

	take_inherited();
	if (cfg->user == NULL)
		return cfg->password_file == NULL ? 0 :
		    err_set(e, EX_USAGE, "--password-file: whose? give --user");
	hide();
	if (cfg->password_file != NULL)
		return read_password(cl, cfg->password_file, e);
	if (inherited == NULL || *inherited == '\0')
		return err_set(e, EX_USAGE, "--user %s: no password: "
		    "give --password-file or set GG_PASSWORD", cfg->user);
	cl->npassword = strlen(inherited);
	cl->password = mem_dup(inherited, cl->npassword);
	return 0;
}

static int
take_tls(struct cluster *cl, struct err *e)
{
	const struct ignite_config *cfg = cl->cfg;
	struct net_tls_files f = {
		cfg->tls_ca, cfg->tls_cert, cfg->tls_key, cfg->tls_insecure
	};
	const char *only = cfg->tls_ca != NULL ? "--tls-ca" :
	    cfg->tls_cert != NULL ? "--tls-cert" :
	    cfg->tls_key != NULL ? "--tls-key" :
	    cfg->tls_insecure ? "--tls-insecure" : NULL;

	if (!cfg->tls)
		return only == NULL ? 0 :
		    err_set(e, EX_USAGE, "%s: means nothing without --tls",
		    only);
	if (cfg->tls_key != NULL && cfg->tls_cert == NULL)
		return err_set(e, EX_USAGE,
		    "--tls-key: means nothing without --tls-cert");
	if (cfg->tls_insecure)
		log_warn("--tls-insecure: nobody checks who the node is");
	cl->tls = net_tls_new(&f, e);
	return cl->tls == NULL ? -1 : 0;
}

struct cluster *
cluster_new(const struct ignite_config *cfg, struct err *e)
{
	struct cluster *cl = mem_zero(sizeof *cl);

	cl->cfg = cfg;
	pthread_mutex_init(&cl->lock, NULL);
	if (take_addresses(cl, e) < 0 || take_password(cl, e) < 0 ||
	    take_tls(cl, e) < 0) {
		cluster_free(cl);
		return NULL;
	}
	/* Programs started together begin with different nodes. */
	cl->turn = (unsigned)getpid();
	return cl;
}

void
cluster_free(struct cluster *cl)
{
	if (cl == NULL)
		return;
	if (cl->password != NULL)
		explicit_bzero(cl->password, cl->npassword);
	free(cl->password);
	free(cl->v);
	free(cl->nodes);
	net_tls_free(cl->tls);
	pthread_mutex_destroy(&cl->lock);
	free(cl);
}

const struct ignite_config *
cluster_config(const struct cluster *cl)
{
	return cl->cfg;
}

const struct net_tls *
cluster_tls(const struct cluster *cl)
{
	return cl->tls;
}

struct slice
cluster_password(const struct cluster *cl)
{
	return slice_of(cl->password, cl->npassword);
}

bool
cluster_address(struct cluster *cl, unsigned start, size_t i,
    struct cluster_address *a)
{
	if (i >= cl->n)
		return false;
	*a = cl->v[(start % cl->n + i) % cl->n];
	return true;
}

unsigned
cluster_turn(struct cluster *cl)
{
	return atomic_fetch_add(&cl->turn, 1);
}

bool
cluster_node_address(struct cluster *cl, struct wire_uuid node, size_t i,
    struct cluster_address *a)
{
	bool found = false;
	size_t k;

	pthread_mutex_lock(&cl->lock);
	for (k = 0; k < cl->nnodes && !found; k++)
		if (wire_uuid_eq(cl->nodes[k].node, node) && i-- == 0) {
			*a = cl->nodes[k];
			found = true;
		}
	pthread_mutex_unlock(&cl->lock);
	return found;
}

bool
cluster_node(struct cluster *cl, size_t i, struct wire_uuid *node)
{
	bool found = false;
	size_t k;

	pthread_mutex_lock(&cl->lock);
	for (k = 0; k < cl->nnodes && !found; k++) {
		/* The addresses of a node stand together. */
		if (k != 0 && wire_uuid_eq(cl->nodes[k].node,
		    cl->nodes[k - 1].node))
			continue;
		if (i-- == 0) {
			*node = cl->nodes[k].node;
			found = true;
		}
	}
	pthread_mutex_unlock(&cl->lock);
	return found;
}

int
cluster_learn(struct cluster *cl, struct slice body, struct err *e)
{
	struct cluster_address *v = NULL, *old;
	struct wire_endpoint p;
	struct wire_nodes w;
	struct slice host;
	size_t n = 0;
	uint32_t i;
	int r;

	if (wire_nodes(&w, body, e) < 0)
		return -1;
	while ((r = wire_node(&w, &p, e)) > 0)
		for (i = 0; i < p.hosts; i++) {
			host = bin_string(&p.c);
			if (host.n == 0 || host.n >= sizeof v->host ||
			    memchr(host.p, '\0', host.n) != NULL ||
			    n == MAX_HOSTS)
				continue;
			v = mem_grow(v, n + 1, sizeof *v);
			v[n] = (struct cluster_address){
			    .node = p.node, .known = true };
			memcpy(v[n].host, host.p, host.n);
			snprintf(v[n].port, sizeof v[n].port, "%u", p.port);
			n++;
		}
	if (r < 0) {
		free(v);
		return -1;
	}
	pthread_mutex_lock(&cl->lock);
	old = cl->nodes;
	cl->nodes = v;
	cl->nnodes = n;
	pthread_mutex_unlock(&cl->lock);
	free(old);
	return 0;
}
