// SPDX-License-Identifier: GPL-2.0-only
/* Measuring the cost of compaction. */
#include "costs/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "costs/costs.h"

#define PAGE (1UL << EBPFMM_PAGE_SHIFT)
/* Memory with holes, bytes. */
#define MOST_BYTES (32UL << 20)
#define ROUNDS 6
/* The maximum number of passes that a price is computed from. */
#define MOST_PASSES 32
/* The time limits of one pass, and after which no further round starts. */
#define PASS_MS 1500
#define ALL_MS 3000
/* Pages to free in addition to those that the kernel keeps in per-CPU lists. */
#define SPILL_SLACK 2048

/**
 * struct site - place of the measurement
 * @take: CPU on which memory is allocated
 * @give: CPU on which it is freed; another one if there is one
 * @trigger: file that compacts the NUMA node of both when it is written to
 */
struct site {
	int take;
	int give;
	char trigger[64];
};

static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* NUMA node of a CPU, 0 if there are no nodes. */
static int node_of(int cpu)
{
	char path[80];

	for (int node = 0; node < 1024; node++) {
		snprintf(path, sizeof(path),
			 "/sys/devices/system/cpu/cpu%d/node%d", cpu, node);
		if (!access(path, F_OK))
			return node;
	}
	return 0;
}

static int choose_site(struct site *site, struct ebpfmm_error *err)
{
	cpu_set_t allowed;

	site->take = sched_getcpu();
	if (site->take < 0 || sched_getaffinity(0, sizeof(allowed), &allowed))
		return ebpfmm_fail(err, errno, "get the current CPU");
	site->give = site->take;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &allowed) || cpu == site->take ||
		    node_of(cpu) != node_of(site->take))
			continue;
		site->give = cpu;
		break;
	}
	snprintf(site->trigger, sizeof(site->trigger),
		 "/sys/devices/system/node/node%d/compact", node_of(site->take));
	/* A kernel without NUMA has one file for all memory. */
	if (access(site->trigger, F_OK))
		strcpy(site->trigger, "/proc/sys/vm/compact_memory");
	if (access(site->trigger, W_OK))
		return ebpfmm_fail(err, errno, "%s", site->trigger);
	return 0;
}

/* The largest number of pages that a zone keeps in the list of a CPU. */
static size_t kept_for_cpu(int cpu)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/zoneinfo", "re");
	size_t most = 0, value;
	char line[256];
	int at = -1;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " cpu: %zu", &value) == 1) {
			at = (int)value;
		} else if (at == cpu && sscanf(line, " high: %zu", &value) == 1) {
			most = value > most ? value : most;
			at = -1;
		}
	}
	return most;
}

/* Pages that the kernel has moved since it started. */
static uint64_t count_moved(void)
{
	uint64_t moved = 0;

	ebpfmm_file_number(AT_FDCWD, "/proc/vmstat", "pgmigrate_success", &moved);
	return moved;
}

/* Allocates memory in pages of 4K, which a child does not inherit; NULL on failure. */
static char *take(size_t bytes)
{
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return NULL;
	madvise(memory, bytes, MADV_NOHUGEPAGE);
	madvise(memory, bytes, MADV_DONTFORK);
	for (size_t i = 0; i < bytes; i += PAGE)
		*(volatile char *)(memory + i) = 1;
	return memory;
}

/*
 * Allocates memory and frees every second page of it. Compaction can only fill holes that
 * are in the free lists, but the kernel keeps recently freed pages in the list of the CPU
 * that freed them. So more pages are freed afterwards, by a CPU that did not allocate
 * them, because the list of a CPU grows with its allocations.
 */
static char *take_with_holes(const struct site *site, size_t bytes, size_t room)
{
	size_t spill = (kept_for_cpu(site->give) + SPILL_SLACK) * PAGE;
	char *memory, *more;

	run_on(site->take);
	memory = take(bytes);
	if (!memory)
		return NULL;
	spill = spill < room ? spill : room & ~(PAGE - 1);
	more = take(spill);
	run_on(site->give);
	for (size_t i = 0; i < bytes; i += 2 * PAGE)
		madvise(memory + i, PAGE, MADV_DONTNEED);
	if (more)
		munmap(more, spill);
	return memory;
}

