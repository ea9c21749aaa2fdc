#include "kmember.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "mem.h"

enum { COMMIT_RECORDS = 50000 };

/* The acknowledgements that have come. */
static void
take_acks(struct kmember *m)
{
	if (m->acked == NULL)
		return;
	ack_clear(m->acked);
	offsets_ack(&m->offsets, ack_seen(m->acked));
	count_set(m->set->position, ack_seen(m->acked));
	count_set(m->set->held, offsets_n(&m->offsets));
}

static bool
commits(const struct kmember *m)
{
	return m->set->group != NULL && m->acked != NULL;
}

/* Commit; of these partitions, or of all. Failing is no reason to stop:
 * what was not committed is read again. */
static void
commit(struct kmember *m, const rd_kafka_topic_partition_list_t *l,
    bool background)
{
	uint64_t done = m->offsets.acknowledged;
	struct err e;
	int n;

	if (!commits(m))
		return;
	n = kassign_commit(&m->assign, l, background, &e);
	if (n < 0) {
		count_add(m->set->failures, 1);
		log_warn("%s", e.text);
	} else if (n > 0) {
		log_debug("commit partitions=%d records=%" PRIu64, n, done);
	}
	if (n > 0 && l == NULL)
		count_set(m->set->committed, done);
	m->committed_at = clock_ms();
	m->committed_n = done;
}

static void
commit_if_due(struct kmember *m)
{
	uint64_t n = m->offsets.acknowledged - m->committed_n;

	if (commits(m) && (n >= COMMIT_RECORDS ||
	    clock_ms() - m->committed_at >= m->set->commit_every))
		commit(m, NULL, true);
}

static void
on_commit(rd_kafka_t *rk, rd_kafka_resp_err_t err,
    rd_kafka_topic_partition_list_t *l, void *opaque)
{
	struct kmember *m = ((struct kafka *)opaque)->user;

	(void)rk;
	if (err == RD_KAFKA_RESP_ERR_NO_ERROR ||
	    err == RD_KAFKA_RESP_ERR__NO_OFFSET || l == NULL)
		return;
	count_add(m->set->failures, 1);
	log_warn("commit: %s", rd_kafka_err2str(err));
	kassign_undo(&m->assign, l);
}

static void
fail(struct kmember *m, const struct err *e)
{
	if (m->failure.status == 0)
		m->failure = *e;
}

/* Tell librdkafka that partitions came or went; NULL: none is left. */
static void
tell(struct kmember *m, rd_kafka_topic_partition_list_t *l, bool more)
{
	const char *protocol = rd_kafka_rebalance_protocol(m->k->rk);
	rd_kafka_error_t *error = NULL;
	rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR_NO_ERROR;
	struct err e;

	if (protocol != NULL && strcmp(protocol, "COOPERATIVE") == 0 &&
	    l != NULL)
		error = more ? rd_kafka_incremental_assign(m->k->rk, l) :
		    rd_kafka_incremental_unassign(m->k->rk, l);
	else
		err = rd_kafka_assign(m->k->rk, more ? l : NULL);
	if (error != NULL) {
		err = rd_kafka_error_code(error);
		rd_kafka_error_destroy(error);
	}
	if (err != RD_KAFKA_RESP_ERR_NO_ERROR && !m->leaving) {
		kafka_err(&e, err, "assign");
		fail(m, &e);
	}
}

static int
out_of_range(const char *topic, int32_t part, int64_t at, struct err *e)
{
	return err_set(e, EX_GUARD, "topic %s partition %" PRId32
	    ": offset %" PRId64 " is not there (any more): look what was "
	    "lost, then set the group's offset, or begin with --offset in a "
	    "new group", topic, part, at);
}

/* Look up where the partitions end, and count what lies before. */
static int
find_ends(struct kmember *m, const rd_kafka_topic_partition_list_t *l,
    rd_kafka_topic_partition_list_t **ends, struct err *e)
{
	const rd_kafka_topic_partition_t *p, *end;
	int i;

	*ends = NULL;
	if (!m->set->at_end)
		return 0;
	*ends = rd_kafka_topic_partition_list_copy(l);
	if (kstart_ends(m->k, *ends, e) < 0)
		return -1;
	for (i = 0; i < l->cnt; i++) {
		p = &l->elems[i];
		end = &(*ends)->elems[i];
		if (end->offset < p->offset)
			return out_of_range(p->topic, p->partition, p->offset,
			    e);
		m->expect += (uint64_t)(end->offset - p->offset);
	}
	return 0;
}

