#include "kconf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "kprops.h"
#include "log.h"
#include "mem.h"
#include "refer.h"

static int
set(rd_kafka_conf_t *conf, const char *name, const char *value, int status,
    struct err *e)
{
	char text[400];

	if (rd_kafka_conf_set(conf, name, value, text, sizeof text) ==
	    RD_KAFKA_CONF_OK)
		return 0;
	/* librdkafka's text may show the value. */
	if (kprops_secret(name))
		return err_set(e, status, "%s: not accepted", name);
	return err_set(e, status, "%s", text);
}

static const struct kconf_prop *
decided(const struct kconf_prop *props, const char *name)
{
	static const char *const alias[][2] = {
		{ "request.required.acks", "acks" },
		{ "delivery.timeout.ms", "message.timeout.ms" },
		{ "max.in.flight",
		    "max.in.flight.requests.per.connection" },
		{ "auto.commit.enable", "enable.auto.commit" },
	};
	size_t i;

	for (i = 0; i < sizeof alias / sizeof alias[0]; i++)
		if (strcmp(alias[i][0], name) == 0)
			name = alias[i][1];
	for (; props->name != NULL; props++)
		if (strcmp(props->name, name) == 0)
			return props;
	return NULL;
}

static bool
same(const struct kconf_prop *p, const char *value)
{
	if (p->value == NULL || strcmp(p->value, value) == 0)
		return p->value != NULL;
	return strcmp(p->name, "acks") == 0 && strcmp(value, "-1") == 0;
}

/* The names that this librdkafka knows, ended by NULL. */
static const char **
all_names(const char ***dump, size_t *n, rd_kafka_conf_t *conf)
{
	/* Properties without a default are not in a dump. */
	static const char *const unset[] = {
		"bootstrap.servers", "debug", "sasl.username", "sasl.password",
		"ssl.ca.location", "ssl.ca.pem", "ssl.certificate.location",
		"ssl.certificate.pem", "ssl.key.location", "ssl.key.pem",
		"ssl.key.password", "ssl.keystore.location",
		"ssl.keystore.password", "ssl.cipher.suites",
		"ssl.crl.location", "group.id", "group.instance.id",
		"client.rack", "transactional.id", "sasl.oauthbearer.config",
		"acks", "compression.type", "linger.ms", "retries",
		"message.timeout.ms", "delivery.timeout.ms", "partitioner",
		"sasl.mechanism", "max.in.flight", "enable.auto.commit",
		"max.partition.fetch.bytes", "auto.offset.reset",
	};
	const char **names;
	size_t i, m = 0;

	*dump = rd_kafka_conf_dump(conf, n);
	names = mem_grow(NULL, *n / 2 + sizeof unset / sizeof *unset + 1,
	    sizeof *names);
	for (i = 0; i < *n; i += 2)
		names[m++] = (*dump)[i];
	for (i = 0; i < sizeof unset / sizeof *unset; i++)
		names[m++] = unset[i];
	names[m] = NULL;
	return names;
}

static int
apply(rd_kafka_conf_t *conf, const struct kprops *k,
    const struct kconf_prop *props, const char *file, struct err *e)
{
	const struct kconf_prop *p;
	size_t i;

	for (i = 0; i < k->n; i++) {
		p = decided(props, k->v[i].key);
		/* A file is shared with other clients; what it says about
		 * safety is for those. */
		if (p != NULL && p->fixed)
			log_debug("%s: %s is always %s here", file,
			    k->v[i].key, p->value == NULL ? "unset" : p->value);
		else if (set(conf, k->v[i].key, k->v[i].value, EX_CONFIG,
		    e) < 0)
			return err_in(e, "%s", file);
	}
	return 0;
}

