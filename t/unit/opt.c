#include "test.h"

#include "opt.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"

static bool flag, noflag;
static int count;
static const char *str, *inner;
static int64_t num, size, span;
static struct opt_list list;

static const struct opt more[] = {
	OPT_STR('i', "inner", &inner, "WORD", "from a table inside"),
	OPT_LAST
};

static const struct opt options[] = {
	OPT_FLAG('f', "flag", &flag, "a flag"),
	OPT_NOFLAG(0, "no-flag", &noflag, "another"),
	OPT_COUNT('v', "verbose", &count, "more of it"),
	OPT_HEAD("More"),
	OPT_TABLE(more),
	OPT_STR('s', "str", &str, "TEXT", "some text that goes on for so long "
	    "that it has to be wrapped onto another line of the help"),
	OPT_NUM('n', "num", &num, "N", -5, INT64_MAX, "a number"),
	OPT_SIZE(0, "size", &size, "BYTES", 0, 1 << 30, "a size"),
	OPT_TIME('t', NULL, &span, "TIME", 0, 86400000, "a time"),
	OPT_LIST('x', "item", &list, "ITEM", "one more item"),
	OPT_LAST
};

static struct err e;

/* Parse words separated by spaces; "" stands for an empty word. */
static int
parse(const char *line)
{
	static char text[400];
	static char prog[] = "prog", empty[] = "";
	char *argv[32] = { prog }, *s;
	int argc = 1;

	flag = false;
	noflag = true;
	count = 0;
	str = inner = NULL;
	num = size = span = -1;
	free(list.v);
	list = (struct opt_list){ NULL, 0 };
	e = (struct err){ 0, "" };
	snprintf(text, sizeof text, "%s", line);
	for (s = strtok(text, " "); s != NULL; s = strtok(NULL, " "))
		argv[argc++] = strcmp(s, "''") == 0 ? empty : s;
	argv[argc] = NULL;
	return opt_parse(options, argc, argv, &e);
}

static void
takes_every_kind(void **state)
{
	(void)state;
	assert_int_equal(parse("-f --no-flag -vv --verbose --str a=b "
	    "--num -3 --size 2k -t 3 -x one --item=two -xthree --inner in "
	    "rest of it"), 19);
	assert_true(flag);
	assert_false(noflag);
	assert_int_equal(count, 3);
	assert_string_equal(str, "a=b");
	assert_string_equal(inner, "in");
	assert_int_equal(num, -3);
	assert_int_equal(size, 2048);
	assert_int_equal(span, 3000);
	assert_int_equal(list.n, 3);
	assert_string_equal(list.v[0], "one");
	assert_string_equal(list.v[1], "two");
	assert_string_equal(list.v[2], "three");
}

static void
ways_to_write_it(void **state)
{
	(void)state;
	assert_int_equal(parse("--str=x"), 2);
	assert_string_equal(str, "x");
	assert_int_equal(parse("--str="), 2);
	assert_string_equal(str, "");
	assert_int_equal(parse("--str ''"), 3);
	assert_string_equal(str, "");
	assert_int_equal(parse("-fvs x"), 3);
	assert_true(flag && count == 1);
	assert_string_equal(str, "x");
	assert_int_equal(parse("-fsvx"), 2);
	assert_string_equal(str, "vx");
	/* The last one counts. */
	assert_int_equal(parse("-s a -s b"), 5);
	assert_string_equal(str, "b");
}

static void
options_end(void **state)
{
	(void)state;
	assert_int_equal(parse("-f -- -v"), 3);
	assert_int_equal(count, 0);
	assert_int_equal(parse("-f - -v"), 2);
	assert_int_equal(count, 0);
	assert_int_equal(parse("-f word -v"), 2);
	assert_int_equal(parse("-f ''"), 2);
	assert_int_equal(parse(""), 1);
	/* An option's argument may look like one. */
	assert_int_equal(parse("-s -- -v"), 4);
	assert_string_equal(str, "--");
	assert_int_equal(count, 1);
}

static void
check_wrong(const char *line, const char *say)
{
	if (parse(line) >= 0)
		fail_msg("'%s' was taken", line);
	assert_int_equal(e.status, EX_USAGE);
	if (strstr(e.text, say) == NULL)
		fail_msg("'%s': \"%s\" does not say \"%s\"", line, e.text,
		    say);
}

