#include "kstart.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "mem.h"

enum {
	ASK_MS = 5000,
	TRY_MS = 30000		/* brokers may be changing places */
};

int
kstart_parse(struct kstart *k, const char *s, struct err *e)
{
	static const struct {
		const char *word;
		enum kstart_kind kind;
	} words[] = {
		{ "stored", KSTART_STORED },
		{ "beginning", KSTART_BEGINNING },
		{ "end", KSTART_END },
	};
	const char *digits = s;
	char *end;
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(s, words[i].word) == 0) {
			*k = (struct kstart){ words[i].kind, 0 };
			return 0;
		}
	k->kind = KSTART_AT;
	if (strncmp(s, "s@", 2) == 0) {
		k->kind = KSTART_TIME;
		digits += 2;
	} else if (*s == '-') {
		k->kind = KSTART_TAIL;
		digits++;
	}
	errno = 0;
	k->n = strtoll(digits, &end, 10);
	if (*digits < '0' || *digits > '9' || *end != '\0' || errno != 0)
		return err_set(e, EX_USAGE, "--offset %s: beginning, end, "
		    "stored, an offset, -N for the last N, or s@MS for a time "
		    "are known", s);
	return 0;
}

typedef rd_kafka_resp_err_t ask_fn(rd_kafka_t *,
    rd_kafka_topic_partition_list_t *, int);

/* Ask until there is an answer for each partition, or none to be had. */
static int
ask(struct kafka *k, ask_fn *fn, const char *what,
    rd_kafka_topic_partition_list_t *l, struct err *e)
{
	int64_t until = clock_ms() + TRY_MS;
	rd_kafka_topic_partition_list_t *copy;
	rd_kafka_resp_err_t err;
	int i;

	if (l->cnt == 0)
		return 0;
	for (;;) {
		copy = rd_kafka_topic_partition_list_copy(l);
		err = fn(k->rk, copy, ASK_MS);
		for (i = 0; err == RD_KAFKA_RESP_ERR_NO_ERROR && i < copy->cnt;
		    i++)
			err = copy->elems[i].err;
		if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
			for (i = 0; i < l->cnt; i++)
				l->elems[i].offset = copy->elems[i].offset;
		rd_kafka_topic_partition_list_destroy(copy);
		if (err == RD_KAFKA_RESP_ERR_NO_ERROR)
			return 0;
		if (kafka_status(err) != EX_UNAVAILABLE || clock_ms() > until)
			return kafka_err(e, err, "%s", what);
		log_info("%s: %s", what, rd_kafka_err2str(err));
	}
}

/* Offsets of a time, or of -1 for the end, -2 for the beginning. */
static int
of_time(struct kafka *k, rd_kafka_topic_partition_list_t *l, int64_t time,
    struct err *e)
{
	int i;

	for (i = 0; i < l->cnt; i++)
		l->elems[i].offset = time;
	return ask(k, rd_kafka_offsets_for_times, "offsets", l, e);
}

int
kstart_ends(struct kafka *k, rd_kafka_topic_partition_list_t *l,
    struct err *e)
{
	return of_time(k, l, RD_KAFKA_OFFSET_END, e);
}

/* Partitions without a stored offset begin where start says. */
static int
by_start(struct kafka *k, const struct kstart *s,
    rd_kafka_topic_partition_list_t *l, struct err *e)
{
	rd_kafka_topic_partition_list_t *low;
	int i, r;

	switch (s->kind) {
	case KSTART_STORED:
		return err_set(e, EX_GUARD, "topic %s partition %" PRId32
		    ": the group has no offset stored: say where to begin "
		    "with --offset beginning, or end", l->elems[0].topic,
		    l->elems[0].partition);
	case KSTART_BEGINNING:
		return of_time(k, l, RD_KAFKA_OFFSET_BEGINNING, e);
	case KSTART_END:
		return of_time(k, l, RD_KAFKA_OFFSET_END, e);
	case KSTART_AT:
		for (i = 0; i < l->cnt; i++)
			l->elems[i].offset = s->n;
		return 0;
	case KSTART_TAIL:
		low = rd_kafka_topic_partition_list_copy(l);
		r = of_time(k, low, RD_KAFKA_OFFSET_BEGINNING, e);
		if (r == 0)
			r = of_time(k, l, RD_KAFKA_OFFSET_END, e);
		for (i = 0; r == 0 && i < l->cnt; i++) {
			l->elems[i].offset -= s->n;
			if (l->elems[i].offset < low->elems[i].offset)
				l->elems[i].offset = low->elems[i].offset;
		}
		rd_kafka_topic_partition_list_destroy(low);
		return r;
	case KSTART_TIME:
		low = rd_kafka_topic_partition_list_copy(l);
		r = of_time(k, low, RD_KAFKA_OFFSET_END, e);
		if (r == 0)
			r = of_time(k, l, s->n, e);
		/* Nothing so late yet: what comes next is the first. */
		for (i = 0; r == 0 && i < l->cnt; i++)
			if (l->elems[i].offset < 0)
				l->elems[i].offset = low->elems[i].offset;
		rd_kafka_topic_partition_list_destroy(low);
		return r;
	}
	return 0;
}

int
kstart_resolve(struct kafka *k, const struct kstart *s, bool group,
    rd_kafka_topic_partition_list_t *l, bool *from_group, struct err *e)
{
	rd_kafka_topic_partition_list_t *rest;
	rd_kafka_topic_partition_t *p;
	int i, j, r;

	for (i = 0; i < l->cnt; i++)
		l->elems[i].offset = RD_KAFKA_OFFSET_INVALID;
	if (group && ask(k, rd_kafka_committed, "stored offsets", l, e) < 0)
		return -1;
	rest = rd_kafka_topic_partition_list_new(l->cnt);
	for (i = 0; i < l->cnt; i++) {
		p = &l->elems[i];
		if (from_group != NULL)
			from_group[i] = p->offset >= 0;
		if (p->offset < 0)
			rd_kafka_topic_partition_list_add(rest, p->topic,
			    p->partition);
	}
	r = rest->cnt == 0 ? 0 : by_start(k, s, rest, e);
	for (i = j = 0; r == 0 && i < l->cnt; i++)
		if (l->elems[i].offset < 0)
			l->elems[i].offset = rest->elems[j++].offset;
	rd_kafka_topic_partition_list_destroy(rest);
	return r;
}
