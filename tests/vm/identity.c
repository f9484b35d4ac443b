// SPDX-License-Identifier: GPL-2.0-only
/*
 * identity [OPTION…] LABEL [COMMAND [ARGUMENT…]]: touch memory, and say when,
 * so that a trace shows for which program the policy takes this one.
 *
 * Prints "LABEL PID BEGIN END", with times in nanoseconds of CLOCK_MONOTONIC.
 * With COMMAND, two children do the same first, as LABEL-child, and then become
 * COMMAND.
 *
 *	--comm NAME	take another name first (PR_SET_NAME)
 *	--again		at the end wait for a line of input, and do it once more,
 *			as LABEL-again
 *	--script	as the interpreter of a script: the rest is its path
 */
#include <err.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define SIZE (64 * PAGE)
#define CHILDREN 2

static unsigned long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (unsigned long long)time.tv_sec * 1000000000 +
	       (unsigned long long)time.tv_nsec;
}

static void probe(const char *label, const char *suffix)
{
	unsigned long long begin = now();
	volatile char *memory;
	size_t i;

	memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		err(EXIT_FAILURE, "mmap");
	for (i = 0; i < SIZE; i += PAGE)
		memory[i] = 1;
	if (dprintf(STDOUT_FILENO, "%s%s %d %llu %llu\n", label, suffix,
		    getpid(), begin, now()) < 0)
		err(EXIT_FAILURE, "standard output");
}

static void run(const char *label, char **command)
{
	int status, i;
	pid_t pid;

	for (i = 0; i < CHILDREN; i++) {
		pid = fork();
		if (pid < 0)
			err(EXIT_FAILURE, "fork");
		if (!pid) {
			probe(label, "-child");
			execv(command[0], command);
			err(EXIT_FAILURE, "%s", command[0]);
		}
		if (waitpid(pid, &status, 0) < 0 || status)
			errx(EXIT_FAILURE, "%s failed", command[0]);
	}
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "comm", required_argument, NULL, 'c' },
		{ "again", no_argument, NULL, 'a' },
		{ "script", no_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	const char *label;
	bool again = false;
	int c;

	while ((c = getopt_long(argc, argv, "+", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			if (prctl(PR_SET_NAME, optarg))
				err(EXIT_FAILURE, "PR_SET_NAME");
			break;
		case 'a':
			again = true;
			break;
		case 's':
			probe("script", "");
			return EXIT_SUCCESS;
		default:
			return 2;
		}
	}
	label = argv[optind++];
	if (!label)
		errx(2, "no label");
	probe(label, "");
	if (argv[optind])
		run(label, argv + optind);
	if (again) {
		while ((c = getchar()) != '\n')
			if (c == EOF)
				errx(EXIT_FAILURE, "no line of input");
		probe(label, "-again");
	}
	return EXIT_SUCCESS;
}
