#include "fold.h"

#include <assert.h>
#include <stdlib.h>

#include "mem.h"

enum {
	KEEP = 2 * 1024 * 1024	/* bytes of data kept for the next batch */
};

/* Append it; how many bytes that were. */
static inline uint32_t
copy(struct buf *b, const struct fold_lead *lead, struct slice s)
{
	unsigned char *p = buf_room(b, lead->n + s.n);
	size_t i;

	for (i = 0; i < lead->n; i++)
		*p++ = lead->b[i];
	if (s.n != 0)
		memcpy(p, s.p, s.n);
	b->n += lead->n + s.n;
	return (uint32_t)(lead->n + s.n);
}

void
fold_add(struct fold *f, const struct fold_lead lead[2], struct slice key,
    struct slice value, bool remove, uint32_t hash, uint64_t ticket,
    const struct fold_from *from)
{
	struct fold_op *op;

	if (f->n == f->cap) {
		f->cap = f->cap == 0 ? 64 : f->cap * 2;
		f->op = mem_grow(f->op, f->cap, sizeof *f->op);
		f->from = mem_grow(f->from, f->cap, sizeof *f->from);
	}
	assert(f->data.n < UINT32_MAX);
	f->from[f->n] = *from;
	op = &f->op[f->n];
	op->key = (uint32_t)f->data.n;
	op->nkey = copy(&f->data, &lead[0], key);
	op->nvalue = remove ? 0 : copy(&f->data, &lead[1], value);
	op->hash = hash;
	op->by = f->n++;
	op->remove = remove;
	op->done = false;
	op->ticket = ticket;
}

struct slice
fold_key(const struct fold *f, uint32_t i)
{
	return slice_of(f->data.p + f->op[i].key, f->op[i].nkey);
}

struct slice
fold_value(const struct fold *f, uint32_t i)
{
	if (f->op[i].remove)
		return slice_of(NULL, 0);
	return slice_of(f->data.p + f->op[i].key + f->op[i].nkey,
	    f->op[i].nvalue);
}

/* Let every op know the later one of its key, if there is one. */
static void
find_last(struct fold *f, struct fold_work *w)
{
	size_t n = 64, at;
	uint32_t i, was;

	while (n < 2 * (size_t)f->n)
		n *= 2;
	if (w->table_n < n) {
		w->table = mem_grow(w->table, n, sizeof *w->table);
		w->table_n = n;
	}
	memset(w->table, 0xff, n * sizeof *w->table);
	for (i = 0; i < f->n; i++) {
		at = f->op[i].hash & (n - 1);
		while ((was = w->table[at]) != UINT32_MAX) {
			if (f->op[was].hash == f->op[i].hash &&
			    slice_eq(fold_key(f, was), fold_key(f, i))) {
				f->op[was].by = i;
				break;
			}
			at = (at + 1) & (n - 1);
		}
		w->table[at] = i;
	}
}

/* How many bytes all winners' keys begin with in common. */
static size_t
common(const struct fold *f, const struct fold_item *v, size_t n)
{
	struct slice a = fold_key(f, v[0].i), b;
	size_t same = a.n, i, k;

	for (i = 1; i < n && same != 0; i++) {
		b = fold_key(f, v[i].i);
		if (b.n < same)
			same = b.n;
		/* Most often few, and then a call would cost more. */
		if (same > 16 && memcmp(a.p, b.p, same) == 0)
			continue;
		for (k = 0; k < same && a.p[k] == b.p[k]; k++)
			;
		same = k;
	}
	return same;
}

/* Eight bytes as a number that compares as they do; zeros behind the end. */
static uint64_t
head_of(struct slice s, size_t from)
{
	uint64_t v = 0;
	size_t i;

	if (s.n - from >= 8) {
		v = le64(s.p + from);
		return __builtin_bswap64(v);
	}
	for (i = 0; i < 8; i++)
		v = v << 8 | (from + i < s.n ? s.p[from + i] : 0);
	return v;
}

static bool
before(const struct fold *f, const struct fold_item *a,
    const struct fold_item *b)
{
	if (a->head != b->head)
		return a->head < b->head;
	return slice_cmp(fold_key(f, a->i), fold_key(f, b->i)) < 0;
}

