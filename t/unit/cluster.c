#include "test.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster.h"
#include "hex.h"

static struct err err;
static struct ignite_config cfg;
static const char *list[4];

static void
fresh(const char *address)
{
	cfg = (struct ignite_config)IGNITE_CONFIG;
	list[0] = address;
	cfg.addresses.v = list;
	cfg.addresses.n = 1;
	unsetenv("GG_PASSWORD");
}

static const struct {
	const char *text, *host, *port;
} good[] = {
	{ "a", "a", "10800" },
	{ "a:1", "a", "1" },
	{ "192.0.2.1:65535", "192.0.2.1", "65535" },
	{ "[::1]", "::1", "10800" },
	{ "[fe80::1%lo]:11", "fe80::1%lo", "11" },
	{ "x:007", "x", "7" },
};

static const char *const bad[] = {
	"", ":1", "a:", "a:0", "a:65536", "a:99999999999", "a:1x", "a,", ",a",
	"::1", "[::1", "[::1]1", "[]:1", "a b", "http://a", "a:-1", "a\n",
};

static void
addresses(void **state)
{
	struct cluster_address a;
	struct cluster *cl;
	unsigned turn;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof *good; i++) {
		fresh(good[i].text);
		cl = cluster_new(&cfg, &err);
		assert_non_null(cl);
		assert_true(cluster_address(cl, 7, 0, &a));
		assert_string_equal(a.host, good[i].host);
		assert_string_equal(a.port, good[i].port);
		assert_false(cluster_address(cl, 0, 1, &a));
		cluster_free(cl);
	}
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		fresh(bad[i]);
		cl = cluster_new(&cfg, &err);
		if (cl != NULL)
			fail_msg("%s", bad[i]);
		assert_int_equal(err.status, EX_USAGE);
		assert_non_null(strstr(err.text, "--address"));
	}
	fresh("a");
	cfg.addresses.n = 0;
	assert_null(cluster_new(&cfg, &err));
	assert_int_equal(err.status, EX_USAGE);
	/* Lists, and the option more than once; each turn starts elsewhere. */
	fresh("a:1,b:2");
	list[1] = "c:3";
	cfg.addresses.n = 2;
	cl = cluster_new(&cfg, &err);
	assert_non_null(cl);
	for (i = 0; i < 3; i++) {
		assert_true(cluster_address(cl, 1, i, &a));
		assert_string_equal(a.host, i == 0 ? "b" : i == 1 ? "c" : "a");
	}
	assert_false(cluster_address(cl, 1, 3, &a));
	turn = cluster_turn(cl);
	assert_int_equal(cluster_turn(cl), turn + 1);
	cluster_free(cl);
}

