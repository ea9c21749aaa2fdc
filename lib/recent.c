#include "recent.h"

#include <stdlib.h>

#include "mem.h"

enum { AGE_MS = 1000 };		/* how much time goes into one age */

static uint64_t
hash(struct slice s)
{
	uint64_t h = 0x9e3779b97f4a7c15U ^ s.n, v;
	size_t i;

	for (i = 0; i + 8 <= s.n; i += 8)
		h = (h ^ le64(s.p + i)) * 0xff51afd7ed558ccdU;
	for (v = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	h = (h ^ v) * 0xff51afd7ed558ccdU;
	return h ^ h >> 32;
}

static struct slice
key_at(const struct recent_age *a, size_t at)
{
	return slice_of(a->keys.p + at + 4, le32(a->keys.p + at));
}

/* Where the key is, or the free slot where it would go. */
static size_t
find(const struct recent_age *a, uint64_t h, struct slice key)
{
	size_t i = h & (a->cap - 1);

	while (a->slot[i].at != 0 && (a->slot[i].hash != h ||
	    !slice_eq(key_at(a, a->slot[i].at - 1), key)))
		i = (i + 1) & (a->cap - 1);
	return i;
}

static void
grow(struct recent_age *a)
{
	struct recent_age b = *a;
	size_t i, j;

	b.cap = a->cap == 0 ? 1024 : a->cap * 2;
	b.slot = mem_zero(b.cap * sizeof *b.slot);
	for (i = 0; i < a->cap; i++) {
		if (a->slot[i].at == 0)
			continue;
		j = a->slot[i].hash & (b.cap - 1);
		while (b.slot[j].at != 0)
			j = (j + 1) & (b.cap - 1);
		b.slot[j] = a->slot[i];
	}
	free(a->slot);
	*a = b;
}

void
recent_add(struct recent *r, struct slice key, int64_t now)
{
	struct recent_age *a = &r->now;
	uint64_t h = hash(key);
	size_t i;

	if (a->n * 4 >= a->cap * 3)
		grow(a);
	if (a->n == 0)
		a->begun = now;
	a->last = now;
	i = find(a, h, key);
	if (a->slot[i].at != 0)
		return;
	a->slot[i].hash = h;
	a->slot[i].at = a->keys.n + 1;
	a->n++;
	buf_slice(&a->keys, key);
}

static bool
has(const struct recent_age *a, uint64_t h, struct slice key)
{
	return a->n != 0 && a->slot[find(a, h, key)].at != 0;
}

bool
recent_has(const struct recent *r, struct slice key)
{
	uint64_t h;

	if (r->now.n == 0 && r->before.n == 0)
		return false;
	h = hash(key);
	return has(&r->now, h, key) || has(&r->before, h, key);
}

static void
release(struct recent_age *a)
{
	buf_release(&a->keys);
	free(a->slot);
	*a = (struct recent_age){ .n = 0 };
}

void
recent_forget(struct recent *r, int64_t now, int64_t horizon)
{
	if (r->before.n != 0 && r->before.last < horizon)
		release(&r->before);
	if (r->before.n == 0 && r->now.n != 0 && now - r->now.begun > AGE_MS) {
		r->before = r->now;
		r->now = (struct recent_age){ .n = 0 };
	}
}

size_t
recent_size(const struct recent *r)
{
	return r->now.keys.cap + r->now.cap * sizeof *r->now.slot +
	    r->before.keys.cap + r->before.cap * sizeof *r->before.slot;
}

void
recent_release(struct recent *r)
{
	release(&r->now);
	release(&r->before);
}
