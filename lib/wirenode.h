/*
 * wirenode: answers that describe the nodes of a cluster. Pure, as wire is.
 */
#ifndef WIRENODE_H
#define WIRENODE_H

#include "wire.h"

void	wire_endpoints(struct buf *, int64_t since);

struct wire_endpoint {
	struct wire_uuid node;
	uint16_t port;
	uint32_t hosts;		/* take as many with bin_string from c */
	struct cur c;
};

struct wire_nodes {
	struct cur c;
	int64_t version;
	uint32_t left;
};

int	wire_nodes(struct wire_nodes *, struct slice body, struct err *);
/* 1, 0, -1 as wire_row. */
int	wire_node(struct wire_nodes *, struct wire_endpoint *, struct err *);

/* WIRE_NODE_INFO of one node, and the product's version in its answer. */
void	wire_node_info(struct buf *, struct wire_uuid);
int	wire_product(struct slice body, char *text, size_t n, struct err *);

#endif
