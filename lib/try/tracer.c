// SPDX-License-Identifier: GPL-2.0-only
/* The events of traced threads; see ptrace(2). */
#include "try/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "try/tracer_private.h"

#define SYSCALL_STOP	(SIGTRAP | 0x80)

/* --- signals of this process -------------------------------------------------------------- */

/* The terminal sends them to the command as well. */
static const int left[] = { SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU };
static const int passed_on[] = { SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 };

#define LEFT		(sizeof(left) / sizeof(left[0]))
#define PASSED_ON	(sizeof(passed_on) / sizeof(passed_on[0]))

/**
 * struct signals - what signals did before
 * @left: of those that are left to the command
 * @passed_on: of those that are passed on to it
 */
struct signals {
	struct sigaction left[LEFT];
	struct sigaction passed_on[PASSED_ON];
};

static volatile sig_atomic_t command, ending;

static void note_end(int signal)
{
	if (signal == SIGINT || signal == SIGQUIT || signal == SIGTERM || signal == SIGHUP)
		ending = signal;
}

static void pass_on(int signal)
{
	int saved = errno;

	note_end(signal);
	if (command > 0)
		kill(command, signal);
	errno = saved;
}

/* A key press reaches the whole group; somebody may also mean only this process. */
static void pass_on_if_sent(int signal, siginfo_t *info, void *context)
{
	(void)context;
	note_end(signal);
	if (info->si_code <= 0)
		pass_on(signal);
}

/* Those that the caller ignores stay ignored, as nohup(1) requires. */
static void catch_signals(struct signals *before)
{
	struct sigaction left_to = { .sa_sigaction = pass_on_if_sent,
				     .sa_flags = SA_RESTART | SA_SIGINFO };
	struct sigaction on = { .sa_handler = pass_on, .sa_flags = SA_RESTART };

	for (size_t i = 0; i < LEFT; i++) {
		sigaction(left[i], NULL, &before->left[i]);
		if (before->left[i].sa_handler != SIG_IGN)
			sigaction(left[i], &left_to, NULL);
	}
	for (size_t i = 0; i < PASSED_ON; i++) {
		sigaction(passed_on[i], NULL, &before->passed_on[i]);
		if (before->passed_on[i].sa_handler != SIG_IGN)
			sigaction(passed_on[i], &on, NULL);
	}
}

static void release_signals(const struct signals *before)
{
	for (size_t i = 0; i < LEFT; i++)
		sigaction(left[i], &before->left[i], NULL);
	for (size_t i = 0; i < PASSED_ON; i++)
		sigaction(passed_on[i], &before->passed_on[i], NULL);
}

/* --- events --------------------------------------------------------------------------------- */

/* A thread that is gone ends with its own event. */
static void resume(const struct ebpfmm_tracee *tracee, int signal)
{
	ptrace(tracee->inside ? PTRACE_SYSCALL : PTRACE_CONT, tracee->tid, NULL,
	       (void *)(uintptr_t)signal);
}

static unsigned long message(const struct ebpfmm_tracee *tracee)
{
	unsigned long value = 0;

	ptrace(PTRACE_GETEVENTMSG, tracee->tid, NULL, &value);
	return value;
}

static pid_t process_of(pid_t tid)
{
	uint64_t tgid;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	return ebpfmm_file_number(AT_FDCWD, path, "Tgid:", &tgid) ? tid : (pid_t)tgid;
}

/* Whether a call of the fork family leaves the memory common. */
static bool shares_memory(const struct ebpfmm_tracee *tracee, int event)
{
	struct user_regs_struct regs;
	long flags;

	if (event == PTRACE_EVENT_VFORK && ptrace(PTRACE_GETREGS, tracee->tid, NULL, &regs))
		return true;
	if (ptrace(PTRACE_GETREGS, tracee->tid, NULL, &regs))
		return false;
	if (regs.orig_rax == SYS_vfork)
		return true;
	if (regs.orig_rax == SYS_clone)
		return regs.rdi & CLONE_VM;
	if (regs.orig_rax != SYS_clone3)
		return false;
	/* The flags come first in its structure. */
	errno = 0;
	flags = ptrace(PTRACE_PEEKDATA, tracee->tid, (void *)regs.rdi, NULL);
	return !errno && flags & CLONE_VM;
}

static int add_child(struct tracer *tracer, const struct ebpfmm_tracee *parent, pid_t tid,
		     int event)
{
	struct ebpfmm_tracee *child = tid > 0 ? ebpfmm_tracee_get(&tracer->all, tid) : NULL;
	struct ebpfmm_mm *mm = parent->mm;

	if (!child)
		return tid > 0 ? -1 : 0;
	child->tgid = process_of(tid);
	child->filtered = parent->filtered;
	if (mm && child->tgid != parent->tgid && !shares_memory(parent, event)) {
		mm = ebpfmm_mm_copy(mm);
		if (!mm)
			return -1;
		mm->owner = child->tgid;
	}
	ebpfmm_tracee_give(child, mm);
	if (child->stopped)
		resume(child, 0);
	child->stopped = false;
	return 0;
}

