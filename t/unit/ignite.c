#include "test.h"

#include "clock.h"
#include "grid.h"
#include "peer.h"

static struct err err;
static struct ignite_config cfg;
static const char *addresses[2];
static bool stop;

static bool
stopping(void)
{
	return stop;
}

static struct cluster *
cluster_at(const char *a, const char *b)
{
	cfg = (struct ignite_config)IGNITE_CONFIG;
	cfg.connect_timeout = 5000;
	cfg.give_up_after = 0;
	cfg.stopping = stopping;
	stop = false;
	addresses[0] = a;
	addresses[1] = b;
	cfg.addresses.v = addresses;
	cfg.addresses.n = b == NULL ? 1 : 2;
	return cluster_new(&cfg, &err);
}

static struct ignite *
open_to(struct peer *p, struct cluster **cl)
{
	struct ignite *g;

	*cl = cluster_at(p->address, NULL);
	assert_non_null(*cl);
	g = ignite_open(*cl, NULL, &err);
	if (g == NULL)
		fail_msg("%s", err.text);
	return g;
}

static void
out_of_order(struct peer *p)
{
	uint64_t a, b, c;

	peer_welcome(p, 0);
	a = peer_expect(p, WIRE_GET);
	b = peer_expect(p, WIRE_GET);
	peer_event(p, 7, 1);
	c = peer_expect(p, WIRE_STATE);
	peer_answer(p, b, "03 0b000000");
	/* A query may have the number of a request. */
	peer_event(p, c, 2);
	peer_answer(p, c, "01");
	peer_answer(p, a, "03 0a000000");
	peer_expect(p, WIRE_CLOSE);
}

static void
answers_find_their_requests(void **state)
{
	struct peer p;
	struct cluster *cl;
	struct ignite *g;
	struct wire_msg m;
	enum grid_state s;
	uint64_t a, b;

	(void)state;
	assert_int_equal(peer_start(&p, out_of_order), 0);
	g = open_to(&p, &cl);
	assert_int_equal(ignite_node(g).hi, 1);
	assert_int_equal(ignite_node(g).lo, 2);
	ignite_begin(g, WIRE_GET);
	assert_int_equal(ignite_send(g, &a, &err), 0);
	ignite_begin(g, WIRE_GET);
	assert_int_equal(ignite_send(g, &b, &err), 0);
	assert_int_equal(grid_state(g, &s, &err), 0);
	assert_int_equal(s, GRID_ACTIVE);
	/* What came meanwhile is there, in its order. */
	assert_true(ignite_ready(g));
	assert_int_equal(ignite_read(g, &m, 0, &err), 1);
	assert_true(m.note);
	assert_int_equal(m.id, 7);
	assert_int_equal(ignite_read(g, &m, 0, &err), 1);
	assert_false(m.note);
	assert_int_equal(m.id, b);
	assert_hex(m.body, "03 0b000000");
	assert_int_equal(ignite_read(g, &m, 0, &err), 1);
	assert_true(m.note);
	assert_int_equal(ignite_read(g, &m, 5000, &err), 1);
	assert_int_equal(m.id, a);
	assert_int_equal(ignite_read(g, &m, 20, &err), 0);
	ignite_begin(g, WIRE_CLOSE);
	assert_int_equal(ignite_send(g, &a, &err), 0);
	assert_null(peer_end(&p));
	ignite_close(g);
	cluster_free(cl);
}

static void
gone_after_a_request(struct peer *p)
{
	peer_welcome(p, 0);
	peer_expect(p, WIRE_PUT_ALL);
	/* An event answers nothing. */
	peer_event(p, 1, 1);
}

static void
gone_before_a_request(struct peer *p)
{
	peer_welcome(p, 0);
}

