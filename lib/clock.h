/*
 * clock: the monotonic clock for intervals and deadlines, the wall clock
 * for time stamps in records and nothing else.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Since some start that never changes while the process lives. */
int64_t	clock_ms(void);
int64_t	clock_us(void);

/* Milliseconds since 1970-01-01 UTC. */
int64_t	clock_wall_ms(void);

#endif
