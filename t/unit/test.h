/*
 * test: what unit tests share: cmocka with what it needs before it, and
 * numbers that look random but are the same in each run.
 *
 * SEED=n in the environment tries others; ROUNDS=n more of them.
 */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t test_state;

static inline uint64_t
test_number(const char *name, uint64_t otherwise)
{
	const char *s = getenv(name);

	return s == NULL ? otherwise : strtoull(s, NULL, 10);
}

/* Start over; each test that uses random numbers calls it first. */
static inline void
test_seed(void)
{
	test_state = test_number("SEED", 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static inline uint64_t
test_rounds(uint64_t n)
{
	return n * test_number("ROUNDS", 1);
}

/* splitmix64 */
static inline uint64_t
test_u64(void)
{
	uint64_t z = test_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 to n - 1. */
static inline uint64_t
test_below(uint64_t n)
{
	return n == 0 ? 0 : test_u64() % n;
}

/* Of all magnitudes: as often 3 as 3,000,000,000. */
static inline uint64_t
test_any(void)
{
	return test_u64() >> test_below(64);
}

#endif
