/*
 * bare-kafka: what librdkafka does without us, to compare with.
 *
 *   bare-kafka produce BROKERS TOPIC N VALUE-BYTES [NAME=VALUE...]
 *   bare-kafka consume BROKERS TOPIC [NAME=VALUE...]
 *   bare-kafka partitions BROKERS TOPIC N
 *
 * produce is the loop that one writes first: a key, rd_kafka_produce, poll.
 * consume reads all partitions to their ends, in batches, and counts. Both
 * print records, seconds, and CPU seconds per million records.
 */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "bytes.h"
#include "clock.h"

static uint64_t done;

static void
die(const char *text)
{
	fprintf(stderr, "bare-kafka: %s\n", text);
	exit(1);
}

static void
on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
	(void)rk;
	(void)opaque;
	if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		die(rd_kafka_err2str(m->err));
	done++;
}

static void
set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
	char text[300];

	if (rd_kafka_conf_set(conf, name, value, text, sizeof text) !=
	    RD_KAFKA_CONF_OK)
		die(text);
}

static rd_kafka_t *
client(rd_kafka_type_t type, rd_kafka_conf_t *conf, char **more)
{
	rd_kafka_t *rk;
	char text[300], *eq;

	for (; *more != NULL; more++) {
		if ((eq = strchr(*more, '=')) == NULL)
			die("NAME=VALUE is needed");
		*eq = '\0';
		set(conf, *more, eq + 1);
	}
	rk = rd_kafka_new(type, conf, text, sizeof text);
	if (rk == NULL)
		die(text);
	return rk;
}

static void
say(int64_t since, uint64_t n)
{
	double s = (double)(clock_us() - since) / 1e6, cpu;
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	printf("records=%" PRIu64 " seconds=%.3f rate=%.0f cpu=%.3f\n", n, s,
	    (double)n / s, cpu * 1e6 / (double)n);
}

static void
produce(const char *brokers, const char *topic, uint64_t n, size_t size,
    char **more)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	unsigned char key[9] = { 0x04 };
	char *value = calloc(1, size + 1);
	rd_kafka_topic_t *rkt;
	rd_kafka_t *rk;
	int64_t since;
	uint64_t i;

	if (value == NULL)
		die("no memory");
	set(conf, "bootstrap.servers", brokers);
	set(conf, "enable.idempotence", "true");
	set(conf, "partitioner", "murmur2_random");
	set(conf, "message.timeout.ms", "0");
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rk = client(RD_KAFKA_PRODUCER, conf, more);
	rkt = rd_kafka_topic_new(rk, topic, NULL);
	since = clock_us();
	for (i = 0; i < n; i++) {
		le64_put(key + 1, i);
		while (rd_kafka_produce(rkt, RD_KAFKA_PARTITION_UA,
		    RD_KAFKA_MSG_F_COPY, value, size, key, sizeof key,
		    NULL) < 0) {
			if (rd_kafka_last_error() !=
			    RD_KAFKA_RESP_ERR__QUEUE_FULL)
				die(rd_kafka_err2str(rd_kafka_last_error()));
			rd_kafka_poll(rk, 100);
		}
		rd_kafka_poll(rk, 0);
	}
	while (done < n)
		rd_kafka_flush(rk, 1000);
	say(since, n);
	rd_kafka_topic_destroy(rkt);
	rd_kafka_destroy(rk);
	free(value);
}

static void
consume(const char *brokers, const char *topic, char **more)
{
	static rd_kafka_message_t *m[1000];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	const struct rd_kafka_metadata *md;
	int32_t open, p;
	rd_kafka_topic_t *rkt;
	rd_kafka_queue_t *q;
	rd_kafka_t *rk;
	int64_t since;
	uint64_t n = 0;
	ssize_t got, i;

	set(conf, "bootstrap.servers", brokers);
	set(conf, "enable.partition.eof", "true");
	set(conf, "check.crcs", "true");
	rk = client(RD_KAFKA_CONSUMER, conf, more);
	rkt = rd_kafka_topic_new(rk, topic, NULL);
	if (rd_kafka_metadata(rk, 0, rkt, &md, 10000) !=
	    RD_KAFKA_RESP_ERR_NO_ERROR)
		die("no metadata");
	open = md->topics[0].partition_cnt;
	rd_kafka_metadata_destroy(md);
	q = rd_kafka_queue_new(rk);
	since = clock_us();
	for (p = 0; p < open; p++)
		rd_kafka_consume_start_queue(rkt, p,
		    RD_KAFKA_OFFSET_BEGINNING, q);
	while (open > 0) {
		got = rd_kafka_consume_batch_queue(q, 1000, m, 1000);
		for (i = 0; i < got; i++) {
			if (m[i]->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
				open--;
			else if (m[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR)
				n++;
			rd_kafka_message_destroy(m[i]);
		}
	}
	say(since, n);
	rd_kafka_queue_destroy(q);
	rd_kafka_topic_destroy(rkt);
	rd_kafka_destroy(rk);
}

static void
partitions(const char *brokers, const char *topic, size_t n)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[300], *none[] = { NULL };
	const rd_kafka_topic_result_t **t;
	rd_kafka_NewPartitions_t *np;
	rd_kafka_queue_t *q;
	rd_kafka_event_t *ev;
	rd_kafka_t *rk;
	size_t count;

	set(conf, "bootstrap.servers", brokers);
	rk = client(RD_KAFKA_PRODUCER, conf, none);
	np = rd_kafka_NewPartitions_new(topic, n, text, sizeof text);
	if (np == NULL)
		die(text);
	q = rd_kafka_queue_new(rk);
	rd_kafka_CreatePartitions(rk, &np, 1, NULL, q);
	ev = rd_kafka_queue_poll(q, 30000);
	if (ev == NULL || rd_kafka_event_error(ev) !=
	    RD_KAFKA_RESP_ERR_NO_ERROR)
		die("no answer");
	t = rd_kafka_CreatePartitions_result_topics(
	    rd_kafka_event_CreatePartitions_result(ev), &count);
	if (rd_kafka_topic_result_error(t[0]) != RD_KAFKA_RESP_ERR_NO_ERROR)
		die(rd_kafka_topic_result_error_string(t[0]));
	rd_kafka_event_destroy(ev);
	rd_kafka_NewPartitions_destroy(np);
	rd_kafka_queue_destroy(q);
	rd_kafka_destroy(rk);
}

int
main(int argc, char **argv)
{
	if (argc > 5 && strcmp(argv[1], "produce") == 0)
		produce(argv[2], argv[3], strtoull(argv[4], NULL, 10),
		    strtoul(argv[5], NULL, 10), argv + 6);
	else if (argc > 3 && strcmp(argv[1], "consume") == 0)
		consume(argv[2], argv[3], argv + 4);
	else if (argc == 5 && strcmp(argv[1], "partitions") == 0)
		partitions(argv[2], argv[3], strtoul(argv[4], NULL, 10));
	else
		die("produce, consume or partitions?");
	return 0;
}
