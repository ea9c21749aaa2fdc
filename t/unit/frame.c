#define _GNU_SOURCE
#include "test.h"

#include "frame.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mem.h"

static unsigned char pool[3000];

static struct slice
some(bool may_be_null)
{
	size_t from = (size_t)test_below(sizeof pool / 2);

	if (may_be_null && test_below(4) == 0)
		return slice_of(NULL, 0);
	return slice_of(pool + from, (size_t)test_below(
	    test_below(10) == 0 ? sizeof pool / 2 : 20));
}

static void
put(struct buf *b, int letter, struct slice body)
{
	size_t at = frame_begin(b, (enum frame_letter)letter);

	buf_add(b, body.p, body.n);
	frame_end(b, at);
}

static void
put_hello(struct buf *b, uint16_t version)
{
	size_t at = frame_begin(b, FRAME_HELLO);

	rec_encode_hello(b, &(struct hello){ version, 7, slice_str("bytes"),
	    slice_str("test") });
	frame_end(b, at);
}

static void
put_rec(struct buf *b, uint64_t seq)
{
	size_t at = frame_begin(b, FRAME_RECORD);

	rec_encode(b, &(struct rec){ seq, REC_UPSERT, REC_EVENT, 0,
	    REC_NO_TIME, -1, -1, slice_str("c"), some(true), some(true),
	    some(true) });
	frame_end(b, at);
}

static void
put_mark(struct buf *b, uint64_t seq)
{
	size_t at = frame_begin(b, FRAME_MARK);

	rec_encode_mark(b, seq);
	frame_end(b, at);
}

static void
put_end(struct buf *b, uint64_t seq, uint64_t records)
{
	size_t at = frame_begin(b, FRAME_END);

	rec_encode_end(b, &(struct end){ seq, records });
	frame_end(b, at);
}

/* A whole stream of every kind of frame; returns how many follow HELLO. */
static int
put_stream(struct buf *b)
{
	uint64_t seq = 0, records = 0;
	int n = (int)test_below(30), i;
	size_t at;

	put_hello(b, REC_VERSION);
	for (i = 0; i < n; i++) {
		switch (test_below(5)) {
		case 0:
			at = frame_begin(b, FRAME_TYPE);
			rec_encode_type(b, &(struct type){ TYPE_BINARY,
			    (int32_t)test_u64(), some(true), some(false) });
			frame_end(b, at);
			break;
		case 1:
			put_mark(b, seq);
			break;
		case 2:
			put(b, 'a' + (int)test_below(26), some(false));
			break;
		default:
			seq += 1 + test_below(3);
			records++;
			put_rec(b, seq);
		}
	}
	put_end(b, seq, records);
	return n;
}

/* A file in memory with these bytes, to be read from its start. */
static int
file_of(struct slice s)
{
	int fd = memfd_create("stream", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, s.p, s.n), s.n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Read all of it; what frame_read says last, and the frames in got. */
static int
read_all(int fd, struct buf *got, int *n, struct err *e)
{
	struct frame_in in;
	struct frame f;
	int r;

	*n = 0;
	*e = (struct err){ 0, "" };
	frame_in_open(&in, fd, "stdin");
	while ((r = frame_read(&in, &f, e)) > 0) {
		put(got, f.letter, f.body);
		++*n;
	}
	if (r == 0)
		assert_int_equal(frame_read(&in, &f, e), 0);
	frame_in_release(&in);
	return r;
}

/* The stream in b is refused with this status and these words. */
static void
check_refused(struct buf *b, int status, const char *words)
{
	struct buf got = { NULL, 0, 0 };
	int fd = file_of(buf_bytes(b)), n;
	struct err e;

	assert_int_equal(read_all(fd, &got, &n, &e), -1);
	if (e.status != status || strstr(e.text, words) == NULL)
		fail_msg("%d \"%s\", not %d \"%s\"", e.status, e.text, status,
		    words);
	close(fd);
	buf_release(&got);
	buf_reset(b);
}

struct writer {
	struct slice s;
	int fd;
	uint64_t seed;
};

/* In pieces of all sizes, one byte at a time as well. */
static void *
write_pieces(void *arg)
{
	struct writer *w = arg;
	uint64_t x = w->seed;
	size_t at = 0, n;

	while (at < w->s.n) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
		n = 1 + (size_t)(x >> 33) % ((x >> 60) == 0 ? 4000 : 7);
		if (n > w->s.n - at)
			n = w->s.n - at;
		if (write(w->fd, w->s.p + at, n) != (ssize_t)n)
			abort();
		at += n;
	}
	close(w->fd);
	return NULL;
}