/*
 * Merge sort with runs of insertion sort, most comparisons being those of
 * two numbers; qsort would call a function that looks into two keys for
 * each. The result is in v or in t; say where.
 */
static struct fold_item *
sort(const struct fold *f, struct fold_item *v, struct fold_item *t,
    size_t n)
{
	struct fold_item x, *from = v, *to = t, *swap;
	size_t i, j, k, a, b, mid, end, run = 8;

	for (i = 0; i < n; i++) {
		x = v[i];
		for (j = i; j % run != 0 && before(f, &x, &v[j - 1]); j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
	for (; run < n; run *= 2) {
		for (i = 0, k = 0; i < n; i += 2 * run) {
			mid = i + run < n ? i + run : n;
			end = mid + run < n ? mid + run : n;
			for (a = i, b = mid; a < mid && b < end;)
				to[k++] = before(f, &from[b], &from[a]) ?
				    from[b++] : from[a++];
			while (a < mid)
				to[k++] = from[a++];
			while (b < end)
				to[k++] = from[b++];
		}
		swap = from;
		from = to;
		to = swap;
	}
	return from;
}

/* Which winners. */
enum { PUTS = 1, REMOVALS = 2 };

/* Sort the winners of a kind, and write them to to. Returns how many. */
static uint32_t
collect(const struct fold *f, struct fold_work *w, int kinds, uint32_t *to)
{
	struct fold_item *v = w->items;
	uint32_t i, n = 0;
	size_t same;

	for (i = 0; i < f->n; i++) {
		if (f->op[i].by == i &&
		    (kinds & (f->op[i].remove ? REMOVALS : PUTS)) != 0)
			v[n++].i = i;
	}
	if (n == 0)
		return 0;
	same = common(f, v, n);
	for (i = 0; i < n; i++)
		v[i].head = head_of(fold_key(f, v[i].i), same);
	v = sort(f, v, v + n, n);
	for (i = 0; i < n; i++)
		to[i] = v[i].i;
	return n;
}

void
fold_run(struct fold *f, struct fold_work *w, bool together)
{
	find_last(f, w);
	if (w->items_n < 2 * (size_t)f->n) {
		w->items_n = 2 * (size_t)f->n;
		w->items = mem_grow(w->items, w->items_n, sizeof *w->items);
	}
	if (f->room < f->n) {
		f->room = f->n;
		f->put = mem_grow(f->put, f->room, sizeof *f->put);
	}
	f->nput = collect(f, w, together ? PUTS | REMOVALS : PUTS, f->put);
	f->rem = f->put + f->nput;
	f->nrem = together ? 0 : collect(f, w, REMOVALS, f->rem);
}

bool
fold_done(struct fold *f)
{
	bool all = true;
	uint32_t i = f->n;

	/* The one that replaces another stands behind it. */
	while (i-- > 0) {
		f->op[i].done = f->op[f->op[i].by].done;
		all = all && f->op[i].done;
	}
	return all;
}

void
fold_reset(struct fold *f)
{
	if (f->data.cap > KEEP)
		buf_release(&f->data);
	buf_reset(&f->data);
	f->n = f->nput = f->nrem = 0;
}

void
fold_release(struct fold *f)
{
	buf_release(&f->data);
	free(f->op);
	free(f->from);
	free(f->put);
	*f = (struct fold){ .n = 0 };
}

void
fold_work_release(struct fold_work *w)
{
	free(w->table);
	free(w->items);
	*w = (struct fold_work){ .table_n = 0 };
}

uint64_t
fold_hash(struct slice s, uint64_t seed)
{
	uint64_t h = seed ^ s.n * UINT64_C(0x9e3779b97f4a7c15), w;
	size_t i;

	for (i = 0; i < s.n; i += 8) {
		w = 0;
		if (s.n - i >= 8)
			w = le64(s.p + i);
		else
			memcpy(&w, s.p + i, s.n - i);
		h = (h ^ w) * UINT64_C(0xff51afd7ed558ccd);
		h ^= h >> 32;
	}
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 29;
}
