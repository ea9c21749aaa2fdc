#include "test.h"

#include <errno.h>
#include <string.h>

#include "err.h"

static void
describes_and_places(void **state)
{
	struct err e = { 0, "" };

	(void)state;
	assert_int_equal(err_set(&e, EX_DATAERR, "field %s: %d", "total", 7),
	    -1);
	assert_int_equal(e.status, EX_DATAERR);
	assert_int_equal(err_in(&e, "cache %s", "orders"), -1);
	assert_int_equal(e.status, EX_DATAERR);
	assert_string_equal(e.text, "cache orders: field total: 7");
	errno = ENOSPC;
	assert_int_equal(err_sys(&e, EX_IOERR, "write %s", "stdout"), -1);
	assert_int_equal(e.status, EX_IOERR);
	assert_string_equal(e.text, "write stdout: No space left on device");
}

/* However long: the place and the reason stay, the text is cut. */
static void
long_texts_are_cut(void **state)
{
	char many[3000];
	struct err e = { 0, "" };
	int i;

	(void)state;
	memset(many, 'x', sizeof many - 1);
	many[sizeof many - 1] = '\0';
	err_set(&e, 65, "%s", many);
	assert_int_equal(strlen(e.text), sizeof e.text - 1);
	for (i = 0; i < 20; i++) {
		err_in(&e, "place %d", i);
		assert_true(strlen(e.text) < sizeof e.text);
	}
	assert_memory_equal(e.text, "place 19: place 18: ", 20);
	err_in(&e, "%s", many);
	assert_true(strlen(e.text) < sizeof e.text);
	assert_non_null(strstr(e.text, ": place 19"));
	errno = ENOSPC;
	err_sys(&e, 74, "%s", many);
	assert_non_null(strstr(e.text, ": No space left on device"));
	assert_int_equal(e.status, 74);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(describes_and_places),
		cmocka_unit_test(long_texts_are_cut)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