static void
any_split_gives_the_same_frames(void **state)
{
	struct buf b = { NULL, 0, 0 }, got = { NULL, 0, 0 };
	struct writer w;
	struct err e;
	pthread_t t;
	uint64_t i;
	int p[2], n, want;

	(void)state;
	test_seed();
	for (i = 0; i < test_rounds(200); i++) {
		buf_reset(&b);
		buf_reset(&got);
		put_hello(&got, REC_VERSION);
		want = put_stream(&b);
		assert_int_equal(pipe(p), 0);
		w = (struct writer){ buf_bytes(&b), p[1], test_u64() };
		assert_int_equal(pthread_create(&t, NULL, write_pieces, &w),
		    0);
		assert_int_equal(read_all(p[0], &got, &n, &e), 0);
		pthread_join(t, NULL);
		close(p[0]);
		assert_int_equal(n, want);
		/* All but END came back. */
		assert_memory_equal(b.p, got.p, got.n);
		assert_int_equal(b.n - got.n, FRAME_HEAD + 16);
	}
	buf_release(&b);
	buf_release(&got);
}

static void
a_cut_stream_is_never_whole(void **state)
{
	struct buf b = { NULL, 0, 0 }, got = { NULL, 0, 0 };
	struct err e;
	uint64_t i;
	size_t cut;
	int fd, n;

	(void)state;
	test_seed();
	for (i = 0; i < test_rounds(20); i++) {
		buf_reset(&b);
		put_stream(&b);
		for (cut = 0; cut < b.n; cut += 1 + b.n / 200) {
			fd = file_of(slice_of(b.p, cut));
			buf_reset(&got);
			assert_int_equal(read_all(fd, &got, &n, &e), -1);
			assert_int_equal(e.status, EX_TEMPFAIL);
			close(fd);
		}
	}
	buf_release(&b);
	buf_release(&got);
}

static void
what_is_read_can_be_written(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct frame_out out;
	struct frame_in in;
	struct frame f;
	struct err e = { 0, "" };
	unsigned char *got;
	uint64_t i;
	int from, to, r;

	(void)state;
	test_seed();
	for (i = 0; i < test_rounds(200); i++) {
		buf_reset(&b);
		put_stream(&b);
		from = file_of(buf_bytes(&b));
		to = file_of(slice_of("", 0));
		frame_in_open(&in, from, "stdin");
		frame_out_open(&out, to, "stdout");
		assert_int_equal(frame_hello(&in, &e), 0);
		assert_int_equal(frame_write_hello(&out, &in.hello, &e), 0);
		while ((r = frame_read(&in, &f, &e)) > 0)
			assert_int_equal(frame_write(&out, &f, &e), 0);
		assert_int_equal(r, 0);
		assert_int_equal(frame_write_end(&out, &e), 0);
		assert_int_equal(lseek(to, 0, SEEK_END), b.n);
		got = mem_alloc(b.n);
		assert_int_equal(pread(to, got, b.n, 0), b.n);
		assert_memory_equal(got, b.p, b.n);
		free(got);
		frame_in_release(&in);
		frame_out_release(&out);
		close(from);
		close(to);
	}
	buf_release(&b);
}

static void
bad_streams_are_refused(void **state)
{
	struct buf b = { NULL, 0, 0 };

	(void)state;
	test_seed();
	buf_add(&b, "GET / HTTP/1.1\r\n", 16);
	check_refused(&b, EX_DATAERR, "stdin");
	buf_add(&b, "\x1f\x8b\x08", 3);
	check_refused(&b, EX_DATAERR, "byte 0x1f where a frame should begin");
	put_rec(&b, 1);
	check_refused(&b, EX_DATAERR, "begins with R, not HELLO");
	put(&b, 'H', slice_str("ggpipe"));
	check_refused(&b, EX_DATAERR, "HELLO does not parse");
	put_hello(&b, 2);
	check_refused(&b, EX_PROTOCOL, "version 2");

	put_hello(&b, REC_VERSION);
	put_hello(&b, REC_VERSION);
	check_refused(&b, EX_DATAERR, "second HELLO");
	put_hello(&b, REC_VERSION);
	put(&b, 'Q', slice_str(""));
	check_refused(&b, EX_PROTOCOL, "frame Q");
	put_hello(&b, REC_VERSION);
	put(&b, 'A', slice_of(pool, 16));
	check_refused(&b, EX_PROTOCOL, "frame A");
	put_hello(&b, REC_VERSION);
	put(&b, '7', slice_str(""));
	check_refused(&b, EX_DATAERR, "byte 0x37");
	put_hello(&b, REC_VERSION);
	put_rec(&b, 5);
	put_rec(&b, 4);
	check_refused(&b, EX_PROTOCOL, "went back from 5 to 4");
	put_hello(&b, REC_VERSION);
	put_rec(&b, 5);
	put_mark(&b, 4);
	check_refused(&b, EX_PROTOCOL, "went back from 5 to 4");
	put_hello(&b, REC_VERSION);
	put(&b, 'R', slice_str("short"));
	check_refused(&b, EX_DATAERR, "without a position");
	buf_release(&b);
}