static char *
temporary(const char *text, mode_t mode)
{
	static char path[64];
	const char *dir = getenv("TMPDIR");
	FILE *f;

	snprintf(path, sizeof path, "%s/cluster.%ld",
	    dir == NULL ? "/tmp" : dir, (long)getpid());
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static void
passwords_come_from_files(void **state)
{
	struct cluster *cl;
	char *path;

	(void)state;
	fresh("a");
	cfg.user = "u";
	path = temporary("secret \r\n", 0600);
	cfg.password_file = path;
	cl = cluster_new(&cfg, &err);
	assert_non_null(cl);
	assert_true(slice_eq(cluster_password(cl), slice_str("secret ")));
	cluster_free(cl);
	/* Others can read it. */
	chmod(path, 0640);
	assert_null(cluster_new(&cfg, &err));
	assert_int_equal(err.status, EX_CONFIG);
	chmod(path, 0604);
	assert_null(cluster_new(&cfg, &err));
	assert_null(strstr(err.text, "secret"));
	temporary("\n", 0600);
	assert_null(cluster_new(&cfg, &err));
	assert_int_equal(err.status, EX_CONFIG);
	unlink(path);
	assert_null(cluster_new(&cfg, &err));
	assert_non_null(strstr(err.text, "--password-file"));
	/* Something that never ends, something that blocks. */
	cfg.password_file = "/dev/zero";
	assert_null(cluster_new(&cfg, &err));
	assert_int_equal(err.status, EX_CONFIG);
	assert_int_equal(mkfifo(path, 0600), 0);
	cfg.password_file = path;
	assert_null(cluster_new(&cfg, &err));
	assert_int_equal(err.status, EX_CONFIG);
	unlink(path);
	/* Whose password? */
	cfg.user = NULL;
	assert_null(cluster_new(&cfg, &err));
	assert_int_equal(err.status, EX_USAGE);
}

static void
or_from_the_environment(void **state)
{
	struct cluster *cl;

	(void)state;
	fresh("a");
	cfg.user = "u";
	assert_null(cluster_new(&cfg, &err));
	assert_int_equal(err.status, EX_USAGE);
	setenv("GG_PASSWORD", "hush", 1);
	cl = cluster_new(&cfg, &err);
	assert_non_null(cl);
	assert_null(getenv("GG_PASSWORD"));
	assert_true(slice_eq(cluster_password(cl), slice_str("hush")));
	cluster_free(cl);
	/* A second cluster has the same. */
	cl = cluster_new(&cfg, &err);
	assert_non_null(cl);
	assert_true(slice_eq(cluster_password(cl), slice_str("hush")));
	cluster_free(cl);
	/* Nobody asked for it: it goes all the same. */
	setenv("GG_PASSWORD", "hush", 1);
	cfg.user = NULL;
	cl = cluster_new(&cfg, &err);
	assert_non_null(cl);
	assert_null(getenv("GG_PASSWORD"));
	assert_null(cluster_password(cl).p);
	cluster_free(cl);
}

static void
tls_options_go_together(void **state)
{
	struct cluster *cl;

	(void)state;
	fresh("a");
	cfg.tls_ca = "/dev/null";
	assert_null(cluster_new(&cfg, &err));
	assert_int_equal(err.status, EX_USAGE);
	assert_non_null(strstr(err.text, "--tls-ca"));
	cfg.tls = true;
	assert_null(cluster_new(&cfg, &err));
	assert_int_equal(err.status, EX_CONFIG);
	assert_non_null(strstr(err.text, "--tls-ca"));
	fresh("a");
	cfg.tls = true;
	cfg.tls_key = "k";
	assert_null(cluster_new(&cfg, &err));
	assert_int_equal(err.status, EX_USAGE);
	fresh("a");
	cfg.tls = true;
	cl = cluster_new(&cfg, &err);
	assert_non_null(cl);
	assert_non_null(cluster_tls(cl));
	cluster_free(cl);
}

static void
nodes_are_learned(void **state)
{
	struct wire_uuid one = { 1, 2 }, two = { 3, 4 }, id;
	struct cluster_address a;
	struct cluster *cl;
	struct buf b = { 0 };

	(void)state;
	fresh("a");
	cl = cluster_new(&cfg, &err);
	assert_false(cluster_node(cl, 0, &id));
	hex(&b, "0200000000000000 | 02000000 |"
	    "0100000000000000 0200000000000000 302a0000 03000000"
	    "09 01000000 78 65 09 01000000 79 |"
	    "0300000000000000 0400000000000000 312a0000 01000000"
	    "09 01000000 78 | 00000000");
	assert_int_equal(cluster_learn(cl, buf_bytes(&b), &err), 0);
	assert_true(cluster_node(cl, 0, &id));
	assert_true(wire_uuid_eq(id, one));
	assert_true(cluster_node(cl, 1, &id));
	assert_true(wire_uuid_eq(id, two));
	assert_false(cluster_node(cl, 2, &id));
	/* An address that is null is left out. */
	assert_true(cluster_node_address(cl, one, 1, &a));
	assert_string_equal(a.host, "y");
	assert_string_equal(a.port, "10800");
	assert_false(cluster_node_address(cl, one, 2, &a));
	assert_true(cluster_node_address(cl, two, 0, &a));
	assert_string_equal(a.port, "10801");
	/* What makes no sense changes nothing. */
	b.n -= 10;
	assert_int_equal(cluster_learn(cl, buf_bytes(&b), &err), -1);
	assert_true(cluster_node(cl, 1, &id));
	cluster_free(cl);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(passwords_come_from_files),
		cmocka_unit_test(or_from_the_environment),
		cmocka_unit_test(tls_options_go_together),
		cmocka_unit_test(nodes_are_learned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
