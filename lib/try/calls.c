// SPDX-License-Identifier: GPL-2.0-only
/* What the tracer does at system calls. */
#include <errno.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "image/binary.h"
#include "try/filter.h"
#include "try/inject.h"
#include "try/refuse.h"
#include "try/tracer_private.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA	0x53564d41
#endif

#define SYSCALL_MAX_ERROR	4095

/* --- advice --------------------------------------------------------------------------------- */

static int inject(struct tracer *tracer, struct ebpfmm_tracee *tracee, bool after_exec,
		  const struct ebpfmm_calls *calls)
{
	int status = NO_STATUS, rc;

	if (!calls->count || trace_lift_filter(tracer, tracee))
		return NO_STATUS;
	rc = ebpfmm_inject(tracee->tid, after_exec, calls, &tracer->failed, &status);
	if (rc >= 0)
		trace_restore_filter(tracee);
	if (rc > 0)
		ebpfmm_tried_note(tracer->tried, "%s could not be made to call madvise(2)",
				  tracee->mm->exe ? tracee->mm->exe : "a program");
	return status;
}

static bool is_concerned(const struct tracer *tracer, const struct ebpfmm_mm *mm)
{
	return tracer->how->advise && !mm->alien &&
	       (!tracer->how->planning.table || mm->program != EBPFMM_NO_PROGRAM);
}

/* Plan all memory, and make the calls that are missing. */
static int refresh(struct tracer *tracer, struct ebpfmm_tracee *tracee, bool after_exec)
{
	struct ebpfmm_mm *mm = tracee->mm;
	struct ebpfmm_try_areas areas = {};
	struct ebpfmm_calls calls = {};
	struct ebpfmm_plan plan = {};
	const struct ebpfmm_planned what = { mm->program, mm->bounds, &areas };
	int status = NO_STATUS;

	if (!is_concerned(tracer, mm))
		return NO_STATUS;
	if (!ebpfmm_try_areas_read(tracee->tid, &areas)) {
		ebpfmm_told_join(&mm->told, &areas);
		if (!ebpfmm_plan_make(&tracer->how->planning, &what, &plan) &&
		    !ebpfmm_advise(&mm->told, &plan, tracer->how->deny, &calls))
			status = inject(tracer, tracee, after_exec, &calls);
	}
	ebpfmm_plan_free(&plan);
	ebpfmm_try_areas_free(&areas);
	free(calls.list);
	return status;
}

/*
 * New memory. If all memory gets the same, what else is mapped does not matter, and need not be
 * read, which would take longer the more there is.
 */
static int refresh_new(struct tracer *tracer, struct ebpfmm_tracee *tracee, uint64_t start,
		       uint64_t end, enum ebpfmm_advice advice)
{
	const struct ebpfmm_planning *planning = &tracer->how->planning;
	struct ebpfmm_piece piece = { .start = start, .end = end, .answer = planning->answer };
	struct ebpfmm_plan plan = { &piece, 1, 1 };
	struct ebpfmm_mm *mm = tracee->mm;
	struct ebpfmm_calls calls = {};
	struct ebpfmm_told told = {};
	int status = NO_STATUS;

	if (ebpfmm_told_set(&mm->told, start, end, advice))
		return NO_STATUS;
	if (planning->table || (planning->answer == EBPFMM_ANSWER_2M && !planning->only_2m))
		return refresh(tracer, tracee, false);
	if (!is_concerned(tracer, mm) || advice == EBPFMM_ADVICE_REFUSED)
		return NO_STATUS;
	if (!ebpfmm_advise(&told, &plan, tracer->how->deny, &calls) && calls.count) {
		status = inject(tracer, tracee, false, &calls);
		for (size_t i = 0; i < told.count; i++)
			ebpfmm_told_set(&mm->told, told.list[i].start, told.list[i].end,
					told.list[i].advice);
	}
	free(calls.list);
	ebpfmm_told_free(&told);
	return status;
}

/* --- before a call -------------------------------------------------------------------------- */

/* Memory must not be filled before it was advised. It is filled afterwards, by advice. */
static bool enter_mmap(struct ebpfmm_tracee *tracee, struct user_regs_struct *regs)
{
	if (!(regs->r10 & MAP_PRIVATE) || (regs->r10 & MAP_SHARED))
		return false;
	if (regs->r10 & MAP_POPULATE) {
		regs->r10 &= ~(unsigned long long)MAP_POPULATE;
		ptrace(PTRACE_SETREGS, tracee->tid, NULL, regs);
	}
	return true;
}

static void enter_exec(struct tracer *tracer, struct ebpfmm_tracee *tracee,
		       struct user_regs_struct *regs)
{
	_cleanup_free_ char *path = ebpfmm_refused(tracee->tid, tracee->number, tracee->args);

