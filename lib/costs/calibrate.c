// SPDX-License-Identifier: GPL-2.0-only
#include "costs/calibrate.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/paths.h"
#include "costs/calibrate_place.h"
#include "costs/costs.h"
#include "costs/measure.h"

#define LOCK EBPFMM_RUN_DIR "/calibrate.lock"
#define MOST_BYTES (256UL << 20)
/* A measurement may use 1/SHARE of the available memory. */
#define SHARE 16
/* The memory for measuring faults; compaction uses all of it. */
#define FAULT_BYTES (16UL << 20)
/* Additional memory: page tables, stack, counters of the cgroup. */
#define SLACK_BYTES (64UL << 20)
#define MOST_SECONDS 240

/**
 * struct outcome - result of the process that measures
 * @failed: whether it has failed
 * @record: the measurement
 * @err: the error, if it has failed
 */
struct outcome {
	bool failed;
	struct ebpfmm_measurement record;
	struct ebpfmm_error err;
};

/**
 * struct child - the process that measures
 * @pid: its pid
 * @go: an eventfd that tells it to start, and with how many bytes
 * @out: pipe with its result, to be read when it has exited
 */
struct child {
	pid_t pid;
	int go;
	int out;
};

/* The memory to measure with in bytes, or 0 with @err set if there is not enough. */
static size_t choose_size(struct ebpfmm_error *err)
{
	uint64_t available = 0, bytes;

	ebpfmm_file_number(AT_FDCWD, "/proc/meminfo", "MemAvailable:", &available);
	bytes = available * 1024 / SHARE;
	if (bytes < EBPFMM_MEASURE_MIN) {
		ebpfmm_fail(err, 0,
			    "not enough memory to measure: %" PRIu64 " MiB are available; %lu MiB are needed",
			    available >> 10, (EBPFMM_MEASURE_MIN * SHARE) >> 20);
		return 0;
	}
	return bytes < MOST_BYTES ? bytes : MOST_BYTES;
}

/* The same, in a cgroup. What is used elsewhere in it meanwhile needs room as well. */
static size_t choose_size_in(const struct ebpfmm_place *place, size_t bytes,
			     struct ebpfmm_error *err)
{
	uint64_t room = ebpfmm_place_room(place->cgroup.path);
	uint64_t part = room > SLACK_BYTES ? (room - SLACK_BYTES) / 2 : 0;

	if (part >= bytes)
		return bytes;
	if (part >= EBPFMM_MEASURE_MIN)
		return part;
	ebpfmm_fail(err, 0,
		    "%s: not enough memory to measure: %" PRIu64 " MiB below memory.max; %lu MiB are needed",
		    place->cgroup.path, room >> 20,
		    (EBPFMM_MEASURE_MIN * 2 + SLACK_BYTES) >> 20);
	return 0;
}

/* --- the measuring process ------------------------------------------------------ */

static int measure(size_t bytes, struct ebpfmm_measurement *record,
		   struct ebpfmm_error *err)
{
	uint32_t page_ns;

	if (ebpfmm_measure_faults(FAULT_BYTES, record, err) ||
	    ebpfmm_measure_compaction(bytes, &page_ns, err) ||
	    /* Last, as compaction makes room for large pages. */
	    ebpfmm_measure_walks(bytes, record->walk, err))
		return -1;
	record->compact = page_ns ? EBPFMM_COMPACT_MOVED : EBPFMM_COMPACT_DEFAULT;
	ebpfmm_costs_compact(&record->costs,
			     page_ns ? page_ns : EBPFMM_DEFAULT_COMPACT_NS(0));
	return ebpfmm_node_read(&record->node, err);
}

/*
 * Measures after the process was moved to its cgroup: @go then tells with how many bytes.
 */
static void be_measured(pid_t parent, int go, int out)
{
	struct outcome outcome = { .failed = true };
	struct rlimit limit;
	eventfd_t bytes;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Whoever starts this command may have forbidden large pages for itself. */
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	if (getppid() != parent || eventfd_read(go, &bytes))
		_exit(1);
	limit.rlim_cur = limit.rlim_max = bytes + SLACK_BYTES;
	if (setrlimit(RLIMIT_DATA, &limit))
		ebpfmm_fail(&outcome.err, errno, "limit the memory");
	else
		outcome.failed = measure(bytes, &outcome.record, &outcome.err);
	/* Less than PIPE_BUF, so the write is atomic. */
	static_assert(sizeof(outcome) <= PIPE_BUF, "the pipe takes it at once");
	_exit(write(out, &outcome, sizeof(outcome)) != sizeof(outcome));
}

/* --- the one that waits for it -------------------------------------------------- */