static int
from_file(rd_kafka_conf_t *conf, const char *file,
    const struct kconf_prop *props, struct err *e)
{
	struct props ps = { NULL, 0, NULL };
	struct kprops k = { NULL, 0, NULL };
	const char **dump, **names = NULL;
	size_t n;
	int r;

	if ((r = refer_read(file, &ps, e)) < 0)
		return -1;
	names = all_names(&dump, &n, conf);
	if ((r = kprops_translate(&k, &ps, names, e)) < 0)
		err_in(e, "%s", file);
	else
		r = apply(conf, &k, props, file, e);
	if (r == 0 && k.ignored != NULL)
		log_debug("%s: nothing to do here for %s", file, k.ignored);
	rd_kafka_conf_dump_free(dump, n);
	free(names);
	kprops_release(&k);
	props_release(&ps);
	return r;
}

static bool
knows(const rd_kafka_conf_t *conf, const char *name)
{
	size_t n;

	return rd_kafka_conf_get(conf, name, NULL, &n) !=
	    RD_KAFKA_CONF_UNKNOWN;
}

static void
unknown(rd_kafka_conf_t *conf, const char *name, struct err *e)
{
	size_t n;
	const char **dump, **names = all_names(&dump, &n, conf), *near;

	near = kprops_near(name, names);
	err_set(e, EX_USAGE, "-X %s: librdkafka has no such property%s%s%s",
	    name, near == NULL ? "" : "; is ", near == NULL ? "" : near,
	    near == NULL ? "" : " meant?");
	rd_kafka_conf_dump_free(dump, n);
	free(names);
}

/* One -X name=value. */
static int
from_option(rd_kafka_conf_t *conf, const char *arg,
    const struct kconf_prop *props, struct err *e)
{
	const struct kconf_prop *p;
	const char *eq = strchr(arg, '=');
	char *name, *value = NULL;
	int r = -1;

	if (eq == NULL || eq == arg)
		return err_set(e, EX_USAGE, "-X %s: NAME=VALUE is needed, or "
		    "list, or dump", arg);
	name = mem_dup(arg, (size_t)(eq - arg));
	p = decided(props, name);
	if (kprops_secret(name) && !refer_in(eq + 1)) {
		err_set(e, EX_USAGE, "-X %s: others can see a command line; "
		    "put it into the file of -F, or write "
		    "-X '%s=${env:NAME}' or '${file:PATH:KEY}'", name, name);
		goto out;
	}
	if ((value = refer_resolve(eq + 1, e)) == NULL) {
		err_in(e, "-X %s", name);
		goto out;
	}
	if (p != NULL && p->fixed && !same(p, value)) {
		err_set(e, EX_USAGE, "-X %s: is always %s here, for what this "
		    "program promises depends on it", name,
		    p->value == NULL ? "unset" : p->value);
		goto out;
	}
	r = set(conf, name, value, EX_USAGE, e);
	if (r < 0 && !knows(conf, name))
		unknown(conf, name, e);
	else if (r < 0)
		err_in(e, "-X");
out:
	free(name);
	free(value);
	return r;
}

/* What the program decides, the fixed ones or the others. */
static int
from_program(rd_kafka_conf_t *conf, const struct kconf_prop *props,
    bool fixed, struct err *e)
{
	char text[200];

	for (; props->name != NULL; props++)
		if (props->fixed == fixed && props->value != NULL &&
		    rd_kafka_conf_set(conf, props->name, props->value, text,
		    sizeof text) != RD_KAFKA_CONF_OK && !props->optional)
			return err_set(e, EX_SOFTWARE, "librdkafka: %s", text);
	return 0;
}

char *
kconf_get(const rd_kafka_conf_t *conf, const char *name)
{
	char *s;
	size_t n = 0;

	if (rd_kafka_conf_get(conf, name, NULL, &n) != RD_KAFKA_CONF_OK ||
	    n == 0)
		return NULL;
	s = mem_zero(n + 1);
	if (rd_kafka_conf_get(conf, name, s, &n) != RD_KAFKA_CONF_OK ||
	    *s == '\0') {
		free(s);
		return NULL;
	}
	return s;
}

