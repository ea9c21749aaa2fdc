#include "kprops.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "mem.h"

/* One property of the file on its way. */
struct work {
	struct kprops *to;
	const struct props *all;
	const struct prop *p;
	struct err *e;
};

struct rule {
	const char *java;
	const char *name;	/* librdkafka's; "": ignored */
	int (*fn)(struct work *);	/* where it is not only a name */
};

static int
wrong(const struct work *w, const char *text)
{
	return err_set(w->e, EX_CONFIG, "line %u: %s: %s", w->p->line,
	    w->p->key, text);
}

/* The word or quoted string behind "name=" in a login module's options. */
static char *
jaas_option(const char *s, const char *name)
{
	size_t n = strlen(name);
	struct buf b = { NULL, 0, 0 };
	const char *p;
	char quote;

	for (p = s; (p = strstr(p, name)) != NULL; p += n)
		if (p > s && strchr(" \t\r\n", p[-1]) != NULL && p[n] == '=')
			break;
	if (p == NULL)
		return NULL;
	p += n + 1;
	quote = *p == '"' || *p == '\'' ? *p++ : '\0';
	for (; *p != '\0' && *p != quote; p++) {
		if (quote == '\0' && strchr(" \t\r\n;", *p) != NULL)
			break;
		if (*p == '\\' && p[1] != '\0')
			p++;
		buf_u8(&b, (uint8_t)*p);
	}
	buf_u8(&b, '\0');
	if (quote != '\0' && *p != quote) {
		buf_release(&b);
		return NULL;
	}
	return (char *)buf_detach(&b, &n);
}

static int
jaas(struct work *w)
{
	const char *s = w->p->value, *mechanism;
	char *user, *password;
	int r = 0;

	if (strstr(s, "PlainLoginModule") == NULL &&
	    strstr(s, "ScramLoginModule") == NULL)
		return wrong(w, "only PlainLoginModule and ScramLoginModule "
		    "are understood; say the same in librdkafka's properties "
		    "(sasl.mechanism and sasl.kerberos.* or "
		    "sasl.oauthbearer.*)");
	user = jaas_option(s, "username");
	password = jaas_option(s, "password");
	if (user == NULL || password == NULL) {
		r = wrong(w, "needs username=\"...\" and password=\"...\"");
	} else {
		kprops_add(w->to, "sasl.username", user);
		kprops_add(w->to, "sasl.password", password);
		/* Java's default, GSSAPI, can't be meant with these. */
		mechanism = props_get(w->all, "sasl.mechanism");
		if (mechanism == NULL && strstr(s, "PlainLoginModule") != NULL)
			kprops_add(w->to, "sasl.mechanism", "PLAIN");
	}
	free(user);
	free(password);
	return r;
}

static bool
ends(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcasecmp(s + n - m, tail) == 0;
}

/* PEM is said, or no type and the name looks so. */
static bool
is_pem(const char *type, const char *path)
{
	if (type != NULL && *type != '\0')
		return strcasecmp(type, "PEM") == 0;
	return ends(path, ".pem") || ends(path, ".crt") || ends(path, ".cer");
}

static int
truststore(struct work *w)
{
	const char *type = props_get(w->all, "ssl.truststore.type");

	if (*w->p->value == '\0')
		return 0;
	if (is_pem(type, w->p->value)) {
		kprops_add(w->to, "ssl.ca.location", w->p->value);
		return 0;
	}
	if (ends(w->p->value, ".p12") || ends(w->p->value, ".pfx") ||
	    (type != NULL && strcasecmp(type, "PKCS12") == 0))
		return wrong(w, "only Java reads certificates from a PKCS12 "
		    "store; convert it: openssl pkcs12 -in STORE -nokeys "
		    "-out ca.pem, and set ssl.truststore.type=PEM");
	return wrong(w, "only Java reads a JKS store; convert it: keytool "
	    "-exportcert -rfc -alias ALIAS -keystore STORE -file ca.pem, and "
	    "set ssl.truststore.type=PEM");
}

static int
keystore(struct work *w)
{
	const char *type = props_get(w->all, "ssl.keystore.type");
	const char *password;

	if (*w->p->value == '\0')
		return 0;
	if (is_pem(type, w->p->value)) {
		kprops_add(w->to, "ssl.certificate.location", w->p->value);
		kprops_add(w->to, "ssl.key.location", w->p->value);
		return 0;
	}
	if ((type == NULL || strcasecmp(type, "PKCS12") == 0) &&
	    (type != NULL || ends(w->p->value, ".p12") ||
	    ends(w->p->value, ".pfx"))) {
		kprops_add(w->to, "ssl.keystore.location", w->p->value);
		password = props_get(w->all, "ssl.keystore.password");
		if (password != NULL)
			kprops_add(w->to, "ssl.keystore.password", password);
		return 0;
	}
	return wrong(w, "only Java reads a JKS store; convert it: keytool "
	    "-importkeystore -srckeystore STORE -destkeystore key.p12 "
	    "-deststoretype PKCS12, and set ssl.keystore.type=PKCS12");
}

