#include "bytes.h"

bool
slice_eq(struct slice a, struct slice b)
{
	if (a.p == NULL || b.p == NULL)
		return a.p == b.p;
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

int
slice_cmp(struct slice a, struct slice b)
{
	int r;

	if (a.p == NULL || b.p == NULL)
		return (a.p != NULL) - (b.p != NULL);
	r = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
	if (r != 0)
		return r;
	return (a.n > b.n) - (a.n < b.n);
}

bool
slice_starts(struct slice s, struct slice prefix)
{
	if (prefix.n == 0)
		return true;
	return s.n >= prefix.n && memcmp(s.p, prefix.p, prefix.n) == 0;
}
