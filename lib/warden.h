/*
 * warden: sees to which caches there are, and notices when a continuous
 * query has died in silence.
 *
 * A query lives on over the loss of its cache or of the cluster's activity
 * as if nothing were: the connection is up, and no event ever comes again.
 * All that tells is the affinity topology version, which grows with each
 * such change. So a short heartbeat watches it: one step may be told by
 * asking for state and names; where steps were missed, all is begun anew.
 */
#ifndef WARDEN_H
#define WARDEN_H

#include "capture.h"
#include "watch.h"

struct warden;

/*
 * Find the caches that are wanted, and start. EX_CONFIG for a plain name
 * that is no cache, EX_UNAVAILABLE for an inactive cluster. watches: NULL
 * without queries; then there is no thread, the caches are those of now.
 */
struct warden *warden_new(struct capture *, struct watches *, struct err *);

/* Wait for the thread, which capture_stop has ended, and free it. */
void	warden_free(struct warden *);

#endif