	if (!path)
		return;
	ebpfmm_tried_note(tracer->tried, "%s was not run: it would have more privileges than its "
			  "caller, but not while it is traced", path);
	regs->orig_rax = (unsigned long long)-1;
	regs->rax = (unsigned long long)-EPERM;
	ptrace(PTRACE_SETREGS, tracee->tid, NULL, regs);
}

/* How many bytes a system call takes off the end of a mapping or of the heap, or unmaps. */
static uint64_t given_back(struct ebpfmm_tracee *tracee)
{
	uint64_t asked = tracee->mm->asked, end = tracee->args[0];

	switch (tracee->number) {
	case SYS_munmap:
		return tracee->args[1];
	case SYS_mremap:
		return tracee->args[1] > tracee->args[2] ? tracee->args[1] - tracee->args[2] : 0;
	case SYS_brk:
		if (end)
			tracee->mm->asked = end;
		return end && end < asked ? asked - end : 0;
	}
	return 0;
}

bool trace_enter(struct tracer *tracer, struct ebpfmm_tracee *tracee)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tracee->tid, NULL, &regs))
		return false;
	tracee->number = (long)regs.orig_rax;
	tracee->args[0] = regs.rdi;
	tracee->args[1] = regs.rsi;
	tracee->args[2] = regs.rdx;
	tracee->args[3] = regs.r10;
	tracee->args[4] = regs.r8;
	tracee->args[5] = regs.r9;
	if (given_back(tracee) >= EBPFMM_TRY_MUCH && tracee->mm->owner == tracee->tgid)
		trace_look_again(tracer, tracee);
	switch (tracee->number) {
	case SYS_execve:
	case SYS_execveat:
		enter_exec(tracer, tracee, &regs);
		return false;
	case SYS_seccomp:
		return regs.rdi == SECCOMP_SET_MODE_FILTER || regs.rdi == SECCOMP_SET_MODE_STRICT;
	case SYS_munmap:
		return tracer->how->protection && is_concerned(tracer, tracee->mm);
	case SYS_mmap:
		return is_concerned(tracer, tracee->mm) && enter_mmap(tracee, &regs);
	case SYS_brk:
		return regs.rdi && is_concerned(tracer, tracee->mm);
	case SYS_prctl:
		return regs.rdi == PR_SET_SECCOMP || is_concerned(tracer, tracee->mm);
	}
	return is_concerned(tracer, tracee->mm);
}

/* --- after a call --------------------------------------------------------------------------- */

/* Fill memory, which was not done by mmap(2). */
static int populate(struct tracer *tracer, struct ebpfmm_tracee *tracee, uint64_t start,
		    uint64_t length)
{
	struct ebpfmm_call call = { start, length, tracee->args[2] & PROT_WRITE ?
				    MADV_POPULATE_WRITE : MADV_POPULATE_READ };
	const struct ebpfmm_calls calls = { &call, 1, 1 };
	struct user_regs_struct regs;

	/* The register that the flag was taken from. */
	if (!ptrace(PTRACE_GETREGS, tracee->tid, NULL, &regs)) {
		regs.r10 = tracee->args[3];
		ptrace(PTRACE_SETREGS, tracee->tid, NULL, &regs);
	}
	return length ? inject(tracer, tracee, false, &calls) : NO_STATUS;
}

static int leave_mmap(struct tracer *tracer, struct ebpfmm_tracee *tracee, uint64_t start,
		      bool failed)
{
	uint64_t length = failed ? 0 : trace_page_up(tracee->args[1]);
	bool stack = tracee->args[3] & MAP_STACK && tracer->how->stacks;
	int status = NO_STATUS;

	if (!failed)
		status = refresh_new(tracer, tracee, start, start + length, stack ?
				     EBPFMM_ADVICE_REFUSED : EBPFMM_ADVICE_NONE);
	/* With MAP_NONBLOCK, the kernel fills nothing. */
	if (status == NO_STATUS && tracee->args[3] & MAP_POPULATE)
		status = populate(tracer, tracee, start,
				  tracee->args[3] & MAP_NONBLOCK ? 0 : length);
	return status;
}

static int leave_brk(struct tracer *tracer, struct ebpfmm_tracee *tracee, uint64_t end)
{
	struct ebpfmm_mm *mm = tracee->mm;
	uint64_t before = mm->brk ? mm->brk : mm->bounds.start_brk;

	/* The call returns the old end if it fails. */
	mm->brk = end;
	if (!mm->bounds.start_brk || end <= before)
		return NO_STATUS;
	return refresh_new(tracer, tracee, trace_page_up(before), trace_page_up(end),
			   EBPFMM_ADVICE_NONE);
}

