#define _GNU_SOURCE
#include "mem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static void *
sure(void *p)
{
	if (p == NULL) {
		fprintf(stderr, "%s: out of memory\n",
		    program_invocation_short_name);
		exit(EX_OSERR);
	}
	return p;
}

void *
mem_alloc(size_t n)
{
	return sure(malloc(n == 0 ? 1 : n));
}

void *
mem_zero(size_t n)
{
	return sure(calloc(1, n == 0 ? 1 : n));
}

void *
mem_grow(void *p, size_t n, size_t size)
{
	if (size != 0 && n > SIZE_MAX / size)
		return sure(NULL);
	return sure(realloc(p, n * size == 0 ? 1 : n * size));
}

void *
mem_dup(const void *p, size_t n)
{
	unsigned char *d = mem_alloc(n + 1);

	if (n != 0)
		memcpy(d, p, n);
	d[n] = '\0';
	return d;
}

char *
mem_str(const char *s)
{
	return s == NULL ? NULL : mem_dup(s, strlen(s));
}

char *
mem_fmt(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return sure(n < 0 ? NULL : s);
}
