#include "murmur.h"

uint32_t
murmur2(struct slice s)
{
	const uint32_t m = 0x5bd1e995;
	uint32_t h = 0x9747b28c ^ (uint32_t)s.n, k;
	const unsigned char *p = s.p;
	size_t n = s.n;

	for (; n >= 4; p += 4, n -= 4) {
		k = le32(p) * m;
		k ^= k >> 24;
		h = h * m ^ k * m;
	}
	switch (n) {
	case 3:
		h ^= (uint32_t)p[2] << 16;
		/* FALLTHROUGH */
	case 2:
		h ^= (uint32_t)p[1] << 8;
		/* FALLTHROUGH */
	case 1:
		h = (h ^ p[0]) * m;
		break;
	default:
		break;
	}
	h = (h ^ h >> 13) * m;
	return h ^ h >> 15;
}
