/*
 * bare-ignite: what a node gives to a client that does nothing else; what
 * our programs are compared with.
 *
 *	bare-ignite put ADDR CACHE N [VALUE-BYTES]
 *		keys 0 to N - 1 as gen makes them, by PUT_ALL of 1,000 over
 *		two connections with one request in flight each
 *	bare-ignite scan ADDR CACHE N
 *		pages of 10,000 rows over one connection; N rows must come
 *	bare-ignite query ADDR CACHE N
 *		"live", then a continuous query until N events came
 *
 * Prints records per second and CPU seconds of its own per million. The
 * library makes the connections; then there is only a socket.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "grid.h"
#include "mem.h"
#include "wirerow.h"

enum { BATCH = 1000, PAGE = 10000 };

static void
die(const char *what)
{
	fprintf(stderr, "bare-ignite: %s\n", what);
	exit(1);
}

static void
write_all(int fd, const unsigned char *p, size_t n)
{
	ssize_t r;

	for (; n != 0; p += r, n -= (size_t)r) {
		if ((r = write(fd, p, n)) >= 0)
			continue;
		if (errno != EAGAIN && errno != EINTR)
			die("write failed");
		poll(&(struct pollfd){ fd, POLLOUT, 0 }, 1, -1);
		r = 0;
	}
}

/* One message, without its length, into b. */
static void
read_message(int fd, struct buf *b)
{
	size_t want = 4;
	bool sized = false;
	ssize_t r;

	buf_reset(b);
	while (b->n < want) {
		r = read(fd, buf_room(b, want - b->n), want - b->n);
		if (r == 0)
			die("the node closed the connection");
		if (r < 0 && errno != EAGAIN && errno != EINTR)
			die("read failed");
		if (r < 0)
			poll(&(struct pollfd){ fd, POLLIN, 0 }, 1, -1);
		else
			b->n += (size_t)r;
		if (b->n == 4 && !sized) {
			want = le32(b->p);
			buf_reset(b);
			sized = true;
		}
	}
}

/* The payload of an answer. */
static const unsigned char *
payload(const struct buf *b)
{
	uint16_t flags = le16(b->p + 8);

	if ((flags & 1) != 0)
		die("the node says that it failed");
	return b->p + 10 + ((flags & 2) != 0 ? 12 : 0) +
	    ((flags & 4) != 0 ? 2 : 0);
}

static void
say(const char *what, uint64_t n, int64_t us)
{
	struct rusage u;
	double cpu, s = (double)us / 1e6;

	getrusage(RUSAGE_SELF, &u);
	cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	printf("%s records=%" PRIu64 " seconds=%.3f per_second=%.0f "
	    "cpu_per_million=%.3f\n", what, n, s, (double)n / s,
	    cpu * 1e6 / (double)n);
}

/* A request for BATCH puts whose keys are filled in each time. */
static void
template(struct buf *b, int32_t cache, size_t size)
{
	unsigned char key[9] = { 0x04 };
	unsigned char *value = mem_alloc(size + 32);
	struct wire_batch w;
	int i;

	memset(value, 'x', size + 32);
	value[0] = 0x09;
	le32_put(value + 1, (uint32_t)(size - 5));
	wire_begin(b, WIRE_PUT_ALL, 1);
	wire_batch_open(&w, b, WIRE_PUT_ALL, cache);
	for (i = 0; i < BATCH; i++)
		wire_batch_add(&w, slice_of(key, sizeof key),
		    slice_of(value, size));
	wire_batch_close(&w);
	wire_end(b, 0);
	free(value);
}

