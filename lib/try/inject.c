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
		struct ebpfmm_syscall *call, int *stop, int *status)
{
	struct user_regs_struct regs = *before;

	regs.rip = address;
	regs.rax = (unsigned long long)call->number;
	/* Nothing is to be restarted. */
	regs.orig_rax = (unsigned long long)-1;
	regs.rdi = call->args[0];
	regs.rsi = call->args[1];
	regs.rdx = call->args[2];
	regs.r10 = call->args[3];
	regs.r8 = call->args[4];
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
	call->result = (int64_t)regs.rax;
	return 0;
}

/**
 * struct injection - a thread that makes calls
 * @tid: the thread
 * @address: of the instruction that it makes them with
 * @regs: its registers, to be restored
 * @mask: its blocked signals, likewise
 * @stop: a stop signal that came meanwhile, or 0
 */
struct injection {
	pid_t tid;
	uint64_t address;
	struct user_regs_struct regs;
	uint64_t mask;
	int stop;
};

static int begin(struct injection *injection, pid_t tid, bool after_exec)
{
	uint64_t all = ~UINT64_C(0);

	*injection = (struct injection){ .tid = tid };
	if (ptrace(PTRACE_GETREGS, tid, NULL, &injection->regs) ||
	    ptrace(PTRACE_GETSIGMASK, tid, sizeof(injection->mask), &injection->mask))
		return errno == ESRCH ? -1 : 1;
	injection->address = after_exec ? find_in_vdso(tid) :
			     injection->regs.rip - sizeof(instruction);
	if (!injection->address || !is_instruction(tid, injection->address))
		return 1;
	ptrace(PTRACE_SETSIGMASK, tid, sizeof(all), &all);
	return 0;
}

static void end(const struct injection *injection)
{
	ptrace(PTRACE_SETREGS, injection->tid, NULL, &injection->regs);
	ptrace(PTRACE_SETSIGMASK, injection->tid, sizeof(injection->mask), &injection->mask);
	if (injection->stop)
		syscall(SYS_tkill, injection->tid, injection->stop);
}

int ebpfmm_inject_syscall(pid_t tid, struct ebpfmm_syscall *syscall, int *status)
{
	struct injection injection;
	int rc;

	*status = -1;
	rc = begin(&injection, tid, false);
	if (rc)
		return rc;
	rc = call(tid, &injection.regs, injection.address, syscall, &injection.stop, status);
	end(&injection);
	if (!rc)
		*status = -1;
	return rc;
}

int ebpfmm_inject(pid_t tid, bool after_exec, const struct ebpfmm_calls *calls,
		  unsigned int *failed, int *status)
{
	struct injection injection;
	int rc;

	*status = -1;
	rc = begin(&injection, tid, after_exec);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < calls->count; i++) {
		const struct ebpfmm_call *advice = &calls->list[i];
		struct ebpfmm_syscall madvise = {
			.number = SYS_madvise,
			.args = { advice->start, advice->length, (uint64_t)advice->advice },
		};

		rc = call(tid, &injection.regs, injection.address, &madvise, &injection.stop,
			  status);
		*failed += !rc && madvise.result < 0;
	}
	end(&injection);
	if (!rc)
		*status = -1;
	return rc;
}