/* A password that others may read is worth a line, too. */
static void
warn_of_readers(const char *path)
{
	struct props ps = { NULL, 0, NULL };
	bool secret = false;
	struct stat st;
	struct err e;
	size_t i;

	if (stat(path, &st) < 0 || (st.st_mode & S_IROTH) == 0 ||
	    refer_load(path, &ps, &e) < 0)
		return;
	for (i = 0; i < ps.n; i++)
		secret |= kprops_secret(ps.v[i].key) &&
		    !refer_in(ps.v[i].value);
	if (secret)
		log_warn("%s holds a password and everybody may read it",
		    path);
	props_release(&ps);
}

/* A password that travels in clear text is worth a line at each start. */
static void
warn_of_clear_text(const rd_kafka_conf_t *conf)
{
	char *protocol = kconf_get(conf, "security.protocol");
	char *mechanism = kconf_get(conf, "sasl.mechanism");

	if (protocol != NULL && strcasecmp(protocol, "sasl_plaintext") == 0 &&
	    mechanism != NULL && strcmp(mechanism, "PLAIN") == 0)
		log_warn("security.protocol=%s sends the password as clear "
		    "text; sasl_ssl does not", protocol);
	free(protocol);
	free(mechanism);
}

int
kconf_make(const struct kconf_set *s, const struct kconf_prop *props,
    const char *group, rd_kafka_conf_t **to, struct err *e)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	size_t i;

	if (from_program(conf, props, false, e) < 0 ||
	    (s->file != NULL && from_file(conf, s->file, props, e) < 0))
		goto fail;
	for (i = 0; i < s->props.n; i++)
		if (strcmp(s->props.v[i], "list") != 0 &&
		    strcmp(s->props.v[i], "dump") != 0 &&
		    from_option(conf, s->props.v[i], props, e) < 0)
			goto fail;
	if (from_program(conf, props, true, e) < 0 ||
	    (s->brokers != NULL && set(conf, "bootstrap.servers", s->brokers,
	    EX_USAGE, e) < 0) ||
	    (group != NULL && set(conf, "group.id", group, EX_USAGE, e) < 0))
		goto fail;
	*to = conf;
	return 0;
fail:
	rd_kafka_conf_destroy(conf);
	return -1;
}

static int
look_for_brokers(const rd_kafka_conf_t *conf, struct err *e)
{
	char *mock = kconf_get(conf, "test.mock.num.brokers");
	char *brokers = kconf_get(conf, "bootstrap.servers");
	int r = 0;

	if (brokers == NULL && (mock == NULL || strcmp(mock, "0") == 0))
		r = err_set(e, EX_USAGE, "which brokers? -b HOST:PORT, or "
		    "bootstrap.servers in the file of -F");
	free(mock);
	free(brokers);
	return r;
}

static void
print(const char **dump, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n; i += 2)
		printf("%s = %s\n", dump[i], kprops_secret(dump[i]) ?
		    "[hidden]" : dump[i + 1]);
	rd_kafka_conf_dump_free(dump, n);
}

static int
show(rd_kafka_conf_t *conf)
{
	rd_kafka_topic_conf_t *topic =
	    rd_kafka_conf_get_default_topic_conf(conf);
	const char **dump;
	size_t n;

	dump = rd_kafka_conf_dump(conf, &n);
	print(dump, n);
	if (topic != NULL) {
		dump = rd_kafka_topic_conf_dump(topic, &n);
		print(dump, n);
	}
	return 1;
}

int
kconf_check(const struct kconf_set *s, const struct kconf_prop *props,
    struct err *e)
{
	rd_kafka_conf_t *conf;
	bool dump = false;
	size_t i;
	int r;

	for (i = 0; i < s->props.n; i++) {
		if (strcmp(s->props.v[i], "list") == 0) {
			rd_kafka_conf_properties_show(stdout);
			return 1;
		}
		dump |= strcmp(s->props.v[i], "dump") == 0;
	}
	if (kconf_make(s, props, NULL, &conf, e) < 0)
		return -1;
	if (dump)
		r = show(conf);
	else
		r = look_for_brokers(conf, e);
	if (r == 0)
		warn_of_clear_text(conf);
	if (r == 0 && s->file != NULL)
		warn_of_readers(s->file);
	rd_kafka_conf_destroy(conf);
	return r;
}
