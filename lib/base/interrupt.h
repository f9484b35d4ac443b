/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals that do nothing but interrupt a system call that blocks. */
#ifndef EBPFMM_INTERRUPT_H
#define EBPFMM_INTERRUPT_H

#include <signal.h>

/**
 * struct ebpfmm_interrupt - what a signal did before
 * @signal: the signal
 * @action: its action
 * @mask: the signals that were blocked
 */
struct ebpfmm_interrupt {
	int signal;
	struct sigaction action;
	sigset_t mask;
};

/**
 * ebpfmm_interrupt_by - let a signal interrupt blocking system calls
 * @signal: the signal; it is unblocked, and a call that it interrupts fails with EINTR
 * @before: for ebpfmm_interrupt_end(); NULL if the change is for good
 */
void ebpfmm_interrupt_by(int signal, struct ebpfmm_interrupt *before);

/**
 * ebpfmm_interrupt_end - undo ebpfmm_interrupt_by()
 * @before: what that has stored
 */
void ebpfmm_interrupt_end(const struct ebpfmm_interrupt *before);

#endif /* EBPFMM_INTERRUPT_H */