static void
names_what_is_wrong(void **state)
{
	(void)state;
	check_wrong("--nothing", "no option --nothing");
	check_wrong("--nothing=3", "no option --nothing");
	check_wrong("--fla", "no option --fla");
	check_wrong("--flags", "no option --flags");
	check_wrong("-fz", "no option -z");
	check_wrong("--flag=3", "--flag takes no argument");
	check_wrong("--str", "--str needs TEXT");
	check_wrong("-s", "-s needs TEXT");
	check_wrong("-n x", "--num: 'x' is not a number");
	check_wrong("-n 3x", "--num: '3x' is not a number");
	check_wrong("-n ''", "is not a number");
	check_wrong("-n +3", "is not a number");
	check_wrong("-n -6", "-6 is not within");
	check_wrong("-n 9223372036854775808", "9223372036854775808");
	check_wrong("--size 3q", "is not a size");
	check_wrong("--size -3", "is not a size");
	check_wrong("--size 2G", "is not within");
	check_wrong("--size 1e400", "size");
	check_wrong("-t 2w", "is not a time");
	check_wrong("-t 25h", "is not within");
	check_wrong("-t ''", "is not a time");
}

static void
sizes_and_times(void **state)
{
	static const struct {
		const char *s;
		int64_t v;
	} sizes[] = {
		{ "0", 0 }, { "17", 17 }, { "64k", 65536 }, { "1.5k", 1536 },
		{ "16M", 16 << 20 }, { "2G", INT64_C(2) << 30 },
		{ "1MiB", 1 << 20 }, { "1K", 1024 }
	}, times[] = {
		{ "250ms", 250 }, { "10s", 10000 }, { "10", 10000 },
		{ "0.5", 500 }, { "5m", 300000 }, { "2h", 7200000 },
		{ "1d", 86400000 }, { "0", 0 }
	};
	static const char *const neither[] = { "", "x", "-1", "1 s", " 1",
	    "1..5", "1mss", "0x10", "1e3", "inf", "nan" };
	int64_t v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		assert_int_equal(opt_size(sizes[i].s, &v), 0);
		assert_int_equal(v, sizes[i].v);
	}
	for (i = 0; i < sizeof times / sizeof *times; i++) {
		assert_int_equal(opt_time(times[i].s, &v), 0);
		assert_int_equal(v, times[i].v);
	}
	for (i = 0; i < sizeof neither / sizeof *neither; i++) {
		if (opt_size(neither[i], &v) == 0)
			fail_msg("'%s' is a size", neither[i]);
		if (opt_time(neither[i], &v) == 0)
			fail_msg("'%s' is a time", neither[i]);
	}
}

/* Each option stands in the help, and no line is longer than 80. */
static void
help_shows_all(void **state)
{
	static const char *const want[] = { "-f, --flag ", "--no-flag ",
	    "-v, --verbose", "-i, --inner WORD", "-s, --str TEXT",
	    "-n, --num N", "--size BYTES", "-t TIME", "-x, --item ITEM",
	    "\nMore:\n" };
	static char text[8000];
	size_t n, i, line = 0;
	FILE *f = tmpfile();
	int was = dup(STDOUT_FILENO);

	(void)state;
	assert_non_null(f);
	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	opt_help(options);
	fflush(stdout);
	dup2(was, STDOUT_FILENO);
	close(was);
	rewind(f);
	n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = '\0';
	for (i = 0; i < sizeof want / sizeof *want; i++) {
		if (strstr(text, want[i]) == NULL)
			fail_msg("no '%s' in:\n%s", want[i], text);
	}
	for (i = 0; i < n; i++) {
		line = text[i] == '\n' ? 0 : line + 1;
		assert_true(line <= 80);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_kind),
		cmocka_unit_test(ways_to_write_it),
		cmocka_unit_test(options_end),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(sizes_and_times),
		cmocka_unit_test(help_shows_all)
	};
	int r = cmocka_run_group_tests(tests, NULL, NULL);

	free(list.v);
	return r;
}
