// SPDX-License-Identifier: GPL-2.0-only
/*
 * truth [--fork] [--threads] [--exec PROGRAM [ARGUMENT…]]: touch every page of
 * all the writable memory that this process has, and say what is where.
 *
 *	--fork		touch a part, and the rest in a child and here as well
 *	--threads	touch from several threads
 *	--exec		become PROGRAM at the end
 *
 * The output, in one write(2) for each process:
 *
 *	program PATH PID BEGIN	what it is, and since when, in nanoseconds of
 *				CLOCK_MONOTONIC
 *	range REGION START END	a region of the profile, by its index; in bytes
 *	vma START END KIND PAGES	a mapping: of a "file", "anonymous", or
 *				"small", which never has larger pages; for each
 *				page 1 if it was empty until this touched it
 *	end TIME		all of that is touched
 *
 * The addresses are those of the symbols, of what mmap(2) returned and of what
 * the first process image was given; no address is the policy's idea.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "truth.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0
#endif

#define KIB 1024UL
#define PAGE (4 * KIB)

#define MAX_VMAS 128
#define MAX_PAGES 1024

#define OWN_STACKS 2
#define THREADS (OWN_STACKS + 1)

/*
 * In this order (-fno-toplevel-reorder). Sizes are no multiples of a page, so
 * that neighbours share pages.
 */
static char before[5 * PAGE + 48];
static char first[3 * PAGE + 112];
static char second[4 * PAGE + 1008];
static char between[2 * PAGE + 16];

static char ranges[4 * KIB];
static size_t nranges;

__attribute__((format(printf, 4, 5)))
static void append(char *to, size_t size, size_t *used, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(to + *used, size - *used, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= size - *used)
		errx(EXIT_FAILURE, "too much to say");
	*used += (size_t)length;
}

static void tell(unsigned int region, const void *start, const void *end)
{
	append(ranges, sizeof(ranges), &nranges, "range %u %#lx %#lx\n", region,
	       (uintptr_t)start, (uintptr_t)end);
}

#ifdef TRUTH_BSS

/* The whole of .bss, the last that the linker places, is one region. */
extern char __bss_start[], _end[];

static void tell_image(void)
{
	tell(TRUTH_FIRST, __bss_start, _end);
}

#else

/* A section of its own without contents, as the compiler makes only .bss. */
__asm__(".pushsection zone, \"aw\", @nobits\n"
	".balign 64\n"
	".zero 22000\n"
	".popsection\n");
extern char __start_zone[], __stop_zone[];

static void tell_image(void)
{
	tell(TRUTH_FIRST, first, first + sizeof(first));
	tell(TRUTH_SECOND, second, second + sizeof(second));
	tell(TRUTH_ZONE, __start_zone, __stop_zone);
}

#endif

struct vma {
	uintptr_t start;
	uintptr_t end;
	const char *kind;
	char *pages;
};

static struct vma vmas[MAX_VMAS];
static size_t nvmas;
static char pages[MAX_VMAS + MAX_PAGES];
static size_t npages;

static char text[16 * KIB];
static char maps[48 * KIB];

static pthread_barrier_t barrier;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* A write that leaves what is there as it is. */
static void touch(uintptr_t page)
{
	__asm__ volatile("lock orb $0, %0" : "+m"(*(char *)page));
}

/* --- regions ---------------------------------------------------------------- */

/*
 * A mapping between memory that is not accessible, so that the kernel merges
 * it with no other. It begins on a boundary of 64K.
 */
static char *map(size_t size)
{
	size_t room = size + 128 * KIB;
	char *whole = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);
	char *start;

	if (whole == MAP_FAILED)
		err(EXIT_FAILURE, "mmap");
	start = (char *)(((uintptr_t)whole + 64 * KIB) & ~(64 * KIB - 1));
	if (mprotect(start, size, PROT_READ | PROT_WRITE))
		err(EXIT_FAILURE, "mprotect");
	return start;
}

static void make_mappings(void)
{
	char *mapping = map(40 * KIB);
	char *other;

	if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, mapping, 40 * KIB, "truth"))
		err(EXIT_FAILURE, "naming a mapping");
	tell(TRUTH_NAMED, mapping + 8 * KIB, mapping + 32 * KIB);

	mapping = map(116 * KIB);
	tell(TRUTH_SIZED, mapping, mapping + 116 * KIB);

	/* The one at the highest address is the first. */
	mapping = map(72 * KIB);
	other = map(72 * KIB);
	if (other < mapping)
		mapping = other;
	tell(TRUTH_SECOND_OF_ITS_KIND, mapping, mapping + 72 * KIB);

	/* In no region: one without that name, one that is too small. */
	map(40 * KIB);
	map(88 * KIB);
}

