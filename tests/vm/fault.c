// SPDX-License-Identifier: GPL-2.0-only
/*
 * fault [OPTION…] [COMMAND [ARGUMENT…]]: touch memory, and let COMMAND look.
 *
 * Maps --size bytes (default 8M) of anonymous memory that begin on a 2M
 * boundary and have a mapping of their own, touches every page in order and
 * runs COMMAND with the range on its standard input, as examples/pagesizes.c
 * reads it, and with FAULT_PID in its environment. Without COMMAND the range
 * goes to standard output, followed by "# ready", and the program waits to be
 * ended, unless --quit is given.
 *
 *	--size SIZE	bytes, with K or M
 *	--name NAME	name the mapping (PR_SET_VMA_ANON_NAME)
 *	--advice WHAT	madvise(): hugepage or nohugepage
 *	--disable	PR_SET_THP_DISABLE first
 *	--stack		touch the stack instead of a mapping
 *	--heap		touch a heap instead of a mapping
 *	--fork		touch in a child that has not called exec
 *	--stride SIZE	touch only one page in so many bytes
 *	--threads N	N threads touch, each a part of the memory
 *	--known		touch a page of 2M elsewhere first, by which khugepaged
 *			gets to know the process
 *	--collapse	madvise(MADV_COLLAPSE) what was touched
 *	--pageout	have it swapped out, and touch it again
 *	--meanwhile COMMAND
 *			a shell's command to run before it is touched again, or
 *			else after half of it was touched; FAULT_PID is set
 *	--repeat	map, touch and unmap, until ended; prints a dot each time
 *	--quit		end after touching
 *	--hold		say "# ready" before, and touch only when SIGUSR1 comes
 */
#include <alloca.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif

#define PAGE 4096UL
#define LARGE (2UL << 20)

struct options {
	size_t size;
	size_t stride;
	size_t threads;
	const char *name;
	int advice;
	bool disable;
	bool stack;
	bool heap;
	bool forked;
	bool known;
	bool collapse;
	bool pageout;
	const char *meanwhile;
	bool repeat;
	bool quit;
	bool hold;
};

static void end(int signal)
{
	(void)signal;
	_exit(EXIT_SUCCESS);
}

static size_t parse_size(const char *text)
{
	char *rest;
	size_t size = strtoul(text, &rest, 10);

	if (*rest == 'K')
		size <<= 10;
	else if (*rest == 'M')
		size <<= 20;
	if (!size || (*rest && rest[1]))
		errx(2, "not a size: %s", text);
	return size;
}

static int parse_advice(const char *text)
{
	if (!strcmp(text, "hugepage"))
		return MADV_HUGEPAGE;
	if (!strcmp(text, "nohugepage"))
		return MADV_NOHUGEPAGE;
	errx(2, "no such advice: %s", text);
}

static void parse(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = {
		{ "size", required_argument, NULL, 's' },
		{ "name", required_argument, NULL, 'n' },
		{ "advice", required_argument, NULL, 'a' },
		{ "disable", no_argument, NULL, 'd' },
		{ "stack", no_argument, NULL, 'k' },
		{ "heap", no_argument, NULL, 'h' },
		{ "fork", no_argument, NULL, 'f' },
		{ "stride", required_argument, NULL, 'r' },
		{ "threads", required_argument, NULL, 't' },
		{ "known", no_argument, NULL, 'w' },
		{ "collapse", no_argument, NULL, 'c' },
		{ "pageout", no_argument, NULL, 'p' },
		{ "meanwhile", required_argument, NULL, 'm' },
		{ "repeat", no_argument, NULL, 'R' },
		{ "quit", no_argument, NULL, 'q' },
		{ "hold", no_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "+", longs, NULL)) != -1) {
		switch (c) {
		case 's':
			options->size = parse_size(optarg);
			break;
		case 'n':
			options->name = optarg;
			break;
		case 'a':
			options->advice = parse_advice(optarg);
			break;
		case 'd':
			options->disable = true;
			break;
		case 'k':
			options->stack = true;
			break;
		case 'h':
			options->heap = true;
			break;
		case 'f':
			options->forked = true;
			break;
		case 'r':
			options->stride = parse_size(optarg);
			break;
		case 't':
			options->threads = parse_size(optarg);
			break;
		case 'w':
			options->known = true;
			break;
		case 'c':
			options->collapse = true;
			break;
		case 'p':
			options->pageout = true;
			break;
		case 'm':
			options->meanwhile = optarg;
			break;
		case 'R':
			options->repeat = true;
			break;
		case 'q':
			options->quit = true;
			break;
		case 'o':
			options->hold = true;
			break;
		default:
			exit(2);
		}
	}
}

static void advise(char *start, size_t size, int advice)
{
	if (madvise(start, size, advice))
		err(EXIT_FAILURE, "madvise");
}

static char *map(const struct options *options)
{
	size_t size = options->size;
	char *whole, *start, *last;

	whole = mmap(NULL, size + 2 * LARGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (whole == MAP_FAILED)
		err(EXIT_FAILURE, "mmap");
	last = whole + size + 2 * LARGE;
	/* Something is cut off at both ends, so that no neighbour is merged. */
	start = (char *)(((uintptr_t)whole + LARGE) & ~(LARGE - 1));
	if (start == whole)
		start += LARGE;
	if (munmap(whole, (size_t)(start - whole)) ||
	    munmap(start + size, (size_t)(last - start - size)))
		err(EXIT_FAILURE, "munmap");
	if (options->name && prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, start,
				   size, options->name))
		err(EXIT_FAILURE, "naming the mapping");
	if (options->advice)
		advise(start, size, options->advice);
	return start;
}