static void
lost_or_unknown(void **state)
{
	struct peer p;
	struct pollfd f = { .events = POLLIN };
	struct cluster *cl;
	struct ignite *g;
	struct wire_msg m;
	uint64_t id;

	(void)state;
	assert_int_equal(peer_start(&p, gone_after_a_request), 0);
	g = open_to(&p, &cl);
	ignite_begin(g, WIRE_PUT_ALL);
	assert_int_equal(ignite_call(g, NULL, &err), -1);
	assert_int_equal(ignite_why(g), IGNITE_UNKNOWN);
	assert_int_equal(err.status, EX_UNAVAILABLE);
	assert_true(ignite_dead(g));
	/* From now on nothing goes out. */
	ignite_begin(g, WIRE_PUT_ALL);
	assert_int_equal(ignite_call(g, NULL, &err), -1);
	assert_int_equal(ignite_why(g), IGNITE_LOST);
	/* What came before the end is still there. */
	assert_int_equal(ignite_read(g, &m, 0, &err), 1);
	assert_int_equal(ignite_read(g, &m, 0, &err), -1);
	assert_null(peer_end(&p));
	ignite_close(g);
	cluster_free(cl);

	assert_int_equal(peer_start(&p, gone_before_a_request), 0);
	g = open_to(&p, &cl);
	assert_null(peer_end(&p));
	f.fd = ignite_fd(g);
	assert_int_equal(poll(&f, 1, 5000), 1);
	ignite_begin(g, WIRE_PUT_ALL);
	assert_int_equal(ignite_send(g, &id, &err), -1);
	assert_int_equal(ignite_why(g), IGNITE_LOST);
	ignite_close(g);
	cluster_free(cl);
}

static const struct {
	int32_t status;
	int state;		/* that the node tells, -1: is not asked */
	bool write;
	enum ignite_why why;
	int exit;
} verdicts[] = {
	{ 1, 1, true, IGNITE_FAILED, EX_TEMPFAIL },
	{ 1, 0, true, IGNITE_INACTIVE, EX_UNAVAILABLE },
	{ 1, 2, true, IGNITE_INACTIVE, EX_UNAVAILABLE },
	{ 1, 2, false, IGNITE_FAILED, EX_TEMPFAIL },
	{ 1000, 1, true, IGNITE_NO_CACHE, EX_CONFIG },
	{ 1000, 0, false, IGNITE_INACTIVE, EX_UNAVAILABLE },
	{ 2, -1, false, IGNITE_UNSUPPORTED, EX_PROTOCOL },
	{ 10, -1, false, IGNITE_ELSEWHERE, EX_UNAVAILABLE },
	{ 11, -1, false, IGNITE_ELSEWHERE, EX_UNAVAILABLE },
	{ 1012, -1, false, IGNITE_DENIED, EX_NOPERM },
	{ 2000, -1, false, IGNITE_DENIED, EX_NOPERM },
	{ 1011, -1, false, IGNITE_NO_RESOURCE, EX_TEMPFAIL },
	{ 1010, -1, false, IGNITE_FAILED, EX_TEMPFAIL },
};

#define VERDICTS (sizeof verdicts / sizeof *verdicts)

static void
refuses_everything(struct peer *p)
{
	static const char *const states[] = { "00", "01", "02" };
	size_t i;

	peer_welcome(p, 0);
	for (i = 0; i < VERDICTS; i++) {
		uint64_t id = peer_expect(p, verdicts[i].write ?
		    WIRE_PUT_ALL : WIRE_SCAN);

		peer_refuse(p, id, verdicts[i].status);
		if (verdicts[i].state >= 0)
			peer_answer(p, peer_expect(p, WIRE_STATE),
			    states[verdicts[i].state]);
	}
}

static void
refusals_are_judged(void **state)
{
	struct peer p;
	struct cluster *cl;
	struct ignite *g;
	size_t i;

	(void)state;
	assert_int_equal(peer_start(&p, refuses_everything), 0);
	g = open_to(&p, &cl);
	for (i = 0; i < VERDICTS; i++) {
		ignite_begin(g, verdicts[i].write ? WIRE_PUT_ALL : WIRE_SCAN);
		assert_int_equal(ignite_call(g, NULL, &err), -1);
		assert_int_equal(ignite_why(g), verdicts[i].why);
		assert_int_equal(err.status, verdicts[i].exit);
		assert_non_null(strstr(err.text, p.address));
		assert_true(verdicts[i].why == IGNITE_INACTIVE ||
		    strstr(err.text, "why") != NULL);
		assert_false(ignite_dead(g));
	}
	assert_null(peer_end(&p));
	ignite_close(g);
	cluster_free(cl);
}

static void
counts_beats(struct peer *p)
{
	unsigned char b[64];

	/* A third of 150 ms is when they are due. */
	peer_welcome(p, 150);
	for (p->n = 0; p->n < 3; p->n++)
		peer_answer(p, peer_expect(p, WIRE_HEARTBEAT), "");
	peer_event(p, 5, 1);
	while (peer_take(p, b, sizeof b) >= 0)
		;			/* until the client leaves */
}

