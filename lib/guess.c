#include "guess.h"

#include "utf8.h"

static bool
is_text(struct slice s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] < ' ' && (s.p[i] < '\t' || s.p[i] > '\r'))
			return false;
	}
	return utf8_ok(s);
}

static bool
is_json(struct slice s)
{
	size_t i = 0;

	while (i < s.n && (s.p[i] == ' ' || (s.p[i] >= '\t' &&
	    s.p[i] <= '\r')))
		i++;
	return i < s.n && (s.p[i] == '{' || s.p[i] == '[' || s.p[i] == '"');
}

enum guess_kind
guess(struct slice s)
{
	if (s.n == 0)
		return GUESS_EMPTY;
	if (s.n >= 5 && s.p[0] == 0)
		return GUESS_AVRO;
	if (s.n >= 10 && s.p[0] == 0xc3 && s.p[1] == 0x01)
		return GUESS_AVRO;
	if (s.n >= 4 && memcmp(s.p, "\xac\xed\x00\x05", 4) == 0)
		return GUESS_JAVA;
	if (!is_text(s))
		return GUESS_BINARY;
	return is_json(s) ? GUESS_JSON : GUESS_TEXT;
}

const char *
guess_text(enum guess_kind k)
{
	static const char *const text[] = {
		[GUESS_EMPTY] = "is empty",
		[GUESS_JSON] = "looks like JSON",
		[GUESS_AVRO] = "looks like Avro",
		[GUESS_JAVA] = "looks like a Java stream",
		[GUESS_TEXT] = "looks like plain text",
		[GUESS_BINARY] = "is of no form we know"
	};

	return text[k];
}