/* What one thread touches. */
struct share {
	volatile char *start;
	size_t size;
	size_t stride;
};

static void *touch(void *data)
{
	struct share *share = data;
	size_t i;

	for (i = 0; i < share->size; i += share->stride)
		share->start[i] = 1;
	return NULL;
}

static void touch_part(char *start, size_t size, const struct options *options)
{
	size_t threads = options->threads, i;
	struct share own = { start, size / threads, options->stride };
	struct share shares[threads];
	pthread_t ids[threads];

	for (i = 1; i < threads; i++) {
		shares[i] = own;
		shares[i].start += size / threads * i;
		if (pthread_create(&ids[i], NULL, touch, &shares[i]))
			errx(EXIT_FAILURE, "pthread_create");
	}
	touch(&own);
	for (i = 1; i < threads; i++)
		pthread_join(ids[i], NULL);
}

/* All of it, in the way that the options tell. */
static void touch_all(char *start, const struct options *options)
{
	bool half = options->meanwhile && !options->pageout;
	size_t size = options->size;
	size_t first = half ? size / 2 : size;

	touch_part(start, first, options);
	if (options->collapse)
		advise(start, first, MADV_COLLAPSE);
	if (options->pageout)
		advise(start, size, MADV_PAGEOUT);
	/* It does not fork, after which pages would be copied one by one. */
	if (options->meanwhile && system(options->meanwhile))
		errx(EXIT_FAILURE, "failed: %s", options->meanwhile);
	if (options->pageout)
		touch_part(start, size, options);
	else if (half)
		touch_part(start + first, size - first, options);
}

/* Runs the command with the range on its standard input; its exit status. */
static int look(char **command, const char *range)
{
	posix_spawn_file_actions_t actions;
	int ends[2], status;
	pid_t pid;

	if (pipe(ends))
		err(EXIT_FAILURE, "pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	if (dprintf(ends[1], "%s", range) < 0)
		err(EXIT_FAILURE, "pipe");
	errno = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
	if (errno)
		err(EXIT_FAILURE, "%s", command[0]);
	close(ends[1]);
	if (waitpid(pid, &status, 0) < 0)
		err(EXIT_FAILURE, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

static _Noreturn void wait_for_end(void)
{
	for (;;)
		pause();
}

/* Tells the range, and waits to be told to go on. */
static void hold(const char *range)
{
	sigset_t set;
	int signal;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (dprintf(1, "%s# ready\n", range) < 0)
		err(EXIT_FAILURE, "standard output");
	if (sigwait(&set, &signal))
		errx(EXIT_FAILURE, "sigwait");
}

static void become_known(void)
{
	const struct options options = {
		.size = LARGE, .advice = MADV_HUGEPAGE, .stride = PAGE,
		.threads = 1,
	};

	touch_part(map(&options), options.size, &options);
}

static void repeat(const struct options *options)
{
	for (;;) {
		char *start = map(options);

		touch_all(start, options);
		if (munmap(start, options->size))
			err(EXIT_FAILURE, "munmap");
		if (write(1, ".", 1) < 0)
			err(EXIT_FAILURE, "standard output");
	}
}

static int run(const struct options *options, char **command)
{
	size_t size = options->size;
	char range[128], self[16];
	char *start;

	snprintf(self, sizeof(self), "%d", getpid());
	if (setenv("FAULT_PID", self, 1))
		err(EXIT_FAILURE, "setenv");
	if (options->disable && prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		err(EXIT_FAILURE, "PR_SET_THP_DISABLE");
	if (options->known)
		become_known();
	if (options->repeat)
		repeat(options);
	if (options->stack)
		start = alloca(size);
	else if (options->heap)
		start = sbrk((intptr_t)size);
	else
		start = map(options);
	if (start == (char *)-1)
		err(EXIT_FAILURE, "sbrk");
	snprintf(range, sizeof(range), "%s %p %p -\n",
		 options->stack ? "stack" : options->heap ? "heap" : "mapping",
		 (void *)start, (void *)(start + size));
	if (options->hold)
		hold(range);
	touch_all(start, options);
	if (options->hold)
		wait_for_end();
	if (options->quit)
		return EXIT_SUCCESS;
	if (*command)
		return look(command, range);
	if (dprintf(1, "%s# ready\n", range) < 0)
		err(EXIT_FAILURE, "standard output");
	wait_for_end();
}

int main(int argc, char **argv)
{
	struct options options = { .size = 8UL << 20, .stride = PAGE,
				   .threads = 1 };
	int status;
	pid_t pid;

	signal(SIGTERM, end);
	parse(argc, argv, &options);
	if (!options.forked)
		return run(&options, argv + optind);
	pid = fork();
	if (pid < 0)
		err(EXIT_FAILURE, "fork");
	if (!pid)
		return run(&options, argv + optind);
	if (waitpid(pid, &status, 0) < 0)
		err(EXIT_FAILURE, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
