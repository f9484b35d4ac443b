// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a confined process can do no more. Built without sanitizers, which make
 * system calls of their own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "elf/confine.h"

#define MEMORY (1ULL << 30)
#define CONFINED 40	/* an exit status */

/* Both processes of a test write to it. */
static volatile int *shared;
static int file;

/* The status of a confined process that has done @what. */
static int status_of(void (*what)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		if (ebpfmm_confine(MEMORY, NULL))
			_exit(1);
		what();
		_exit(CONFINED);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void try_open(void)
{
	syscall(SYS_open, "/dev/null", O_RDONLY);
}

static void try_openat(void)
{
	open("/dev/null", O_RDONLY);
}

static void try_openat2(void)
{
	syscall(SYS_openat2, AT_FDCWD, "/dev/null", NULL, 0);
}

static void try_stat(void)
{
	struct stat st;

	stat("/dev/null", &st);
}

static void try_unlink(void)
{
	unlink("/nonexistent");
}

static void try_write(void)
{
	write(file, "", 1);
}

static void try_ioctl(void)
{
	syscall(SYS_ioctl, file, 0, 0);
}

/* Who is to be told of what happens to a file gets a signal. */
static void try_owner(void)
{
	fcntl(file, F_SETOWN, 1);
}

static void try_socket(void)
{
	socket(AF_UNIX, SOCK_STREAM, 0);
}

static void try_kill(void)
{
	kill(1, 0);
}

static void try_ptrace(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void try_memory_of_others(void)
{
	process_vm_readv(1, NULL, 0, NULL, 0, 0);
}

static void try_setuid(void)
{
	setuid(0);
}

static void try_capset(void)
{
	syscall(SYS_capset, NULL, NULL);
}

static void try_prctl(void)
{
	prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
}

static void try_fork(void)
{
	if (!fork())
		_exit(0);
}

static void try_exec(void)
{
	execl("/bin/true", "true", NULL);
}

static void try_bpf(void)
{
	syscall(SYS_bpf, 0, NULL, 0);
}

static void try_code(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void try_code_later(void)
{
	void *memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mprotect(memory, 4096, PROT_READ | PROT_EXEC);
}

static void try_rlimit(void)
{
	syscall(SYS_prlimit64, 0, 0, NULL, NULL);
}

static void try_x32(void)
{
	/* __X32_SYSCALL_BIT: pread64 of another ABI. */
	syscall(SYS_pread64 | 0x40000000, file, NULL, 0, 0);
}

static void try_i386(void)
{
	long number = SYS_pread64;	/* which is another one there, and does nothing */

	__asm__ volatile("int $0x80" : "+a"(number) : : "memory");
}

static const struct {
	const char *name;
	void (*what)(void);
} forbidden[] = {
	{ "open", try_open }, { "openat", try_openat }, { "openat2", try_openat2 },
	{ "stat", try_stat }, { "unlink", try_unlink }, { "write", try_write },
	{ "ioctl", try_ioctl }, { "F_SETOWN", try_owner }, { "socket", try_socket },
	{ "kill", try_kill }, { "ptrace", try_ptrace },
	{ "process_vm_readv", try_memory_of_others }, { "setuid", try_setuid },
	{ "capset", try_capset }, { "prctl", try_prctl }, { "fork", try_fork },
	{ "execve", try_exec }, { "bpf", try_bpf }, { "mmap of code", try_code },
	{ "mprotect", try_code_later }, { "prlimit", try_rlimit }, { "x32", try_x32 },
	{ "i386", try_i386 },
};

static void all_else_is_the_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		int status = status_of(forbidden[i].what);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: status %#x", forbidden[i].name, status);
	}
}

static void read_and_allocate(void)
{
	struct stat st;
	char *memory;
	char bytes[4];
	int copy;

	if (pread(file, bytes, 4, 0) != 4 || memcmp(bytes, "\177ELF", 4) ||
	    fstat(file, &st))
		_exit(1);
	copy = fcntl(file, F_DUPFD_CLOEXEC, 0);
	if (copy < 0 || close(copy))
		_exit(2);
	/* Little and much of it, and within bounds. */
	memory = malloc(100);
	memory = memory ? realloc(memory, 64 << 20) : NULL;
	memory = memory ? realloc(memory, 128 << 20) : NULL;
	if (!memory)
		_exit(3);
	memset(memory, 1, 128 << 20);
	free(memory);
	if (mmap(NULL, 2 * MEMORY, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		 -1, 0) != MAP_FAILED)
		_exit(4);
}

static void parsing_is_possible(void **state)
{
	int status;

	(void)state;
	status = status_of(read_and_allocate);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), CONFINED);
}

static void run_for_ever(void)
{
	*shared = 1;
	for (;;)
		;
}

/* The rest of the line that begins so in a file of /proc. */
static void assert_line(pid_t pid, const char *name, const char *start, const char *rest)
{
	char path[64], line[256];
	FILE *lines;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	lines = fopen(path, "re");
	assert_non_null(lines);
	while (fgets(line, sizeof(line), lines)) {
		if (strncmp(line, start, strlen(start)))
			continue;
		fclose(lines);
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line + strlen(start) +
			    strspn(line + strlen(start), " \t"), rest, strlen(rest)))
			fail_msg("%s: expected %s", line, rest);
		return;
	}
	fail_msg("%s has no %s", path, start);
}

static void privileges_and_limits_are_gone(void **state)
{
	static const char *const sets[] = {
		"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:",
	};
	pid_t pid;

	(void)state;
	*shared = 0;
	pid = fork();
	if (!pid) {
		if (ebpfmm_confine(MEMORY, NULL))
			_exit(1);
		run_for_ever();
	}
	while (!*shared && !waitpid(pid, NULL, WNOHANG))
		;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		/* Who has no right to lower the bounding set keeps it. */
		if (!getuid() || strcmp(sets[i], "CapBnd:"))
			assert_line(pid, "status", sets[i], "0000000000000000");
	assert_line(pid, "status", "NoNewPrivs:", "1");
	assert_line(pid, "status", "Seccomp:", "2");
	assert_line(pid, "oom_score_adj", "", "1000");
	assert_line(pid, "limits", "Max address space", "1073741824           1073741824");
	assert_line(pid, "limits", "Max cpu time", "60                   60");
	assert_line(pid, "limits", "Max core file size", "0                    0");
	assert_line(pid, "limits", "Max file size", "0                    0");
	assert_line(pid, "limits", "Max processes", "0                    0");
	assert_line(pid, "limits", "Max open files", "8                    8");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_else_is_the_end),
		cmocka_unit_test(parsing_is_possible),
		cmocka_unit_test(privileges_and_limits_are_gone),
	};

	file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (file < 0 || shared == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
