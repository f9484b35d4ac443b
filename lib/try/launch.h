/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting the command that is to be traced. */
#ifndef EBPFMM_TRY_LAUNCH_H
#define EBPFMM_TRY_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "try/filter.h"

/**
 * struct ebpfmm_launch - how to start it
 * @argv: the command; its first word is looked for in PATH
 * @input: its standard input; below 0 for that of this process
 * @output: its standard output; likewise
 * @small: it and all that it starts get single pages
 * @stops: which of its calls stop for the tracer
 * @protection: as for ebpfmm_try_filter()
 * @exec: likewise; the command cannot gain privileges then
 */
struct ebpfmm_launch {
	char **argv;
	int input;
	int output;
	bool small;
	enum ebpfmm_try_stops stops;
	bool protection;
	bool exec;
};

/**
 * struct ebpfmm_launched - a process that waits to run the command
 * @pid: its id
 * @go: closing it after a byte was written has it run the command
 * @failure: has errno in it if it could not
 */
struct ebpfmm_launched {
	pid_t pid;
	int go;
	int failure;
};

/**
 * ebpfmm_launch - start a process that waits
 * @how: how
 * @out: filled in; descriptors are to be closed
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_launch(const struct ebpfmm_launch *how, struct ebpfmm_launched *out,
		  struct ebpfmm_error *err);

#endif /* EBPFMM_TRY_LAUNCH_H */
