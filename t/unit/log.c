#define _GNU_SOURCE
#include "test.h"

#include "log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int was, got;
static char said[100000];

/* From now on stderr is a pipe; what was said in it comes by heard(). */
static void
listen_to_stderr(void)
{
	int p[2];

	assert_int_equal(pipe(p), 0);
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	got = p[0];
	dup2(p[1], STDERR_FILENO);
	close(p[1]);
}

static const char *
heard(void)
{
	ssize_t r = read(got, said, sizeof said - 1);

	said[r < 0 ? 0 : r] = '\0';
	return said;
}

static int
back_to_normal(void **state)
{
	(void)state;
	dup2(was, STDERR_FILENO);
	close(got);
	log_open("test", LOG_WARN);
	return 0;
}

static void
levels_decide(void **state)
{
	(void)state;
	listen_to_stderr();
	log_open("prog", LOG_WARN);
	assert_true(log_wants(LOG_ERROR) && log_wants(LOG_WARN));
	assert_false(log_wants(LOG_INFO) || log_wants(LOG_DEBUG));
	log_info("not this");
	log_debug("nor this");
	assert_string_equal(heard(), "");
	log_warn("broker gone broker=%d", 3);
	log_error("no");
	log_always("asked");
	log_last("it died");
	assert_string_equal(heard(), "prog: warn: broker gone broker=3\n"
	    "prog: error: no\nprog: info: asked\nprog: it died\n");
	log_open("prog", LOG_DEBUG);
	log_debug("d");
	log_info("i");
	assert_string_equal(heard(), "prog: debug: d\nprog: info: i\n");
}

static void
a_line_stays_one_line(void **state)
{
	static const char hostile[] = "a\nb\r\033[2Jc\177\td\303\244";
	char many[5000];
	size_t n;

	(void)state;
	listen_to_stderr();
	log_open("prog", LOG_WARN);
	log_warn("%s", hostile);
	assert_string_equal(heard(), "prog: warn: "
	    "a\\x0ab\\x0d\\x1b[2Jc\\x7f\\x09d\303\244\n");
	for (n = 0; n < sizeof many - 1; n++)
		many[n] = n % 2 == 0 ? '\n' : 'x';
	many[n] = '\0';
	log_warn("%s", many);
	n = strlen(heard());
	assert_true(n <= 1024 && n > 900);
	assert_true(strchr(said, '\n') == said + n - 1);
}

static void
nobody_listening_stops_nobody(void **state)
{
	uint64_t before = log_dropped();
	int i;

	(void)state;
	listen_to_stderr();
	log_open("prog", LOG_WARN);
	/* Full: a pipe holds 64 KiB. */
	for (i = 0; i < 10000; i++)
		log_warn("line %d of ten thousand of the same kind", i);
	assert_true(log_dropped() > before);
	assert_true(log_dropped() < before + 10000);
	heard();
	before = log_dropped();
	log_warn("again");
	assert_non_null(strstr(heard(), "again"));
	/* Dead. */
	close(got);
	log_warn("into nowhere");
	assert_int_equal(log_dropped(), before + 1);
}

static void
lines_go_above_the_progress(void **state)
{
	(void)state;
	listen_to_stderr();
	log_open("prog", LOG_WARN);
	log_progress(NULL);
	assert_string_equal(heard(), "");
	log_progress("5 %");
	assert_string_equal(heard(), "\r\033[Kprog: 5 %");
	log_warn("oh");
	assert_string_equal(heard(), "\r\033[Kprog: warn: oh\nprog: 5 %");
	log_progress(NULL);
	assert_string_equal(heard(), "\r\033[K");
	log_warn("oh");
	assert_string_equal(heard(), "prog: warn: oh\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(levels_decide, back_to_normal),
		cmocka_unit_test_teardown(a_line_stays_one_line,
		    back_to_normal),
		cmocka_unit_test_teardown(nobody_listening_stops_nobody,
		    back_to_normal),
		cmocka_unit_test_teardown(lines_go_above_the_progress,
		    back_to_normal)
	};

	signal(SIGPIPE, SIG_IGN);
	was = dup(STDERR_FILENO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
