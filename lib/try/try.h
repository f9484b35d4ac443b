/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running a command under a layout of page sizes.
 *
 * Where the kernel has the fault policy, a profile is attached to a cgroup that the command
 * gets. Elsewhere, and where all memory is to have one size, a tracer (tracer.c) stops the
 * command's threads where their memory changes and has them call madvise(2).
 */
#ifndef EBPFMM_TRY_H
#define EBPFMM_TRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "profile/profile.h"
#include "table/table.h"
#include "try/plan.h"
#include "try/usage.h"

/**
 * struct ebpfmm_trial - what is tried
 * @argv: the command
 * @input: its standard input; below 0 for that of this process
 * @output: its standard output; likewise
 * @answer: the page size of all memory; without @profile
 * @profile: a profile, or NULL
 * @traced: do not use the fault policy, even if there is one
 */
struct ebpfmm_trial {
	char **argv;
	int input;
	int output;
	enum ebpfmm_try_answer answer;
	const struct ebpfmm_profile *profile;
	bool traced;
};

/**
 * struct ebpfmm_tried - what came of it
 * @status: of the command, as waitpid(2) has it
 * @ns: time that the command took
 * @user_ns: CPU time in user space of the command and of what it has waited for
 * @system_ns: likewise in the kernel
 * @tracer_ns: CPU time of the tracer
 * @peak: most memory that one of its processes had at a time, bytes
 * @processes: that ended with memory of their own
 * @usage: anonymous memory of all processes, each when it was largest, as far as that is known
 * @policy: the fault policy decided
 * @signal: that somebody sent meanwhile to end this process, or 0
 * @table: of the profile; NULL without one
 * @notes: what could not be imitated, one line each
 * @nnotes: their number
 */
struct ebpfmm_tried {
	int status;
	int64_t ns;
	int64_t user_ns;
	int64_t system_ns;
	int64_t tracer_ns;
	uint64_t peak;
	unsigned int processes;
	struct ebpfmm_usage usage;
	bool policy;
	int signal;
	struct ebpfmm_table *table;
	char **notes;
	size_t nnotes;
};

/**
 * ebpfmm_try - run a command under a layout
 * @trial: what is tried
 * @tried: filled in, to be released with ebpfmm_tried_free() in any case
 * @err: what failed, such as that there is no such command
 *
 * Waits until all processes that the command has started have ended. SIGINT and SIGQUIT of
 * the terminal are left to them; other signals that end this process are passed on.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_try(const struct ebpfmm_trial *trial, struct ebpfmm_tried *tried,
	       struct ebpfmm_error *err);

/**
 * ebpfmm_tried_note - note what could not be imitated
 * @tried: gets the line, unless it has it already
 * @format: as for printf
 */
void ebpfmm_tried_note(struct ebpfmm_tried *tried, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * ebpfmm_tried_free - release it
 * @tried: zeroed or filled in
 */
void ebpfmm_tried_free(struct ebpfmm_tried *tried);

#endif /* EBPFMM_TRY_H */
