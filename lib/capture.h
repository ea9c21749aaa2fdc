/*
 * capture: what gg-capture's threads share: the caches, the feed, and who
 * does what to them.
 *
 *   warden   one thread: which caches there are, and whether their queries
 *            can be trusted (warden.h)
 *   watch    a thread for each 100 caches: continuous queries (watch.h)
 *   sweep    some threads: scans, partition by partition (sweep.h)
 *   main     writes what they append to the feed
 *
 * A cache's course: WANTED, then its query starts (LIVE) and after a moment
 * its scan; when a doubt arises its epoch grows and it is WANTED again. What
 * was read in an older epoch is thrown away.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "cluster.h"
#include "feed.h"
#include "ignite.h"
#include "partmap.h"
#include "pattern.h"
#include "recent.h"

enum capture_course { CAPTURE_WANTED, CAPTURE_LIVE, CAPTURE_GONE };

/* One cache; all but name and id under capture.lock, recent under the
 * feed's. */
struct cache {
	char *name;
	int32_t id;
	enum capture_course course;
	uint32_t epoch;		/* also read under the feed's lock */
	bool resync;		/* the watch shall start the query anew */
	uint64_t query;		/* id of the continuous query; 0: none */
	uint64_t former;	/* of the one before, until it is closed */
	int64_t former_until;	/* clock_ms */
	int64_t scan_from;	/* clock_ms when a scan may start */
	bool scan_wanted;	/* not begun in this epoch */
	bool scanned;		/* all partitions done in this epoch */
	bool mapped;
	struct partmap map;
	uint32_t parts;		/* to scan; 1 with all == true */
	bool all;		/* as one: its partitions can't be told */
	uint32_t next;		/* partition to begin next */
	uint32_t left;		/* partitions not done */
	uint32_t *again;	/* partitions to scan again, */
	uint32_t n_again;
	int64_t again_at;	/* but not before; clock_ms */
	int64_t row_bytes;	/* what a row takes, about; 0: not known */
	struct recent recent;
	struct watch *watch;
};

struct capture {
	struct cluster *cluster;
	struct pattern *pattern;
	struct feed *feed;

	/* options */
	bool query;		/* with continuous queries */
	bool scan;		/* with scans */
	bool once;		/* over when all is scanned */
	bool expired;
	int64_t scans;		/* sweep threads */
	int64_t margin;		/* ms; see delivery: rows and events */
	int64_t page_bytes;	/* what a page should have, about */

	pthread_mutex_t lock;
	pthread_cond_t changed;	/* work for sweeps, or the end */
	struct cache **caches;
	size_t n, cap;
	struct sweep *sweeps;
	bool stop;
	bool broken;		/* once: a partition could not be read */
	struct err why;
	struct count resyncs, hangups, retries;
};

void	capture_init(struct capture *);

/* Free all that it holds, cluster and pattern too; no thread is left. */
void	capture_release(struct capture *);

/* Stop all threads; they end by themselves soon after. */
void	capture_stop(struct capture *);
bool	capture_stopped(struct capture *);	/* or failed, or over */

/* A fatal error of a thread: all end, and this is why. */
void	capture_fail(struct capture *, const struct err *);

/* Wait so long, or until it is over. */
void	capture_pause(struct capture *, int64_t ms);

/*
 * Note a cache that is there. NULL if it is known already. Locks, as those
 * that follow do unless they say otherwise.
 */
struct cache *capture_add(struct capture *, const char *name);

/* Its query can't be trusted: begin anew with query and scan. */
void	capture_doubt(struct capture *, struct cache *, const char *why);

/* It is no more. */
void	capture_gone(struct capture *, struct cache *);

/*
 * All is scanned, and there is nothing to do but that. capture.lock is
 * held.
 */
bool	capture_over(const struct capture *);

/*
 * A connection for a question, in *ig: opened if there is none, or anew if
 * it is of no more use. Tries as ignite_open does.
 */
int	capture_ask(struct capture *, struct ignite **ig, struct err *);

/*
 * The types that a thread has met, so that the stream has the TYPE frame of
 * each before the first record that needs it.
 */
struct seen;

struct seen *seen_new(void);
void	seen_free(struct seen *);

/* Look through a key or value. EX_DATAERR: it does not parse. */
int	seen_look(struct seen *, struct slice value, struct err *);

/*
 * Have the TYPE frames of those that were met in the stream. *ig is the
 * thread's connection for questions, see capture_ask.
 */
int	seen_announce(struct seen *, struct capture *, struct ignite **ig,
	    struct err *);

#endif
