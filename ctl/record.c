// SPDX-License-Identifier: GPL-2.0-only
/* record */
#include "watch/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/duration.h"
#include "base/json.h"
#include "base/log.h"
#include "command.h"
#include "kernel/cgroup.h"
#include "kernel/privilege.h"
#include "output.h"
#include "record.h"
#include "recordings.h"

#define OUTPUT		"recording.jsonl"
#define TIME		"60s"

/**
 * struct subject - what is recorded
 * @args: the arguments
 * @cgroup: the cgroup, if there is one
 * @pid: the process, or the command's
 * @held: the command is stopped where its program begins
 * @ended: whether the command has ended
 * @status: its status, as waitpid(2) has it
 * @terminal: progress is shown
 * @stopped: from ctl_record_stopped()
 */
struct subject {
	const struct ctl_args *args;
	struct ebpfmm_cgroup cgroup;
	pid_t pid;
	bool held;
	bool ended;
	int status;
	bool terminal;
	const volatile sig_atomic_t *stopped;
};

/* Wait for the command and for its processes that have become ours. */
static void reap(struct subject *subject, int options)
{
	int status;
	pid_t pid;

	while (!subject->ended || options) {
		pid = waitpid(-1, &status, options);
		if (pid <= 0)
			return;
		if (pid == subject->pid) {
			subject->ended = true;
			subject->status = status;
		}
	}
}

static void find(void *data, struct ebpfmm_family *family)
{
	struct subject *subject = data;

	if (subject->args->cgroup) {
		ebpfmm_family_of_cgroup(subject->cgroup.fd, family);
	} else if (subject->args->pid) {
		ebpfmm_family_of_process(subject->pid, true, family);
	} else {
		reap(subject, WNOHANG);
		ebpfmm_family_of_process(getpid(), false, family);
	}
}

static void show_progress(const struct ebpfmm_watched *watched, void *data)
{
	const struct subject *subject = data;

	if (subject->terminal)
		fprintf(stderr, "\r%" PRIu64 " s, %" PRIu64 " processes, %" PRIu64 " runs ",
			watched->time_us / 1000000, watched->processes, watched->runs);
}

/* --- a command ------------------------------------------------------------------------ */

/* What a command says first through the pipe; then an errno, if it cannot run. */
#define NOT_TRACED	0
#define TRACED		(-1)

static void say(int pipe, int code)
{
	if (write(pipe, &code, sizeof(code)) < 0)
		_exit(126);
}

static bool hear(int pipe, int *code)
{
	ssize_t got;

	while ((got = read(pipe, code, sizeof(*code))) < 0 && errno == EINTR)
		;
	return got == sizeof(*code);
}

static _Noreturn void run_command(char **argv, int pipe)
{
	sigset_t all, old;

	ctl_record_release();
	/* Through a large page, all of it would look hot. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	/*
	 * It stops where its program begins: a short one is not over before it is found. A
	 * signal would stop it as well, and before this process is told of that.
	 */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	say(pipe, ptrace(PTRACE_TRACEME, 0, NULL, NULL) ? NOT_TRACED : TRACED);
	sigprocmask(SIG_SETMASK, &old, NULL);
	execvp(argv[0], argv);
	say(pipe, errno);
	_exit(127);
}

/* Wait until the command stops because it has become its program, or has ended. */
static void await_program(struct subject *subject)
{
	int status;
	pid_t rc;

	while ((rc = waitpid(subject->pid, &status, 0)) > 0 || errno == EINTR) {
		if (rc < 0)
			continue;
		if (!WIFSTOPPED(status)) {
			subject->ended = true;
			subject->status = status;
			return;
		}
		if (WSTOPSIG(status) == SIGTRAP) {
			subject->held = true;
			return;
		}
		ptrace(PTRACE_CONT, subject->pid, NULL, (long)WSTOPSIG(status));
	}
}

static void release_command(void *data)
{
	struct subject *subject = data;

	if (subject->held)
		ptrace(PTRACE_DETACH, subject->pid, NULL, NULL);
	subject->held = false;
}