/* Partitions are ours from now on. */
static int
gain(struct kmember *m, rd_kafka_topic_partition_list_t *l, struct err *e)
{
	rd_kafka_topic_partition_list_t *ends = NULL, *now;
	bool *from_group = mem_zero((size_t)l->cnt + 1);
	int r;

	r = kstart_resolve(m->k, &m->set->start, m->set->group != NULL, l,
	    from_group, e);
	if (r == 0)
		r = find_ends(m, l, &ends, e);
	if (r == 0) {
		kassign_add(&m->assign, l, from_group, ends);
		now = kassign_list(&m->assign);
		kwake_set(m->wake, now);
		rd_kafka_topic_partition_list_destroy(now);
		m->changes++;
		m->assigned = true;
		log_info("partitions gained=%d now=%zu", l->cnt, m->assign.n);
	}
	if (ends != NULL)
		rd_kafka_topic_partition_list_destroy(ends);
	free(from_group);
	return r;
}

/* Send what out holds while the group waits for us, and not for ever. */
static int
flush_until(struct kmember *m, int64_t until, struct err *e)
{
	struct pollfd p = { m->out->fd, POLLOUT, 0 };
	int64_t left;
	int r;

	while ((r = pipeout_send(m->out, e)) == 0 &&
	    (left = until - clock_ms()) > 0)
		poll(&p, 1, (int)left);
	return r < 0 ? -1 : 0;
}

/* Wait for what of these partitions is on its way, and commit it. */
static void
settle(struct kmember *m, const rd_kafka_topic_partition_list_t *l)
{
	int64_t until = clock_ms() + m->set->revoke_wait, left;
	uint64_t last = kassign_last(&m->assign, l);
	struct err e;

	if (!commits(m))
		return;
	take_acks(m);
	if (ack_seen(m->acked) < last) {
		if (flush_until(m, until, &e) < 0) {
			fail(m, &e);
			return;
		}
		left = until - clock_ms();
		if (ack_wait(m->acked, last, left > 0 ? left : 0, -1, &e) < 0)
			fail(m, &e);
		take_acks(m);
	}
	if (ack_seen(m->acked) < last)
		log_warn("partitions given away with records on their way "
		    "records=%" PRIu64, last - ack_seen(m->acked));
	commit(m, l, false);
}

static void
lose(struct kmember *m, rd_kafka_topic_partition_list_t *l)
{
	if (rd_kafka_assignment_lost(m->k->rk))
		log_warn("partitions lost: another member may have them "
		    "already partitions=%d", l->cnt);
	else if (!m->leaving && m->failure.status == 0)
		settle(m, l);
	kassign_drop(&m->assign, l);
	m->changes++;
	log_info("partitions given away=%d now=%zu", l->cnt, m->assign.n);
	tell(m, l, false);
}

static void
on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t err,
    rd_kafka_topic_partition_list_t *l, void *opaque)
{
	struct kmember *m = ((struct kafka *)opaque)->user;
	struct err e;

	count_add(m->set->rebalances, 1);
	switch (err) {
	case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
		if (m->failure.status == 0 && gain(m, l, &e) < 0)
			fail(m, &e);
		tell(m, m->failure.status == 0 ? l : NULL, true);
		break;
	case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
		lose(m, l);
		break;
	default:
		kafka_err(&e, err, "group %s", m->set->group);
		fail(m, &e);
		rd_kafka_assign(rk, NULL);
	}
}

void
kmember_set_up(rd_kafka_conf_t *conf)
{
	rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
	rd_kafka_conf_set_offset_commit_cb(conf, on_commit);
}

