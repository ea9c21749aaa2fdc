/*
 * props: property files. What was read, written again with every character
 * escaped that could mean something, is read as the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "props.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
put(struct buf *b, const char *s)
{
	static const char plain[] = "\t\f\n\r", letter[] = "tfnr";
	const char *l;

	for (; *s != '\0'; s++) {
		l = strchr(plain, *s);
		if (l != NULL)
			buf_fmt(b, "\\%c", letter[l - plain]);
		else if (strchr(" =:#!\\", *s) != NULL)
			buf_fmt(b, "\\%c", *s);
		else
			buf_u8(b, (uint8_t)*s);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct props a = { NULL, 0, NULL }, b = { NULL, 0, NULL };
	struct buf text = { NULL, 0, 0 };
	struct err e;
	size_t i;

	if (props_parse(&a, slice_of(p, n), &e) == 0) {
		for (i = 0; i < a.n; i++) {
			put(&text, a.v[i].key);
			buf_u8(&text, '=');
			put(&text, a.v[i].value);
			buf_u8(&text, '\n');
		}
		if (props_parse(&b, buf_bytes(&text), &e) < 0 || a.n != b.n)
			abort();
		for (i = 0; i < a.n; i++)
			if (strcmp(a.v[i].key, b.v[i].key) != 0 ||
			    strcmp(a.v[i].value, b.v[i].value) != 0) {
				fprintf(stderr, "not so: %s=%s\n", a.v[i].key,
				    a.v[i].value);
				abort();
			}
	}
	props_release(&a);
	props_release(&b);
	buf_release(&text);
	return 0;
}
