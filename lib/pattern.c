#define PCRE2_CODE_UNIT_WIDTH 8
#include "pattern.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

/* Expressions come from users, so they may not take for ever. */
enum { MATCH_LIMIT = 100000 };

struct side {
	const struct opt_list *list;
	pcre2_code **code;	/* NULL for a plain name */
};

struct pattern {
	struct side wanted, unwanted;
	pcre2_match_context *limits;
	pcre2_match_data *match;
};

static int
compile(struct side *s, const struct opt_list *list, struct err *e)
{
	PCRE2_UCHAR text[120];
	PCRE2_SIZE at;
	size_t i;
	int code;

	s->list = list;
	s->code = mem_zero((list->n + 1) * sizeof *s->code);
	for (i = 0; i < list->n; i++) {
		if (list->v[i][0] == '\0')
			return err_set(e, EX_USAGE, "an empty cache name");
		if (list->v[i][0] != '^')
			continue;
		s->code[i] = pcre2_compile((PCRE2_SPTR)list->v[i],
		    PCRE2_ZERO_TERMINATED, PCRE2_UTF, &code, &at, NULL);
		if (s->code[i] == NULL) {
			pcre2_get_error_message(code, text, sizeof text);
			return err_set(e, EX_USAGE, "%s: %s (at character "
			    "%zu)", list->v[i], (char *)text, at + 1);
		}
	}
	return 0;
}

struct pattern *
pattern_new(const struct opt_list *wanted, const struct opt_list *unwanted,
    struct err *e)
{
	struct pattern *p = mem_zero(sizeof *p);

	p->limits = pcre2_match_context_create(NULL);
	p->match = pcre2_match_data_create(1, NULL);
	if (p->limits == NULL || p->match == NULL) {
		err_set(e, EX_OSERR, "out of memory");
		goto fail;
	}
	pcre2_set_match_limit(p->limits, MATCH_LIMIT);
	if (compile(&p->wanted, wanted, e) < 0 ||
	    compile(&p->unwanted, unwanted, e) < 0)
		goto fail;
	return p;
fail:
	pattern_free(p);
	return NULL;
}

static void
release(struct side *s)
{
	size_t i;

	for (i = 0; s->code != NULL && i < s->list->n; i++)
		pcre2_code_free(s->code[i]);
	free(s->code);
}

void
pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	release(&p->wanted);
	release(&p->unwanted);
	pcre2_match_context_free(p->limits);
	pcre2_match_data_free(p->match);
	free(p);
}

static bool
matches(const struct pattern *p, const struct side *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->list->n; i++) {
		if (s->code[i] == NULL && strcmp(s->list->v[i], name) == 0)
			return true;
		if (s->code[i] != NULL && pcre2_match(s->code[i],
		    (PCRE2_SPTR)name, PCRE2_ZERO_TERMINATED, 0, 0, p->match,
		    p->limits) >= 0)
			return true;
	}
	return false;
}

bool
pattern_wants(const struct pattern *p, const char *name)
{
	return matches(p, &p->wanted, name) && !matches(p, &p->unwanted, name);
}

const char *
pattern_name(const struct pattern *p, size_t i)
{
	size_t j;

	for (j = 0; j < p->wanted.list->n; j++) {
		if (p->wanted.code[j] == NULL && i-- == 0)
			return p->wanted.list->v[j];
	}
	return NULL;
}
