/*
 * login: from an address to a connection that a node has let in; what
 * ignite is made of.
 */
#ifndef LOGIN_H
#define LOGIN_H

#include "cluster.h"
#include "net.h"
#include "wire.h"

/*
 * Connect and shake hands with any node, or with the one with this id.
 * Tries all addresses, starting with another one each time, until
 * give_up_after is over; for one node, or when waiting cannot help, only
 * once. -1: EX_UNAVAILABLE when it may be otherwise later; EX_CONFIG,
 * EX_NOPERM or EX_PROTOCOL when not; EX_TEMPFAIL when told to stop. The text
 * begins with the address.
 */
int	login(struct net *, struct cluster *, const struct wire_uuid *node,
	    struct wire_welcome *, struct err *);

#endif
