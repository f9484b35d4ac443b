// SPDX-License-Identifier: GPL-2.0-only
#include "calibrate.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "costs.h"
#include "measure.h"
#include "record.h"

#define LOCK EBPFMM_RUN_DIR "/calibrate.lock"
#define MOST_BYTES (256UL << 20)
/* What is left to others, at least: this share of what is available. */
#define SHARE 16
/* For faults; compaction uses all it may. */
#define FAULT_BYTES (16UL << 20)
/* Beyond what is measured with: page tables, stack, counters of the cgroup. */
#define SLACK_BYTES (64UL << 20)
#define MOST_SECONDS 60

/**
 * struct outcome - what the measuring process says
 * @failed: whether it is @err that counts
 * @record: what was measured
 * @err: why not
 */
struct outcome {
	bool failed;
	struct ebpfmm_costs_record record;
	struct ebpfmm_error err;
};

/* Bytes to measure with, 0 with @err set where there are too few. */
static size_t choose_size(struct ebpfmm_error *err)
{
	FILE *file = fopen("/proc/meminfo", "re");
	uint64_t available = 0, bytes;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %" SCNu64, &available) == 1)
			break;
	if (file)
		fclose(file);
	bytes = available * 1024 / SHARE;
	if (bytes < EBPFMM_MEASURE_MIN) {
		ebpfmm_fail(err, 0,
			    "too little memory to measure with: %" PRIu64 " MiB are available, and %lu are needed",
			    available >> 10, (EBPFMM_MEASURE_MIN * SHARE) >> 20);
		return 0;
	}
	return bytes < MOST_BYTES ? bytes : MOST_BYTES;
}

/* --- the measuring process ------------------------------------------------------ */

static int put(int dirfd, const char *name, const char *text)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

static int enter(const struct ebpfmm_cgroup *cgroup, size_t bytes,
		 struct ebpfmm_error *err)
{
	const struct rlimit limit = { bytes + SLACK_BYTES, bytes + SLACK_BYTES };
	char text[24];

	if (put(cgroup->fd, "cgroup.procs", "0"))
		return ebpfmm_fail(err, errno, "enter %s", cgroup->path);
	snprintf(text, sizeof(text), "%zu", bytes + SLACK_BYTES);
	/* A node that does not account memory to cgroups has the other limit. */
	if (put(cgroup->fd, "memory.max", text) && errno != ENOENT)
		return ebpfmm_fail(err, errno, "%s/memory.max", cgroup->path);
	if (setrlimit(RLIMIT_DATA, &limit))
		return ebpfmm_fail(err, errno, "bound the memory");
	return 0;
}

static int measure(size_t bytes, struct ebpfmm_costs_record *record,
		   struct ebpfmm_error *err)
{
	uint32_t page_ns;

	if (ebpfmm_measure_faults(FAULT_BYTES, record, err) ||
	    ebpfmm_measure_compaction(bytes, &page_ns, err))
		return -1;
	record->compact = page_ns ? EBPFMM_COMPACT_MOVED : EBPFMM_COMPACT_DEFAULT;
	ebpfmm_costs_compact(&record->costs,
			     page_ns ? page_ns : EBPFMM_DEFAULT_COMPACT_NS(0));
	return ebpfmm_node_read(&record->node, err);
}

static void be_measured(const struct ebpfmm_cgroup *cgroup, size_t bytes, pid_t parent,
			int out)
{
	struct outcome outcome = {};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	outcome.failed = enter(cgroup, bytes, &outcome.err) ||
			 measure(bytes, &outcome.record, &outcome.err);
	/* Less than PIPE_BUF, so it is there as a whole or not at all. */
	_exit(write(out, &outcome, sizeof(outcome)) != sizeof(outcome));
}

/* --- the one that waits for it -------------------------------------------------- */

/*
 * Waits for the end of @child: the signal that is to end us, too, 0 for none, or
 * -1 when time is up. The signals are blocked.
 */
static int wait_child(pid_t child, const sigset_t *signals)
{
	struct timespec now, end, left;
	siginfo_t info;
	int signal;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += MOST_SECONDS;
	for (;;) {
		info.si_pid = 0;
		if (waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT) ||
		    info.si_pid)
			return 0;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= end.tv_sec)
			return -1;
		left = (struct timespec){ .tv_sec = end.tv_sec - now.tv_sec };
		signal = sigtimedwait(signals, NULL, &left);
		if (signal > 0 && signal != SIGCHLD)
			return signal;
	}
}