/*
 * Where brk(2) began. The C library may have used some of it already (in a
 * static program it has), so that only the kernel can tell.
 */
static char *heap_start(void)
{
	FILE *stat = fopen("/proc/self/stat", "re");
	unsigned long start = 0;

	if (!stat || fscanf(stat, "%*d (%*[^)]) %*c") == EOF)
		err(EXIT_FAILURE, "/proc/self/stat");
	/* start_brk is field 47 of proc(5); three are read. */
	for (int field = 4; field <= 47; field++)
		if (fscanf(stat, " %lu", &start) != 1 &&
		    fscanf(stat, " %*s") == EOF)
			errx(EXIT_FAILURE, "/proc/self/stat has no start_brk");
	fclose(stat);
	return (char *)start;
}

static void make_heap(void)
{
	char *unused = sbrk(0);
	char *start = heap_start();

	if (start > unused)
		errx(EXIT_FAILURE, "the heap begins after its end");
	if (brk(unused + 108 * KIB))
		err(EXIT_FAILURE, "brk");
	tell(TRUTH_HEAP, start + 8 * KIB, start + 28 * KIB);
	tell(TRUTH_HEAP_END, start + 60 * KIB, start + 60 * KIB + 18000);
}

/* The initial stack pointer points to argc, and argv comes right behind it. */
static void make_stack(char **argv)
{
	uintptr_t pointer = (uintptr_t)argv - sizeof(long);
	uintptr_t top = (pointer & ~(PAGE - 1)) + PAGE;

	/* It has some 132K to begin with: make it grow, in one step. */
	touch(top - 148 * KIB);
	tell(TRUTH_STACK, (char *)top - 60 * KIB, (char *)top - 20 * KIB);
	tell(TRUTH_STACK_END, (char *)top - 112 * KIB, (char *)top - 88 * KIB);
}

static void make_regions(char **argv)
{
	make_heap();
	make_stack(argv);
	make_mappings();
	tell_image();
	if (truth_extra)
		truth_extra(tell);
	/* So that they are not left out. */
	touch((uintptr_t)before);
	touch((uintptr_t)first);
	touch((uintptr_t)second);
	touch((uintptr_t)between);
}

/* --- what there is ------------------------------------------------------------ */

static void read_all(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n;

	if (fd < 0)
		err(EXIT_FAILURE, "%s", path);
	while ((n = read(fd, to + used, size - 1 - used)) > 0)
		used += (size_t)n;
	if (n < 0 || used == size - 1)
		err(EXIT_FAILURE, "%s", path);
	to[used] = '\0';
	close(fd);
}

static void add_vma(uintptr_t start, uintptr_t end, const char *kind)
{
	size_t count = (end - start) / PAGE;

	if (nvmas == MAX_VMAS || npages + count + 1 > sizeof(pages))
		errx(EXIT_FAILURE, "more memory than expected");
	vmas[nvmas].start = start;
	vmas[nvmas].end = end;
	vmas[nvmas].kind = kind;
	vmas[nvmas].pages = pages + npages;
	npages += count + 1;
	nvmas++;
}

/* Find all the private memory that can be written to. */
static void find_vmas(void)
{
	uintptr_t start = 0, end = 0;
	const char *kind = NULL;
	char *line, *rest;

	nvmas = npages = 0;
	read_all("/proc/self/smaps", maps, sizeof(maps));
	for (line = strtok_r(maps, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		unsigned long from, to, inode;
		char mode[5];

		if (sscanf(line, "%lx-%lx %4s %*x %*x:%*x %lu", &from, &to, mode,
			   &inode) == 4) {
			start = from;
			end = to;
			kind = strcmp(mode, "rw-p") ? NULL :
			       inode ? "file" : "anonymous";
		} else if (kind && !strncmp(line, "VmFlags:", 8)) {
			if (strstr(line, " nh"))
				kind = "small";
			add_vma(start, end, kind);
			kind = NULL;
		}
	}
}

/* Tell of each page whether there is nothing in it. */
static void find_empty(void)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	const struct vma *vma;

	if (fd < 0)
		err(EXIT_FAILURE, "/proc/self/pagemap");
	for (vma = vmas; vma < vmas + nvmas; vma++) {
		size_t i, count = (vma->end - vma->start) / PAGE;

		for (i = 0; i < count; i++) {
			off_t at = (off_t)(vma->start / PAGE + i) * 8;
			uint64_t entry;

			if (pread(fd, &entry, 8, at) != 8)
				err(EXIT_FAILURE, "/proc/self/pagemap");
			/* Present or swapped out. */
			vma->pages[i] = entry >> 62 ? '0' : '1';
		}
		vma->pages[count] = '\0';
	}
	close(fd);
}

