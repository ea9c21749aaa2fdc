/*
 * main: run a fuzz entry without a fuzzing compiler.
 *
 *	bin FILE|DIR ...		each input once
 *	bin -t SECONDS [-s SEED] [-o DIR] [-k DIR] FILE|DIR ...
 *		inputs made up from those; -o says where one that crashes
 *		or hangs is saved, -k where those that reached new code are
 *
 * The inputs are made and run in a child, in memory that both see, so that
 * the input of a crash outlives it. Built with -fsanitize-coverage=trace-pc
 * (gcc knows it too) inputs that reach new code are kept and built upon;
 * else all are made from the given ones.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define INPUT_MAX 65536
#define POOL_MAX 20000
#define HANG 30			/* seconds */

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
void	__sanitizer_cov_trace_pc(void);

struct input {
	size_t n;
	uint8_t p[INPUT_MAX];
};

/* What the parent looks at when the child is gone. */
struct shared {
	struct input now;
	uint64_t runs;
	uint64_t kept;
	uint64_t points;
};

struct seed {
	uint8_t *p;
	size_t n;
};

static struct seed *pool;
static size_t pool_n;
static struct shared *shared;
static uint64_t state;

static uint8_t reached[1 << 16];	/* by any input so far */
static uint8_t fresh[1 << 16];		/* by this one */
static bool covered;
static uintptr_t before;

#ifdef __clang__
#define NO_COVERAGE __attribute__((no_sanitize("coverage")))
#else
#define NO_COVERAGE __attribute__((no_sanitize_coverage))
#endif

/* Called at each branch of what is built with -fsanitize-coverage. */
NO_COVERAGE void
__sanitizer_cov_trace_pc(void)
{
	uintptr_t pc = (uintptr_t)__builtin_return_address(0) -
	    (uintptr_t)&LLVMFuzzerTestOneInput;
	size_t i = (pc ^ pc >> 16 ^ before << 1) & 0xffff;

	before = pc ^ pc >> 16;
	if (fresh[i] < 255)
		fresh[i]++;
	covered = true;
}

static uint64_t
any(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static size_t
below(size_t n)
{
	return n == 0 ? 0 : (size_t)(any() % n);
}

static void
die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(74);
}

static void
pool_add(const uint8_t *p, size_t n)
{
	size_t i = pool_n;

	if (pool_n == POOL_MAX) {
		i = below(pool_n);
		free(pool[i].p);
	} else {
		pool = realloc(pool, ++pool_n * sizeof *pool);
		if (pool == NULL)
			die("memory");
	}
	pool[i].p = malloc(n + 1);
	if (pool[i].p == NULL)
		die("memory");
	memcpy(pool[i].p, p, n);
	pool[i].n = n;
}

static void
load_file(const char *path)
{
	static uint8_t p[INPUT_MAX];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		die(path);
	n = fread(p, 1, sizeof p, f);
	fclose(f);
	pool_add(p, n);
}

static int
visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void
load(const char *path)
{
	struct dirent **names;
	struct stat st;
	char *file;
	int i, n;

	if (stat(path, &st) < 0)
		die(path);
	if (!S_ISDIR(st.st_mode)) {
		load_file(path);
		return;
	}
	n = scandir(path, &names, visible, alphasort);
	if (n < 0)
		die(path);
	for (i = 0; i < n; i++) {
		if (asprintf(&file, "%s/%s", path, names[i]->d_name) < 0)
			die(path);
		load_file(file);
		free(file);
		free(names[i]);
	}
	free(names);
}

/* A number that code may have an opinion about. */
static uint64_t
interesting(const struct input *in, size_t at)
{
	static const uint64_t some[] = {
		0, 1, 2, 3, 4, 5, 7, 8, 16, 24, 64, 65, 99, 101, 102, 103,
		127, 128, 254, 255, 256, 1000, 1024, 32767, 32768, 65535,
		65536, INT32_MAX, (uint64_t)INT32_MAX + 1, UINT32_MAX,
		INT64_MAX, (uint64_t)INT64_MAX + 1
	};

	switch (below(4)) {
	case 0:
		return in->n - at;
	case 1:
		return in->n - at - below(16);
	case 2:
		return (uint64_t)0 - some[below(sizeof some / sizeof *some)];
	default:
		return some[below(sizeof some / sizeof *some)];
	}
}

static void
put(struct input *in, size_t at, uint64_t v, size_t width)
{
	bool big = below(8) == 0;
	size_t i, j;

	for (i = 0; i < width; i++) {
		j = at + (big ? width - 1 - i : i);
		if (j < in->n)
			in->p[j] = (uint8_t)(v >> 8 * i);
	}
}

static uint64_t
get(const struct input *in, size_t at, size_t width)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < width && at + i < in->n; i++)
		v |= (uint64_t)in->p[at + i] << 8 * i;
	return v;
}

static void
open_gap(struct input *in, size_t at, size_t n)
{
	if (in->n + n > INPUT_MAX)
		return;
	memmove(in->p + at + n, in->p + at, in->n - at);
	in->n += n;
}

static void
cut(struct input *in, size_t at, size_t n)
{
	if (n > in->n - at)
		n = in->n - at;
	memmove(in->p + at, in->p + at + n, in->n - at - n);
	in->n -= n;
}

static void
splice(struct input *in, size_t at)
{
	const struct seed *s = &pool[below(pool_n)];
	size_t from = below(s->n);
	size_t n = 1 + below(s->n - from);

	if (s->n == 0 || in->n + n > INPUT_MAX)
		return;
	if (below(2) == 0)
		open_gap(in, at, n);
	else if (n > in->n - at)
		n = in->n - at;
	memcpy(in->p + at, s->p + from, n);
}

