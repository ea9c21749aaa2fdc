/*
 * mem: memory that is there or the process is not.
 *
 * The only functions of the library that end the process: when the system
 * has no memory they print a line and exit with EX_OSERR. Sizes that came
 * from outside are checked against the bytes at hand before they come here.
 */
#ifndef MEM_H
#define MEM_H

#include <stddef.h>

/* n bytes, not cleared; n may be 0. */
void	*mem_alloc(size_t n);

/* n bytes, all zero. */
void	*mem_zero(size_t n);

/* p, now with room for n things of the given size; p may be NULL. */
void	*mem_grow(void *p, size_t n, size_t size);

/* A copy of n bytes with a NUL behind them (not counted). */
void	*mem_dup(const void *p, size_t n);

/* A copy of a string; NULL for NULL. */
char	*mem_str(const char *s);

/* A string made as by printf. */
char	*mem_fmt(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
