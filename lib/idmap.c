#include "idmap.h"

#include <stdlib.h>

#include "mem.h"

/* A power of two of slots, at most half of them in use. */
static uint32_t
place(const struct idmap *m, int32_t id)
{
	uint32_t h = (uint32_t)id * 0x9e3779b1U;
	uint32_t i = (h ^ h >> 15) & (m->cap - 1);

	while (m->slot[i].at != IDMAP_NONE && m->slot[i].id != id)
		i = (i + 1) & (m->cap - 1);
	return i;
}

static void
grow(struct idmap *m)
{
	struct idmap was = *m;
	uint32_t i;

	m->cap = was.cap == 0 ? 8 : was.cap * 2;
	m->slot = mem_alloc(m->cap * sizeof *m->slot);
	for (i = 0; i < m->cap; i++)
		m->slot[i].at = IDMAP_NONE;
	for (i = 0; i < was.cap; i++)
		if (was.slot[i].at != IDMAP_NONE)
			m->slot[place(m, was.slot[i].id)] = was.slot[i];
	free(was.slot);
}

void
idmap_release(struct idmap *m)
{
	free(m->slot);
	*m = (struct idmap){ .slot = NULL };
}

void
idmap_put(struct idmap *m, int32_t id, uint32_t at)
{
	uint32_t i;

	if (m->n == m->cap / 2)
		grow(m);
	i = place(m, id);
	if (m->slot[i].at != IDMAP_NONE)
		return;
	m->slot[i].id = id;
	m->slot[i].at = at;
	m->n++;
}

uint32_t
idmap_get(const struct idmap *m, int32_t id)
{
	return m->cap == 0 ? IDMAP_NONE : m->slot[place(m, id)].at;
}