/* Java's empty string switches the check off; so does ours, by its name. */
static int
endpoint(struct work *w)
{
	kprops_add(w->to, w->p->key, *w->p->value == '\0' ? "none" :
	    w->p->value);
	return 0;
}

static int
strategy(struct work *w)
{
	static const char *const names[][2] = {
		{ "CooperativeStickyAssignor", "cooperative-sticky" },
		{ "RangeAssignor", "range" },
		{ "RoundRobinAssignor", "roundrobin" },
	};
	const char *s = w->p->value;
	struct buf b = { NULL, 0, 0 };
	size_t i;

	if (strchr(s, '.') == NULL) {
		kprops_add(w->to, w->p->key, s);
		return 0;
	}
	/* Java's default names range first and cooperative second, to let a
	 * group move from one to the other; librdkafka takes one kind only. */
	for (i = 1; i < 3; i++)
		if (strstr(s, names[i][0]) != NULL)
			buf_fmt(&b, "%s%s", b.n == 0 ? "" : ",", names[i][1]);
	if (b.n == 0 && strstr(s, names[0][0]) != NULL)
		buf_fmt(&b, "%s", names[0][1]);
	if (b.n == 0)
		return wrong(w, "RangeAssignor, RoundRobinAssignor and "
		    "CooperativeStickyAssignor are understood");
	buf_u8(&b, '\0');
	kprops_add(w->to, w->p->key, (char *)b.p);
	buf_release(&b);
	return 0;
}

static int
kilobytes(struct work *w)
{
	char text[32];

	snprintf(text, sizeof text, "%lld",
	    strtoll(w->p->value, NULL, 10) / 1024);
	kprops_add(w->to, "queue.buffering.max.kbytes", text);
	return 0;
}

static int
protocol(struct work *w)
{
	if (strcasecmp(w->p->value, "classic") != 0 && *w->p->value != '\0')
		return wrong(w, "only 'classic' is spoken here");
	return 0;
}

/* What is not here and unknown to librdkafka is an error. */
static const struct rule rules[] = {
	{ "sasl.jaas.config", NULL, jaas },
	{ "ssl.truststore.location", NULL, truststore },
	{ "ssl.keystore.location", NULL, keystore },
	{ "ssl.keystore.password", "", NULL },	/* by keystore */
	{ "ssl.endpoint.identification.algorithm", NULL, endpoint },
	{ "partition.assignment.strategy", NULL, strategy },
	{ "buffer.memory", NULL, kilobytes },
	{ "group.protocol", NULL, protocol },
	{ "ssl.truststore.certificates", "ssl.ca.pem", NULL },
	{ "ssl.keystore.certificate.chain", "ssl.certificate.pem", NULL },
	{ "ssl.keystore.key", "ssl.key.pem", NULL },
	{ "fetch.max.wait.ms", "fetch.wait.max.ms", NULL },
	{ "max.request.size", "message.max.bytes", NULL },
	{ "send.buffer.bytes", "socket.send.buffer.bytes", NULL },
	{ "receive.buffer.bytes", "socket.receive.buffer.bytes", NULL },
	{ "auto.include.jmx.reporter", "", NULL },
	{ "client.dns.lookup", "", NULL },
	{ "default.api.timeout.ms", "", NULL },
	{ "enable.metrics.push", "", NULL },
	{ "exclude.internal.topics", "", NULL },
	{ "interceptor.classes", "", NULL },
	{ "key.converter", "", NULL },
	{ "key.deserializer", "", NULL },
	{ "key.serializer", "", NULL },
	{ "max.block.ms", "", NULL },
	{ "max.poll.records", "", NULL },
	{ "metadata.max.idle.ms", "", NULL },
	{ "metadata.recovery.strategy", "", NULL },
	{ "metric.reporters", "", NULL },
	{ "metrics.num.samples", "", NULL },
	{ "metrics.recording.level", "", NULL },
	{ "metrics.sample.window.ms", "", NULL },
	{ "partitioner.adaptive.partitioning.enable", "", NULL },
	{ "partitioner.availability.timeout.ms", "", NULL },
	{ "partitioner.class", "", NULL },
	{ "partitioner.ignore.keys", "", NULL },
	{ "sasl.client.callback.handler.class", "", NULL },
	{ "sasl.login.callback.handler.class", "", NULL },
	{ "sasl.login.class", "", NULL },
	{ "security.providers", "", NULL },
	{ "socket.connection.setup.timeout.max.ms", "", NULL },
	{ "ssl.enabled.protocols", "", NULL },
	{ "ssl.engine.factory.class", "", NULL },
	{ "ssl.keymanager.algorithm", "", NULL },
	{ "ssl.keystore.type", "", NULL },
	{ "ssl.protocol", "", NULL },
	{ "ssl.provider", "", NULL },
	{ "ssl.secure.random.implementation", "", NULL },
	{ "ssl.trustmanager.algorithm", "", NULL },
	{ "ssl.truststore.password", "", NULL },
	{ "ssl.truststore.type", "", NULL },
	{ "value.converter", "", NULL },
	{ "value.deserializer", "", NULL },
	{ "value.serializer", "", NULL },
};

