// SPDX-License-Identifier: GPL-2.0-only
/*
 * The filter is written by hand instead of generated with libseccomp. It is one list for
 * one architecture, and with the library each hook would have to link it and generate the
 * same filter again.
 */
#include "elf/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Far above the time for the largest file on an emulated CPU. */
#define CPU_SECONDS 60
/* The files and, while they are read, a duplicate of each. */
#define FILES 8

/* --- which system calls ------------------------------------------------------------ */

/* The return statement cannot be jumped to from all rules, so each rule has its own. */
#define LOAD(member) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define ALLOW(name) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), \
	RETURN(SECCOMP_RET_ALLOW)
/* @test must be true of the low half of an argument, which is the whole of an int. */
#define ALLOW_IF(name, argument, test, value, then, otherwise) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 4), \
	LOAD(args[argument]), \
	BPF_JUMP(BPF_JMP | (test) | BPF_K, (value), then, otherwise), \
	RETURN(SECCOMP_RET_ALLOW), \
	RETURN(SECCOMP_RET_KILL_PROCESS)
#define ALLOW_IF_EQUAL(name, argument, value) \
	ALLOW_IF(name, argument, BPF_JEQ, value, 0, 1)
#define ALLOW_IF_NOT_SET(name, argument, bits) \
	ALLOW_IF(name, argument, BPF_JSET, bits, 1, 0)

/* System call numbers of the x32 ABI match none of these. */
static struct sock_filter filter[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	/* Reading open files. */
	ALLOW(pread64),
	ALLOW(fstat),
	ALLOW_IF_EQUAL(fcntl, 1, F_DUPFD_CLOEXEC),
	ALLOW(close),
	/* Memory. */
	ALLOW(brk),
	ALLOW_IF_NOT_SET(mmap, 2, PROT_EXEC),
	ALLOW(mremap),
	ALLOW(munmap),
	/* Exit. */
	ALLOW(exit_group),
	RETURN(SECCOMP_RET_KILL_PROCESS),
};

static int allow_few_calls(struct ebpfmm_error *err)
{
	const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = filter,
	};

	if (SANITIZED)
		return 0;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0))
		return ebpfmm_fail(err, errno, "filter system calls");
	return 0;
}

/* --- all the rest -------------------------------------------------------------------- */

static int drop_capabilities(struct ebpfmm_error *err)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
	int capability = 0;

	/* Until the first capability that the kernel does not know. */
	while (!prctl(PR_CAPBSET_DROP, capability, 0, 0, 0))
		capability++;
	/* Without the privilege to drop them, there are none. */
	if (errno != EINVAL && errno != EPERM)
		return ebpfmm_fail(err, errno, "drop capabilities");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) ||
	    syscall(SYS_capset, &header, none))
		return ebpfmm_fail(err, errno, "drop capabilities");
	return 0;
}

/* Lowers a limit to @most; keeps a lower one. */
static int limit(int resource, rlim_t most, struct ebpfmm_error *err)
{
	struct rlimit value;

	if (getrlimit(resource, &value))
		return ebpfmm_fail(err, errno, "limit its resources");
	if (value.rlim_max > most)
		value.rlim_max = most;
	value.rlim_cur = value.rlim_max;
	if (setrlimit(resource, &value))
		return ebpfmm_fail(err, errno, "limit its resources");
	return 0;
}

static int limit_all(uint64_t memory, struct ebpfmm_error *err)
{
	if ((!SANITIZED && limit(RLIMIT_AS, memory, err)) ||
	    limit(RLIMIT_CPU, CPU_SECONDS, err) || limit(RLIMIT_CORE, 0, err) ||
	    limit(RLIMIT_FSIZE, 0, err) || limit(RLIMIT_NPROC, 0, err) ||
	    limit(RLIMIT_NOFILE, FILES, err))
		return -1;
	return 0;
}

/* Best effort, as without /proc. */
static void be_taken_first(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	/* If that fails, it is as likely a victim as any other process. */
	dprintf(fd, "1000");
	close(fd);
}

int ebpfmm_confine(uint64_t memory, struct ebpfmm_error *err)
{
	be_taken_first();
	if (limit_all(memory, err) || drop_capabilities(err))
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return ebpfmm_fail(err, errno, "set no_new_privs");
	return allow_few_calls(err);
}
