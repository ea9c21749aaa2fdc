#include "known.h"

#include <stdlib.h>

#include "mem.h"

/* Where the id is, or could be put: how is KNOWN_NOT there. */
static struct known_slot *
find(struct known_slot *slot, size_t cap, uint64_t id)
{
	uint64_t h = id * UINT64_C(0x9e3779b97f4a7c15);
	size_t at = (size_t)(h >> 32) & (cap - 1);

	while (slot[at].how != KNOWN_NOT && slot[at].id != id)
		at = (at + 1) & (cap - 1);
	return &slot[at];
}

enum known_how
known_get(const struct known *k, uint64_t id)
{
	return k->cap == 0 ? KNOWN_NOT : find(k->slot, k->cap, id)->how;
}

static void
grow(struct known *k)
{
	size_t cap = k->cap == 0 ? 64 : k->cap * 2, i;
	struct known_slot *slot = mem_zero(cap * sizeof *slot);

	for (i = 0; i < k->cap; i++) {
		if (k->slot[i].how != KNOWN_NOT)
			*find(slot, cap, k->slot[i].id) = k->slot[i];
	}
	free(k->slot);
	k->slot = slot;
	k->cap = cap;
}

void
known_put(struct known *k, uint64_t id, enum known_how how)
{
	struct known_slot *s;

	if (2 * k->n >= k->cap)
		grow(k);
	s = find(k->slot, k->cap, id);
	if (s->how == KNOWN_NOT)
		k->n++;
	s->id = id;
	if (how > s->how)
		s->how = how;
}

void
known_release(struct known *k)
{
	free(k->slot);
	*k = (struct known){ .n = 0 };
}
