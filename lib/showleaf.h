/*
 * showleaf: as JSON, values that hold no others and need no types.
 */
#ifndef SHOWLEAF_H
#define SHOWLEAF_H

#include "bin.h"

/* Append it; false and nothing appended if it is of another kind. */
bool	show_leaf(struct buf *, const struct bin_val *);

void	show_base64(struct buf *, struct slice);

/* A type id, or the class name in its place. */
void	show_class(struct buf *, int32_t type_id, struct slice name);

#endif
