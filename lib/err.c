#define _GNU_SOURCE
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
err_set(struct err *e, int status, const char *fmt, ...)
{
	va_list ap;

	e->status = status;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_sys(struct err *e, int status, const char *fmt, ...)
{
	char what[sizeof e->text / 2];
	char why[128];
	va_list ap;

	/* strerror is not safe among threads; both strerror_r differ. */
	snprintf(why, sizeof why, "%s", strerrordesc_np(errno));
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return err_set(e, status, "%s: %s", what, why);
}

int
err_in(struct err *e, const char *fmt, ...)
{
	char was[sizeof e->text];
	char place[sizeof e->text / 2];
	va_list ap;

	memcpy(was, e->text, sizeof was);
	va_start(ap, fmt);
	vsnprintf(place, sizeof place, fmt, ap);
	va_end(ap);
	return err_set(e, e->status, "%s: %.*s", place,
	    (int)(sizeof e->text - strlen(place) - 3), was);
}