static void
end_must_be_right(void **state)
{
	struct buf b = { NULL, 0, 0 };

	(void)state;
	test_seed();
	put_hello(&b, REC_VERSION);
	put_rec(&b, 1);
	put_end(&b, 1, 2);
	check_refused(&b, EX_DATAERR, "END counts 2 records, 1 came");
	put_hello(&b, REC_VERSION);
	put_rec(&b, 3);
	put_end(&b, 2, 1);
	check_refused(&b, EX_PROTOCOL, "went back from 3 to 2");
	put_hello(&b, REC_VERSION);
	put(&b, 'E', slice_str(""));
	check_refused(&b, EX_DATAERR, "END does not parse");
	put_hello(&b, REC_VERSION);
	put_end(&b, 0, 0);
	buf_u8(&b, 'R');
	check_refused(&b, EX_DATAERR, "data after END");
	buf_release(&b);
}

/* As "cat one two" writes it: the second comes when the first was read. */
static void
a_second_stream_is_noticed(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct frame_in in;
	struct frame f;
	struct err e = { 0, "" };
	struct writer w;
	pthread_t t;
	int p[2];

	(void)state;
	test_seed();
	put_hello(&b, REC_VERSION);
	put_end(&b, 0, 0);
	assert_int_equal(pipe(p), 0);
	frame_in_open(&in, p[0], "stdin");
	assert_int_equal(write(p[1], b.p, b.n), b.n);
	assert_int_equal(frame_hello(&in, &e), 0);
	w = (struct writer){ buf_bytes(&b), p[1], 1 };
	assert_int_equal(pthread_create(&t, NULL, write_pieces, &w), 0);
	assert_int_equal(frame_read(&in, &f, &e), -1);
	assert_int_equal(e.status, EX_DATAERR);
	assert_non_null(strstr(e.text, "data after END"));
	pthread_join(t, NULL);
	frame_in_release(&in);
	close(p[0]);
	buf_release(&b);
}

/* Who leaves out records tells by END how far the stream went. */
static void
end_may_go_further(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct frame_in in;
	struct frame f;
	struct err e = { 0, "" };
	int fd;

	(void)state;
	test_seed();
	put_hello(&b, REC_VERSION);
	put_rec(&b, 3);
	put_end(&b, 9, 1);
	fd = file_of(buf_bytes(&b));
	frame_in_open(&in, fd, "stdin");
	assert_int_equal(frame_read(&in, &f, &e), 1);
	assert_int_equal(in.seq, 3);
	assert_int_equal(frame_read(&in, &f, &e), 0);
	assert_int_equal(in.seq, 9);
	frame_in_release(&in);
	close(fd);
	buf_release(&b);
}

/* What a length claims is never allocated before it is there. */
static void
an_absurd_length_costs_nothing(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct frame_in in;
	struct frame f;
	struct err e = { 0, "" };
	int fd;

	(void)state;
	put_hello(&b, REC_VERSION);
	buf_u8(&b, 'R');
	buf_u32(&b, FRAME_MAX);
	buf_u64(&b, 1);
	fd = file_of(buf_bytes(&b));
	frame_in_open(&in, fd, "stdin");
	assert_int_equal(frame_read(&in, &f, &e), -1);
	assert_int_equal(e.status, EX_TEMPFAIL);
	assert_true(in.io.cap <= 1024 * 1024);
	frame_in_release(&in);
	close(fd);
	buf_reset(&b);

	put_hello(&b, REC_VERSION);
	buf_u8(&b, 'R');
	buf_u32(&b, FRAME_MAX + 1);
	check_refused(&b, EX_DATAERR, "frame R claims 268435457 bytes");
	buf_release(&b);
}

