/*
 * kconf: librdkafka's configuration from -b, -F, -X and what a program
 * decides.
 */
#ifndef KCONF_H
#define KCONF_H

#include <librdkafka/rdkafka.h>

#include "err.h"
#include "opt.h"

/* What the options that all Kafka programs share fill in. */
struct kconf_set {
	const char *brokers;
	const char *file;
	struct opt_list props;		/* -X */
	int64_t give_up;		/* ms; -1: by situation */
};

#define KCONF_OPTIONS(set) \
	OPT_STR('b', "brokers", &(set).brokers, "HOST[:PORT],...", \
	    "brokers to begin with"), \
	OPT_STR('F', "config", &(set).file, "FILE", \
	    "client properties, librdkafka's or Java's"), \
	OPT_LIST('X', "property", &(set).props, "NAME=VALUE", \
	    "a librdkafka property; 'list' and 'dump' show them"), \
	OPT_TIME(0, "give-up-after", &(set).give_up, "TIME", 0, INT32_MAX, \
	    "give up when the brokers do nothing for so long " \
	    "[15s at the start, never later]")

/* A property that the program decides; value NULL: nobody may set it. */
struct kconf_prop {
	const char *name, *value;
	bool fixed;		/* users may not set it to anything else */
	bool optional;		/* older librdkafkas do not know it */
};

/*
 * The configuration. props ends with a NULL name; group: group.id, NULL if
 * the properties say. -1: EX_USAGE for -X, EX_CONFIG for the file.
 */
int	kconf_make(const struct kconf_set *, const struct kconf_prop *props,
	    const char *group, rd_kafka_conf_t **, struct err *);

/*
 * Look at the options before anything is done. 0; 1 after -X list or dump
 * was printed; -1: as kconf_make.
 */
int	kconf_check(const struct kconf_set *, const struct kconf_prop *props,
	    struct err *);

/* A property's value; NULL: not set. The caller frees it. */
char	*kconf_get(const rd_kafka_conf_t *, const char *name);

#endif
