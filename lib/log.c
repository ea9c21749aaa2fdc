#define _GNU_SOURCE
#include "log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 1024 };

static const char *prog = "ggpipe";
static enum log_level loudest = LOG_WARN;
static uint64_t dropped;
static char progress[256];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void
log_open(const char *name, enum log_level level)
{
	prog = name;
	loudest = level;
}

bool
log_wants(enum log_level level)
{
	return level <= loudest;
}

uint64_t
log_dropped(void)
{
	return dropped;
}

/* To stderr if there is room for it now; never wait. */
static void
put(const char *s, size_t n)
{
	struct pollfd p = { STDERR_FILENO, POLLOUT, 0 };

	if (poll(&p, 1, 0) != 1 || (p.revents & POLLOUT) == 0 ||
	    write(STDERR_FILENO, s, n) < 0)
		dropped++;
}

/* The text with control characters made visible; UTF-8 passes. */
static size_t
escape(char *to, size_t room, const char *s)
{
	size_t n = 0;

	for (; *s != '\0' && n + 5 < room; s++) {
		if ((unsigned char)*s >= ' ' && *s != 0x7f)
			to[n++] = *s;
		else
			n += (size_t)snprintf(to + n, room - n, "\\x%02x",
			    (unsigned char)*s);
	}
	return n;
}

static void
line(const char *level, const char *text)
{
	char s[LINE + 300];
	size_t n = 0;

	pthread_mutex_lock(&lock);
	if (progress[0] != '\0')
		n = (size_t)snprintf(s, sizeof s, "\r\033[K");
	n += (size_t)snprintf(s + n, 64, "%s: %s", prog, level);
	n += escape(s + n, LINE - n - 1, text);
	s[n++] = '\n';
	if (progress[0] != '\0')
		n += (size_t)snprintf(s + n, sizeof s - n, "%s: %s", prog,
		    progress);
	put(s, n);
	pthread_mutex_unlock(&lock);
}

__attribute__((format(printf, 3, 0)))
static void
say(enum log_level level, const char *name, const char *fmt, va_list ap)
{
	char text[LINE];

	if (!log_wants(level))
		return;
	vsnprintf(text, sizeof text, fmt, ap);
	line(name, text);
}

void
log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_ERROR, "error: ", fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_WARN, "warn: ", fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_INFO, "info: ", fmt, ap);
	va_end(ap);
}

void
log_debug(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_DEBUG, "debug: ", fmt, ap);
	va_end(ap);
}

void
log_always(const char *fmt, ...)
{
	char text[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	line("info: ", text);
}

void
log_last(const char *text)
{
	line("", text);
}

void
log_progress(const char *text)
{
	char s[sizeof progress + 80];
	int n;

	pthread_mutex_lock(&lock);
	if (text == NULL && progress[0] == '\0') {
		pthread_mutex_unlock(&lock);
		return;
	}
	snprintf(progress, sizeof progress, "%s", text == NULL ? "" : text);
	n = progress[0] == '\0' ? snprintf(s, sizeof s, "\r\033[K") :
	    snprintf(s, sizeof s, "\r\033[K%s: %s", prog, progress);
	put(s, (size_t)n);
	pthread_mutex_unlock(&lock);
}
