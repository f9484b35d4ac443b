// SPDX-License-Identifier: GPL-2.0-only
#include "base/interrupt.h"

#include <stddef.h>

static void do_nothing(int signal)
{
	(void)signal;
}

void ebpfmm_interrupt_by(int signal, struct ebpfmm_interrupt *before)
{
	/* Without SA_RESTART, so that the call fails. */
	const struct sigaction action = { .sa_handler = do_nothing };
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, signal);
	if (before)
		before->signal = signal;
	sigaction(signal, &action, before ? &before->action : NULL);
	sigprocmask(SIG_UNBLOCK, &signals, before ? &before->mask : NULL);
}

void ebpfmm_interrupt_end(const struct ebpfmm_interrupt *before)
{
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
	sigaction(before->signal, &before->action, NULL);
}
