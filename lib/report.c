#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "clock.h"
#include "err.h"
#include "log.h"
#include "mem.h"
#include "stage.h"

enum { SHOW_MS = 500, KEEP_MS = 5000 };

/* The attendant's ticks and the end may come at the same time. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void
report_open(struct report *r, const char *name, const struct stage *s,
    struct count *const *own, const char *stats, bool progress)
{
	*r = (struct report){ .name = name, .stage = s, .own = own,
	    .stats = stats, .progress = progress, .begun = clock_ms() };
	r->shown = r->kept = r->begun;
}

void
report_expect(struct report *r, uint64_t records)
{
	r->expect = records;
}

bool
report_ticks(const struct report *r)
{
	return r->progress || r->stats != NULL;
}

/* The next counter in order, or NULL; *i starts at 0. */
static const struct count *
next(const struct report *r, int *i)
{
	const struct stage *s = r->stage;
	const struct count *all[] = {
		s->in == NULL ? NULL : &s->in->records,
		s->in == NULL ? NULL : &s->in->io.bytes,
		s->out == NULL ? NULL : &s->out->records,
		s->out == NULL ? NULL : &s->out->io.bytes
	};
	const int n = sizeof all / sizeof *all;

	while (*i < n) {
		if (all[(*i)++] != NULL)
			return all[*i - 1];
	}
	if (r->own == NULL || r->own[*i - n] == NULL)
		return NULL;
	return r->own[(*i)++ - n];
}

static uint64_t
records(const struct report *r)
{
	const struct stage *s = r->stage;

	if (s->out != NULL)
		return count_get(&s->out->records);
	return s->in == NULL ? 0 : count_get(&s->in->records);
}

static uint64_t
bytes(const struct report *r)
{
	const struct stage *s = r->stage;

	if (s->out != NULL)
		return count_get(&s->out->io.bytes);
	return s->in == NULL ? 0 : count_get(&s->in->io.bytes);
}

/* 12345678 as "12,345,678". */
static const char *
grouped(uint64_t v, char s[32])
{
	char d[24];
	int n = snprintf(d, sizeof d, "%" PRIu64, v), i;
	char *p = s;

	for (i = 0; i < n; i++) {
		if (i != 0 && (n - i) % 3 == 0)
			*p++ = ',';
		*p++ = d[i];
	}
	*p = '\0';
	return s;
}

/* Records, rate, bytes, percent: since the last time, or in all. */
static const char *
describe(struct report *r, int64_t now, bool whole)
{
	static char text[200];
	int64_t since = whole ? r->begun : r->shown;
	uint64_t n = records(r), past = whole ? 0 : r->records;
	double secs = (double)(now - since > 0 ? now - since : 1) / 1000;
	char a[32], b[32], percent[32] = "";

	if (r->expect != 0 && n <= r->expect)
		snprintf(percent, sizeof percent, "  %.0f %%",
		    100.0 * (double)n / (double)r->expect);
	snprintf(text, sizeof text, "%s records  %s/s  %.1f MB%s",
	    grouped(n, a), grouped((uint64_t)((double)(n - past) / secs), b),
	    (double)bytes(r) / 1e6, percent);
	r->shown = now;
	r->records = n;
	return text;
}

static void
keep(struct report *r)
{
	char *tmp = mem_fmt("%s.tmp", r->stats);
	const struct count *c;
	FILE *f = fopen(tmp, "we");
	bool total;
	size_t n;
	int i = 0;

	if (f != NULL) {
		while ((c = next(r, &i)) != NULL) {
			n = strlen(c->name);
			total = n > 6 && strcmp(c->name + n - 6, "_total") == 0;
			if (total)
				n -= 6;
			fprintf(f, "# HELP ggpipe_%.*s %s\n"
			    "# TYPE ggpipe_%.*s %s\n"
			    "ggpipe_%s{stage=\"%s\"} %" PRIu64 "\n",
			    (int)n, c->name, c->help, (int)n, c->name,
			    total ? "counter" : "gauge", c->name, r->name,
			    count_get(c));
		}
		fprintf(f, "# EOF\n");
	}
	if (f == NULL || fclose(f) != 0 || rename(tmp, r->stats) != 0) {
		log_warn("--stats %s: %s", r->stats, strerrordesc_np(errno));
		r->stats = NULL;
	}
	free(tmp);
}

void
report_tick(struct report *r)
{
	int64_t now = clock_ms();

	pthread_mutex_lock(&lock);
	if (!r->closed && r->progress && now - r->shown >= SHOW_MS)
		log_progress(describe(r, now, false));
	if (!r->closed && r->stats != NULL && now - r->kept >= KEEP_MS) {
		keep(r);
		r->kept = now;
	}
	pthread_mutex_unlock(&lock);
}

void
report_log(struct report *r)
{
	struct buf b = { NULL, 0, 0 };
	const struct count *c;
	int i = 0;

	while ((c = next(r, &i)) != NULL)
		buf_fmt(&b, " %s=%" PRIu64, c->name, count_get(c));
	buf_fmt(&b, " lines_dropped_total=%" PRIu64, log_dropped());
	buf_u8(&b, '\0');
	log_always("counters:%s", (const char *)b.p);
	buf_release(&b);
}

void
report_close(struct report *r, bool done)
{
	if (r->stage == NULL)
		return;
	pthread_mutex_lock(&lock);
	r->closed = true;
	if (r->progress) {
		log_progress(NULL);
		log_always("%s", describe(r, clock_ms(), true));
	}
	if (r->stats != NULL)
		keep(r);
	pthread_mutex_unlock(&lock);
	if (log_wants(LOG_INFO))
		report_log(r);
	else if (done && r->stage->acks != NULL && r->stage->acks->fd < 0)
		report_log(r);
}