static void
mutate(struct input *in)
{
	size_t at = below(in->n + 1);
	size_t width = (size_t)1 << below(4);
	size_t n, from;

	switch (below(10)) {
	case 0:
		if (at < in->n)
			in->p[at] ^= (uint8_t)(1 << below(8));
		break;
	case 1:
		if (at < in->n)
			in->p[at] = (uint8_t)any();
		break;
	case 2:
		put(in, at, interesting(in, at), width);
		break;
	case 3:
		put(in, at, get(in, at, width) + below(9) - 4, width);
		break;
	case 4:
		n = 1 + below(8);
		if (in->n + n <= INPUT_MAX) {
			open_gap(in, at, n);
			for (; n > 0; n--)
				in->p[at++] = (uint8_t)any();
		}
		break;
	case 5:
		cut(in, at, 1 + below(8));
		break;
	case 6:
		in->n = at;
		break;
	case 7:			/* say something twice */
		n = 1 + below(32);
		from = below(in->n);
		if (n <= in->n - from && in->n + n <= INPUT_MAX) {
			open_gap(in, at, n);
			memmove(in->p + at, in->p + from, n);
		}
		break;
	case 8:			/* one field into another's place */
		from = below(in->n);
		put(in, at, get(in, from, width), width);
		break;
	case 9:
		splice(in, at);
		break;
	}
}

/* Whether the last input went where none went before, or more often. */
static bool
new_code(void)
{
	bool new = false;
	uint8_t step;
	size_t i;

	if (!covered)
		return false;
	for (i = 0; i < sizeof fresh; i++) {
		if (fresh[i] == 0)
			continue;
		step = (uint8_t)(fresh[i] < 4 ? 1 << (fresh[i] - 1) :
		    fresh[i] < 16 ? 8 : fresh[i] < 128 ? 16 : 32);
		if ((reached[i] & step) == 0) {
			shared->points += reached[i] == 0;
			reached[i] |= step;
			new = true;
		}
	}
	memset(fresh, 0, sizeof fresh);
	return new;
}

static void
save(const char *dir, const char *kind, const struct input *in)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	char *path;
	FILE *f;
	size_t i;

	for (i = 0; i < in->n; i++)
		h = (h ^ in->p[i]) * UINT64_C(0x100000001b3);
	if (asprintf(&path, "%s/%s%016llx", dir, kind,
	    (unsigned long long)h) < 0)
		die(dir);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(in->p, 1, in->n, f) != in->n ||
	    fclose(f) != 0)
		die(path);
	if (*kind != '\0')
		fprintf(stderr, "saved %s\n", path);
	free(path);
}

static void
run(const uint8_t *p, size_t n)
{
	uint8_t *copy = malloc(n == 0 ? 1 : n);

	/* In a block of its own, so that one byte too far is seen. */
	if (copy == NULL)
		die("memory");
	memcpy(copy, p, n);
	before = 0;
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static void
child(double seconds, const char *keep)
{
	struct input *in = &shared->now;
	const struct seed *s;
	struct timespec from, now;
	size_t i;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (i = 0; i < pool_n; i++) {
		memcpy(in->p, pool[i].p, in->n = pool[i].n);
		alarm(HANG);
		run(in->p, in->n);
		new_code();
		shared->runs++;
	}
	for (;;) {
		if (shared->runs++ % 64 == 0) {
			alarm(HANG);
			clock_gettime(CLOCK_MONOTONIC, &now);
			if ((double)(now.tv_sec - from.tv_sec) +
			    (double)(now.tv_nsec - from.tv_nsec) / 1e9 >=
			    seconds)
				break;
		}
		s = &pool[below(pool_n)];
		memcpy(in->p, s->p, in->n = s->n);
		for (i = (size_t)1 << below(4); i > 0; i--)
			mutate(in);
		run(in->p, in->n);
		if (new_code()) {
			pool_add(in->p, in->n);
			shared->kept++;
			if (keep != NULL)
				save(keep, "", in);
		}
	}
	exit(0);
}

static int
fuzz(const char *name, double seconds, const char *out, const char *keep)
{
	uint64_t seed = state;
	pid_t pid;
	int status;

	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	if (pool_n == 0)
		pool_add((const uint8_t *)"", 0);
	printf("%s: seed=%llu inputs=%zu\n", name, (unsigned long long)seed,
	    pool_n);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		child(seconds, keep);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid");
	printf("%s: runs=%llu kept=%llu reached=%llu\n", name,
	    (unsigned long long)shared->runs,
	    (unsigned long long)shared->kept,
	    (unsigned long long)shared->points);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	save(out, WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ?
	    "hang-" : "crash-", &shared->now);
	return 1;
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');
	const char *out = ".", *keep = NULL;
	double seconds = 0;
	size_t i;
	int c;

	name = name == NULL ? argv[0] : name + 1;
	state = (uint64_t)time(NULL);
	while ((c = getopt(argc, argv, "t:s:o:k:")) != -1) {
		switch (c) {
		case 't':
			seconds = strtod(optarg, NULL);
			break;
		case 's':
			state = strtoull(optarg, NULL, 10);
			break;
		case 'o':
			out = optarg;
			break;
		case 'k':
			keep = optarg;
			break;
		default:
			fprintf(stderr, "usage: %s [-t SECONDS] [-s SEED] "
			    "[-o DIR] [-k DIR] [FILE|DIR ...]\n", name);
			return 64;
		}
	}
	for (; optind < argc; optind++)
		load(argv[optind]);
	if (seconds > 0)
		return fuzz(name, seconds, out, keep);
	for (i = 0; i < pool_n; i++)
		run(pool[i].p, pool[i].n);
	printf("%s: %zu inputs\n", name, pool_n);
	return 0;
}