static bool is_traced(pid_t tid)
{
	uint64_t tracer;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	return !ebpfmm_file_number(AT_FDCWD, path, "TracerPid:", &tracer) &&
	       (pid_t)tracer == getpid();
}

/*
 * A thread that is killed while it forks does not stop for that, but its child lives, and
 * waits. What the call has returned tells which it is.
 */
static int add_lost_child(struct tracer *tracer, const struct ebpfmm_tracee *parent)
{
	const struct ebpfmm_tracee *child;
	struct user_regs_struct regs;
	pid_t tid;

	if (ptrace(PTRACE_GETREGS, parent->tid, NULL, &regs) || (int64_t)regs.rax <= 0 ||
	    (regs.orig_rax != SYS_fork && regs.orig_rax != SYS_vfork &&
	     regs.orig_rax != SYS_clone && regs.orig_rax != SYS_clone3))
		return 0;
	tid = (pid_t)regs.rax;
	child = ebpfmm_tracee_find(&tracer->all, tid);
	if (child ? !!child->mm : !is_traced(tid))
		return 0;
	return add_child(tracer, parent, tid, PTRACE_EVENT_FORK);
}

/* The thread that calls execve(2) becomes the first of its process; the others end. */
static int handle_exec(struct tracer *tracer, struct ebpfmm_tracee *tracee)
{
	pid_t before = (pid_t)message(tracee);
	struct ebpfmm_tracee *other = before > 0 && before != tracee->tid ?
				      ebpfmm_tracee_find(&tracer->all, before) : NULL;

	if (other) {
		tracee->filtered = other->filtered;
		ebpfmm_tracee_drop(&tracer->all, other);
	}
	tracee->tgid = tracee->tid;
	if (!tracer->running) {
		tracer->running = true;
		tracer->began = ebpfmm_clock_ns(CLOCK_MONOTONIC);
	}
	return trace_exec(tracer, tracee);
}

static int handle_exit(struct tracer *tracer, struct ebpfmm_tracee *tracee)
{
	/* It was killed before its parent's event. */
	if (!tracee->mm)
		return 0;
	/* The memory of vfork(2)'s parent is not this one's. */
	if (tracee->mm->owner == tracee->tgid &&
	    (tracee->tid == tracee->tgid || !ebpfmm_tracee_siblings(&tracer->all, tracee)))
		trace_look(tracer, tracee);
	return add_lost_child(tracer, tracee);
}

static bool is_stop_signal(int signal)
{
	return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* A key press that stops the command is meant for this process, too. */
static void stop_as_well(const struct tracer *tracer, const struct ebpfmm_tracee *tracee,
			 int signal)
{
	if (tracee->tid == tracer->main && signal != SIGSTOP &&
	    (isatty(STDIN_FILENO) || isatty(STDOUT_FILENO) || isatty(STDERR_FILENO)))
		raise(SIGSTOP);
}

static int handle_status(struct tracer *tracer, pid_t tid, int status,
			 const struct rusage *used);

static int handle_stop(struct tracer *tracer, struct ebpfmm_tracee *tracee, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16, next, rc = 0;

	if (!tracee->mm && event != PTRACE_EVENT_EXIT) {
		/* It waits for its parent's event. */
		tracee->stopped = true;
		return 0;
	}
	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		rc = add_child(tracer, tracee, (pid_t)message(tracee), event);
		break;
	case PTRACE_EVENT_EXEC:
		rc = handle_exec(tracer, tracee);
		break;
	case PTRACE_EVENT_EXIT:
		rc = handle_exit(tracer, tracee);
		tracee->inside = false;
		break;
	case PTRACE_EVENT_SECCOMP:
		tracee->inside = trace_enter(tracer, tracee);
		break;
	case PTRACE_EVENT_STOP:
		if (is_stop_signal(signal)) {
			ptrace(PTRACE_LISTEN, tracee->tid, NULL, NULL);
			stop_as_well(tracer, tracee, signal);
			return 0;
		}
		break;
	default:
		if (signal == SYSCALL_STOP && tracee->inside) {
			tracee->inside = false;
			next = trace_leave(tracer, tracee);
			if (next != NO_STATUS)
				return handle_status(tracer, tracee->tid, next, NULL);
		} else if (signal != SYSCALL_STOP) {
			resume(tracee, signal);
			return 0;
		}
	}
	resume(tracee, 0);
	return rc;
}

