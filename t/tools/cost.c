/*
 * cost: run a command and append what it took to a file, as one line:
 *
 *	NAME wall-seconds cpu-seconds peak-KiB status
 *
 *	cost FILE NAME COMMAND [ARGUMENT...]
 *
 * Exits as the command did. Signals go to the command: TERM and INT are
 * passed on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile pid_t child;

static void
pass_on(int sig)
{
	if (child > 0)
		kill(child, sig);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
	struct sigaction a = { .sa_handler = pass_on };
	double begun = now();
	struct rusage u;
	FILE *f;
	int status;

	if (argc < 4) {
		fprintf(stderr, "usage: cost FILE NAME COMMAND ...\n");
		return 64;
	}
	child = fork();
	if (child == 0) {
		execvp(argv[3], argv + 3);
		perror(argv[3]);
		_exit(127);
	}
	/* The ends of pipes are the command's alone. */
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	sigaction(SIGTERM, &a, NULL);
	sigaction(SIGINT, &a, NULL);
	while (wait4(child, &status, 0, &u) < 0) {
		if (errno != EINTR)
			return 71;
	}
	f = fopen(argv[1], "a");
	if (f == NULL) {
		perror(argv[1]);
		return 73;
	}
	status = WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
	fprintf(f, "%s %.3f %.3f %ld %d\n", argv[2], now() - begun,
	    seconds(u.ru_utime) + seconds(u.ru_stime), u.ru_maxrss, status);
	return fclose(f) == 0 ? status : 74;
}
