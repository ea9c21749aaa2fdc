/*
 * link: a connection to the cluster that comes back, for those who would
 * rather wait than fail.
 *
 * Nothing is repeated in here: the owner asks link_up for a connection,
 * makes a call, and says link_good, or asks link_retry whether to try
 * again. Used by one thread.
 */
#ifndef LINK_H
#define LINK_H

#include <stdatomic.h>
#include <stdbool.h>

#include "ignite.h"

/* What the links of a process have in common. Any thread. */
struct links {
	struct cluster *cluster;	/* give_up_after is 0: one pass */
	int64_t patience;		/* ms of trouble, then EX_UNAVAILABLE */
	struct count *retried;
	int quit_fd;			/* readable when quit is set */
	atomic_bool quit;		/* wait no more */
	atomic_bool said;		/* that there is trouble */
};

/* -1: EX_OSERR. */
int	links_open(struct links *, struct cluster *, int64_t patience,
	    struct count *retried, struct err *);
void	links_close(struct links *);

/* From now on no link waits for anything. */
void	links_quit(struct links *);

struct link {
	struct links *all;
	struct ignite *ign;	/* NULL while there is none */
	struct wire_uuid node;
	bool bound;		/* to node, */
	bool astray;		/* which could not be reached: any will do */
	enum ignite_why why;	/* of the last link_retry */
	unsigned failed;	/* bad answers since the last link_good */
	int64_t trouble;	/* clock_ms when it began; 0: there is none */
	int64_t pause;		/* ms */
};

void	link_init(struct link *, struct links *);
void	link_close(struct link *);

/* Prefer this node; NULL: any. */
void	link_bind(struct link *, const struct wire_uuid *);

/* See that there is a connection, in ign. -1 as ignite_open. */
int	link_up(struct link *, struct err *);

/* What was asked for worked. */
void	link_good(struct link *);

/*
 * A call failed: *e and ignite_why say how. After a pause, 0: try again,
 * beginning with link_up. -1: that would not help, or was done long enough,
 * or as often as tries where the server only said that it failed.
 */
int	link_retry(struct link *, unsigned tries, struct err *);

/* Away with the connection: nobody knows what is still on its way. */
void	link_drop(struct link *);

#endif