/* Compacts in a child process, which can be killed to stop the compaction. */
static void compact(const char *trigger)
{
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(trigger, O_WRONLY | O_CLOEXEC);
	_exit(fd < 0 || write(fd, "1", 1) != 1);
}

static double cpu_ns(const struct rusage *usage)
{
	return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1e9 +
	       (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1e3;
}

static int make_pass(const struct site *site, struct ebpfmm_pass *pass,
		     struct ebpfmm_error *err)
{
	struct rusage usage = {};
	struct pollfd waiting = { .events = POLLIN };
	uint64_t moved = count_moved();
	int status = 0;
	pid_t pid;

	pid = fork();
	if (!pid)
		compact(site->trigger);
	if (pid < 0)
		return ebpfmm_fail(err, errno, "start a process");
	waiting.fd = pidfd_open(pid, 0);
	if (waiting.fd < 0 || poll(&waiting, 1, PASS_MS) < 1)
		kill(pid, SIGKILL);
	if (waiting.fd >= 0)
		close(waiting.fd);
	if (wait4(pid, &status, 0, &usage) != pid)
		return ebpfmm_fail(err, errno, "wait for compaction");
	if (WIFEXITED(status) && WEXITSTATUS(status))
		return ebpfmm_fail(err, 0, "cannot write to %s", site->trigger);
	pass->moved = (double)(count_moved() - moved);
	pass->ns = cpu_ns(&usage);
	return 0;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The pass that moved most, or NULL. */
static const struct ebpfmm_pass *largest(const struct ebpfmm_pass *passes, size_t count)
{
	const struct ebpfmm_pass *most = count ? passes : NULL;

	for (size_t i = 1; i < count; i++)
		if (passes[i].moved > most->moved)
			most = &passes[i];
	return most;
}

double ebpfmm_pass_price(const struct ebpfmm_pass *passes, size_t count)
{
	double slopes[MOST_PASSES * (MOST_PASSES - 1) / 2], least = EBPFMM_PASS_PAGES;
	const struct ebpfmm_pass *most;
	size_t found = 0;

	if (count > MOST_PASSES)
		count = MOST_PASSES;
	most = largest(passes, count);
	if (!most || most->moved < least)
		return 0;
	if (most->moved / 4 > least)
		least = most->moved / 4;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			double moved = passes[i].moved - passes[j].moved;

			if (moved >= least || -moved >= least)
				slopes[found++] = (passes[i].ns - passes[j].ns) / moved;
		}
	}
	qsort(slopes, found, sizeof(slopes[0]), compare);
	if (found && slopes[found / 2] >= 1)
		return slopes[found / 2];
	return most->ns / most->moved;
}

/* Passes with foreign fragmentation, with holes of this process, and without work. */
static int make_round(const struct site *site, size_t bytes, size_t room,
		      struct ebpfmm_pass passes[2], struct ebpfmm_error *err)
{
	char *memory = take_with_holes(site, bytes, room);
	int rc;

	if (!memory)
		return ebpfmm_fail(err, errno, "allocate memory to measure");
	rc = make_pass(site, &passes[0], err);
	if (!rc)
		rc = make_pass(site, &passes[1], err);
	munmap(memory, bytes);
	return rc;
}

int ebpfmm_measure_compaction(size_t bytes, uint32_t *page_ns,
			      struct ebpfmm_error *err)
{
	struct ebpfmm_pass passes[2 * ROUNDS];
	size_t holes = bytes / 3 & ~(2 * PAGE - 1);
	int64_t deadline = ebpfmm_deadline(ALL_MS);
	struct site site;
	size_t count = 0;
	double price;

	if (holes > MOST_BYTES)
		holes = MOST_BYTES;
	if (choose_site(&site, err))
		return -1;
	while (count < 2 * ROUNDS && ebpfmm_time_left(deadline)) {
		if (make_round(&site, holes, bytes - holes, passes + count, err))
			return -1;
		count += 2;
	}
	price = ebpfmm_pass_price(passes, count);
	*page_ns = price < EBPFMM_COMPACT_NS_MAX ? (uint32_t)(price + 0.5) :
		   EBPFMM_COMPACT_NS_MAX;
	return 0;
}
