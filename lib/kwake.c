#define _GNU_SOURCE
#include "kwake.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "kconf.h"
#include "log.h"
#include "mem.h"

enum {
	PAUSE_MS = 5,		/* between two requests */
	HUNGRY_MS = 20,
	/* The answer does not matter, and may be stuck behind a fetch that
	 * waits for data; the request is enough. */
	ASK_MS = 100
};

struct kwake {
	struct kafka *k;
	pthread_t thread;
	pthread_mutex_t lock;	/* of what follows */
	pthread_cond_t told;
	bool wanted, quit;
	rd_kafka_topic_partition_list_t *set;	/* new; NULL: none */

	/* Of the caller's thread alone. */
	int64_t asked, ate;	/* clock_ms */
	size_t records, bytes;	/* taken since then */
	size_t many, much;	/* that is worth asking */
};

static int32_t
leader_of(const struct rd_kafka_metadata *md, const char *topic, int32_t part)
{
	int i, j;

	for (i = 0; i < md->topic_cnt; i++) {
		if (strcmp(md->topics[i].topic, topic) != 0)
			continue;
		for (j = 0; j < md->topics[i].partition_cnt; j++)
			if (md->topics[i].partitions[j].id == part)
				return md->topics[i].partitions[j].leader;
	}
	return -1;
}

/* Of all partitions, one for each broker that leads some of them. */
static rd_kafka_topic_partition_list_t *
one_each(struct kafka *k, const rd_kafka_topic_partition_list_t *all)
{
	rd_kafka_topic_partition_list_t *some;
	const struct rd_kafka_metadata *md;
	int32_t leader;
	int i, j;

	if (rd_kafka_metadata(k->rk, 0, NULL, &md, ASK_MS) !=
	    RD_KAFKA_RESP_ERR_NO_ERROR)
		return rd_kafka_topic_partition_list_copy(all);
	some = rd_kafka_topic_partition_list_new(8);
	for (i = 0; i < all->cnt; i++) {
		leader = leader_of(md, all->elems[i].topic,
		    all->elems[i].partition);
		for (j = 0; leader >= 0 && j < some->cnt; j++)
			if (leader_of(md, some->elems[j].topic,
			    some->elems[j].partition) == leader)
				break;
		if (leader < 0 || j == some->cnt)
			rd_kafka_topic_partition_list_add(some,
			    all->elems[i].topic, all->elems[i].partition);
	}
	rd_kafka_metadata_destroy(md);
	return some;
}

static void
ask(struct kafka *k, rd_kafka_topic_partition_list_t *l)
{
	int i;

	if (l->cnt == 0)
		return;
	for (i = 0; i < l->cnt; i++)
		l->elems[i].offset = RD_KAFKA_OFFSET_END;
	rd_kafka_offsets_for_times(k->rk, l, ASK_MS);
}

static void *
wake(void *arg)
{
	struct kwake *w = arg;
	rd_kafka_topic_partition_list_t *now, *all = NULL, *some = NULL;

	for (;;) {
		pthread_mutex_lock(&w->lock);
		while (!w->wanted && !w->quit)
			pthread_cond_wait(&w->told, &w->lock);
		w->wanted = false;
		now = w->set;
		w->set = NULL;
		if (w->quit)
			break;
		pthread_mutex_unlock(&w->lock);
		if (now != NULL) {
			if (all != NULL)
				rd_kafka_topic_partition_list_destroy(all);
			if (some != NULL)
				rd_kafka_topic_partition_list_destroy(some);
			all = now;
			some = one_each(w->k, all);
		}
		if (some != NULL)
			ask(w->k, some);
	}
	pthread_mutex_unlock(&w->lock);
	if (now != NULL)
		rd_kafka_topic_partition_list_destroy(now);
	if (all != NULL)
		rd_kafka_topic_partition_list_destroy(all);
	if (some != NULL)
		rd_kafka_topic_partition_list_destroy(some);
	return NULL;
}

struct kwake *
kwake_new(struct kafka *k)
{
	struct kwake *w;
	char *s = kconf_get(rd_kafka_conf(k->rk), "fetch.queue.backoff.ms");

	free(s);
	if (s != NULL)
		return NULL;
	w = mem_zero(sizeof *w);
	w->k = k;
	/* The fetchers sleep when the queue has passed one of these; so it
	 * takes this to make them, and a part of it to be worth a word. */
	w->many = (size_t)kafka_number(k, "queued.min.messages") / 4;
	w->much = (size_t)kafka_number(k, "queued.max.messages.kbytes") *
	    1024 / 4;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->told, NULL);
	if (pthread_create(&w->thread, NULL, wake, w) != 0) {
		log_warn("no thread to keep librdkafka fetching");
		free(w);
		return NULL;
	}
	return w;
}

void
kwake_free(struct kwake *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->quit = true;
	pthread_cond_signal(&w->told);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->told);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void
kwake_set(struct kwake *w, const rd_kafka_topic_partition_list_t *l)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	if (w->set != NULL)
		rd_kafka_topic_partition_list_destroy(w->set);
	w->set = rd_kafka_topic_partition_list_copy(l);
	pthread_mutex_unlock(&w->lock);
}

static void
ask_for_it(struct kwake *w, int64_t now)
{
	w->asked = now;
	w->records = w->bytes = 0;
	pthread_mutex_lock(&w->lock);
	w->wanted = true;
	pthread_cond_signal(&w->told);
	pthread_mutex_unlock(&w->lock);
}

void
kwake_ate(struct kwake *w, size_t records, size_t bytes)
{
	if (w == NULL)
		return;
	w->ate = clock_ms();
	w->records += records;
	w->bytes += bytes;
	if ((w->records >= w->many || w->bytes >= w->much) &&
	    w->ate - w->asked >= PAUSE_MS)
		ask_for_it(w, w->ate);
}

int
kwake_hungry(struct kwake *w)
{
	int64_t now;

	/* No fetcher sleeps for longer than a second. */
	if (w == NULL || (now = clock_ms()) - w->ate > 1000)
		return -1;
	if (now - w->asked >= HUNGRY_MS)
		ask_for_it(w, now);
	return HUNGRY_MS;
}
