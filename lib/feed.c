#define _GNU_SOURCE
#include "feed.h"

#include <time.h>

enum {
	PLENTY = 512 * 1024,	/* who can wait appends only below this */
	KEEP = 4 * 1024 * 1024	/* memory kept between writes */
};

void
feed_init(struct feed *f, size_t limit)
{
	*f = (struct feed){ .limit = limit };
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->filled, NULL);
	pthread_cond_init(&f->drained, NULL);
	f->events = (struct count){ .name = "events_total",
	    .help = "changes that the cluster reported" };
	f->rows = (struct count){ .name = "rows_total",
	    .help = "rows that scans read" };
	f->discarded = (struct count){ .name = "rows_discarded_total",
	    .help = "rows dropped because an event was newer" };
}

void
feed_release(struct feed *f)
{
	buf_release(&f->buf);
	bin_types_release(&f->types);
	known_release(&f->classes);
	known_release(&f->strange);
}

void
feed_lock(struct feed *f)
{
	pthread_mutex_lock(&f->lock);
}

void
feed_unlock(struct feed *f)
{
	bool wake = f->buf.n != 0 && f->writing == 0;

	pthread_mutex_unlock(&f->lock);
	if (wake)
		pthread_cond_signal(&f->filled);
}

void
feed_end(struct feed *f)
{
	pthread_mutex_lock(&f->lock);
	f->ending = true;
	pthread_mutex_unlock(&f->lock);
	pthread_cond_broadcast(&f->filled);
	pthread_cond_broadcast(&f->drained);
}

void
feed_fail(struct feed *f, const struct err *e)
{
	pthread_mutex_lock(&f->lock);
	if (!atomic_load(&f->failed)) {
		f->why = *e;
		atomic_store(&f->failed, true);
	}
	pthread_mutex_unlock(&f->lock);
	pthread_cond_broadcast(&f->filled);
	pthread_cond_broadcast(&f->drained);
}

bool
feed_failed(struct feed *f)
{
	return atomic_load_explicit(&f->failed, memory_order_relaxed);
}

int
feed_write(struct feed *f, struct frame_out *out, struct err *e)
{
	struct buf b = { NULL, 0, 0 }, full;
	uint64_t records;
	int r = 0;

	pthread_mutex_lock(&f->lock);
	for (;;) {
		while (f->buf.n == 0 && !f->ending && !feed_failed(f))
			pthread_cond_wait(&f->filled, &f->lock);
		if (f->buf.n == 0 || feed_failed(f))
			break;
		full = f->buf;
		f->buf = b;
		f->writing = full.n;
		records = f->records;
		out->seq = f->seq;
		pthread_mutex_unlock(&f->lock);
		r = out_send(&out->io, full.p, full.n, e);
		count_set(&out->records, records);
		b = full;
		buf_reset(&b);
		if (b.cap > KEEP)
			buf_release(&b);
		pthread_mutex_lock(&f->lock);
		f->writing = 0;
		pthread_cond_broadcast(&f->drained);
		if (r < 0)
			break;
	}
	if (r == 0 && feed_failed(f)) {
		*e = f->why;
		r = -1;
	}
	pthread_mutex_unlock(&f->lock);
	buf_release(&b);
	if (r < 0)
		feed_fail(f, e);
	return r;
}

void
feed_rec(struct feed *f, struct rec *r)
{
	size_t at = frame_begin(&f->buf, FRAME_RECORD);

	r->seq = ++f->seq;
	rec_encode(&f->buf, r);
	frame_end(&f->buf, at);
	f->records++;
}

/* 1: the stream has not got it yet; as bin_types_add. */
static int
is_news(struct feed *f, const struct type *t, struct err *e)
{
	uint64_t id = known_id(t->id, 0);

	if (t->kind != TYPE_CLASS)
		return bin_types_add(&f->types, t->meta, e);
	if (known_get(&f->classes, id) != KNOWN_NOT)
		return 0;
	known_put(&f->classes, id, KNOWN_WELL);
	return 1;
}

int
feed_type(struct feed *f, const struct type *t, struct err *e)
{
	size_t at;
	int r;

	feed_lock(f);
	r = is_news(f, t, e);
	if (r > 0) {
		at = frame_begin(&f->buf, FRAME_TYPE);
		rec_encode_type(&f->buf, t);
		frame_end(&f->buf, at);
	}
	feed_unlock(f);
	return r < 0 ? -1 : 0;
}

bool
feed_strange(struct feed *f, int32_t type)
{
	bool first;

	feed_lock(f);
	first = known_get(&f->strange, known_id(type, 0)) == KNOWN_NOT;
	known_put(&f->strange, known_id(type, 0), KNOWN_BARE);
	feed_unlock(f);
	return first;
}

bool
feed_room(struct feed *f)
{
	bool ok;

	pthread_mutex_lock(&f->lock);
	while (f->buf.n + f->writing > PLENTY && !f->ending && !feed_failed(f))
		pthread_cond_wait(&f->drained, &f->lock);
	ok = !f->ending && !feed_failed(f);
	pthread_mutex_unlock(&f->lock);
	return ok;
}

bool
feed_over(struct feed *f)
{
	bool over;

	pthread_mutex_lock(&f->lock);
	over = f->buf.n + f->writing > f->limit;
	pthread_mutex_unlock(&f->lock);
	return over;
}
