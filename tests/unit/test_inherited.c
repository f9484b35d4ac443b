// SPDX-License-Identifier: GPL-2.0-only
/* What the hook has from the program that started it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inherited.h"
#include "worker.h"

#define HIGH_FD 100

/* Those that are raised as far as may be. */
static const int raised[] = { RLIMIT_AS, RLIMIT_CPU, RLIMIT_DATA, RLIMIT_MEMLOCK };

#define RAISED (sizeof(raised) / sizeof(raised[0]))

static void leave_limits(void)
{
	const struct rlimit cores = { 1 << 20, 1 << 20 };
	const struct rlimit files = { 8, 4096 };
	const struct rlimit size = { 0, RLIM_INFINITY };

	setrlimit(RLIMIT_CORE, &cores);
	setrlimit(RLIMIT_FSIZE, &size);
	setrlimit(RLIMIT_NOFILE, &files);
	/* By as little as makes a difference, as the sanitizers need much memory. */
	for (size_t i = 0; i < RAISED; i++) {
		struct rlimit limit;

		getrlimit(raised[i], &limit);
		limit.rlim_cur = limit.rlim_max - 1;
		setrlimit(raised[i], &limit);
	}
}

static void leave_much(void)
{
	const struct itimerval soon = { .it_value.tv_sec = 3600 };
	sigset_t all;

	signal(SIGCHLD, SIG_IGN);
	signal(SIGALRM, SIG_IGN);
	signal(SIGRTMAX, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	umask(0777);
	setenv("LIBBPF_LOG_LEVEL", "debug", 1);
	dup2(STDERR_FILENO, HIGH_FD);
	close(STDIN_FILENO);
	leave_limits();
}

static int is_default(int signal)
{
	struct sigaction action;

	return !sigaction(signal, NULL, &action) && action.sa_handler == SIG_DFL;
}

/* 0, or the number of the first thing that is still inherited. */
static int signals_left(void)
{
	struct itimerval timer;
	sigset_t mask;

	if (!is_default(SIGCHLD) || !is_default(SIGALRM) || !is_default(SIGRTMAX))
		return 1;
	sigprocmask(SIG_BLOCK, NULL, &mask);
	if (!sigisemptyset(&mask))
		return 2;
	if (getitimer(ITIMER_REAL, &timer) || timer.it_value.tv_sec)
		return 3;
	return 0;
}

static int limits_left(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) || limit.rlim_cur || limit.rlim_max)
		return 4;
	if (getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur != RLIM_INFINITY)
		return 5;
	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur < 1024)
		return 6;
	for (size_t i = 0; i < RAISED; i++)
		if (getrlimit(raised[i], &limit) || limit.rlim_cur != limit.rlim_max)
			return 20 + (int)i;
	return 0;
}

static int rest_left(void)
{
	if (umask(0) != 022)
		return 7;
	if (getenv("LIBBPF_LOG_LEVEL"))
		return 8;
	if (fcntl(HIGH_FD, F_GETFD) >= 0)
		return 9;
	if (fcntl(STDIN_FILENO, F_GETFD) < 0)
		return 10;
	return 0;
}

static int in_child(int (*test)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		leave_much();
		ebpfmm_forget_inherited();
		_exit(test());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void nothing_is_left(void **state)
{
	(void)state;
	assert_int_equal(in_child(signals_left), 0);
	assert_int_equal(in_child(limits_left), 0);
	assert_int_equal(in_child(rest_left), 0);
}

static int work_well(void *data, struct ebpfmm_error *err)
{
	(void)data;
	(void)err;
	return 0;
}

static int worker_is_lost(void)
{
	struct ebpfmm_error err = {};

	return ebpfmm_work(work_well, NULL, ebpfmm_deadline(60000), &err) ? 1 : 0;
}

static void a_worker_is_waited_for(void **state)
{
	(void)state;
	assert_int_equal(in_child(worker_is_lost), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_left),
		cmocka_unit_test(a_worker_is_waited_for),
	};

	return cmocka_run_group_tests_name("inherited", tests, NULL, NULL);
}