/* Memory keeps what it was told, wherever it goes. */
static int leave_mremap(struct tracer *tracer, struct ebpfmm_tracee *tracee, uint64_t start)
{
	if (ebpfmm_told_move(&tracee->mm->told, tracee->args[0], trace_page_up(tracee->args[1]),
			     start, trace_page_up(tracee->args[2])))
		return NO_STATUS;
	return refresh(tracer, tracee, false);
}

/* Its other threads may have got the filter as well. */
static void note_filter(struct tracer *tracer, const struct ebpfmm_tracee *tracee)
{
	for (size_t i = 0; i < EBPFMM_TRACEE_BUCKETS; i++)
		for (struct ebpfmm_tracee *other = tracer->all.buckets[i]; other;
		     other = other->next)
			if (other->tgid == tracee->tgid)
				other->filtered = true;
}

int trace_leave(struct tracer *tracer, struct ebpfmm_tracee *tracee)
{
	const uint64_t *args = tracee->args;
	struct user_regs_struct regs;
	int status;
	int64_t result;
	bool failed;

	if (ptrace(PTRACE_GETREGS, tracee->tid, NULL, &regs))
		return NO_STATUS;
	result = (int64_t)regs.rax;
	if (tracee->number == SYS_mremap && result == -EFAULT) {
		status = trace_remap(tracer, tracee, &result);
		if (status != NO_STATUS)
			return status;
	}
	failed = result < 0 && result >= -SYSCALL_MAX_ERROR;
	if (tracee->number == SYS_mmap)
		return leave_mmap(tracer, tracee, (uint64_t)result, failed);
	if (failed)
		return NO_STATUS;
	switch (tracee->number) {
	case SYS_execve:
		return refresh(tracer, tracee, true);
	case SYS_brk:
		return leave_brk(tracer, tracee, (uint64_t)result);
	case SYS_mremap:
		return leave_mremap(tracer, tracee, (uint64_t)result);
	case SYS_seccomp:
		note_filter(tracer, tracee);
		return NO_STATUS;
	case SYS_madvise:
		ebpfmm_told_set(&tracee->mm->told, args[0], args[0] + trace_page_up(args[1]),
				args[2] == MADV_HUGEPAGE ? EBPFMM_ADVICE_ASKED :
				EBPFMM_ADVICE_REFUSED);
		break;
	case SYS_prctl:
		if (args[0] == PR_SET_SECCOMP) {
			note_filter(tracer, tracee);
			return NO_STATUS;
		}
	}
	return refresh(tracer, tracee, false);
}

/* --- a new program -------------------------------------------------------------------------- */

static unsigned int program_of(const struct ebpfmm_table *table, const struct stat *file)
{
	const struct ebpfmm_identity identity = {
		.ino = file->st_ino, .dev = (uint32_t)file->st_dev,
		.mtime = file->st_mtim.tv_sec, .mtime_nsec = (uint32_t)file->st_mtim.tv_nsec,
	};

	for (unsigned int i = 0; table && i < table->large.header.nprograms; i++)
		if (ebpfmm_same_file(&table->large.header.programs[i].file, &identity))
			return i;
	return EBPFMM_NO_PROGRAM;
}

/* Whether a program is of another architecture, by its ELF header. */
static bool is_alien(const char *exe)
{
	unsigned char head[20] = {};
	FILE *file = fopen(exe, "re");
	size_t got = file ? fread(head, 1, sizeof(head), file) : 0;

	if (file)
		fclose(file);
	/* EI_CLASS and e_machine: 64 bits, EM_X86_64. */
	return got == sizeof(head) && (head[4] != 2 || head[18] != 62);
}

int trace_exec(struct tracer *tracer, struct ebpfmm_tracee *tracee)
{
	struct ebpfmm_mm *mm = ebpfmm_mm_new();
	char exe[32], path[PATH_MAX];
	struct stat file;
	ssize_t length;

	if (!mm)
		return -1;
	snprintf(exe, sizeof(exe), "/proc/%d/exe", (int)tracee->tid);
	length = readlink(exe, path, sizeof(path) - 1);
	if (length > 0) {
		path[length] = '\0';
		mm->exe = strdup(path);
	}
	mm->owner = tracee->tgid;
	mm->alien = is_alien(exe);
	if (mm->alien)
		ebpfmm_tried_note(tracer->tried, "%s is no program for x86-64: the kernel decides "
				  "about its memory", mm->exe ? mm->exe : "a program");
	if (!stat(exe, &file))
		mm->program = program_of(tracer->how->planning.table, &file);
	ebpfmm_try_memory_read(tracee->tid, &mm->bounds);
	ebpfmm_tracee_give(tracee, mm);
	/* Its memory is there when the call returns. */
	tracee->number = SYS_execve;
	tracee->inside = is_concerned(tracer, mm);
	return 0;
}