static void handle_end(struct tracer *tracer, struct ebpfmm_tracee *tracee, int status,
		       const struct rusage *used)
{
	struct ebpfmm_tried *tried = tracer->tried;

	if (tracee->tid == tracer->main) {
		command = 0;
		tried->status = status;
		tried->ns = ebpfmm_clock_ns(CLOCK_MONOTONIC) - tracer->began;
		if (used) {
			tried->user_ns = used->ru_utime.tv_sec * EBPFMM_NS_PER_S +
					 used->ru_utime.tv_usec * 1000;
			tried->system_ns = used->ru_stime.tv_sec * EBPFMM_NS_PER_S +
					   used->ru_stime.tv_usec * 1000;
		}
	}
	if (tracee->mm && tracee->mm->owner == tracee->tgid &&
	    !ebpfmm_tracee_siblings(&tracer->all, tracee))
		trace_count(tracer, tracee);
	ebpfmm_tracee_drop(&tracer->all, tracee);
}

/* @used is NULL where waitpid(2) was called elsewhere. */
static int handle_status(struct tracer *tracer, pid_t tid, int status,
			 const struct rusage *used)
{
	struct ebpfmm_tracee *tracee = WIFSTOPPED(status) ?
				       ebpfmm_tracee_get(&tracer->all, tid) :
				       ebpfmm_tracee_find(&tracer->all, tid);

	if (WIFSTOPPED(status))
		return tracee ? handle_stop(tracer, tracee, status) : -1;
	if (tracee)
		handle_end(tracer, tracee, status, used);
	return 0;
}

static int run(struct tracer *tracer, struct ebpfmm_error *err)
{
	struct rusage used;
	int status;
	pid_t tid;

	while (tracer->all.count) {
		tid = wait4(-1, &status, __WALL, &used);
		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0)
			return ebpfmm_fail(err, errno, "wait for the command");
		if (handle_status(tracer, tid, status, &used))
			return ebpfmm_fail(err, ENOMEM, "trace the command");
	}
	return 0;
}

static int64_t cpu_ns(void)
{
	return ebpfmm_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* What it takes is in the command's time, which waits meanwhile. */
static void note_tracer(struct ebpfmm_tried *tried, int64_t before)
{
	tried->tracer_ns = cpu_ns() - before;
	if (tried->tracer_ns > EBPFMM_NS_PER_S / 100 && tried->tracer_ns > tried->ns / 50)
		ebpfmm_tried_note(tried, "tracing took as much CPU time as %d %% of the command's "
				  "time", (int)(100 * tried->tracer_ns / (tried->ns ?: 1)));
}

/* --- begin and end ---------------------------------------------------------------------------- */

static int seize(struct tracer *tracer, const struct ebpfmm_launched *launched,
		 struct ebpfmm_error *err)
{
	struct ebpfmm_tracee *tracee = ebpfmm_tracee_get(&tracer->all, launched->pid);
	struct ebpfmm_mm *mm = tracee ? ebpfmm_mm_new() : NULL;

	if (!mm)
		return ebpfmm_fail(err, ENOMEM, "trace the command");
	/* Until it runs the command, it is no business of ours. */
	mm->alien = true;
	tracee->tgid = launched->pid;
	ebpfmm_tracee_give(tracee, mm);
	if (ptrace(PTRACE_SEIZE, launched->pid, NULL, (void *)TRACE_OPTIONS))
		return ebpfmm_fail(err, errno, "trace the command");
	if (write(launched->go, "", 1) != 1)
		return ebpfmm_fail(err, errno, "run the command");
	return 0;
}

int ebpfmm_trace_launched(const struct ebpfmm_tracing_how *how, struct ebpfmm_launched *launched,
			  const char *name, struct ebpfmm_tried *tried,
			  struct ebpfmm_error *err)
{
	struct tracer tracer = { .how = how, .tried = tried, .main = launched->pid };
	int64_t begun = cpu_ns();
	struct signals before;
	int rc, code;

	command = launched->pid;
	ending = 0;
	catch_signals(&before);
	rc = seize(&tracer, launched, err);
	if (!rc)
		rc = run(&tracer, err);
	if (rc) {
		kill(launched->pid, SIGKILL);
		while (waitpid(-1, NULL, __WALL) > 0)
			;
	}
	command = 0;
	release_signals(&before);
	tried->signal = ending;
	note_tracer(tried, begun);
	if (tracer.failed)
		ebpfmm_tried_note(tried, "the kernel refused %u calls of madvise(2)",
				  tracer.failed);
	ebpfmm_tracees_free(&tracer.all);
	if (!rc && !tracer.running) {
		code = 0;
		if (read(launched->failure, &code, sizeof(code)) != sizeof(code))
			code = 0;
		rc = code ? ebpfmm_fail(err, code, "run %s", name) :
			    ebpfmm_fail(err, 0, "%s ended before it began", name);
	}
	return rc;
}
