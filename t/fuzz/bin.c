/*
 * bin: values, descriptions of types, decimals, base64.
 *
 * The first byte says which: t a type, d a decimal's text, b base64, any
 * other a value. What a value must stand: shown it is JSON, taken apart and
 * written again it is the same bytes, cut short it is no value.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "../unit/golden.h"
#include "../unit/recode.h"
#include "base64.h"
#include "bindec.h"
#include "binhash.h"
#include "binjava.h"
#include "binskip.h"
#include "show.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define MUST(x) ((x) ? (void)0 : broken(#x))

static void
broken(const char *what)
{
	fprintf(stderr, "not so: %s\n", what);
	abort();
}

static const struct bin_types *
types(void)
{
	static struct bin_types all;
	struct buf b = { NULL, 0, 0 };
	struct err e;
	const char *hex;
	unsigned v;
	size_t i;

	for (i = 0; all.n < GOLDEN_TYPES_N; i++) {
		buf_reset(&b);
		for (hex = golden_types[i]; *hex != '\0'; hex += 2) {
			MUST(sscanf(hex, "%2x", &v) == 1);
			buf_u8(&b, (uint8_t)v);
		}
		MUST(bin_types_add(&all, buf_bytes(&b), &e) == 1);
	}
	buf_release(&b);
	return &all;
}

static void
shown(struct slice s, const struct bin_types *ts)
{
	struct buf out = { NULL, 0, 0 };
	struct err e;
	json_t *j;

	MUST(show_value(&out, s, ts, &e) == 0);
	MUST(memchr(out.p, '\n', out.n) == NULL);
	j = json_loadb((char *)out.p, out.n,
	    JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	MUST(j != NULL);
	json_decref(j);
	buf_release(&out);
}

static void
seen(void *arg, int32_t type_id, int32_t schema_id, unsigned flags)
{
	uint32_t *sum = arg;

	*sum += (uint32_t)type_id ^ (uint32_t)schema_id ^ flags;
}

/* What promises not to leave its bytes, whatever they are. */
static void
unchecked(struct slice s)
{
	static const struct bin_key_field key = { 2075143188, 3355 };
	struct bin_affinity a = { &key, 1, types() };
	struct slice v;
	struct binjava j;
	struct bin_obj o;
	struct err e;
	uint32_t i;
	int32_t h;

	bin_hash(s, NULL, &h);
	bin_hash(s, &a, &h);
	bin_deref(s, s);
	if (s.n > 5)
		binjava_get(slice_of(s.p + 5, s.n - 5), &j);
	if (bin_obj_open(s, &o, &e) < 0)
		return;
	for (i = 0; i < o.n; i++)
		bin_hash(bin_obj_field(&o, i), NULL, &h);
	bin_obj_raw(&o);
	bin_obj_find(&o, types(), 3355, &v);
	bin_obj_find_named(&o, types(), slice_str("Name"), &v);
}

static void
value(struct slice s)
{
	struct buf out = { NULL, 0, 0 };
	struct binw w = { .out = &out };
	struct cur c = cur_on(s);
	uint32_t sum = 0;
	struct bin_visit visit = { seen, &sum };
	struct err e;
	struct slice one;

	unchecked(s);
	if (bin_skip(&c, &visit, &e) < 0) {
		MUST(e.status == EX_DATAERR && c.p == s.p);
		return;
	}
	one = slice_of(s.p, (size_t)(c.p - s.p));
	MUST(one.n > 0 && one.n <= s.n);
	shown(one, types());
	shown(one, NULL);

	c = cur_on(one);
	MUST(recode(&c, &w, NULL, &e) == 0);
	MUST(cur_done(&c) && slice_eq(buf_bytes(&out), one));
	binw_release(&w);
	buf_release(&out);

	c = cur_on(slice_of(one.p,
	    (size_t)((uint32_t)bin_obj_hash(one) % one.n)));
	MUST(bin_skip(&c, NULL, &e) < 0);
}

static void
type(struct slice s)
{
	struct bin_types ts = { .n = 0 };
	struct buf out = { NULL, 0, 0 };
	struct cur c = cur_on(s);
	struct bin_type *t;
	struct err e;

	t = bin_type_decode(&c, &e);
	if (t == NULL)
		return;
	bin_type_encode(t, &out);
	MUST(slice_eq(buf_bytes(&out),
	    slice_of(s.p, (size_t)(c.p - s.p))));
	buf_release(&out);
	MUST(bin_types_take(&ts, t, &e) == 1);
	/* A second one, merged into the first where it has its id. */
	t = bin_type_decode(&c, &e);
	if (t != NULL)
		bin_types_take(&ts, t, &e);
	bin_types_release(&ts);
}

static void
decimal(struct slice s)
{
	struct buf m = { NULL, 0, 0 }, t = { NULL, 0, 0 }, n = { NULL, 0, 0 };
	int32_t scale, again;

	if (bindec_parse(s, &scale, &m) && m.n <= BINDEC_MAX) {
		MUST(bindec_text(&t, scale, buf_bytes(&m)));
		MUST(bindec_parse(buf_bytes(&t), &again, &n));
		MUST(again == scale &&
		    slice_eq(buf_bytes(&m), buf_bytes(&n)));
	}
	buf_reset(&m);
	buf_reset(&n);
	bindec_from_twos(&m, s);
	bindec_to_twos(&n, buf_bytes(&m));
	MUST(n.n >= 1 && n.n <= s.n + (s.n == 0));
	MUST(s.n == 0 || memcmp(s.p + (s.n - n.n), n.p, n.n) == 0);
	buf_release(&m);
	buf_release(&t);
	buf_release(&n);
}

static void
base64(struct slice s)
{
	struct buf b = { NULL, 0, 0 }, t = { NULL, 0, 0 };

	if (base64_decode(&b, s) == 0) {
		base64_encode(&t, buf_bytes(&b));
		MUST(slice_eq(buf_bytes(&t), s));
	}
	buf_release(&b);
	buf_release(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice s;

	if (n == 0)
		return 0;
	s = slice_of(p + 1, n - 1);
	switch (p[0]) {
	case 't':
		type(s);
		break;
	case 'd':
		decimal(s);
		break;
	case 'b':
		base64(s);
		break;
	default:
		value(s);
	}
	return 0;
}