static void
idle_connections_beat(void **state)
{
	struct peer p;
	struct cluster *cl;
	struct ignite *g;
	struct wire_msg m;

	(void)state;
	assert_int_equal(peer_start(&p, counts_beats), 0);
	g = open_to(&p, &cl);
	assert_int_equal(ignite_read(g, &m, 5000, &err), 1);
	assert_true(m.note);
	ignite_close(g);
	assert_null(peer_end(&p));
	assert_int_equal(p.n, 3);
	cluster_free(cl);

	/* The same for one that is tended and not read. */
	assert_int_equal(peer_start(&p, counts_beats), 0);
	g = open_to(&p, &cl);
	while (!ignite_ready(g)) {
		struct pollfd f = { ignite_fd(g), POLLIN, 0 };

		assert_true(ignite_tend_in(g) <= 50);
		poll(&f, 1, (int)ignite_tend_in(g));
		assert_int_equal(ignite_tend(g, &err), 0);
	}
	assert_int_equal(ignite_read(g, &m, 0, &err), 1);
	assert_true(m.note);
	ignite_close(g);
	assert_null(peer_end(&p));
	cluster_free(cl);
}

static void
hangs(struct peer *p)
{
	unsigned char b[64];

	peer_welcome(p, 150);
	peer_expect(p, WIRE_HEARTBEAT);
	if (peer_take(p, b, sizeof b) >= 0)
		p->bad = "two heartbeats at once";
}

static void
one_beat_at_a_time(void **state)
{
	int64_t end = clock_ms() + 300;
	struct peer p;
	struct cluster *cl;
	struct ignite *g;
	int turns = 0;

	(void)state;
	assert_int_equal(peer_start(&p, hangs), 0);
	g = open_to(&p, &cl);
	/* No busy waiting for the answer either. */
	for (; clock_ms() < end; turns++) {
		poll(NULL, 0, (int)ignite_tend_in(g));
		assert_int_equal(ignite_tend(g, &err), 0);
	}
	assert_in_range(turns, 2, 8);
	ignite_close(g);
	assert_null(peer_end(&p));
	cluster_free(cl);
}

static void
claims_much(struct peer *p)
{
	peer_welcome(p, 0);
	peer_expect(p, WIRE_GET);
	peer_send(p, slice_of("\xff\xff\xff\x7f", 4));
}

static void
nonsense_ends_it(void **state)
{
	struct peer p;
	struct cluster *cl;
	struct ignite *g;

	(void)state;
	assert_int_equal(peer_start(&p, claims_much), 0);
	g = open_to(&p, &cl);
	ignite_begin(g, WIRE_GET);
	assert_int_equal(ignite_call(g, NULL, &err), -1);
	assert_int_equal(ignite_why(g), IGNITE_GARBLED);
	assert_int_equal(err.status, EX_PROTOCOL);
	assert_null(peer_end(&p));
	ignite_close(g);
	cluster_free(cl);
}

static void
wants_the_past(struct peer *p)
{
	unsigned char b[256];

	peer_accept(p);
	if (peer_take(p, b, sizeof b) != 1 || le16(b + 3) != 7)
		p->bad = "no 1.7 first";
	peer_say(p, "00 010005000000 09 01000000 78 01000000");
	if (peer_take(p, b, sizeof b) != 1 || le16(b + 3) != 6)
		p->bad = "no 1.6 then";
	peer_say(p, "00 010005000000 09 01000000 78 01000000");
	if (peer_take(p, b, sizeof b) != 1 || le16(b + 3) != 5)
		p->bad = "no 1.5 then";
	peer_say(p, "01 0a 0100000000000000 0200000000000000");
	peer_answer(p, peer_expect(p, WIRE_STATE), "01");
}

static void
older_versions_will_do(void **state)
{
	struct peer p;
	struct cluster *cl;
	struct ignite *g;
	enum grid_state s;

	(void)state;
	assert_int_equal(peer_start(&p, wants_the_past), 0);
	g = open_to(&p, &cl);
	assert_int_equal(grid_state(g, &s, &err), 0);
	assert_null(peer_end(&p));
	ignite_close(g);
	cluster_free(cl);
}

