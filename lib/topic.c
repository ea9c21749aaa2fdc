#include "topic.h"

#include <ctype.h>
#include <stdio.h>

static const char hole[] = "{cache}";

static bool
is_legal(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

int
topic_legal(struct slice name, struct err *e)
{
	char c[8];
	size_t i;

	if (name.n == 0)
		return err_set(e, EX_CONFIG, "a topic needs a name");
	if (name.n > TOPIC_MAX)
		return err_set(e, EX_CONFIG, "topic name of %zu bytes: "
		    "Kafka allows %d", name.n, TOPIC_MAX);
	if (slice_eq(name, slice_str(".")) || slice_eq(name, slice_str("..")))
		return err_set(e, EX_CONFIG, "no topic may be called '%.*s'",
		    SLICE_ARG(name));
	for (i = 0; i < name.n; i++)
		if (!is_legal(name.p[i])) {
			snprintf(c, sizeof c, isprint(name.p[i]) ? "'%c'" :
			    "0x%02x", name.p[i]);
			return err_set(e, EX_CONFIG, "topic name '%.*s': "
			    "Kafka allows letters, digits, '.', '_' and '-', "
			    "not %s", SLICE_ARG(name), c);
		}
	return 0;
}

int
topic_check(const struct topic_rule *r, struct err *e)
{
	const char *s = r->template != NULL ? r->template : r->prefix;
	struct buf b = { NULL, 0, 0 };
	const char *p;
	int ret;

	if (r->prefix != NULL && *s == '\0')
		return 0;
	for (p = s; r->template != NULL && *p != '\0'; )
		if (strncmp(p, hole, sizeof hole - 1) == 0) {
			buf_u8(&b, 'c');
			p += sizeof hole - 1;
		} else if (*p == '{') {
			buf_release(&b);
			return err_set(e, EX_CONFIG, "topic '%s': the only "
			    "braces with a meaning are %s", s, hole);
		} else {
			buf_u8(&b, (uint8_t)*p++);
		}
	ret = topic_legal(r->template != NULL ? buf_bytes(&b) : slice_str(s),
	    e);
	/* "." alone is a fine prefix. */
	if (r->prefix != NULL && (strcmp(s, ".") == 0 || strcmp(s, "..") == 0))
		ret = 0;
	buf_release(&b);
	return ret;
}

int
topic_name(const struct topic_rule *r, struct slice cache, struct buf *b,
    struct err *e)
{
	const char *p = r->template;
	size_t from = b->n;

	if (p == NULL) {
		buf_add(b, r->prefix, strlen(r->prefix));
		buf_add(b, cache.p, cache.n);
	}
	while (p != NULL && *p != '\0')
		if (strncmp(p, hole, sizeof hole - 1) == 0) {
			buf_add(b, cache.p, cache.n);
			p += sizeof hole - 1;
		} else {
			buf_u8(b, (uint8_t)*p++);
		}
	if (topic_legal(slice_of(buf_bytes(b).p + from, b->n - from), e) < 0)
		return err_in(e, "cache %.*s", SLICE_ARG(cache));
	return 0;
}
