/*
 * report: a filter's counters, shown to people and to scrapers.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "count.h"

struct stage;

struct report {
	const char *name;
	const struct stage *stage;
	struct count *const *own;	/* ended by NULL; NULL: none */
	const char *stats;		/* file; NULL: none */
	bool progress, closed;
	_Atomic uint64_t expect;
	int64_t begun, shown, kept;	/* clock_ms */
	uint64_t records;		/* when last shown */
};

void	report_open(struct report *, const char *name, const struct stage *,
	    struct count *const *own, const char *stats, bool progress);
void	report_expect(struct report *, uint64_t records);

/* Whether report_tick has something to do as time passes. */
bool	report_ticks(const struct report *);
void	report_tick(struct report *);

/* All counters as one log line, whatever the level. */
void	report_log(struct report *);

/* The end: the last progress or summary line, the last statistics. */
void	report_close(struct report *, bool done);

#endif