static void
too_large_a_record_is_an_error(void **state)
{
	struct rec r = { 1, REC_UPSERT, REC_EVENT, 0, REC_NO_TIME, -1, -1,
	    slice_str("big"), slice_str("k"), slice_of(NULL, 0),
	    slice_of(NULL, 0) };
	struct frame_out out;
	struct err e = { 0, "" };
	size_t n = FRAME_MAX;
	void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
	    MAP_NORESERVE, -1, 0);
	struct frame f = { 'x', slice_of(p, n) };
	int fd = file_of(slice_of("", 0));

	(void)state;
	assert_true(p != MAP_FAILED);
	frame_out_open(&out, fd, "stdout");
	r.value = slice_of(p, n);
	assert_int_equal(frame_write_rec(&out, &r, &e), -1);
	assert_int_equal(e.status, EX_DATAERR);
	assert_non_null(strstr(e.text, "cache big record 1"));
	/* Nothing of it stays. */
	assert_int_equal(out.io.buf.n, 0);
	assert_int_equal(count_get(&out.records), 0);
	f.body.n++;
	assert_int_equal(frame_write(&out, &f, &e), -1);
	assert_int_equal(e.status, EX_DATAERR);
	frame_out_release(&out);
	munmap(p, n);
	close(fd);
}

static void
ready_means_no_waiting(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct frame_in in;
	struct frame f;
	struct err e = { 0, "" };
	int p[2];

	(void)state;
	test_seed();
	put_hello(&b, REC_VERSION);
	put_mark(&b, 1);
	put_mark(&b, 2);
	put_mark(&b, 3);
	put_end(&b, 3, 0);
	assert_int_equal(pipe(p), 0);
	frame_in_open(&in, p[0], "stdin");
	assert_false(frame_ready(&in));
	/* All up to the middle of the third mark. */
	assert_int_equal(write(p[1], b.p, b.n - 26), b.n - 26);
	assert_int_equal(frame_read(&in, &f, &e), 1);
	assert_true(frame_ready(&in));
	assert_int_equal(frame_read(&in, &f, &e), 1);
	assert_false(frame_ready(&in));
	assert_int_equal(write(p[1], b.p + b.n - 26, 26), 26);
	close(p[1]);
	assert_int_equal(frame_read(&in, &f, &e), 1);
	assert_true(frame_ready(&in));
	assert_int_equal(frame_read(&in, &f, &e), 0);
	assert_int_equal(in.seq, 3);
	frame_in_release(&in);
	close(p[0]);
	buf_release(&b);
}

/* parse says how much it needs, and needs no more. */
static void
parse_wants_just_enough(void **state)
{
	struct buf b = { NULL, 0, 0 };
	struct frame f;
	struct err e;
	size_t n, need;

	(void)state;
	put(&b, 'x', slice_str("body"));
	buf_u8(&b, 'y');
	for (n = 0; n < b.n; n++) {
		need = 0;
		if (n < FRAME_HEAD + 4) {
			assert_int_equal(frame_parse(slice_of(b.p, n), &f,
			    &need, &e), 0);
			if (n >= FRAME_HEAD)
				assert_int_equal(need, FRAME_HEAD + 4);
		} else {
			assert_int_equal(frame_parse(slice_of(b.p, n), &f,
			    &need, &e), 1);
			assert_int_equal(need, FRAME_HEAD + 4);
			assert_int_equal(f.letter, 'x');
			assert_true(slice_eq(f.body, slice_str("body")));
		}
	}
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_split_gives_the_same_frames),
		cmocka_unit_test(a_cut_stream_is_never_whole),
		cmocka_unit_test(what_is_read_can_be_written),
		cmocka_unit_test(bad_streams_are_refused),
		cmocka_unit_test(end_must_be_right),
		cmocka_unit_test(a_second_stream_is_noticed),
		cmocka_unit_test(end_may_go_further),
		cmocka_unit_test(an_absurd_length_costs_nothing),
		cmocka_unit_test(too_large_a_record_is_an_error),
		cmocka_unit_test(ready_means_no_waiting),
		cmocka_unit_test(parse_wants_just_enough)
	};
	size_t i;

	signal(SIGPIPE, SIG_IGN);
	test_seed();
	for (i = 0; i < sizeof pool; i++)
		pool[i] = (unsigned char)test_u64();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