static void
put(struct ignite *ign[2], int32_t cache, uint64_t n, size_t size)
{
	struct buf req[2] = { { 0 } }, ans = { 0 };
	struct pollfd p[2];
	uint64_t next = 0, done = 0, i;
	unsigned char *at;
	bool busy[2] = { false, false };
	int64_t since;
	int c;

	for (c = 0; c < 2; c++) {
		template(&req[c], cache, size);
		p[c] = (struct pollfd){ ignite_fd(ign[c]), POLLIN, 0 };
	}
	since = clock_us();
	while (done < n) {
		for (c = 0; c < 2; c++) {
			if (busy[c] && (p[c].revents & POLLIN) != 0) {
				read_message(p[c].fd, &ans);
				payload(&ans);
				busy[c] = false;
				done += BATCH;
			}
			if (busy[c] || next >= n)
				continue;
			at = req[c].p + req[c].n - BATCH * (9 + size);
			for (i = 0; i < BATCH; i++, next++, at += 9 + size) {
				le64_put(at + 1, next);
				if (size >= 13)
					le64_put(at + 14, next);
			}
			write_all(p[c].fd, req[c].p, req[c].n);
			busy[c] = true;
		}
		if (done < n)
			poll(p, 2, -1);
	}
	say("put", done, clock_us() - since);
	buf_release(&req[0]);
	buf_release(&req[1]);
	buf_release(&ans);
}

static void
scan(struct ignite *ign, int32_t cache, uint64_t n)
{
	struct buf req = { 0 }, ans = { 0 };
	const unsigned char *at;
	uint64_t rows = 0, cursor = 0;
	int64_t since = clock_us();
	int fd = ignite_fd(ign);

	wire_begin(&req, WIRE_SCAN, 1);
	wire_scan(&req, cache, PAGE, -1, false);
	do {
		wire_end(&req, 0);
		write_all(fd, req.p, req.n);
		read_message(fd, &ans);
		at = payload(&ans);
		if (cursor == 0) {
			cursor = le64(at);
			at += 8;
		}
		rows += le32(at);
		buf_reset(&req);
		wire_begin(&req, WIRE_SCAN_PAGE, 2);
		wire_page(&req, (int64_t)cursor);
	} while (ans.p[ans.n - 1] != 0);
	if (rows != n)
		die("not as many rows as said");
	say("scan", rows, clock_us() - since);
	buf_release(&req);
	buf_release(&ans);
}

static void
query(struct ignite *ign, int32_t cache, uint64_t n)
{
	struct buf ans = { 0 };
	uint64_t id, events = 0;
	int64_t since = 0;
	struct err e;

	if (grid_query(ign, cache, 1, 0, false, &id, &e) < 0)
		die(e.text);
	/* Servers drop what happens in the first moment. */
	poll(NULL, 0, 100);
	printf("live\n");
	fflush(stdout);
	while (events < n) {
		read_message(ignite_fd(ign), &ans);
		if (since == 0)
			since = clock_us();
		if ((le16(ans.p + 8) & 4) != 0)
			events += le32(payload(&ans));
	}
	say("query", events, clock_us() - since);
	buf_release(&ans);
}

int
main(int argc, char **argv)
{
	struct ignite_config cfg = IGNITE_CONFIG;
	struct cluster *cluster;
	struct ignite *ign[2] = { NULL, NULL };
	struct err e;
	uint64_t n;
	size_t size = argc > 5 ? strtoul(argv[5], NULL, 10) : 200;
	int32_t cache;

	if (argc < 5)
		die("usage: bare-ignite put|scan|query ADDR CACHE N "
		    "[VALUE-BYTES]");
	if (size < 5)
		die("a value has 5 bytes or more");
	n = strtoull(argv[4], NULL, 10);
	cache = wire_cache_id(argv[3]);
	cfg.addresses = (struct opt_list){ (const char **)&argv[2], 1 };
	if ((cluster = cluster_new(&cfg, &e)) == NULL ||
	    (ign[0] = ignite_open(cluster, NULL, &e)) == NULL ||
	    (ign[1] = ignite_open(cluster, NULL, &e)) == NULL ||
	    grid_cache_make(ign[0], argv[3], NULL, &e) < 0)
		die(e.text);
	if (strcmp(argv[1], "put") == 0)
		put(ign, cache, n, size);
	else if (strcmp(argv[1], "scan") == 0)
		scan(ign[0], cache, n);
	else if (strcmp(argv[1], "query") == 0)
		query(ign[0], cache, n);
	else
		die("put, scan or query");
	ignite_close(ign[0]);
	ignite_close(ign[1]);
	cluster_free(cluster);
	return 0;
}
