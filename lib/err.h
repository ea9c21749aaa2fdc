/*
 * err: what went wrong, as one line of text and an exit status.
 *
 * The one who finds an error describes it (err_set), the one who knows more
 * puts the place in front (err_in), filter_main prints it and exits. The
 * status is one of sysexits.h or EX_GUARD; it answers whether a restart
 * would help: 69, 73, 74, 75 yes, the others no.
 */
#ifndef ERR_H
#define ERR_H

#include <sysexits.h>

#define EX_GUARD 79	/* a guard tripped: look before starting again */

struct err {
	int status;		/* 0 while nothing went wrong */
	char text[1000];	/* one line, no newline; cut if too long */
};

/* Describe the error; replaces what was there. Returns -1. */
int	err_set(struct err *, int status, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* The same, with ": " and the text of errno behind it. Returns -1. */
int	err_sys(struct err *, int status, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));

/* Put a place and ": " in front of the text. Returns -1. */
int	err_in(struct err *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
