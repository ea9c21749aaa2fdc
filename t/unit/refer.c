#define _GNU_SOURCE
#include "test.h"

#include <stdio.h>
#include <unistd.h>

#include "mem.h"
#include "refer.h"

static char dir[] = "/tmp/refer.XXXXXX";

static void
write_file(const char *name, const char *text)
{
	char *path = mem_fmt("%s/%s", dir, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	free(path);
}

/* "DIR" in the pattern is our directory. */
static char *
with_dir(const char *s)
{
	const char *p = strstr(s, "DIR");

	return p == NULL ? mem_str(s) : mem_fmt("%.*s%s%s", (int)(p - s), s,
	    dir, p + 3);
}

static void
are_replaced(void **state)
{
	static const struct {
		const char *value, *want;	/* NULL: an error */
	} t[] = {
		{ "plain", "plain" },
		{ "${file:DIR/p:user}", "me" },
		{ "a${file:DIR/p:user}b${env:REFER_TEST}c", "amebxyzc" },
		{ "${dir:DIR:whole}", "all of it\n" },
		{ "${env:REFER_TEST}", "xyz" },
		{ "$ {x} ${y} ${", "$ {x} ${y} ${" },
		{ "${file:DIR/p:nobody}", NULL },
		{ "${file:DIR/none:x}", NULL },
		{ "${file:DIR/p}", NULL },
		{ "${env:REFER_TEST_NONE}", NULL },
		{ "${vault:a:b}", NULL },
		{ "${dir:DIR:../x}", NULL },
	};
	struct err e;
	char *in, *out;
	size_t i;

	(void)state;
	setenv("REFER_TEST", "xyz", 1);
	for (i = 0; i < sizeof t / sizeof t[0]; i++) {
		in = with_dir(t[i].value);
		out = refer_resolve(in, &e);
		if (t[i].want == NULL) {
			assert_null(out);
			assert_int_equal(e.status, EX_CONFIG);
		} else {
			assert_non_null(out);
			assert_string_equal(out, t[i].want);
		}
		assert_int_equal(refer_in(in), strchr(in, ':') != NULL);
		free(in);
		free(out);
	}
}

static void
are_replaced_in_files(void **state)
{
	struct props ps = { NULL, 0, NULL };
	struct err e;
	char *path = mem_fmt("%s/main", dir);
	char *text = with_dir("a=${file:DIR/p:user}\n\nb=2\n");

	(void)state;
	write_file("main", text);
	assert_int_equal(refer_read(path, &ps, &e), 0);
	assert_string_equal(props_get(&ps, "a"), "me");
	assert_string_equal(props_get(&ps, "b"), "2");
	assert_int_equal(ps.v[1].line, 3);
	write_file("main", "a=1\nb=${env:REFER_TEST_NONE}\n");
	assert_int_equal(refer_read(path, &ps, &e), -1);
	assert_non_null(strstr(e.text, "line 2: b"));
	props_release(&ps);
	free(text);
	free(path);
}

static int
make(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	write_file("p", "user=me\n");
	write_file("whole", "all of it\n");
	return 0;
}

static int
clean(void **state)
{
	static const char *const names[] = { "p", "whole", "main" };
	char *path;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		path = mem_fmt("%s/%s", dir, names[i]);
		unlink(path);
		free(path);
	}
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_replaced),
		cmocka_unit_test(are_replaced_in_files)
	};

	return cmocka_run_group_tests(tests, make, clean);
}
