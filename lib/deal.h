/*
 * deal: deals records out to lanes by key, holds no more of them than it is
 * allowed, and acknowledges the unbroken run of what is written.
 *
 * A key goes to the same lane as long as the division of keys among lanes
 * stays, which is called an era; before a new one begins, because nodes or
 * partitions have moved, nothing is in flight. Used by one thread.
 */
#ifndef DEAL_H
#define DEAL_H

#include "ack.h"
#include "lane.h"
#include "rec.h"
#include "teach.h"
#include "track.h"

enum { DEAL_NODES = 32 };	/* that get lanes of their own */

struct deal_config {
	struct links *links;
	struct target_rule rule;
	struct lanes_config lanes;
	unsigned each;			/* lanes for a node */
	size_t window, window_bytes;
	struct ack_out *acks;
	int input;			/* to wait for when there is no work */
	uint64_t seed;
	struct count *taught, *window_now;
};

struct deal {
	struct deal_config cfg;
	struct link control;	/* for all but batches */
	struct lanes *lanes;
	struct targets targets;
	struct teach teach;
	struct track track;
	struct wire_uuid nodes[DEAL_NODES];
	size_t nnodes;
	unsigned era;
	int64_t major;		/* topology version of this era */
	int32_t minor;
	unsigned moves;		/* see lanes_moved */
	uint64_t closed;	/* position up to which groups are whole */
	size_t weight;		/* bytes in flight */
	struct deal_queue {	/* batches being filled, of each lane */
		struct batch *first, **last;
	} *open;
	unsigned nopen;
	struct buf key;		/* one that needs something before it */
	struct batch *spare;
	unsigned nspare;
};

/* Connect, and start the lanes. -1: deal_close is to be called, too. */
int	deal_open(struct deal *, const struct deal_config *, struct err *);

/*
 * Take a record over: its bytes are copied, behind what lead says. May wait
 * for room. It must have been looked at by teach_check.
 */
int	deal_record(struct deal *, const struct rec *,
	    const struct fold_lead lead[2], struct err *);
int	deal_type(struct deal *, const struct type *, struct err *);
int	deal_mark(struct deal *, uint64_t seq, struct err *);

/*
 * Wait until there is input, acknowledging meanwhile; for in_tie. What has
 * been gathered is sent as soon as a lane has nothing else to do.
 */
int	deal_wait(void *deal, struct err *);

/*
 * Wait until nothing is in flight, and acknowledge it. -1: something could
 * not be written; the rest is.
 */
int	deal_finish(struct deal *, struct err *);

void	deal_close(struct deal *);

#endif
