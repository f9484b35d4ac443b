// SPDX-License-Identifier: GPL-2.0-only
#include "inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

/* The default of Linux; the hook needs a dozen. */
#define FILES_MIN 1024

/* If SIGCHLD is ignored, for example, waitpid(2) fails. */
static void reset_signals(void)
{
	const struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	/* This fails for signals that cannot be changed, which need no reset. */
	for (int signal = 1; signal < NSIG; signal++)
		sigaction(signal, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void reset_timers(void)
{
	const struct itimerval never = {};

	setitimer(ITIMER_REAL, &never, NULL);
	setitimer(ITIMER_VIRTUAL, &never, NULL);
	setitimer(ITIMER_PROF, &never, NULL);
}

/* Raise a limit to @least or, without privilege, as far as possible. */
static void raise_limit(int resource, rlim_t least)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) || limit.rlim_cur >= least)
		return;
	limit.rlim_cur = least;
	if (limit.rlim_max >= least) {
		setrlimit(resource, &limit);
		return;
	}
	limit.rlim_max = least;
	if (!setrlimit(resource, &limit) || getrlimit(resource, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(resource, &limit);
}

static void reset_limits(void)
{
	/* A core dump could contain data of a container's files. */
	const struct rlimit no_core = {};

	setrlimit(RLIMIT_CORE, &no_core);
	raise_limit(RLIMIT_AS, RLIM_INFINITY);
	raise_limit(RLIMIT_CPU, RLIM_INFINITY);
	raise_limit(RLIMIT_DATA, RLIM_INFINITY);
	raise_limit(RLIMIT_FSIZE, RLIM_INFINITY);
	raise_limit(RLIMIT_MEMLOCK, RLIM_INFINITY);
	raise_limit(RLIMIT_NOFILE, FILES_MIN);
}

/* Files that are opened later must not get the numbers of the standard descriptors. */
static void open_standard_files(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", O_RDWR | O_NOCTTY);
}

void ebpfmm_forget_inherited(void)
{
	reset_signals();
	reset_timers();
	reset_limits();
	umask(022);
	clearenv();
	close_range(STDERR_FILENO + 1, ~0U, 0);
	open_standard_files();
}
