/*
 * kbatch: records on their way into librdkafka, those of one partition side
 * by side. Offered so, they cost half of what they cost one by one.
 */
#ifndef KBATCH_H
#define KBATCH_H

#include <librdkafka/rdkafka.h>

#include "bytes.h"
#include "buf.h"

struct kbatch_part {
	rd_kafka_topic_t *rkt;		/* borrowed */
	int32_t partition;
	rd_kafka_message_t *m;		/* offset: 0, or 1 + index of extra */
	size_t n, cap;
};

/* What only a few records have. */
struct kbatch_extra {
	struct slice headers;		/* as rec.headers; null: none */
	int64_t time;			/* or REC_NO_TIME */
};

struct kbatch {
	struct kbatch_part **busy;		/* those that are not empty */
	size_t n, cap;
	struct kbatch_extra *extra;
	size_t extras, extra_cap;
};

/* A record, all of it borrowed until kbatch_offer has taken it. */
struct kbatch_rec {
	struct slice key, value;	/* null: none */
	struct kbatch_extra extra;
	uint64_t ticket;		/* comes back as _private */
};

void	kbatch_add(struct kbatch *, struct kbatch_part *, const struct kbatch_rec *);

/*
 * Offer all to librdkafka, which copies them: 0 when it has taken all. 1:
 * its queue is full; poll and call again. -1: a record cannot be taken, why
 * is in *err and the record in *bad.
 */
int	kbatch_offer(struct kbatch *, rd_kafka_t *, rd_kafka_resp_err_t *err,
	    const rd_kafka_message_t **bad);

/* One record past all batches; the partition may be RD_KAFKA_PARTITION_UA. */
rd_kafka_resp_err_t kbatch_offer_one(rd_kafka_t *, rd_kafka_topic_t *,
	    int32_t partition, const struct kbatch_rec *);

void	kbatch_release(struct kbatch *);
void	kbatch_part_release(struct kbatch_part *);

#endif
