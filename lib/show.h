/*
 * show: one value as JSON, for people and jq.
 *
 * Exact where JSON is, strings where numbers would not be (decimals), and
 * members that begin with @ where JSON has no word for it. The rules are in
 * the manual page of frame-dump.
 */
#ifndef SHOW_H
#define SHOW_H

#include "bintype.h"
#include "showtext.h"

/*
 * Append the value as one line of JSON without its newline. All of value
 * must be one value; EX_DATAERR and nothing appended if bin_skip would
 * refuse it. types may be NULL.
 */
int	show_value(struct buf *, struct slice value, const struct bin_types *,
	    struct err *);

#endif
