// SPDX-License-Identifier: GPL-2.0-only
#include "try/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cleanup.h"

static _Noreturn void run(const struct ebpfmm_launch *how, int go, int failure)
{
	int code;
	char byte;

	/* Without a tracer, the calls that stop would fail. */
	if (read(go, &byte, 1) != 1)
		_exit(127);
	/* Also takes back what this process has got from its caller. */
	prctl(PR_SET_THP_DISABLE, how->small, 0, 0, 0);
	if ((how->input < 0 || dup2(how->input, STDIN_FILENO) >= 0) &&
	    (how->output < 0 || dup2(how->output, STDOUT_FILENO) >= 0) &&
	    (!how->stops || !how->exec || !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) &&
	    (!how->stops ||
	     !ebpfmm_try_filter(how->stops, how->protection, how->exec)))
		execvp(how->argv[0], how->argv);
	code = errno;
	if (write(failure, &code, sizeof(code)) < 0)
		_exit(126);
	_exit(127);
}

int ebpfmm_launch(const struct ebpfmm_launch *how, struct ebpfmm_launched *out,
		  struct ebpfmm_error *err)
{
	_cleanup_close_ int go_read = -1;
	_cleanup_close_ int go_write = -1;
	_cleanup_close_ int failure_read = -1;
	_cleanup_close_ int failure_write = -1;
	int go[2], failure[2];

	*out = (struct ebpfmm_launched){ .go = -1, .failure = -1 };
	if (pipe2(go, O_CLOEXEC))
		return ebpfmm_fail(err, errno, "run %s", how->argv[0]);
	go_read = go[0];
	go_write = go[1];
	if (pipe2(failure, O_CLOEXEC))
		return ebpfmm_fail(err, errno, "run %s", how->argv[0]);
	failure_read = failure[0];
	failure_write = failure[1];
	out->pid = fork();
	if (!out->pid) {
		close(go_write);
		run(how, go_read, failure_write);
	}
	if (out->pid < 0)
		return ebpfmm_fail(err, errno, "run %s", how->argv[0]);
	out->go = take_fd(&go_write);
	out->failure = take_fd(&failure_read);
	return 0;
}