/*
 * Waits until @child exits. Returns 0, the signal that this process got to terminate, or -1
 * at the timeout. The signals are blocked.
 */
static int wait_child(pid_t child, const sigset_t *signals)
{
	int64_t deadline = ebpfmm_deadline(MOST_SECONDS * 1000);
	struct timespec left = {};
	siginfo_t info;
	int signal;

	for (;;) {
		info.si_pid = 0;
		if (waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT) ||
		    info.si_pid)
			return 0;
		/* Rounded up, so that the timeout is not too early. */
		left.tv_sec = (ebpfmm_time_left(deadline) + 999) / 1000;
		if (!left.tv_sec)
			return -1;
		signal = sigtimedwait(signals, NULL, &left);
		if (signal > 0 && signal != SIGCHLD)
			return signal;
	}
}

static int start_child(const sigset_t *before, struct child *child,
		       struct ebpfmm_error *err)
{
	pid_t parent = getpid();
	int out[2];

	child->go = eventfd(0, EFD_CLOEXEC);
	if (child->go < 0)
		return ebpfmm_fail(err, errno, "create an eventfd");
	if (pipe2(out, O_CLOEXEC)) {
		ebpfmm_fail(err, errno, "create a pipe");
		close(child->go);
		return -1;
	}
	child->pid = fork();
	if (!child->pid) {
		sigprocmask(SIG_SETMASK, before, NULL);
		close(out[0]);
		be_measured(parent, child->go, out[1]);
	}
	if (child->pid < 0)
		ebpfmm_fail(err, errno, "start a process");
	close(out[1]);
	child->out = out[0];
	if (child->pid > 0)
		return 0;
	close(child->go);
	close(child->out);
	return -1;
}

/* The signal that this process got to terminate, 0, or -1 with @err set. */
static int hear_child(const struct child *child, size_t bytes, const sigset_t *signals,
		      struct outcome *outcome, struct ebpfmm_error *err)
{
	ssize_t n = 0;
	int signal;

	if (eventfd_write(child->go, bytes))
		return ebpfmm_fail(err, errno, "start measuring");
	signal = wait_child(child->pid, signals);
	if (!signal)
		n = read(child->out, outcome, sizeof(*outcome));
	if (signal > 0) {
		ebpfmm_fail(err, EINTR, "measure");
		return signal;
	}
	if (signal < 0)
		return ebpfmm_fail(err, 0, "the measurement timed out after %d seconds",
				   MOST_SECONDS);
	if (n != sizeof(*outcome))
		return ebpfmm_fail(err, 0, "the process that measures was killed; memory may be short");
	return 0;
}

static void end_child(const struct child *child)
{
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	close(child->go);
	close(child->out);
}

/* The signal that this process got to terminate, 0, or -1 with @err set. */
static int calibrate_locked(const char *cgroup, int lock, size_t bytes,
			    const sigset_t *signals, const sigset_t *before,
			    struct outcome *outcome, struct ebpfmm_error *err)
{
	struct ebpfmm_place place = {};
	struct child child = {};
	int rc;

	ebpfmm_place_sweep(lock, true);
	if (start_child(before, &child, err))
		return -1;
	rc = ebpfmm_place_make(cgroup, child.pid, bytes + SLACK_BYTES, lock, &place, err);
	bytes = rc ? 0 : choose_size_in(&place, bytes, err);
	rc = bytes ? hear_child(&child, bytes, signals, outcome, err) : -1;
	end_child(&child);
	if (ebpfmm_place_remove(&place, lock, rc ? NULL : err) && !rc)
		rc = -1;
	return rc;
}

/* SIGCHLD, and the signals to terminate that are not ignored. */
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

int ebpfmm_calibrate(const char *cgroup, struct ebpfmm_measurement *record,
		     struct ebpfmm_error *err)
{
	struct outcome outcome = {};
	struct ebpfmm_error cause;
	sigset_t signals, before;
	size_t bytes;
	int lock, rc;

	bytes = choose_size(err);
	if (!bytes)
		return -1;
	lock = ebpfmm_lock_try(LOCK, &cause);
	if (lock < 0) {
		if (cause.code == EWOULDBLOCK)
			ebpfmm_fail(&cause, 0, "another measurement is running");
		if (err)
			*err = cause;
		return -1;
	}
	choose_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, &before);
	rc = calibrate_locked(cgroup, lock, bytes, &signals, &before, &outcome, err);
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
	int lock = ebpfmm_lock_try(LOCK, NULL), found;

	if (lock < 0)
		return 0;
	found = ebpfmm_place_sweep(lock, remove);
	close(lock);
	return found;
}
