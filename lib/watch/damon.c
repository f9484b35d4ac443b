// SPDX-License-Identifier: GPL-2.0-only
#include "watch/damon.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/paths.h"

/* Held while the number of threads is looked at or changed. */
#define LOCK		EBPFMM_RUN_DIR "/watch.lock"
#define LOCK_MS		10000
/* Held by who uses the slot of that number; has what note() wrote. */
#define SLOT_LOCK	EBPFMM_RUN_DIR "/watch-%u.lock"
/* Exists while DAMON is ours. */
#define MARK		EBPFMM_RUN_DIR "/watch"

/* What is ours in the kernel has this time between two looks at mappings, as no other has. */
#define UPDATE_US	1000018U

#define PAGE		4096U
/* DAMON takes no less for what it is told to have at most. */
#define LEAST_REGIONS	3U

#define CONTEXT		"contexts/0/"
#define INTERVALS	CONTEXT "monitoring_attrs/intervals/"
#define REGIONS		CONTEXT "monitoring_attrs/nr_regions/"
#define TARGETS		CONTEXT "targets/"

/* How long the kernel may be busy with what others do in sysfs. */
#define BUSY_MS		5000

static int write_text(int dir, const char *path, const char *text, struct ebpfmm_error *err)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int64_t deadline = ebpfmm_deadline(BUSY_MS);
	_cleanup_close_ int fd = openat(dir, path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return ebpfmm_fail(err, errno, "open %s in " EBPFMM_DAMON_DIR, path);
	/* Any other reader or writer of the directory makes the kernel say EBUSY. */
	while (write(fd, text, strlen(text)) < 0) {
		if (errno != EBUSY || !ebpfmm_time_left(deadline))
			return ebpfmm_fail(err, errno, "write \"%s\" to %s in " EBPFMM_DAMON_DIR,
					   text, path);
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int write_number(int dir, const char *path, uint64_t value, struct ebpfmm_error *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return write_text(dir, path, text, err);
}

static int read_text(int dir, const char *path, char *text, size_t room)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int64_t deadline = ebpfmm_deadline(BUSY_MS);
	_cleanup_close_ int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -1;
	while ((length = pread(fd, text, room - 1, 0)) < 0) {
		if (errno != EBUSY || !ebpfmm_time_left(deadline))
			return -1;
		nanosleep(&pause, NULL);
	}
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

/* Return: the number in a file, or -1 if there is none. */
static long read_number(int dir, const char *path)
{
	char text[24];

	return read_text(dir, path, text, sizeof(text)) ? -1 : strtol(text, NULL, 10);
}

/* --- what is there already ---------------------------------------------------------- */

static int open_dir(struct ebpfmm_error *err)
{
	int dir = open(EBPFMM_DAMON_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return ebpfmm_fail(err, errno, errno == ENOENT ?
				   "this kernel has no DAMON (CONFIG_DAMON_SYSFS)" :
				   "open " EBPFMM_DAMON_DIR);
	return dir;
}

static int open_slot(int dir, unsigned int slot)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", slot);
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Whether a slot is empty, or has what a process of ours put there. */
static bool is_slot_ours(int dir, unsigned int number)
{
	_cleanup_close_ int slot = open_slot(dir, number);
	long contexts = read_number(slot, "contexts/nr_contexts");

	return !contexts || (contexts == 1 &&
			     (read_number(slot, INTERVALS "update_us") == UPDATE_US ||
			      read_number(slot, TARGETS "nr_targets") == 0));
}

static bool is_ours(int dir)
{
	bool ours = !access(MARK, F_OK) && read_number(dir, "nr_kdamonds") == EBPFMM_DAMON_SLOTS;

	for (unsigned int i = 0; ours && i < EBPFMM_DAMON_SLOTS; i++)
		ours = is_slot_ours(dir, i);
	return ours;
}

/* The kernel ends the thread before this returns. */
static void stop(int slot)
{
	char state[8] = "";

	if (!read_text(slot, "state", state, sizeof(state)) && !strcmp(state, "on"))
		write_text(slot, "state", "off", NULL);
}

static int clear_slot(int slot, struct ebpfmm_error *err)
{
	stop(slot);
	return write_text(slot, "contexts/nr_contexts", "0", err);
}

/* Return: a descriptor, or -1 with @err set, whose code is EWOULDBLOCK if it is in use. */
static int lock_slot(unsigned int slot, struct ebpfmm_error *err)
{
	char path[sizeof(SLOT_LOCK) + 8];

	snprintf(path, sizeof(path), SLOT_LOCK, slot);
	return ebpfmm_lock_try(path, err);
}

/**
 * struct slots - what is in the slots of DAMON, while it is ours
 * @used: number of those in use
 * @left: number of those that have something of a process that was killed
 */
struct slots {
	unsigned int used;
	unsigned int left;
};

/* With the lock held. @clear: also clear what was left. */
static void look_at_slots(int dir, bool clear, struct slots *slots)
{
	*slots = (struct slots){};
	for (unsigned int i = 0; i < EBPFMM_DAMON_SLOTS; i++) {
		_cleanup_close_ int slot = open_slot(dir, i);
		_cleanup_close_ int lock = lock_slot(i, NULL);

		if (lock < 0)
			slots->used++;
		else if (read_number(slot, "contexts/nr_contexts") > 0)
			slots->left++;
		if (lock >= 0 && clear)
			clear_slot(slot, NULL);
	}
}

static int remove_all(int dir, struct ebpfmm_error *err)
{
	if (write_text(dir, "nr_kdamonds", "0", err))
		return -1;
	unlink(MARK);
	return 0;
}

static int check_free(int dir, struct ebpfmm_error *err)
{
	long count = read_number(dir, "nr_kdamonds");

	if (count < 0)
		return ebpfmm_fail(err, errno, "read " EBPFMM_DAMON_DIR "/nr_kdamonds");
	if (!count)
		return 0;
	return ebpfmm_fail(err, EBUSY, "somebody else uses DAMON: " EBPFMM_DAMON_DIR
			   "/nr_kdamonds is %ld, not 0", count);
}

/* --- ours ----------------------------------------------------------------------------- */

static int mark(struct ebpfmm_error *err)
{
	_cleanup_close_ int fd = open(MARK, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? ebpfmm_fail(err, errno, "create `" MARK "`") : 0;
}

static int check_operations(int dir, struct ebpfmm_error *err)
{
	_cleanup_close_ int fd = openat(dir, CONTEXT "avail_operations", O_RDONLY | O_CLOEXEC);
	char text[64] = "\n";
	ssize_t length = fd < 0 ? -1 : read(fd, text + 1, sizeof(text) - 2);

	/* Older kernels do not say. */
	if (length < 0)
		return 0;
	return strstr(text, "\nfvaddr\n") ? 0 :
	       ebpfmm_fail(err, ENOENT, "this kernel's DAMON cannot watch processes "
			   "(CONFIG_DAMON_VADDR)");
}

static int configure(int dir, const struct ebpfmm_damon_rate *rate, struct ebpfmm_error *err)
{
	if (write_number(dir, "contexts/nr_contexts", 1, err) ||
	    check_operations(dir, err) ||
	    write_text(dir, CONTEXT "operations", "fvaddr", err) ||
	    write_number(dir, INTERVALS "update_us", UPDATE_US, err) ||
	    write_number(dir, INTERVALS "aggr_us", rate->aggregation_us, err) ||
	    write_number(dir, INTERVALS "sample_us", rate->sampling_us, err))
		return -1;
	return 0;
}

/* The kernel changes the number only while no thread runs, so all are made at once. */
static int make_slots(int dir, struct ebpfmm_error *err)
{
	if (check_free(dir, err) || mark(err))
		return -1;
	if (write_number(dir, "nr_kdamonds", EBPFMM_DAMON_SLOTS, err)) {
		unlink(MARK);
		return -1;
	}
	return 0;
}

static int take_slot(struct ebpfmm_damon *damon, struct ebpfmm_error *err)
{
	struct ebpfmm_error cause = {};

	for (unsigned int i = 0; i < EBPFMM_DAMON_SLOTS && damon->lock < 0; i++) {
		damon->lock = lock_slot(i, &cause);
		if (damon->lock < 0 && cause.code != EWOULDBLOCK)
			return ebpfmm_pass(err, &cause);
		damon->number = i;
	}
	if (damon->lock < 0)
		return ebpfmm_fail(err, EBUSY, "%d recordings are being made already",
				   EBPFMM_DAMON_SLOTS);
	damon->slot = open_slot(damon->dir, damon->number);
	if (damon->slot < 0)
		return ebpfmm_fail(err, errno, "open " EBPFMM_DAMON_DIR "/%u", damon->number);
	return 0;
}

int ebpfmm_damon_open(struct ebpfmm_damon *damon, const struct ebpfmm_damon_rate *rate,
		      struct ebpfmm_error *err)
{
	_cleanup_close_ int lock = -1;
	struct slots slots;

	*damon = (struct ebpfmm_damon){ .dir = -1, .slot = -1, .lock = -1 };
	damon->dir = open_dir(err);
	if (damon->dir < 0)
		return -1;
	lock = ebpfmm_lock_wait(LOCK, LOCK_MS, err);
	if (lock < 0)
		return -1;
	if (is_ours(damon->dir))
		look_at_slots(damon->dir, true, &slots);
	else if (make_slots(damon->dir, err))
		return -1;
	if (take_slot(damon, err))
		return -1;
	return configure(damon->slot, rate, err);
}

void ebpfmm_damon_note(const struct ebpfmm_damon *damon, const char *text)
{
	if (ftruncate(damon->lock, 0) || dprintf(damon->lock, "%s", text) < 0)
		return;
}

bool ebpfmm_damon_in_use(unsigned int slot, char *note, size_t room)
{
	_cleanup_close_ int outer = -1;
	_cleanup_close_ int lock = -1;
	_cleanup_close_ int fd = -1;
	char path[sizeof(SLOT_LOCK) + 8];
	ssize_t length;

	if (access(MARK, F_OK))
		return false;
	/* Without it, who looks for a slot would think that this one is taken. */
	outer = ebpfmm_lock_wait(LOCK, LOCK_MS, NULL);
	lock = lock_slot(slot, NULL);
	if (outer < 0 || lock >= 0)
		return false;
	snprintf(path, sizeof(path), SLOT_LOCK, slot);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? -1 : read(fd, note, room - 1);
	note[length < 0 ? 0 : length] = '\0';
	return fd >= 0;
}

/*
 * DAMON joins regions that touch and are alike. So there is a page between them that it does
 * not look at.
 */
static int set_regions(struct ebpfmm_damon *damon, size_t target,
		       const struct ebpfmm_grid *grid, struct ebpfmm_error *err)
{
	char path[80];

	snprintf(path, sizeof(path), TARGETS "%zu/regions/nr_regions", target);
	/* Writing the number removes those that are there. */
	if (read_number(damon->slot, path) != (long)grid->count &&
	    write_number(damon->slot, path, grid->count, err))
		return -1;
	for (size_t i = 0; i < grid->count; i++) {
		const struct ebpfmm_cell *cell = &grid->cells[i];

		snprintf(path, sizeof(path), TARGETS "%zu/regions/%zu/start", target, i);
		if (write_number(damon->slot, path, cell->start, err))
			return -1;
		snprintf(path, sizeof(path), TARGETS "%zu/regions/%zu/end", target, i);
		if (write_number(damon->slot, path, cell->end - PAGE, err))
			return -1;
	}
	return 0;
}

static int set_targets(struct ebpfmm_damon *damon, const struct ebpfmm_damon_target *targets,
		       size_t count, struct ebpfmm_error *err)
{
	size_t regions = 0;
	char path[80];

	if (damon->targets != count &&
	    write_number(damon->slot, TARGETS "nr_targets", count, err))
		return -1;
	damon->targets = count;
	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), TARGETS "%zu/pid_target", i);
		if (write_number(damon->slot, path, (uint64_t)targets[i].pid, err) ||
		    set_regions(damon, i, targets[i].grid, err))
			return -1;
		regions += targets[i].grid->count;
	}
	/* It divides its regions if it has half of what it may have, or less. */
	if (regions < LEAST_REGIONS)
		regions = LEAST_REGIONS;
	return write_number(damon->slot, REGIONS "min", LEAST_REGIONS, err) ||
	       write_number(damon->slot, REGIONS "max", regions, err) ? -1 : 0;
}

/*
 * On a CPU. Return: 0 if it has ended. Its clock is exact; /proc/PID/stat counts ticks, and
 * DAMON wakes with these.
 */
static uint64_t thread_ns(pid_t thread)
{
	struct timespec time;
	clockid_t clock;

	if (!thread || clock_getcpuclockid(thread, &clock) || clock_gettime(clock, &time))
		return 0;
	return (uint64_t)time.tv_sec * EBPFMM_NS_PER_S + (uint64_t)time.tv_nsec;
}

int ebpfmm_damon_watch(struct ebpfmm_damon *damon, const struct ebpfmm_damon_target *targets,
		       size_t count, struct ebpfmm_error *err)
{
	damon->cpu_ns += thread_ns(ebpfmm_damon_thread(damon));
	stop(damon->slot);
	if (set_targets(damon, targets, count, err))
		return -1;
	return write_text(damon->slot, "state", "on", err);
}

pid_t ebpfmm_damon_thread(const struct ebpfmm_damon *damon)
{
	long pid = read_number(damon->slot, "pid");

	return pid > 0 ? (pid_t)pid : 0;
}

uint64_t ebpfmm_damon_cpu_ns(const struct ebpfmm_damon *damon)
{
	return damon->cpu_ns + thread_ns(ebpfmm_damon_thread(damon));
}

void ebpfmm_damon_close(struct ebpfmm_damon *damon)
{
	_cleanup_close_ int lock = -1;
	struct slots slots;

	/* What cannot be done now, the next one does. */
	if (damon->dir >= 0)
		lock = ebpfmm_lock_wait(LOCK, LOCK_MS, NULL);
	if (damon->slot >= 0)
		clear_slot(damon->slot, NULL);
	if (damon->lock >= 0)
		ebpfmm_damon_note(damon, "");
	closep(&damon->slot);
	closep(&damon->lock);
	if (lock >= 0 && is_ours(damon->dir)) {
		look_at_slots(damon->dir, true, &slots);
		if (!slots.used)
			remove_all(damon->dir, NULL);
	}
	closep(&damon->dir);
	*damon = (struct ebpfmm_damon){ .dir = -1, .slot = -1, .lock = -1 };
}

unsigned int ebpfmm_damon_sweep(bool clear)
{
	struct slots slots = {};
	_cleanup_close_ int lock = -1;
	_cleanup_close_ int dir = -1;

	/* Do not take the lock without need. */
	if (access(MARK, F_OK))
		return 0;
	lock = ebpfmm_lock_wait(LOCK, LOCK_MS, NULL);
	if (lock < 0)
		return 0;
	dir = open_dir(NULL);
	if (dir < 0 || !is_ours(dir)) {
		if (clear)
			unlink(MARK);
		return 1;
	}
	look_at_slots(dir, clear, &slots);
	if (clear && !slots.used)
		remove_all(dir, NULL);
	/* Without any, the empty slots are what was left. */
	return slots.left || slots.used ? slots.left : 1;
}
