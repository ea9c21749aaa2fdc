/* gg-capture: what is in caches, and what changes in them, as records. */
#include <poll.h>

#include "capture.h"
#include "filter.h"
#include "log.h"
#include "sweep.h"
#include "warden.h"
#include "watch.h"

static struct ignite_config config = IGNITE_CONFIG;
static struct opt_list wanted, unwanted;
static bool once, snapshot_only, live_only;
static int64_t limit = 32 << 20;

static struct feed feed;
static struct capture capture = {
	.feed = &feed, .scans = 4, .margin = 2000, .page_bytes = 1 << 20
};

static const struct opt options[] = {
	OPT_HEAD("Cluster"),
	IGNITE_OPTIONS(config),
	OPT_HEAD("What to capture"),
	OPT_LIST('c', "cache", &wanted, "NAME|^REGEX",
	    "caches, by name or by regular expression; may be repeated"),
	OPT_LIST('x', "exclude", &unwanted, "NAME|^REGEX",
	    "but not these; may be repeated"),
	OPT_FLAG(0, "once", &once,
	    "send what is there, then end"),
	OPT_FLAG(0, "snapshot-only", &snapshot_only,
	    "the same, whatever was sent before"),
	OPT_FLAG(0, "live-only", &live_only,
	    "send changes only, not what was there"),
	OPT_FLAG(0, "expired", &capture.expired,
	    "send removals for entries that expired"),
	OPT_HEAD("Tuning"),
	OPT_NUM(0, "scans", &capture.scans, "N", 1, 64,
	    "partitions to scan at once [4]"),
	OPT_SIZE(0, "page-bytes", &capture.page_bytes, "SIZE", 1024,
	    64 << 20, "about as much in a page of a scan [1M]"),
	OPT_TIME(0, "margin", &capture.margin, "TIME", 0, 60000,
	    "how far a copy may lag behind its primary [2s]"),
	OPT_SIZE(0, "buffer", &limit, "SIZE", 1 << 20, 1 << 30,
	    "events to keep for a slow reader before hanging up [32M]"),
	OPT_LAST
};

static struct count *const counts[] = {
	&feed.events, &feed.rows, &feed.discarded,
	&capture.resyncs, &capture.hangups, &capture.retries, NULL
};

static int
check(struct err *e)
{
	if (wanted.n == 0)
		return err_set(e, EX_USAGE, "which caches? give --cache, "
		    "or --cache '^' for all");
	if (once + snapshot_only + live_only > 1)
		return err_set(e, EX_USAGE, "only one of --once, "
		    "--snapshot-only and --live-only");
	capture.once = once || snapshot_only;
	capture.query = !capture.once;
	capture.scan = !live_only;
	config.stopping = filter_stopping;
	return 0;
}

/* Ends the feed when it was told to stop or when all is scanned. */
static void *
await_end(void *arg)
{
	struct pollfd p = { filter_stop_fd(), POLLIN, 0 };
	struct capture *c = arg;

	while (!capture_stopped(c)) {
		if (poll(&p, 1, c->once ? 20 : 100) > 0)
			capture_stop(c);
	}
	feed_end(c->feed);
	return NULL;
}

static int
run(struct stage *s, struct err *e)
{
	struct watches *watches = NULL;
	struct warden *warden = NULL;
	pthread_t end;
	int r = -1;

	feed_init(&feed, (size_t)limit);
	capture_init(&capture);
	capture.pattern = pattern_new(&wanted, &unwanted, e);
	if (capture.pattern == NULL)
		return -1;
	capture.cluster = cluster_new(&config, e);
	if (capture.cluster == NULL)
		return -1;
	if (capture.query)
		watches = watches_new(&capture);
	warden = warden_new(&capture, watches, e);
	if (warden == NULL)
		goto out;
	if (capture.scan && sweep_new(&capture, e) == NULL)
		goto out;
	filter_ready("caches=%zu", capture.n);
	if (pthread_create(&end, NULL, await_end, &capture) != 0) {
		err_sys(e, EX_OSERR, "cannot start a thread");
		goto out;
	}
	r = feed_write(&feed, s->out, e);
	capture_stop(&capture);
	pthread_join(end, NULL);
	if (r == 0 && capture.once && capture.broken) {
		*e = capture.why;
		r = -1;
	}
out:
	capture_stop(&capture);
	sweep_free(capture.sweeps);
	warden_free(warden);
	watches_free(watches);
	capture_release(&capture);
	feed_release(&feed);
	return r;
}

static const struct filter self = {
	.name = "gg-capture",
	.purpose = "read caches and their changes out of Ignite or GridGain",
	.usage = "-a HOST[:PORT],... -c CACHE ... [option ...]",
	.examples =
	"  gg-capture -a localhost -c Person --once | frame-dump --no-raw\n"
	"  gg-capture -a n1,n2 -c '^' | kafka-produce -b k1 --topic-prefix g.\n",
	.kind = FILTER_SOURCE,
	.format = "ignite",
	.options = options,
	.counts = counts,
	.check = check,
	.run = run
};

int
main(int argc, char **argv)
{
	return filter_main(&self, argc, argv);
}
