// SPDX-License-Identifier: GPL-2.0-only
/*
 * tried STEP…: does what is asked, in order, for the tests of `ebpfmm try`.
 *
 *	bss, heap M, map M	touch 16M of zeroed data, M megabytes of heap or of a new mapping
 *	name M NAME		likewise a mapping that gets a name
 *	thread M		a thread maps and touches M megabytes at once
 *	threads N		N threads map, touch and unmap memory at the same time
 *	gap			4M that nobody can access, so that mappings do not merge
 *	worth M N		a mapping whose first N megabytes are worth 2M pages: use the CPU
 *				for 400 ms, less 300 if all of them are in such pages
 *	brief M			a mapping that is touched and unmapped
 *	lower M			the heap becomes smaller by M megabytes
 *	cut M			a mapping that is touched, and of which mremap(2) leaves a page
 *	nonblock M		the same with MAP_NONBLOCK; print how many of its pages are in
 *				memory
 *	reserve G		G gigabytes that nobody can access, and a thousand mappings
 *	stack			print whether the stack can have the size of its limit
 *	orphans N		N times, a process ends while its threads fork
 *	sparse M		a new mapping of which a page in each 2M is touched
 *	populate M		a mapping that mmap(2) fills
 *	grow M			a mapping of 1M that mremap(2) makes as large
 *	shift M			one that mremap(2) moves to given places, larger and smaller, and
 *				away from a mapping that stays
 *	enlarge M		one of 3M that mremap(2) makes as large in steps, and touched
 *				before and after each
 *	fork, vfork, spawn	a child does the rest; the status is the child's
 *	exec			run itself for the rest
 *	strict			from now on, madvise(2) kills
 *	signal N		send it to itself
 *	alarms N		until N signals of a timer were handled, map and touch memory
 *	exit N			end with this status
 *	sizes			print kilobytes in 2M pages, by what they are for
 *	thp			print whether large pages are disabled for the process
 *	wait			print "ready", and wait for a signal
 */
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif

#define M	(1UL << 20)

extern char **environ;

char zeroed[16 * M];

static void touch(char *memory, size_t size)
{
	for (size_t i = 0; i < size; i += 4096)
		((volatile char *)memory)[i] = 1;
}

static char *map(size_t size, int flags)
{
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	if (memory == MAP_FAILED)
		err(EXIT_FAILURE, "mmap");
	return memory;
}

static void *map_and_touch(void *size)
{
	touch(map((size_t)size, 0), (size_t)size);
	return NULL;
}

static void *map_often(void *data)
{
	(void)data;
	for (int i = 0; i < 200; i++) {
		char *memory = map(4 * M, 0);

		touch(memory, 4 * M);
		munmap(memory, 4 * M);
	}
	return NULL;
}

static void run_threads(void *(*start)(void *), void *data, int count)
{
	pthread_t threads[64];

	for (int i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, start, data))
			errx(EXIT_FAILURE, "pthread_create");
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

static void name_map(size_t size, const char *name)
{
	char *memory = map(size, 0);

	if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, memory, size, name))
		err(EXIT_FAILURE, "name");
	touch(memory, size);
}

static void grow(size_t size)
{
	char *memory = mremap(map(M, 0), M, size, MREMAP_MAYMOVE);

	if (memory == MAP_FAILED)
		err(EXIT_FAILURE, "mremap");
	touch(memory, size);
}

static void number_pages(char *memory, size_t from, size_t to)
{
	for (size_t i = from; i < to; i += 4096)
		*(volatile size_t *)(memory + i) = i;
}

static void check_pages(const char *memory, size_t size)
{
	for (size_t i = 0; i < size; i += 4096)
		if (*(volatile const size_t *)(memory + i) != i)
			errx(EXIT_FAILURE, "the page at %zu is another one", i);
}

/* Every other time something is in the way, so that it moves. */
static void enlarge(size_t size)
{
	size_t had = 3 * M, more;
	char *memory = map(had, 0);

	number_pages(memory, 0, had);
	for (int turn = 0; had < size; turn++, had = more) {
		more = (had + had / 2) & ~4095UL;
		more = more < size ? more : size;
		if (turn % 2)
			mmap(memory + had, 4096, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		memory = mremap(memory, had, more, MREMAP_MAYMOVE);
		if (memory == MAP_FAILED)
			err(EXIT_FAILURE, "mremap");
		number_pages(memory, had, more);
	}
	check_pages(memory, had);
}

static void print_filled(size_t size)
{
	char *memory = map(size, MAP_POPULATE | MAP_NONBLOCK);
	unsigned char *pages = malloc(size / 4096);
	unsigned int count = 0;

	if (!pages || mincore(memory, size, pages))
		err(EXIT_FAILURE, "mincore");
	for (size_t i = 0; i < size / 4096; i++)
		count += pages[i] & 1;
	printf("filled %u\n", count);
	fflush(stdout);
	free(pages);
}

static void reserve(size_t size)
{
	if (mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) ==
	    MAP_FAILED)
		err(EXIT_FAILURE, "reserve");
	for (int i = 0; i < 1000; i++)
		if (mprotect(map(8192, 0), 4096, PROT_READ))
			err(EXIT_FAILURE, "mprotect");
}

