/*
 * count: numbers that a program keeps while it runs, for SIGUSR1, the exit
 * line and --stats. Read by any thread.
 */
#ifndef COUNT_H
#define COUNT_H

#include <stdatomic.h>
#include <stdint.h>

struct count {
	const char *name;	/* as in OpenMetrics: records_read_total */
	const char *help;
	_Atomic uint64_t n;
};

/* For numbers that one thread alone writes: no locked instruction. */
static inline void
count_add(struct count *c, uint64_t n)
{
	atomic_store_explicit(&c->n, n +
	    atomic_load_explicit(&c->n, memory_order_relaxed),
	    memory_order_relaxed);
}

/* For numbers that several threads write. */
static inline void
count_add_shared(struct count *c, uint64_t n)
{
	atomic_fetch_add_explicit(&c->n, n, memory_order_relaxed);
}

static inline void
count_set(struct count *c, uint64_t n)
{
	atomic_store_explicit(&c->n, n, memory_order_relaxed);
}

static inline uint64_t
count_get(const struct count *c)
{
	return atomic_load_explicit(&c->n, memory_order_relaxed);
}

#endif
