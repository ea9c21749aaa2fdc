/*
 * feed: the one output of several threads. They append whole frames under
 * its lock; the main thread alone writes. So the order in which records are
 * appended is the order of the stream.
 *
 * What can wait, waits for room; what can't (events of a continuous query)
 * is appended all the same, until feed_over says that the buffer has
 * reached its limit.
 */
#ifndef FEED_H
#define FEED_H

#include <pthread.h>
#include <stdatomic.h>

#include "bintype.h"
#include "frame.h"
#include "known.h"

struct feed {
	pthread_mutex_t lock;
	pthread_cond_t filled, drained;
	struct buf buf;		/* frames that nobody has written yet */
	size_t writing;		/* bytes that are being written */
	size_t limit;
	uint64_t seq, records;
	bool ending;		/* nobody appends any more */
	atomic_bool failed;	/* the writer or a thread: why */
	struct err why;
	struct bin_types types;	/* those whose TYPE frames are in the stream */
	struct known classes;	/* the same, TYPE_CLASS */
	struct known strange;	/* those that nobody could describe */
	struct count discarded, events, rows;
};

void	feed_init(struct feed *, size_t limit);
void	feed_release(struct feed *);

/*
 * Write what is appended until feed_end, or until something failed; stop
 * is called now and then and ends it when true. The caller's thread. 0
 * when all is written, out knows position and number of the records.
 */
int	feed_write(struct feed *, struct frame_out *, struct err *);

/* No more will be appended. */
void	feed_end(struct feed *);

/* Give up, everywhere: the first error is the one that counts. */
void	feed_fail(struct feed *, const struct err *);
bool	feed_failed(struct feed *);

/* The lock, around any number of feed_rec and what must not come between. */
void	feed_lock(struct feed *);
void	feed_unlock(struct feed *);

/* Append a record; its seq is set here. Locked. */
void	feed_rec(struct feed *, struct rec *);

/*
 * The description of a type, as operation 3002 gives it, or the name of a
 * class: append a TYPE frame unless the stream has it. Takes the lock.
 */
int	feed_type(struct feed *, const struct type *, struct err *);

/* Nobody could describe this type: true the first time. Takes the lock. */
bool	feed_strange(struct feed *, int32_t type);

/* Wait until little is waiting to be written. False: it failed or ends. */
bool	feed_room(struct feed *);

/* More than the limit waits: the reader is too slow. */
bool	feed_over(struct feed *);

#endif
