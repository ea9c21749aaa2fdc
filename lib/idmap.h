/*
 * idmap: places of things by their 32-bit ids.
 *
 * A zeroed struct idmap is an empty one.
 */
#ifndef IDMAP_H
#define IDMAP_H

#include <stdint.h>

#define IDMAP_NONE UINT32_MAX

struct idmap {
	struct {
		int32_t id;
		uint32_t at;
	} *slot;
	uint32_t cap;
	uint32_t n;
};

void	idmap_release(struct idmap *);

/* Remember where id is, unless it is somewhere already. */
void	idmap_put(struct idmap *, int32_t id, uint32_t at);

/* Where id is, or IDMAP_NONE. */
uint32_t idmap_get(const struct idmap *, int32_t id);

#endif
