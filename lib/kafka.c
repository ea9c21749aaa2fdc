#define _GNU_SOURCE
#include "kafka.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "mem.h"

enum {
	REACH_MS = 15000,	/* as long as a broker takes to restart */
	QUIET_MS = 30000	/* between two equal log lines */
};

int
kafka_status(rd_kafka_resp_err_t err)
{
	switch (err) {
	case RD_KAFKA_RESP_ERR__AUTHENTICATION:
	case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
		return EX_NOPERM;
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
	case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
	case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
	case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
	case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
	case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
	case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
	case RD_KAFKA_RESP_ERR__SSL:
	case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
	case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
	case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
		return EX_CONFIG;
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_INVALID_RECORD:
	case RD_KAFKA_RESP_ERR_INVALID_MSG:
	case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
	case RD_KAFKA_RESP_ERR__BAD_MSG:
	case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
		return EX_DATAERR;
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
	case RD_KAFKA_RESP_ERR__NO_OFFSET:
	case RD_KAFKA_RESP_ERR__FENCED:
	case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
		return EX_GUARD;
	case RD_KAFKA_RESP_ERR__FATAL:
	case RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER:
	case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
		return EX_TEMPFAIL;
	default:
		return EX_UNAVAILABLE;
	}
}

int
kafka_err(struct err *e, rd_kafka_resp_err_t err, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_set(e, kafka_status(err), "%s: %s", text,
	    rd_kafka_err2str(err));
}

/*
 * What librdkafka says about a broker, in words that help: without the
 * protocol and "bootstrap", the counters behind it, and with the cause where
 * it knows only the symptom. Returns the status it means, 0 for unknown.
 */
static int
plain_words(const char *said, char *to, size_t n)
{
	static const char tls[] = "the broker does not speak TLS on this port "
	    "(security.protocol)";
	static const struct {
		const char *sign, *means;
		int status;
	} known[] = {
		{ "1213486160", "an HTTP server answers there, no broker",
		    EX_CONFIG },	/* the length is "HTTP" */
		{ "connecting to a SSL listener?", "the connection was "
		    "closed: perhaps the broker wants TLS or a login "
		    "(security.protocol), perhaps it is none", EX_CONFIG },
		{ "PLAINTEXT broker listener", tls, EX_CONFIG },
		{ "routines::unexpected eof while reading", tls, EX_CONFIG },
		{ "routines::wrong version number", tls, EX_CONFIG },
		{ "ApiVersionRequest failed: Local: Timed out", "who listens "
		    "there does not answer as a broker does: is it one, is "
		    "security.protocol right?", EX_UNAVAILABLE },
	};
	const char *p = strstr(said, "://"), *end;
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strstr(said, known[i].sign) != NULL) {
			snprintf(to, n, "%s", known[i].means);
			return known[i].status;
		}
	if (p != NULL) {
		said = p + 3;
		if ((p = strstr(said, ": ")) != NULL)
			said = p + 2;
	}
	end = strstr(said, " (after ");
	snprintf(to, n, "%.*s", end == NULL ? (int)strlen(said) :
	    (int)(end - said), said);
	if (strstr(said, "certificate verify failed") != NULL ||
	    strstr(said, "bad certificate") != NULL ||
	    strstr(said, "certificate required") != NULL ||
	    strstr(said, "SSL alert number 116") != NULL ||
	    strstr(said, "mechanism handshake failed") != NULL)
		return EX_CONFIG;
	return 0;
}

static void
remember(struct kafka *k, rd_kafka_resp_err_t err, const char *said)
{
	char text[sizeof k->reason];
	int status = plain_words(said, text, sizeof text);

	if (status == 0)
		status = kafka_status(err);
	pthread_mutex_lock(&k->lock);
	/* That all are down is the sum of reasons, and none itself. */
	if (err != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || k->status == 0) {
		k->status = status;
		snprintf(k->reason, sizeof k->reason, "%s", text);
	}
	pthread_mutex_unlock(&k->lock);
}

static void
on_error(rd_kafka_t *rk, int err, const char *reason, void *opaque)
{
	(void)rk;
	remember(opaque, (rd_kafka_resp_err_t)err, reason);
}

/* The text without what differs from time to time. */
static uint64_t
gist(const char *fac, const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *fac != '\0'; fac++)
		h = (h ^ (unsigned char)*fac) * UINT64_C(0x100000001b3);
	for (; *text != '\0' && *text != '('; text++)
		if (!isdigit((unsigned char)*text))
			h = (h ^ (unsigned char)*text) *
			    UINT64_C(0x100000001b3);
	return h;
}

/* Whether to say it; if so, *n is how often it was kept back. */
static bool
is_news(struct kafka *k, uint64_t hash, uint64_t *n)
{
	struct kafka_said *s, *old = k->said;
	int64_t now = clock_ms();
	bool news = true;
	size_t i;

	pthread_mutex_lock(&k->lock);
	for (i = 0; i < sizeof k->said / sizeof k->said[0]; i++) {
		s = &k->said[i];
		if (s->hash == hash || s->when < old->when)
			old = s;
		if (s->hash == hash)
			break;
	}
	*n = 0;
	if (old->hash != hash) {
		*old = (struct kafka_said){ hash, now, 0 };
	} else if (now - old->when < QUIET_MS) {
		old->n++;
		news = false;
	} else {
		*n = old->n;
		*old = (struct kafka_said){ hash, now, 0 };
	}
	pthread_mutex_unlock(&k->lock);
	return news;
}

