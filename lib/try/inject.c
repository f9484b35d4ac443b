// SPDX-License-Identifier: GPL-2.0-only
/*
 * At the exit of a system call, the instruction that made it is right before the thread's next
 * one. The thread is sent there again with other registers. Meanwhile its signals are blocked,
 * so that no handler runs with those registers.
 */
#include "try/inject.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "try/area.h"
#include "try/filter.h"

#define SYSCALL_STOP	(SIGTRAP | 0x80)

static const unsigned char instruction[] = { 0x0f, 0x05 };

static bool is_instruction(pid_t tid, uint64_t address)
{
	unsigned char bytes[sizeof(instruction)] = {};

	return ebpfmm_try_read(tid, address, bytes, sizeof(bytes)) &&
	       !memcmp(bytes, instruction, sizeof(bytes));
}

/* The vDSO makes system calls where it cannot answer by itself. Return: 0 if there is none. */
static uint64_t find_in_vdso(pid_t tid)
{
	struct ebpfmm_try_areas areas = {};
	unsigned char bytes[4 * 4096];
	uint64_t found = 0;

	if (ebpfmm_try_areas_read(tid, &areas)) {
		ebpfmm_try_areas_free(&areas);
		return 0;
	}
	for (size_t i = 0; !found && i < areas.count; i++) {
		const struct ebpfmm_try_area *area = &areas.list[i];
		size_t size = area->end - area->start;
		unsigned char *at;

		size = size < sizeof(bytes) ? size : sizeof(bytes);
		if (strcmp(area->name, "[vdso]") ||
		    !ebpfmm_try_read(tid, area->start, bytes, size))
			continue;
		at = memmem(bytes, size, instruction, sizeof(instruction));
		if (at)
			found = area->start + (uint64_t)(at - bytes);
	}
	ebpfmm_try_areas_free(&areas);
	return found;
}

/*
 * Let the thread go on to the next stop at a system call. A stop signal that comes in between
 * is sent again afterwards, to be seen at a better time.
 */
static int go_on(pid_t tid, int *stop, int *status)
{
	while (!ptrace(PTRACE_SYSCALL, tid, NULL, NULL)) {
		if (waitpid(tid, status, __WALL) != tid)
			break;
		if (!WIFSTOPPED(*status))
			return -1;
		if (WSTOPSIG(*status) == SYSCALL_STOP)
			return 0;
		if (*status >> 16 == PTRACE_EVENT_STOP)
			*stop = WSTOPSIG(*status) != SIGTRAP ? WSTOPSIG(*status) : *stop;
		else if (*status >> 16)
			return -1;
		else
			*stop = WSTOPSIG(*status);
	}
	*status = -1;
	return -1;
}

static int call(pid_t tid, const struct user_regs_struct *before, uint64_t address,
		const struct ebpfmm_call *call, int *stop, int *status)
{
	struct user_regs_struct regs = *before;

	regs.rip = address;
	regs.rax = __NR_madvise;
	/* Nothing is to be restarted. */
	regs.orig_rax = (unsigned long long)-1;
	regs.rdi = call->start;
	regs.rsi = call->length;
	regs.rdx = (unsigned long long)call->advice;
	regs.r9 = EBPFMM_TRY_MAGIC;
	if (ptrace(PTRACE_SETREGS, tid, NULL, &regs)) {
		*status = -1;
		return -1;
	}
	if (go_on(tid, stop, status) || go_on(tid, stop, status))
		return -1;
	if (ptrace(PTRACE_GETREGS, tid, NULL, &regs)) {
		*status = -1;
		return -1;
	}
	return (long long)regs.rax < 0 ? 1 : 0;
}

int ebpfmm_inject(pid_t tid, bool after_exec, const struct ebpfmm_calls *calls,
		  unsigned int *failed, int *status)
{
	uint64_t all = ~UINT64_C(0), mask, address;
	struct user_regs_struct regs;
	int stop = 0, rc = 0;

	*status = -1;
	if (ptrace(PTRACE_GETREGS, tid, NULL, &regs) ||
	    ptrace(PTRACE_GETSIGMASK, tid, sizeof(mask), &mask))
		return errno == ESRCH ? -1 : 1;
	address = after_exec ? find_in_vdso(tid) : regs.rip - sizeof(instruction);
	if (!address || !is_instruction(tid, address))
		return 1;
	ptrace(PTRACE_SETSIGMASK, tid, sizeof(all), &all);
	for (size_t i = 0; rc >= 0 && i < calls->count; i++) {
		rc = call(tid, &regs, address, &calls->list[i], &stop, status);
		*failed += rc > 0;
	}
	ptrace(PTRACE_SETREGS, tid, NULL, &regs);
	ptrace(PTRACE_SETSIGMASK, tid, sizeof(mask), &mask);
	if (stop)
		syscall(SYS_tkill, tid, stop);
	if (rc < 0)
		return -1;
	*status = -1;
	return 0;
}