static int run_child(const struct ebpfmm_cgroup *cgroup, size_t bytes,
		     const sigset_t *signals, const sigset_t *before,
		     struct outcome *outcome, struct ebpfmm_error *err)
{
	pid_t parent = getpid(), child;
	int ends[2], signal;
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC))
		return ebpfmm_fail(err, errno, "make a pipe");
	child = fork();
	if (!child) {
		sigprocmask(SIG_SETMASK, before, NULL);
		close(ends[0]);
		be_measured(cgroup, bytes, parent, ends[1]);
	}
	close(ends[1]);
	if (child < 0) {
		close(ends[0]);
		return ebpfmm_fail(err, errno, "start a process");
	}
	signal = wait_child(child, signals);
	if (signal)
		kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	n = signal ? 0 : read(ends[0], outcome, sizeof(*outcome));
	close(ends[0]);
	if (signal > 0) {
		ebpfmm_fail(err, EINTR, "measure");
		return signal;
	}
	if (signal < 0)
		return ebpfmm_fail(err, 0, "measuring took more than %d seconds",
				   MOST_SECONDS);
	if (n != sizeof(*outcome))
		return ebpfmm_fail(err, 0, "the measuring process was killed");
	return 0;
}

static int take_lock(struct ebpfmm_error *err)
{
	int fd;

	if (mkdir(EBPFMM_RUN_DIR, 0700) && errno != EEXIST)
		return ebpfmm_fail(err, errno, "make `" EBPFMM_RUN_DIR "`");
	fd = open(LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return ebpfmm_fail(err, errno, "open `" LOCK "`");
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		ebpfmm_fail(err, errno == EWOULDBLOCK ? 0 : errno,
			    "somebody else is measuring");
		close(fd);
		return -1;
	}
	return fd;
}

/* The signal that is to end us, 0, or -1 with @err set. */
static int calibrate_locked(size_t bytes, const sigset_t *signals,
			    const sigset_t *before, struct outcome *outcome,
			    struct ebpfmm_error *err)
{
	struct ebpfmm_cgroup cgroup = {};
	int rc;

	if (ebpfmm_cgroup_make(EBPFMM_CALIBRATE_CGROUP, &cgroup, err))
		return -1;
	rc = run_child(&cgroup, bytes, signals, before, outcome, err);
	if (ebpfmm_cgroup_remove(&cgroup, rc ? NULL : err) && !rc)
		rc = -1;
	ebpfmm_cgroup_close(&cgroup);
	return rc;
}

/* Those that end us unless they are ignored, and the end of the child. */
static void choose_signals(sigset_t *signals)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action;

	sigemptyset(signals);
	sigaddset(signals, SIGCHLD);
	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (!sigaction(ending[i], NULL, &action) &&
		    action.sa_handler != SIG_IGN)
			sigaddset(signals, ending[i]);
}

int ebpfmm_calibrate(struct ebpfmm_costs_record *record, struct ebpfmm_error *err)
{
	struct outcome outcome = {};
	sigset_t signals, before;
	size_t bytes;
	int lock, rc;

	bytes = choose_size(err);
	lock = bytes ? take_lock(err) : -1;
	if (lock < 0)
		return -1;
	choose_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, &before);
	rc = calibrate_locked(bytes, &signals, &before, &outcome, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(lock);
	if (rc > 0)
		raise(rc);
	if (rc)
		return -1;
	if (outcome.failed) {
		if (err)
			*err = outcome.err;
		return -1;
	}
	*record = outcome.record;
	record->costs.measured = (uint64_t)time(NULL);
	return ebpfmm_costs_check(&record->costs, err);
}

int ebpfmm_calibrate_sweep(bool remove)
{
	int lock = take_lock(NULL), found = 0;
	struct ebpfmm_cgroup cgroup = {};

	if (lock < 0)
		return 0;
	if (!ebpfmm_cgroup_open(EBPFMM_CALIBRATE_CGROUP, &cgroup, NULL)) {
		found = 1;
		if (remove)
			ebpfmm_cgroup_remove(&cgroup, NULL);
		ebpfmm_cgroup_close(&cgroup);
	}
	close(lock);
	return found;
}
