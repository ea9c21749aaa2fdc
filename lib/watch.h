/*
 * watch: the continuous queries of gg-capture, on connections of their own
 * that carry nothing else, so that nothing delays an event.
 *
 * A server queues events without bound for a reader that is slow. So the
 * thread only reads and appends; when the feed holds more than its limit it
 * hangs up, waits until that is written, and begins anew.
 */
#ifndef WATCH_H
#define WATCH_H

#include "capture.h"

struct watches;

struct watches *watches_new(struct capture *);

/* Have this cache watched, by a thread that has room for it. */
int	watches_take(struct watches *, struct cache *, struct err *);

/* Wait for the threads, which capture_stop has ended, and free it all. */
void	watches_free(struct watches *);

#endif