enum { RULES = sizeof rules / sizeof rules[0] };

static const struct rule *
rule_of(const char *key)
{
	size_t i;

	for (i = 0; i < RULES; i++)
		if (strcmp(rules[i].java, key) == 0)
			return &rules[i];
	return NULL;
}

static bool
is_known(const char *key, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, key) == 0)
			return true;
	return false;
}

static void
ignore(struct kprops *k, const char *key)
{
	char *all = k->ignored == NULL ? mem_str(key) :
	    mem_fmt("%s %s", k->ignored, key);

	free(k->ignored);
	k->ignored = all;
}

static int
one(struct work *w, const char *const *names)
{
	const struct rule *r = rule_of(w->p->key);
	const char *near;

	/* Some keystore properties are librdkafka's own, too. */
	if (r != NULL && r->fn != NULL)
		return r->fn(w);
	if (r != NULL && *r->name == '\0') {
		ignore(w->to, w->p->key);
		return 0;
	}
	if (r != NULL || is_known(w->p->key, names)) {
		kprops_add(w->to, r != NULL ? r->name : w->p->key,
		    w->p->value);
		return 0;
	}
	near = kprops_near(w->p->key, names);
	return err_set(w->e, EX_CONFIG, "line %u: unknown property %s%s%s%s",
	    w->p->line, w->p->key, near == NULL ? "" : "; is ",
	    near == NULL ? "" : near, near == NULL ? "" : " meant?");
}

int
kprops_translate(struct kprops *to, const struct props *from,
    const char *const *names, struct err *e)
{
	struct work w = { to, from, NULL, e };

	for (w.p = from->v; w.p < from->v + from->n; w.p++)
		if (one(&w, names) < 0)
			return -1;
	return 0;
}

void
kprops_add(struct kprops *k, const char *key, const char *value)
{
	k->v = mem_grow(k->v, k->n + 1, sizeof *k->v);
	k->v[k->n].key = mem_str(key);
	k->v[k->n++].value = mem_str(value);
}

void
kprops_release(struct kprops *k)
{
	size_t i;

	for (i = 0; i < k->n; i++) {
		free(k->v[i].key);
		free(k->v[i].value);
	}
	free(k->v);
	free(k->ignored);
	*k = (struct kprops){ NULL, 0, NULL };
}

bool
kprops_secret(const char *key)
{
	static const char *const keys[] = {
		"sasl.password", "sasl.jaas.config", "ssl.key.password",
		"ssl.keystore.password", "ssl.truststore.password",
		"ssl.key.pem", "ssl.keystore.key", "sasl.oauthbearer.config",
		"sasl.oauthbearer.client.secret", NULL
	};

	return is_known(key, keys);
}

enum { LONGEST = 64 };

/* How many letters differ: changed, dropped, put in. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[LONGEST + 1], n = strlen(a), m = strlen(b), i, j, was, up;

	if (n > LONGEST || m > LONGEST)
		return LONGEST;
	for (j = 0; j <= m; j++)
		row[j] = j;
	for (i = 1; i <= n; i++) {
		was = row[0];
		row[0] = i;
		for (j = 1; j <= m; j++) {
			up = row[j];
			if (a[i - 1] != b[j - 1])
				was++;
			if (up + 1 < was)
				was = up + 1;
			if (row[j - 1] + 1 < was)
				was = row[j - 1] + 1;
			row[j] = was;
			was = up;
		}
	}
	return row[m];
}

const char *
kprops_near(const char *key, const char *const *names)
{
	size_t best = strlen(key) / 4 + 2, d, i;
	const char *r = NULL;

	for (; *names != NULL; names++)
		if ((d = distance(key, *names)) < best) {
			best = d;
			r = *names;
		}
	for (i = 0; i < RULES; i++)
		if ((d = distance(key, rules[i].java)) < best) {
			best = d;
			r = rules[i].java;
		}
	return r;
}
