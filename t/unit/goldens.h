/*
 * goldens: hex, and the golden values and types.
 */
#ifndef GOLDENS_H
#define GOLDENS_H

#include <stdio.h>

#include "bintype.h"
#include "golden.h"

/* Append bytes given as hex; blanks do not count. */
static inline void
unhex(struct buf *b, const char *hex)
{
	unsigned v;

	for (; *hex != '\0'; hex++) {
		if (*hex == ' ')
			continue;
		assert_int_equal(sscanf(hex, "%2x", &v), 1);
		buf_u8(b, (uint8_t)v);
		hex++;
	}
}

static inline void
golden_add_types(struct bin_types *types)
{
	struct buf b = { NULL, 0, 0 };
	struct err e;
	size_t i;

	for (i = 0; i < GOLDEN_TYPES_N; i++) {
		buf_reset(&b);
		unhex(&b, golden_types[i]);
		assert_int_equal(bin_types_add(types, buf_bytes(&b), &e), 1);
	}
	buf_release(&b);
}

static inline const struct golden *
golden_named(const char *name)
{
	size_t i;

	for (i = 0; i < GOLDEN_N; i++)
		if (strcmp(golden[i].name, name) == 0)
			return &golden[i];
	fail_msg("no golden %s", name);
	return NULL;
}

#endif