/* What the kernel adds at the ends is random. */
static void print_stack(void)
{
	pthread_attr_t attributes;
	struct rlimit limit;
	size_t size;
	void *start;

	getrlimit(RLIMIT_STACK, &limit);
	if (pthread_getattr_np(pthread_self(), &attributes) ||
	    pthread_attr_getstack(&attributes, &start, &size))
		errx(EXIT_FAILURE, "pthread_getattr_np");
	pthread_attr_destroy(&attributes);
	printf("stack %s\n", size + M / 16 > limit.rlim_cur ? "whole" : "cut");
	fflush(stdout);
}

static void *fork_for_ever(void *data)
{
	(void)data;
	for (;;) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	return NULL;
}

/* The process may end while a child is made, which lives on. */
static void leave_orphans(int count)
{
	pthread_t thread;

	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		if (!pid) {
			pthread_create(&thread, NULL, fork_for_ever, NULL);
			pthread_create(&thread, NULL, fork_for_ever, NULL);
			for (volatile int spin = 0; spin < i * 10000; spin++)
				;
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

static char *move(char *memory, size_t size, size_t new_size, int flags, char *to)
{
	char *moved = mremap(memory, size, new_size, flags | MREMAP_MAYMOVE, to);

	if (moved == MAP_FAILED || (to && moved != to))
		err(EXIT_FAILURE, "mremap");
	return moved;
}

/* To where something else was, larger and smaller, and away from a mapping that stays. */
static void shift(size_t size)
{
	char *memory = map(size, 0), *to = map(4 * size, 0), *moved;
	size_t half = size / 2;

	number_pages(memory, 0, size);
	memory = move(memory, size, size + half, MREMAP_FIXED, to + M);
	number_pages(memory, size, size + half);
	memory = move(memory, size + half, half, MREMAP_FIXED, to + 2 * size + M);
	check_pages(memory, half);
	if (madvise(to + M + half, size, MADV_COLD) != -1)
		errx(EXIT_FAILURE, "what did not move is still there");
	moved = move(memory, half, half, MREMAP_DONTUNMAP, NULL);
	check_pages(moved, half);
	if (memory[4096])
		errx(EXIT_FAILURE, "the page has stayed");
}

static void be_strict(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_madvise, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { 4, filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		err(EXIT_FAILURE, "seccomp");
}

static volatile sig_atomic_t handled;

static void handle(int signal)
{
	(void)signal;
	handled = handled + 1;
}

static void count_alarms(int count)
{
	const struct itimerval often = { { 0, 200 }, { 0, 200 } };
	const struct itimerval never = {};

	signal(SIGALRM, handle);
	setitimer(ITIMER_REAL, &often, NULL);
	while (handled < count) {
		char *memory = map(4 * M, 0);

		touch(memory, 4 * M);
		munmap(memory, 4 * M);
	}
	setitimer(ITIMER_REAL, &never, NULL);
}

/* Where a mapping begins, what it is. */
static const char *what_is(const char *line)
{
	unsigned long start, end;
	char name[256] = "";

	if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %255[^\n]", &start, &end, name) < 2)
		return NULL;
	/* The kernel has split it, and its first page may be in a file's mapping. */
	if (start < (uintptr_t)zeroed + sizeof(zeroed) && end > (uintptr_t)zeroed)
		return "bss";
	return !strcmp(name, "[heap]") ? "heap" : !strcmp(name, "[stack]") ? "stack" : "map";
}

static void print_sizes(void)
{
	static const char *const kinds[] = { "bss", "heap", "stack", "map" };
	FILE *file = fopen("/proc/self/smaps", "re");
	unsigned long counts[4] = {}, kilobytes;
	const char *now = NULL;
	char line[4096];

	while (file && fgets(line, sizeof(line), file)) {
		if (strchr("0123456789abcdef", *line))
			now = what_is(line) ?: now;
		if (sscanf(line, "AnonHugePages: %lu kB", &kilobytes) != 1)
			continue;
		for (int i = 0; now && i < 4; i++)
			if (!strcmp(kinds[i], now))
				counts[i] += kilobytes;
	}
	for (int i = 0; i < 4; i++)
		printf("%s %lu\n", kinds[i], counts[i]);
	fflush(stdout);
}

/* Bytes in 2M pages of the mapping that starts there. */
static size_t large_at(const char *memory)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	unsigned long start, kilobytes;
	bool here = false;
	char line[4096];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%*x ", &start) == 1 && strchr(line, '-'))
			here = start == (uintptr_t)memory;
		if (here && sscanf(line, "AnonHugePages: %lu kB", &kilobytes) == 1) {
			fclose(file);
			return kilobytes << 10;
		}
	}
	errx(EXIT_FAILURE, "smaps does not have the mapping");
}

/* The rest becomes a mapping of its own, which the kernel counts apart. */
static void be_worth(size_t size, size_t part)
{
	char *memory = map(size, 0);
	clock_t end;

	touch(memory, size);
	if (mprotect(memory + part, size - part, PROT_READ))
		err(EXIT_FAILURE, "mprotect");
	end = clock() + CLOCKS_PER_SEC * 4 / 10;
	end -= (clock_t)((double)CLOCKS_PER_SEC * 3 / 10 * (double)large_at(memory) /
			 (double)part);
	while (clock() < end)
		;
}

/* The child goes on; the parent ends like it. */
static void end_like(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		err(EXIT_FAILURE, "waitpid");
	if (WIFSIGNALED(status))
		raise(WTERMSIG(status));
	exit(WEXITSTATUS(status));
}

static void spawn(char **rest, int how)
{
	char *argv[64] = { "/proc/self/exe" };
	pid_t pid = 0;

	for (int i = 0; rest[i] && i < 62; i++)
		argv[i + 1] = rest[i];
	if (how == 's' && posix_spawn(&pid, argv[0], NULL, NULL, argv, environ))
		errx(EXIT_FAILURE, "posix_spawn");
	if (how == 'v')
		pid = vfork();
	if (how != 's' && !pid) {
		execv(argv[0], argv);
		_exit(127);
	}
	end_like(pid);
}

static size_t size_of(char ***word)
{
	return strtoul(*++*word, NULL, 10) * M;
}

static void wait_for_signal(void)
{
	puts("ready");
	fflush(stdout);
	pause();
}

static void step(char ***word)
{
	const char *name = **word;

	if (!strcmp(name, "bss")) {
		touch(zeroed, sizeof(zeroed));
	} else if (!strcmp(name, "heap")) {
		size_t size = size_of(word);

		touch(sbrk((intptr_t)size), size);
	} else if (!strcmp(name, "map")) {
		map_and_touch((void *)size_of(word));
	} else if (!strcmp(name, "name")) {
		size_t size = size_of(word);

		name_map(size, *++*word);
	} else if (!strcmp(name, "thread")) {
		run_threads(map_and_touch, (void *)size_of(word), 1);
	} else if (!strcmp(name, "threads")) {
		run_threads(map_often, NULL, atoi(*++*word));
	} else if (!strcmp(name, "gap")) {
		mmap(NULL, 4 * M, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	} else if (!strcmp(name, "worth")) {
		size_t size = size_of(word);

		be_worth(size, size_of(word));
	} else if (!strcmp(name, "sparse")) {
		size_t size = size_of(word);
		char *memory = map(size, 0);

		for (size_t i = 0; i < size; i += 2 * M)
			((volatile char *)memory)[i] = 1;
	} else if (!strcmp(name, "brief")) {
		size_t size = size_of(word);
		char *memory = map(size, 0);

		touch(memory, size);
		munmap(memory, size);
	} else if (!strcmp(name, "lower")) {
		sbrk(-(intptr_t)size_of(word));
	} else if (!strcmp(name, "cut")) {
		size_t size = size_of(word);
		char *memory = map(size, 0);

		touch(memory, size);
		if (mremap(memory, size, 4096, 0) == MAP_FAILED)
			err(EXIT_FAILURE, "mremap");
	} else if (!strcmp(name, "populate")) {
		map(size_of(word), MAP_POPULATE);
	} else if (!strcmp(name, "nonblock")) {
		print_filled(size_of(word));
	} else if (!strcmp(name, "reserve")) {
		reserve(size_of(word) * 1024);
	} else if (!strcmp(name, "stack")) {
		print_stack();
	} else if (!strcmp(name, "orphans")) {
		leave_orphans(atoi(*++*word));
	} else if (!strcmp(name, "grow")) {
		grow(size_of(word));
	} else if (!strcmp(name, "enlarge")) {
		enlarge(size_of(word));
	} else if (!strcmp(name, "shift")) {
		shift(size_of(word));
	} else if (!strcmp(name, "fork")) {
		pid_t pid = fork();

		if (pid)
			end_like(pid);
	} else if (!strcmp(name, "vfork") || !strcmp(name, "spawn") || !strcmp(name, "exec")) {
		spawn(*word + 1, *name);
	} else if (!strcmp(name, "strict")) {
		be_strict();
	} else if (!strcmp(name, "signal")) {
		raise(atoi(*++*word));
	} else if (!strcmp(name, "alarms")) {
		count_alarms(atoi(*++*word));
	} else if (!strcmp(name, "exit")) {
		exit(atoi(*++*word));
	} else if (!strcmp(name, "sizes")) {
		print_sizes();
	} else if (!strcmp(name, "thp")) {
		printf("disabled %d\n", prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
	} else if (!strcmp(name, "wait")) {
		wait_for_signal();
	} else {
		errx(2, "%s: not a step", name);
	}
}

int main(int argc, char **argv)
{
	(void)argc;
	for (char **word = argv + 1; *word; word++)
		step(&word);
	return 0;
}