void
kmember_open(struct kmember *m, const struct kmember_set *set,
    struct kafka *k, struct ack_in *acked, struct pipeout *out)
{
	*m = (struct kmember){ .set = set, .k = k, .acked = acked, .out = out };
	rd_kafka_poll_set_consumer(k->rk);
	m->queue = rd_kafka_queue_get_consumer(k->rk);
	kafka_watch(k, m->queue);
	kassign_open(&m->assign, k, &m->offsets);
	kafka_watch(k, m->assign.data);
	m->wake = kwake_new(k);
	m->poll_ms = kafka_number(k, "max.poll.interval.ms") / 3;
	m->committed_at = clock_ms();
}

int
kmember_subscribe(struct kmember *m, const rd_kafka_topic_partition_list_t *l,
    struct err *e)
{
	rd_kafka_resp_err_t err = rd_kafka_subscribe(m->k->rk, l);

	return err == RD_KAFKA_RESP_ERR_NO_ERROR ? 0 :
	    kafka_err(e, err, "subscribe");
}

int
kmember_assign(struct kmember *m, rd_kafka_topic_partition_list_t *l,
    struct err *e)
{
	if (gain(m, l, e) < 0)
		return -1;
	tell(m, l, true);
	if (m->failure.status == 0)
		return 0;
	*e = m->failure;
	return -1;
}

int
kmember_complain(const rd_kafka_message_t *msg, struct err *e)
{
	const char *topic = msg->rkt == NULL ? NULL :
	    rd_kafka_topic_name(msg->rkt);
	int status = kafka_status(msg->err);

	if (status == EX_UNAVAILABLE) {
		log_debug("%s", rd_kafka_message_errstr(msg));
		return 0;
	}
	if (status == EX_GUARD && topic != NULL)
		return out_of_range(topic, msg->partition, msg->offset, e);
	/* A regular expression that matches no topic yet. */
	if (status == EX_CONFIG && topic != NULL && *topic == '^')
		return 0;
	if (status == EX_CONFIG && topic != NULL)
		return err_set(e, status, "topic %s: %s: was it deleted?",
		    topic, rd_kafka_err2str(msg->err));
	return err_set(e, status, "%s", rd_kafka_message_errstr(msg));
}

int
kmember_serve(struct kmember *m, struct err *e)
{
	rd_kafka_message_t *msg;
	int r = 0;

	take_acks(m);
	commit_if_due(m);
	kafka_heard(m->k);
	while (r == 0 && (msg = rd_kafka_consumer_poll(m->k->rk, 0)) != NULL) {
		/* Records come by the other queue: one here is not ours. */
		if (msg->err != RD_KAFKA_RESP_ERR_NO_ERROR)
			r = kmember_complain(msg, e);
		rd_kafka_message_destroy(msg);
	}
	if (m->failure.status == 0)
		return r;
	*e = m->failure;
	return -1;
}

/*
 * A stage behind that is slow, or waits for its database, must not cost us
 * our place in the group.
 */
int
kmember_flush(struct kmember *m, struct err *e)
{
	struct pollfd fds[3] = {
		{ m->out->fd, POLLOUT, 0 }, { m->k->fd, POLLIN, 0 },
		{ m->acked == NULL ? -1 : ack_fd(m->acked), POLLIN, 0 }
	};
	int r, waited = 0;

	while ((r = pipeout_send(m->out, e)) == 0) {
		waited = 1;
		if (poll(fds, 3, (int)kmember_patience(m)) < 0 &&
		    errno != EINTR)
			return err_sys(e, EX_OSERR, "poll");
		if (kmember_serve(m, e) < 0)
			return -1;
	}
	return r < 0 ? -1 : waited;
}

int64_t
kmember_patience(const struct kmember *m)
{
	int64_t left;

	if (!commits(m) || m->offsets.acknowledged == m->committed_n)
		return m->poll_ms;
	left = m->committed_at + m->set->commit_every - clock_ms();
	return left < 0 ? 0 : left < m->poll_ms ? left : m->poll_ms;
}

void
kmember_close(struct kmember *m)
{
	if (m->k == NULL)
		return;
	take_acks(m);
	if (m->assigned)
		commit(m, NULL, false);
	m->leaving = true;
	kwake_free(m->wake);
	rd_kafka_queue_destroy(m->queue);
	rd_kafka_consumer_close(m->k->rk);
	kassign_release(&m->assign);
	offsets_release(&m->offsets);
	m->k = NULL;
}