static void
next_address_if_one_is_down(void **state)
{
	struct peer down = { .fd = -1 }, p;
	struct cluster *cl;
	struct ignite *g;
	int i;

	(void)state;
	/* Bound but not listening: nobody else gets this port. */
	assert_int_equal(peer_listen(&down, 0), 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(peer_start(&p, gone_before_a_request), 0);
		cl = cluster_at(i == 0 ? down.address : p.address,
		    i == 0 ? p.address : down.address);
		assert_non_null(cl);
		g = ignite_open(cl, NULL, &err);
		assert_non_null(g);
		assert_string_equal(ignite_peer(g), p.address);
		assert_null(peer_end(&p));
		ignite_close(g);
		cluster_free(cl);
	}
	cl = cluster_at(down.address, NULL);
	assert_null(ignite_open(cl, NULL, &err));
	assert_int_equal(err.status, EX_UNAVAILABLE);
	/* Told to stop, it does not wait until it gives up. */
	cfg.give_up_after = 3600000;
	stop = true;
	assert_null(ignite_open(cl, NULL, &err));
	assert_true(err.status == EX_UNAVAILABLE ||
	    err.status == EX_TEMPFAIL);
	cluster_free(cl);
	close(down.listener);
}

static void
leaves(struct peer *p)
{
	unsigned char b[256];

	peer_accept(p);
	peer_take(p, b, sizeof b);
	peer_say(p, "01 0c 02000000 8c09"
	    "0a 0100000000000000 0200000000000000");
	peer_expect(p, WIRE_IDLE_TIMEOUT);
	peer_hang_up(p);
	peer_welcome(p, 0);
}

static void
nodes_leave_at_any_time(void **state)
{
	struct peer p;
	struct cluster *cl;
	struct ignite *g;

	(void)state;
	assert_int_equal(peer_start(&p, leaves), 0);
	g = open_to(&p, &cl);
	assert_false(ignite_dead(g));
	assert_null(peer_end(&p));
	ignite_close(g);
	cluster_free(cl);
}

static void
shakes_hands(struct peer *p)
{
	unsigned char b[256];

	peer_accept(p);
	peer_take(p, b, sizeof b);
	peer_say(p, "01 0c 02000000 8c09"
	    "0a 0100000000000000 0200000000000000");
	/* The client sees that we are not the one, and leaves. */
	peer_take(p, b, sizeof b);
}

static void
another_node_is_not_it(void **state)
{
	struct wire_uuid other = { 1, 3 };
	struct peer p;
	struct cluster *cl;

	(void)state;
	assert_int_equal(peer_start(&p, shakes_hands), 0);
	cl = cluster_at(p.address, NULL);
	assert_null(ignite_open(cl, &other, &err));
	assert_int_equal(err.status, EX_UNAVAILABLE);
	assert_non_null(strstr(err.text, "is not node"));
	assert_null(peer_end(&p));
	cluster_free(cl);
}

static void
says_no(struct peer *p)
{
	unsigned char b[256];

	peer_accept(p);
	peer_take(p, b, sizeof b);
	peer_say(p, "00 000000000000 09 02000000 6e6f d0070000");
	/* A second try would lock the user out. */
	if (peer_take(p, b, sizeof b) >= 0)
		p->bad = "came again";
}

static void
wrong_password_is_tried_once(void **state)
{
	struct peer p;
	struct cluster *cl;

	(void)state;
	assert_int_equal(peer_start(&p, says_no), 0);
	cl = cluster_at(p.address, p.address);
	cfg.give_up_after = 60000;
	assert_null(ignite_open(cl, NULL, &err));
	assert_int_equal(err.status, EX_NOPERM);
	assert_null(peer_end(&p));
	cluster_free(cl);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_find_their_requests),
		cmocka_unit_test(lost_or_unknown),
		cmocka_unit_test(refusals_are_judged),
		cmocka_unit_test(idle_connections_beat),
		cmocka_unit_test(one_beat_at_a_time),
		cmocka_unit_test(nonsense_ends_it),
		cmocka_unit_test(older_versions_will_do),
		cmocka_unit_test(next_address_if_one_is_down),
		cmocka_unit_test(nodes_leave_at_any_time),
		cmocka_unit_test(another_node_is_not_it),
		cmocka_unit_test(wrong_password_is_tried_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
