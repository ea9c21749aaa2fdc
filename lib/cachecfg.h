/*
 * cachecfg: the configuration of a cache, as servers describe it and as
 * they take it to create one. Pure.
 */
#ifndef CACHECFG_H
#define CACHECFG_H

#include "buf.h"
#include "bytes.h"
#include "err.h"

enum cachecfg_atomicity { CACHE_TRANSACTIONAL, CACHE_ATOMIC, CACHE_SNAPSHOT };
enum cachecfg_mode { CACHE_LOCAL, CACHE_REPLICATED, CACHE_PARTITIONED };

struct cachecfg_field {
	struct slice name, type;	/* type: a Java class */
	bool key, not_null;
	struct slice dflt;		/* a value of bin.h, null for none */
	int32_t precision, scale;	/* -1: none */
};

struct cachecfg_alias {
	struct slice field, alias;
};

struct cachecfg_index {
	struct slice name;
	uint8_t type;			/* 0 sorted, 1 full text, 2 geospatial */
	int32_t inline_size;
	uint32_t n;
	struct cachecfg_index_field {
		struct slice field;
		bool descending;
	} *fields;
};

/* A query entity: how a type is seen as a table. */
struct cachecfg_entity {
	struct slice key_type, value_type, table, key_field, value_field;
	uint32_t nfields, naliases, nindexes;
	struct cachecfg_field *fields;
	struct cachecfg_alias *aliases;
	struct cachecfg_index *indexes;
};

struct cachecfg_key {
	struct slice type, field;	/* key type, its affinity field */
};

/* Strings and values point into bytes, which is owned. */
struct cachecfg {
	struct slice name;
	int32_t atomicity, mode, backups, write_sync, loss_policy;
	struct slice region, group, schema;	/* null: default */
	bool copy_on_read, read_from_backup, onheap, eager_ttl, statistics;
	bool escape_all;
	int32_t parallelism, inline_size;
	bool expires;
	int64_t expiry[3];		/* create, update, access; ms */
	uint32_t nkeys, nentities;
	struct cachecfg_key *keys;
	struct cachecfg_entity *entities;
	unsigned char *bytes;
};

/* The body of an answer to WIRE_CACHE_CONFIG; it is copied. */
int	cachecfg_read(struct cachecfg *, struct slice body, struct err *);

/*
 * What WIRE_CACHE_LIKE takes: the same cache under this name. Which data
 * region or group it is in stays behind: another cluster may not have them.
 */
void	cachecfg_write(struct buf *, const struct cachecfg *,
	    const char *name);

void	cachecfg_release(struct cachecfg *);

#endif
