// SPDX-License-Identifier: GPL-2.0-only
/*
 * Written by hand, like lib/elf/confine.c: a short list for one architecture. Calls of other
 * architectures, such as those of 32-bit programs, do not stop.
 */
#include "try/filter.h"

#include <linux/audit.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifndef __x86_64__
#error "ebpfmm try knows the system calls of x86-64 only"
#endif

#ifndef PR_SET_VMA
#define PR_SET_VMA	0x53564d41
#endif

#define LOAD(member) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define LOAD_HIGH(argument) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[argument]) + 4)
#define RETURN(what)	BPF_STMT(BPF_RET | BPF_K, (what))
#define SKIP(test, value, then, otherwise) \
	BPF_JUMP(BPF_JMP | (test) | BPF_K, (value), then, otherwise)
#define STOP		RETURN(SECCOMP_RET_TRACE)
#define GO_ON		RETURN(SECCOMP_RET_ALLOW)

static const struct sock_filter begin[] = {
	LOAD(arch),
	SKIP(BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0),
	GO_ON,
	/* The tracer's own calls do not stop. */
	LOAD(args[5]),
	SKIP(BPF_JEQ, EBPFMM_TRY_MAGIC, 0, 1),
	GO_ON,
	LOAD(nr),
};

static const struct sock_filter changes[] = {
	SKIP(BPF_JEQ, __NR_brk, 0, 1),
	STOP,
	SKIP(BPF_JEQ, __NR_mremap, 0, 1),
	STOP,
	SKIP(BPF_JEQ, __NR_seccomp, 0, 1),
	STOP,
	/* Memory of a file has no large pages. */
	SKIP(BPF_JEQ, __NR_mmap, 0, 4),
	LOAD(args[3]),
	SKIP(BPF_JSET, MAP_ANONYMOUS, 0, 1),
	STOP,
	GO_ON,
	SKIP(BPF_JEQ, __NR_prctl, 0, 5),
	LOAD(args[0]),
	SKIP(BPF_JEQ, PR_SET_VMA, 1, 0),
	SKIP(BPF_JEQ, PR_SET_SECCOMP, 0, 1),
	STOP,
	GO_ON,
	SKIP(BPF_JEQ, __NR_madvise, 0, 5),
	LOAD(args[2]),
	SKIP(BPF_JEQ, MADV_HUGEPAGE, 1, 0),
	SKIP(BPF_JEQ, MADV_NOHUGEPAGE, 0, 1),
	STOP,
	GO_ON,
};

static const struct sock_filter protections[] = {
	SKIP(BPF_JEQ, __NR_mprotect, 0, 1),
	STOP,
	SKIP(BPF_JEQ, __NR_munmap, 0, 1),
	STOP,
};

static const struct sock_filter executions[] = {
	SKIP(BPF_JEQ, __NR_execve, 0, 1),
	STOP,
	SKIP(BPF_JEQ, __NR_execveat, 0, 1),
	STOP,
};

static const struct sock_filter end[] = {
	SKIP(BPF_JEQ, __NR_munmap, 0, 6),
	LOAD_HIGH(1),
	SKIP(BPF_JEQ, 0, 0, 2),
	LOAD(args[1]),
	SKIP(BPF_JGE, EBPFMM_TRY_MUCH, 0, 1),
	STOP,
	GO_ON,
	GO_ON,
};

#define APPEND(part) do {						\
	for (size_t i = 0; i < sizeof(part) / sizeof((part)[0]); i++)	\
		out[length++] = (part)[i];				\
} while (0)

unsigned short ebpfmm_try_filter_make(enum ebpfmm_try_stops stops, bool protection, bool exec,
				      struct sock_filter out[64])
{
	bool advise = stops == EBPFMM_STOP_TO_ADVISE;
	unsigned short length = 0;

	APPEND(begin);
	if (advise)
		APPEND(changes);
	if (advise && protection)
		APPEND(protections);
	if (exec)
		APPEND(executions);
	APPEND(end);
	return length;
}

int ebpfmm_try_filter(enum ebpfmm_try_stops stops, bool protection, bool exec)
{
	struct sock_filter filter[64];
	const struct sock_fprog program = {
		.len = ebpfmm_try_filter_make(stops, protection, exec, filter),
		.filter = filter,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