/* Touch one in @step pages, from the page @from on. */
static void touch_all(size_t from, size_t step)
{
	const struct vma *vma;
	uintptr_t page;

	for (vma = vmas; vma < vmas + nvmas; vma++)
		for (page = vma->start + from * PAGE; page < vma->end;
		     page += step * PAGE)
			touch(page);
}

static void find_memory(void)
{
	find_vmas();
	find_empty();
}

static void report(uint64_t begin)
{
	const struct vma *vma;
	char self[256] = "";
	size_t used = 0;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		err(EXIT_FAILURE, "/proc/self/exe");
	append(text, sizeof(text), &used, "program %s %d %llu\n%s", self,
	       getpid(), (unsigned long long)begin, ranges);
	for (vma = vmas; vma < vmas + nvmas; vma++)
		append(text, sizeof(text), &used, "vma %#lx %#lx %s %s\n",
		       vma->start, vma->end, vma->kind, vma->pages);
	append(text, sizeof(text), &used, "end %llu\n",
	       (unsigned long long)now());
	if (write(STDOUT_FILENO, text, used) != (ssize_t)used)
		err(EXIT_FAILURE, "standard output");
}

/* --- threads ------------------------------------------------------------------ */

static void check(int error, const char *what)
{
	if (error)
		errx(EXIT_FAILURE, "%s: %s", what, strerror(error));
}

static void *share(void *number)
{
	/* First all threads are there, then the main one has looked around. */
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	touch_all((size_t)number, THREADS);
	return NULL;
}

static void start_threads(pthread_t *threads)
{
	pthread_attr_t attributes;
	size_t i, size;
	void *stack;

	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	pthread_attr_init(&attributes);
	for (i = 0; i < OWN_STACKS; i++) {
		stack = map(76 * KIB);
		tell(TRUTH_THREADS, stack, (char *)stack + 76 * KIB);
		check(pthread_attr_setstack(&attributes, stack, 76 * KIB),
		      "pthread_attr_setstack");
		check(pthread_create(&threads[i], &attributes, share, (void *)i),
		      "pthread_create");
	}
	pthread_attr_destroy(&attributes);

	pthread_attr_init(&attributes);
	check(pthread_attr_setguardsize(&attributes, PAGE), "guard");
	check(pthread_attr_setstacksize(&attributes, 112 * KIB), "stack size");
	check(pthread_create(&threads[i], &attributes, share, (void *)i),
	      "pthread_create");
	pthread_attr_destroy(&attributes);
	check(pthread_getattr_np(threads[i], &attributes), "pthread_getattr_np");
	check(pthread_attr_getstack(&attributes, &stack, &size), "stack");
	tell(TRUTH_LIBC_THREADS, stack, (char *)stack + size);
	pthread_attr_destroy(&attributes);
	pthread_barrier_wait(&barrier);
}

static void with_threads(void)
{
	pthread_t threads[THREADS];
	size_t i;

	start_threads(threads);
	find_memory();
	pthread_barrier_wait(&barrier);
	for (i = 0; i < THREADS; i++)
		check(pthread_join(threads[i], NULL), "pthread_join");
}

/* --- children ----------------------------------------------------------------- */

static void with_child(void)
{
	uint64_t begin;
	int status;
	pid_t pid;

	find_memory();
	touch_all(0, 3);
	pid = fork();
	if (pid < 0)
		err(EXIT_FAILURE, "fork");
	if (!pid) {
		begin = now();
		find_memory();
		touch_all(0, 1);
		report(begin);
		_exit(EXIT_SUCCESS);
	}
	if (waitpid(pid, &status, 0) < 0 || status)
		errx(EXIT_FAILURE, "the child failed");
	/* What was touched above stays marked. */
	touch_all(0, 1);
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "fork", no_argument, NULL, 'f' },
		{ "threads", no_argument, NULL, 't' },
		{ "exec", no_argument, NULL, 'e' },
		{ NULL, 0, NULL, 0 },
	};
	bool forked = false, threaded = false, become = false;
	uint64_t begin = now();
	int c;

	while (!become && (c = getopt_long(argc, argv, "+", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			forked = true;
			break;
		case 't':
			threaded = true;
			break;
		case 'e':
			become = true;
			break;
		default:
			return 2;
		}
	}

	make_regions(argv);
	if (threaded) {
		with_threads();
	} else if (forked) {
		with_child();
	} else {
		find_memory();
		touch_all(0, 1);
	}
	report(begin);
	if (become) {
		execv(argv[optind], argv + optind);
		err(EXIT_FAILURE, "%s", argv[optind]);
	}
	return EXIT_SUCCESS;
}
