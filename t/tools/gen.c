/*
 * gen: a stream of records for measurements and tests.
 *
 *   gen N [VALUE-BYTES] [CACHE] [FORMAT] [KEYS]
 *
 * N records of one cache with keys 0 to KEYS - 1 in turn (default: N), as
 * Ignite writes longs, and values as Ignite writes strings. The first eight
 * letters of a value are its record's number. With N negative every second
 * record of a key removes it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "frame.h"
#include "mem.h"

static int
generate(struct frame_out *out, int64_t n, size_t size, const char *cache,
    const char *format, uint64_t keys, struct err *e)
{
	unsigned char key[9] = { 0x04 };
	unsigned char *value = mem_alloc(size + 32);
	uint64_t count = (uint64_t)(n < 0 ? -n : n), i;
	bool removes = n < 0;
	char text[9];
	int r = 0;

	memset(value, 'x', size + 32);
	value[0] = 0x09;
	le32_put(value + 1, (uint32_t)(size - 5));
	if (frame_write_hello(out, &(struct hello){ REC_VERSION,
	    UINT64_C(0x6767706970650001), slice_str(format),
	    slice_str("gen") }, e) < 0)
		r = -1;
	for (i = 0; r == 0 && i < count; i++) {
		struct rec rec = { i + 1, REC_UPSERT, REC_SCAN, 0,
		    REC_NO_TIME, -1, -1, slice_str(cache),
		    slice_of(key, sizeof key), slice_of(value, size),
		    slice_of(NULL, 0) };

		le64_put(key + 1, i % keys);
		snprintf(text, sizeof text, "%08" PRIu64, i % 100000000);
		if (size >= 13)
			memcpy(value + 5, text, 8);
		if (removes && i / keys % 2 == 1) {
			rec.op = REC_REMOVE;
			rec.value = slice_of(NULL, 0);
		}
		r = frame_write_rec(out, &rec, e);
	}
	free(value);
	return r < 0 ? -1 : frame_write_end(out, e);
}

int
main(int argc, char **argv)
{
	int64_t n = argc > 1 ? strtoll(argv[1], NULL, 10) : 1000;
	size_t size = argc > 2 ? strtoul(argv[2], NULL, 10) : 200;
	const char *cache = argc > 3 ? argv[3] : "cache";
	const char *format = argc > 4 ? argv[4] : "ignite";
	uint64_t keys = argc > 5 ? strtoull(argv[5], NULL, 10) : 0;
	struct frame_out out;
	struct err e = { 0, "" };

	if (size < 5 || size > 128 * 1024 * 1024) {
		fprintf(stderr, "gen: a value has 5 bytes and more\n");
		return EX_USAGE;
	}
	if (keys == 0)
		keys = n == 0 ? 1 : (uint64_t)(n < 0 ? -n : n);
	frame_out_open(&out, 1, "stdout");
	if (generate(&out, n, size, cache, format, keys, &e) < 0) {
		fprintf(stderr, "gen: %s\n", e.text);
		return e.status;
	}
	frame_out_release(&out);
	return 0;
}