/* The pipe is closed when the command runs, and has a code if it cannot. */
static int start_command(void *data, struct ebpfmm_error *err)
{
	struct subject *subject = data;
	char **argv = subject->args->operands;
	int failure[2], code;

	if (subject->args->cgroup || subject->args->pid)
		return 0;
	/* Those of its processes whose parents end become ours. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) || pipe2(failure, O_CLOEXEC))
		return ebpfmm_fail(err, errno, "run %s", argv[0]);
	subject->pid = fork();
	if (!subject->pid)
		run_command(argv, failure[1]);
	close(failure[1]);
	code = subject->pid < 0 ? errno : 0;
	if (!code && hear(failure[0], &code)) {
		if (code == TRACED)
			await_program(subject);
		if (!hear(failure[0], &code))
			code = 0;
	}
	close(failure[0]);
	if (code && subject->pid > 0)
		waitpid(subject->pid, NULL, 0);
	if (code)
		subject->pid = 0;
	return code ? ebpfmm_fail(err, code, "run %s", argv[0]) : 0;
}

/* A signal that ends the recording is meant for the command as well. */
static void end_command(struct subject *subject)
{
	int status, sent = 0;

	if (subject->args->cgroup || subject->args->pid || subject->pid <= 0)
		return;
	release_command(subject);
	do {
		if (!subject->ended && *subject->stopped && *subject->stopped != sent) {
			sent = *subject->stopped;
			kill(subject->pid, sent);
		}
		reap(subject, 0);
	} while (!subject->ended && errno == EINTR);
	status = subject->status;
	if (WIFEXITED(status) && WEXITSTATUS(status))
		ebpfmm_log(LOG_NOTICE, "record: note: %s ended with status %d",
			   subject->args->operands[0], WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		ebpfmm_log(LOG_NOTICE, "record: note: %s was ended by signal %d",
			   subject->args->operands[0], WTERMSIG(status));
}

/* -------------------------------------------------------------------------------------- */

static int parse(const struct ctl_args *args, struct ebpfmm_watching *watching,
		 struct subject *subject, struct ebpfmm_error *err)
{
	char *end;

	if (!!args->cgroup + !!args->pid + !!args->damo + !!args->noperands != 1)
		return ebpfmm_fail(err, 0, "one of --cgroup, --pid, --damo and a command is "
				   "required");
	if (args->damo && args->time)
		return ebpfmm_fail(err, 0, "--time is not valid with --damo");
	watching->time_us = UINT64_MAX;
	if ((args->time || !args->noperands) &&
	    ebpfmm_parse_duration(args->time ? args->time : TIME, &watching->time_us, err))
		return ebpfmm_prefix(err, "--time: ");
	if (!args->pid)
		return 0;
	errno = 0;
	subject->pid = (pid_t)strtol(args->pid, &end, 10);
	if (errno || *end || subject->pid <= 0 || args->pid[0] < '0' || args->pid[0] > '9')
		return ebpfmm_fail(err, 0, "--pid: `%s` is not the id of a process", args->pid);
	return 0;
}

static void print(const struct ctl_args *args, const char *output,
		  const struct ebpfmm_watched *watched)
{
	struct json_object *object;

	if (!args->json) {
		ctl_print("%s: %.1f s, %" PRIu64 " process%s, %" PRIu64 " runs in %" PRIu64
			  " intervals, %" PRIu64 " lost; took %.1f %% of a CPU\n", output,
			  (double)watched->time_us / 1e6, watched->processes,
			  watched->processes == 1 ? "" : "es", watched->runs,
			  watched->intervals, watched->lost, watched->time_us ?
			  100 * (double)watched->cpu_us / (double)watched->time_us : 0);
		return;
	}
	object = json_object_new_object();
	ebpfmm_json_add_string(object, "file", output);
	ebpfmm_json_add_number(object, "us", watched->time_us);
	ebpfmm_json_add_number(object, "processes", watched->processes);
	ebpfmm_json_add_number(object, "intervals", watched->intervals);
	ebpfmm_json_add_number(object, "runs", watched->runs);
	ebpfmm_json_add_number(object, "lost", watched->lost);
	ebpfmm_json_add_number(object, "cpu_us", watched->cpu_us);
	ebpfmm_json_add_number(object, "damon_cpu_us", watched->damon_cpu_us);
	ctl_print_json(object);
}

static void close_subject(struct subject *subject)
{
	ebpfmm_cgroup_close(&subject->cgroup);
}

int ctl_record(const struct ctl_args *args, struct ebpfmm_error *err)
{
	_cleanup_(close_subject) struct subject subject = {
		.args = args, .cgroup.fd = -1, .terminal = isatty(STDERR_FILENO),
	};
	struct ebpfmm_watching watching = {
		.find = find, .data = &subject, .begin = start_command,
		.found = release_command,
		.progress = show_progress,
		.output = args->output ? args->output : OUTPUT,
		.rate = ctl_record_rate,
		.small = args->noperands,
	};
	struct ebpfmm_watched watched;
	int rc;

	if (args->container || args->name)
		return ctl_record_container(args, err);
	if (parse(args, &watching, &subject, err))
		return CTL_USAGE;
	if (args->damo)
		return ctl_damo(args, watching.output, err);
	if (ebpfmm_privileged(err) ||
	    (args->cgroup && ebpfmm_cgroup_open(args->cgroup, &subject.cgroup, err)))
		return -1;
	subject.stopped = ctl_record_stopped();
	watching.stop = subject.stopped;
	rc = ebpfmm_watch(&watching, &watched, err);
	if (subject.terminal && watched.time_us)
		fputc('\n', stderr);
	end_command(&subject);
	if (rc)
		return -1;
	print(args, watching.output, &watched);
	return 0;
}
