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
 * Connect and shake hands, within the connect timeout. -1: EX_UNAVAILABLE
 * when it may be otherwise later or elsewhere, EX_CONFIG, EX_NOPERM or
 * EX_PROTOCOL when not; the text begins with the address.
 */
int	login(struct net *, struct cluster *, const struct cluster_address *,
	    struct wire_welcome *, struct err *);

#endif
