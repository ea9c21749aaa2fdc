/*
 * log: lines for people on stderr, "prog: level: text key=value".
 *
 * Control characters are escaped, a line has at most 1,024 bytes, and a
 * stuck or dead reader of stderr never stops the caller: the line is
 * dropped and counted. May be called from any thread.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* The program's name; what is above level is not said. Default LOG_WARN. */
void	log_open(const char *prog, enum log_level);
bool	log_wants(enum log_level);

void	log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* At level info, whatever was wanted: answers to a question. */
void	log_always(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The line a program dies of: without a level. */
void	log_last(const char *text);

/*
 * Show text as the progress line of a terminal, over the one before; log
 * lines go above it. NULL removes it.
 */
void	log_progress(const char *text);

/* Lines that could not be written. */
uint64_t log_dropped(void);

#endif
