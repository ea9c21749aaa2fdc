/*
 * kafka: a client of Kafka, by librdkafka: its options, what it says while
 * it runs, and what its errors mean for us.
 */
#ifndef KAFKA_H
#define KAFKA_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdbool.h>

#include "err.h"
#include "kconf.h"

struct kafka {
	rd_kafka_t *rk;
	char *brokers;		/* for messages */
	void *user;		/* for the program's callbacks */
	int fd;			/* readable when a queue below has news */
	pthread_mutex_t lock;	/* of what follows */
	bool up;		/* a broker has answered */
	int status;		/* what the last failure means; 0: none */
	char reason[400];	/* and its text */
	struct kafka_said {
		uint64_t hash;
		int64_t when;
		uint64_t n;
	} said[16];		/* log lines not to be repeated */
};

/*
 * Make a client. setup may add callbacks to the configuration, whose opaque
 * is the struct kafka; NULL: none. group: group.id, if the program knows
 * better than the properties. NULL: EX_CONFIG.
 */
struct kafka *kafka_open(const struct kconf_set *, rd_kafka_type_t,
	    const struct kconf_prop *props, const char *group,
	    void (*setup)(rd_kafka_conf_t *), void *user, struct err *);

/* Destroys rk as well. */
void	kafka_close(struct kafka *);

/*
 * Wait until a broker answers. -1: none did within the time (15 s, or
 * --give-up-after), or one said that it never will: EX_UNAVAILABLE,
 * EX_NOPERM for a login, EX_CONFIG for what is no broker of this protocol.
 */
int	kafka_reach(struct kafka *, const struct kconf_set *, struct err *);

/* Have fd be readable when the queue gets something. */
void	kafka_watch(struct kafka *, rd_kafka_queue_t *);

/* fd was readable, and the queue will be looked at. */
void	kafka_heard(struct kafka *);

/* The sysexits status that an error means. */
int	kafka_status(rd_kafka_resp_err_t);

/* Describe an error as ": " and librdkafka's text behind ours. -1. */
int	kafka_err(struct err *, rd_kafka_resp_err_t, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* Nothing was done for --give-up-after: the error, with the last reason. */
int	kafka_gave_up(struct kafka *, int64_t ms, struct err *);

/* The configuration property of a running client, as a number. */
int64_t	kafka_number(struct kafka *, const char *name);

#endif