/* Called by librdkafka's threads. */
static void
on_log(const rd_kafka_t *rk, int level, const char *fac, const char *text)
{
	struct kafka *k = rd_kafka_opaque(rk);
	char more[60] = "";
	uint64_t n = 0;
	bool up;

	if (level >= 7) {
		log_debug("librdkafka: %s: %s", fac, text);
		return;
	}
	if (k == NULL || !is_news(k, gist(fac, text), &n))
		return;
	if (n != 0)
		snprintf(more, sizeof more, " repeated=%" PRIu64, n);
	pthread_mutex_lock(&k->lock);
	up = k->up;
	pthread_mutex_unlock(&k->lock);
	/* Before the first answer the last line says what matters; and a
	 * broker that has just started lets us ask twice. */
	if (level <= 4 && up && strstr(text, "load in progress") == NULL)
		log_warn("librdkafka: %s: %s%s", fac, text, more);
	else
		log_info("librdkafka: %s: %s%s", fac, text, more);
}

struct kafka *
kafka_open(const struct kconf_set *s, rd_kafka_type_t type,
    const struct kconf_prop *props, const char *group,
    void (*setup)(rd_kafka_conf_t *), void *user, struct err *e)
{
	struct kafka *k = mem_zero(sizeof *k);
	rd_kafka_conf_t *conf;
	char text[400];

	pthread_mutex_init(&k->lock, NULL);
	k->user = user;
	k->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (k->fd < 0) {
		err_sys(e, EX_OSERR, "eventfd");
		goto fail;
	}
	if (kconf_make(s, props, group, &conf, e) < 0)
		goto fail;
	k->brokers = kconf_get(conf, "bootstrap.servers");
	if (k->brokers == NULL)
		k->brokers = mem_str("(mock)");
	rd_kafka_conf_set_opaque(conf, k);
	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set_error_cb(conf, on_error);
	if (setup != NULL)
		setup(conf);
	k->rk = rd_kafka_new(type, conf, text, sizeof text);
	if (k->rk == NULL) {
		rd_kafka_conf_destroy(conf);
		err_set(e, EX_CONFIG, "librdkafka: %s", text);
		goto fail;
	}
	return k;
fail:
	kafka_close(k);
	return NULL;
}

void
kafka_close(struct kafka *k)
{
	if (k == NULL)
		return;
	if (k->rk != NULL)
		rd_kafka_destroy(k->rk);
	if (k->fd >= 0)
		close(k->fd);
	pthread_mutex_destroy(&k->lock);
	free(k->brokers);
	free(k);
}

/* The last reason as an error. */
static int
unreachable(struct kafka *k, const char *how, struct err *e)
{
	pthread_mutex_lock(&k->lock);
	if (k->status == 0)
		err_set(e, EX_UNAVAILABLE, "brokers %s: %s", k->brokers, how);
	else
		err_set(e, k->status, "brokers %s: %s: %s", k->brokers, how,
		    k->reason);
	pthread_mutex_unlock(&k->lock);
	return -1;
}

/* Waiting longer would not help. */
static bool
is_hopeless(struct kafka *k)
{
	bool r;

	pthread_mutex_lock(&k->lock);
	r = k->status == EX_NOPERM || k->status == EX_CONFIG;
	pthread_mutex_unlock(&k->lock);
	return r;
}

int
kafka_reach(struct kafka *k, const struct kconf_set *s, struct err *e)
{
	int64_t ms = s->give_up >= 0 ? s->give_up : REACH_MS;
	int64_t until = clock_ms() + ms, wait = 250, bad = 0;
	const struct rd_kafka_metadata *md;
	rd_kafka_resp_err_t err;

	for (;;) {
		err = rd_kafka_metadata(k->rk, 0, NULL, &md, (int)wait);
		if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
			break;
		rd_kafka_poll(k->rk, 0);
		/* One of several brokers may be wrong: give the others time
		 * to be right. */
		if (is_hopeless(k) && bad++ == 4)
			return unreachable(k, "cannot be used", e);
		if (clock_ms() >= until)
			return unreachable(k, "no answer", e);
		/* A far broker may take seconds for this. */
		if (!is_hopeless(k) && wait < 4000)
			wait *= 2;
		if (wait > until - clock_ms())
			wait = until - clock_ms() + 1;
	}
	rd_kafka_metadata_destroy(md);
	pthread_mutex_lock(&k->lock);
	k->up = true;
	k->status = 0;
	pthread_mutex_unlock(&k->lock);
	return 0;
}

int
kafka_gave_up(struct kafka *k, int64_t ms, struct err *e)
{
	char how[80];

	snprintf(how, sizeof how, "nothing delivered for %" PRId64
	    " s (--give-up-after)", ms / 1000);
	unreachable(k, how, e);
	e->status = EX_UNAVAILABLE;
	return -1;
}

void
kafka_watch(struct kafka *k, rd_kafka_queue_t *q)
{
	static const uint64_t one = 1;

	rd_kafka_queue_io_event_enable(q, k->fd, &one, sizeof one);
}

void
kafka_heard(struct kafka *k)
{
	uint64_t n;

	while (read(k->fd, &n, sizeof n) < 0 && errno == EINTR)
		;
}

int64_t
kafka_number(struct kafka *k, const char *name)
{
	char *s = kconf_get(rd_kafka_conf(k->rk), name);
	int64_t n = s == NULL ? 0 : strtoll(s, NULL, 10);

	free(s);
	return n;
}
