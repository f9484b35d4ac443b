// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program whose heat is known, for the tests of recordings.
 *
 *	planted [-f] [-l] [-s] SECONDS
 *
 * Hot are 64M of the heap, 16M of a mapping of 512M, from 100M on, which a thread accesses, 2M
 * of the mapping "spot" of 1G, from 512M on, and 64M of the zeroed data; "warm", of 256M, is
 * touched once a second; "cold", of 256M, and all the rest are touched once. A process that is
 * forked has a mapping "worker" of 32M, and the first 8M of it are hot. With -s, small, all but
 * the spot is an eighth of that. SECONDS begin after the first round, with "ready". With -f, a
 * child that was forked does this. With -l, lazy, all of them rest between two rounds. An
 * emulated processor takes seconds for the first round.
 *
 * Each round also makes the processor forget its translations: what it remembers it does
 * not look up, and then no access is seen. An emulated one remembers all.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB		(1UL << 20)
#define PAGE		4096UL
/* So many that a kernel rather forgets all translations than each of these. */
#define FORGET		(256 * PAGE)

#ifndef PR_SET_VMA
#define PR_SET_VMA	0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

static char table[64 * MIB] __attribute__((aligned(4096)));
static volatile char *forget, *large;
static unsigned long scale = 1;
static bool lazy;
static atomic_bool ended;

static volatile char *map(size_t size, const char *name)
{
	char *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (start == MAP_FAILED) {
		perror("planted: mmap");
		exit(1);
	}
	if (name)
		prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, start, size, name);
	return start;
}

/* Without reading: what is read first gets the huge zero page, and then small ones. */
static void touch(volatile char *start, size_t size)
{
	for (size_t i = 0; i < size; i += PAGE)
		start[i] = 1;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void forget_translations(void)
{
	if (lazy)
		poll(NULL, 0, 200);
	mprotect((void *)forget, FORGET, PROT_READ);
	mprotect((void *)forget, FORGET, PROT_READ | PROT_WRITE);
	touch(forget, FORGET);
}

static void *thread(void *data)
{
	while (!ended) {
		touch(large + 100 * MIB / scale / (2 * MIB) * (2 * MIB), 16 * MIB / scale);
		if (lazy)
			poll(NULL, 0, 200);
	}
	return data;
}

/* Ends with its parent. */
static _Noreturn void worker(void)
{
	volatile char *start = map(32 * MIB / scale, "worker");

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	forget = map(FORGET, "forget");
	touch(start, 32 * MIB / scale);
	for (;;) {
		touch(start, 8 * MIB / scale);
		forget_translations();
	}
}

static void work(double seconds)
{
	volatile char *spot = map(1024 * MIB / scale, "spot");
	volatile char *heap = sbrk((long)(64 * MIB / scale));
	volatile char *warm = map(256 * MIB / scale, "warm"), *cold = map(256 * MIB / scale, "cold");
	double end = 0, next = 0;
	pthread_t id;

	large = map(512 * MIB / scale, NULL);
	forget = map(FORGET, "forget");
	touch(heap, 64 * MIB / scale);
	touch(table, sizeof(table) / scale);
	touch(large, 512 * MIB / scale);
	touch(cold, 256 * MIB / scale);
	touch(spot, 1024 * MIB / scale);
	if (pthread_create(&id, NULL, thread, NULL))
		exit(1);
	while (!end || now() < end) {
		touch(heap, 64 * MIB / scale);
		touch(spot + 512 * MIB / scale, 2 * MIB);
		touch(table, sizeof(table) / scale);
		if (now() >= next) {
			touch(warm, 256 * MIB / scale);
			next = now() + 1;
		}
		forget_translations();
		if (!end) {
			puts("ready");
			fflush(stdout);
			end = now() + seconds;
		}
	}
	ended = true;
	pthread_join(id, NULL);
}

int main(int argc, char **argv)
{
	int option, forks = 0;
	pid_t pid;

	while ((option = getopt(argc, argv, "fls")) != -1) {
		forks |= option == 'f';
		lazy |= option == 'l';
		scale = option == 's' ? 8 : scale;
	}
	if (forks && fork()) {
		wait(NULL);
		return 0;
	}
	pid = fork();
	if (!pid)
		worker();
	work(optind < argc ? atof(argv[optind]) : 10);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return 0;
}
