/*
 * filter: what every program owes its neighbours.
 *
 * A program is a struct filter, an option table and run(); main is one
 * call of filter_main. It owns --help and --version, signals, SIGPIPE,
 * HELLO and END, the last flush, acknowledgements, counters, progress, the
 * line a program dies of and the exit status. Manners live here, once.
 */
#ifndef FILTER_H
#define FILTER_H

#include "err.h"
#include "opt.h"
#include "stage.h"

enum filter_kind {
	FILTER_SOURCE,		/* frames out; --acks in */
	FILTER_PIPE,		/* frames in, frames out */
	FILTER_SINK,		/* frames in, ACKs out */
	FILTER_DUMP,		/* frames in, text out */
	FILTER_LOAD,		/* text in, frames out; writes its own HELLO */
	FILTER_TOOL		/* neither: only options, signals, errors */
};

struct filter {
	const char *name;
	const char *purpose;	/* half a line */
	const char *usage;	/* what stands behind the name */
	const char *examples;	/* lines for --help */
	enum filter_kind kind;
	const char *format;	/* SOURCE: of keys and values, for HELLO */
	const struct opt *options;
	struct count *const *counts;	/* of its own, ended by NULL */
	bool operands;		/* takes arguments that are no options */

	/*
	 * Look at the options before anything is opened or read: 0 go on, 1
	 * done already (something was asked to be printed), -1 wrong. NULL:
	 * there is nothing to look at.
	 */
	int (*check)(struct err *);

	/*
	 * Do the work. A SOURCE finds HELLO written already; a PIPE, SINK or
	 * DUMP finds it read (and a PIPE, passed on). Return 0 when END was
	 * read or, for a source, when there is no more: filter_main then
	 * writes END and waits for the last acknowledgement. A SINK returns 0
	 * when all of it is durable: filter_main acknowledges the end. -1 is
	 * the end.
	 */
	int (*run)(struct stage *, struct err *);
};

int	filter_main(const struct filter *, int argc, char **argv);

/* TERM or INT came: a source takes in no more and returns; others go on. */
bool	filter_stopping(void);

/* Readable from then on, for poll. */
int	filter_stop_fd(void);

/*
 * For a source that has work to do after the last acknowledgement: write
 * END, and wait for it now. With no --acks it does not wait. -1: as run.
 */
int	filter_finish(struct stage *, struct err *);

/* How many records there are in all, for progress; 0: not known. */
void	filter_expect(uint64_t records);

/* Say at level info that the program is at work; text as for printf. */
void	filter_ready(const char *fmt, ...)
	    __attribute__((format(printf, 1, 2)));

#endif
