#include "binid.h"

#include "binlower.h"
#include "utf8.h"

static uint32_t
same(uint32_t unit)
{
	return unit;
}

/* Character.toLowerCase of one UTF-16 unit; surrogates have no case. */
static uint32_t
lower(uint32_t unit)
{
	size_t lo = 0, hi = sizeof binlower / sizeof *binlower;
	size_t mid;

	if (unit < 0x80)
		return unit >= 'A' && unit <= 'Z' ? unit + 32 : unit;
	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (unit > binlower[mid].to)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == sizeof binlower / sizeof *binlower ||
	    unit < binlower[lo].from ||
	    (unit - binlower[lo].from) % binlower[lo].step != 0)
		return unit;
	return (uint32_t)((int32_t)unit + binlower[lo].delta);
}

static inline int32_t
fold(struct slice s, uint32_t (*map)(uint32_t))
{
	uint32_t h = 0;
	uint32_t c;

	while (s.n > 0) {
		c = utf8_next(&s);
		if (c >= 0x10000) {
			h = 31 * h + (0xd800 | (c - 0x10000) >> 10);
			c = 0xdc00 | (c & 0x3ff);
		}
		h = 31 * h + map(c);
	}
	return (int32_t)h;
}

int32_t
bin_java_hash(struct slice utf8)
{
	return fold(utf8, same);
}

int32_t
bin_type_id(struct slice name)
{
	return fold(name, lower);
}

int32_t
bin_field_id(struct slice name)
{
	return fold(name, lower);
}

static bool
digits(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

/* What is behind the last c; null if there is none. */
static struct slice
behind(struct slice s, unsigned char c)
{
	size_t i;

	for (i = s.n; i > 0; i--)
		if (s.p[i - 1] == c)
			return slice_of(s.p + i, s.n - i);
	return slice_of(NULL, 0);
}

struct slice
bin_simple_name(struct slice name)
{
	struct slice s = behind(name, '$');

	/* Anonymous classes are numbered; their number is no name. */
	if (s.n == 0 || digits(s))
		s = behind(name, '+');
	if (s.p == NULL)
		s = behind(name, '.');
	return s.p == NULL ? name : s;
}

int32_t
bin_schema_id(const int32_t *ids, size_t n)
{
	int32_t s = (int32_t)0x811c9dc5;
	size_t i;

	for (i = 0; i < n; i++)
		s = bin_schema_id_add(s, ids[i]);
	return s;
}
