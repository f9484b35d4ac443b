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

#define LOCK		EBPFMM_RUN_DIR "/watch.lock"
/* Exists while DAMON is ours. */
#define MARK		EBPFMM_RUN_DIR "/watch"

/* What is ours in the kernel has this time between two looks at mappings, as no other has. */
#define UPDATE_US	1000018U

#define CONTEXT		"0/contexts/0/"
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
		return ebpfmm_fail(err, errno, "open " EBPFMM_DAMON_DIR "/%s", path);
	/* Any other reader or writer of the directory makes the kernel say EBUSY. */
	while (write(fd, text, strlen(text)) < 0) {
		if (errno != EBUSY || !ebpfmm_time_left(deadline))
			return ebpfmm_fail(err, errno, "write \"%s\" to " EBPFMM_DAMON_DIR "/%s",
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

/* Whether what is configured is what a process of ours has left. */
static bool is_ours(int dir)
{
	long contexts;

	if (access(MARK, F_OK) || read_number(dir, "nr_kdamonds") != 1)
		return false;
	contexts = read_number(dir, "0/contexts/nr_contexts");
	return !contexts || (contexts == 1 &&
			     (read_number(dir, INTERVALS "update_us") == UPDATE_US ||
			      read_number(dir, TARGETS "nr_targets") == 0));
}

static void stop(int dir)
{
	char state[8] = "";

	if (read_text(dir, "0/state", state, sizeof(state)) || strcmp(state, "on"))
		return;
	write_text(dir, "0/state", "off", NULL);
}

static int remove_ours(int dir, struct ebpfmm_error *err)
{
	stop(dir);
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

static int take_lock(struct ebpfmm_error *err)
{
	struct ebpfmm_error cause = {};
	int lock = ebpfmm_lock_try(LOCK, &cause);

	if (lock >= 0)
		return lock;
	if (cause.code == EWOULDBLOCK)
		ebpfmm_fail(&cause, EBUSY, "another recording is being made");
	if (err)
		*err = cause;
	return -1;
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
	return strstr(text, "\nvaddr\n") ? 0 :
	       ebpfmm_fail(err, ENOENT, "this kernel's DAMON cannot watch processes "
			   "(CONFIG_DAMON_VADDR)");
}

static int configure(int dir, const struct ebpfmm_damon_rate *rate, struct ebpfmm_error *err)
{
	if (write_number(dir, "0/contexts/nr_contexts", 1, err) ||
	    check_operations(dir, err) ||
	    write_text(dir, CONTEXT "operations", "vaddr", err) ||
	    write_number(dir, INTERVALS "update_us", UPDATE_US, err) ||
	    write_number(dir, INTERVALS "aggr_us", rate->aggregation_us, err) ||
	    write_number(dir, INTERVALS "sample_us", rate->sampling_us, err) ||
	    write_number(dir, REGIONS "max", rate->max_regions, err) ||
	    write_number(dir, REGIONS "min", rate->min_regions, err))
		return -1;
	return 0;
}

int ebpfmm_damon_open(struct ebpfmm_damon *damon, const struct ebpfmm_damon_rate *rate,
		      struct ebpfmm_error *err)
{
	*damon = (struct ebpfmm_damon){ .dir = -1, .lock = -1 };
	damon->dir = open_dir(err);
	if (damon->dir < 0)
		return -1;
	damon->lock = take_lock(err);
	if (damon->lock < 0)
		return -1;
	if (is_ours(damon->dir) && remove_ours(damon->dir, err))
		return -1;
	if (check_free(damon->dir, err) || mark(err))
		return -1;
	if (write_text(damon->dir, "nr_kdamonds", "1", err)) {
		unlink(MARK);
		return -1;
	}
	damon->made = true;
	return configure(damon->dir, rate, err);
}

static int set_targets(struct ebpfmm_damon *damon, const pid_t *pids, size_t count,
		       struct ebpfmm_error *err)
{
	char path[80];

	/* Writing the number removes those that are there. */
	if (damon->targets != count &&
	    write_number(damon->dir, TARGETS "nr_targets", count, err))
		return -1;
	damon->targets = count;
	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), TARGETS "%zu/pid_target", i);
		if (write_number(damon->dir, path, (uint64_t)pids[i], err))
			return -1;
	}
	return 0;
}

int ebpfmm_damon_watch(struct ebpfmm_damon *damon, const pid_t *pids, size_t count,
		       struct ebpfmm_error *err)
{
	bool runs = ebpfmm_damon_thread(damon);

	if (set_targets(damon, pids, count, err))
		return -1;
	return write_text(damon->dir, "0/state", runs ? "commit" : "on", err);
}

pid_t ebpfmm_damon_thread(const struct ebpfmm_damon *damon)
{
	long pid = read_number(damon->dir, "0/pid");

	return pid > 0 ? (pid_t)pid : 0;
}

uint64_t ebpfmm_damon_cpu_us(pid_t thread)
{
	_cleanup_fclose_ FILE *file = NULL;
	uint64_t user, system;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)thread);
	file = thread ? fopen(path, "re") : NULL;
	/* Its name has no blank in it. */
	if (!file || fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64
			    " %" SCNu64, &user, &system) != 2)
		return 0;
	return (user + system) * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

void ebpfmm_damon_close(struct ebpfmm_damon *damon)
{
	if (damon->made)
		remove_ours(damon->dir, NULL);
	closep(&damon->dir);
	closep(&damon->lock);
	*damon = (struct ebpfmm_damon){ .dir = -1, .lock = -1 };
}

bool ebpfmm_damon_sweep(bool clear)
{
	_cleanup_close_ int lock = -1;
	_cleanup_close_ int dir = -1;

	/* Do not take the lock without need: it would make a recording fail. */
	if (access(MARK, F_OK))
		return false;
	lock = take_lock(NULL);
	if (lock < 0)
		return false;
	dir = open_dir(NULL);
	if (dir < 0 || !is_ours(dir)) {
		if (clear)
			unlink(MARK);
		return true;
	}
	if (clear)
		remove_ours(dir, NULL);
	return true;
}
