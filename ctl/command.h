/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands of ebpfmm(8). One table says what there is; parsing, help and
 * completion follow it.
 */
#ifndef EBPFMM_CTL_COMMAND_H
#define EBPFMM_CTL_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/* Options of a command. */
#define CTL_JSON	(1U << 0)
#define CTL_CGROUP	(1U << 1)
#define CTL_ROOTFS	(1U << 2)
#define CTL_COMPLETION	(1U << 3)
#define CTL_EVERY	(1U << 4)
#define CTL_COUNT	(1U << 5)
#define CTL_DEBUG_DIR	(1U << 6)
#define CTL_OUTPUT	(1U << 7)
#define CTL_REGIONS	(1U << 8)
#define CTL_IF_STALE	(1U << 9)
#define CTL_SHOW	(1U << 10)

/* Returned by a command that was called wrongly. */
#define CTL_USAGE	2

/**
 * struct ctl_args - a parsed command line
 * @json: print JSON
 * @completion: print words for the shell's completion
 * @if_stale: only do what was not done, or too long ago
 * @show: print what is there, and do nothing
 * @cgroup: value of --cgroup, or NULL
 * @rootfs: value of --rootfs, or NULL
 * @debug_dir: value of --debug-dir, or NULL
 * @every: value of --every, or NULL
 * @count: value of --count, or NULL
 * @output: value of --output, or NULL
 * @regions: also tell of each region
 * @operands: what is left
 * @noperands: their number
 */
struct ctl_args {
	bool json;
	bool completion;
	bool if_stale;
	bool show;
	const char *cgroup;
	const char *rootfs;
	const char *debug_dir;
	const char *every;
	const char *count;
	const char *output;
	bool regions;
	char **operands;
	int noperands;
};

/**
 * struct ctl_command - one command
 * @name: as typed
 * @synopsis: what follows the name, apart from --json
 * @summary: what it does, in a few words
 * @accepts: options it takes
 * @requires: options that must be given
 * @min: fewest operands
 * @max: most operands; -1 any number
 * @run: returns 0 when done, -1 with @err set, 1 when it failed and has said why
 *	itself, or CTL_USAGE with @err set when options or operands do not fit
 */
struct ctl_command {
	const char *name;
	const char *synopsis;
	const char *summary;
	unsigned int accepts;
	unsigned int requires;
	int min;
	int max;
	int (*run)(const struct ctl_args *args, struct ebpfmm_error *err);
};

/**
 * ctl_find - find a command
 * @name: as typed
 *
 * Return: the command, or NULL.
 */
const struct ctl_command *ctl_find(const char *name);

/**
 * ctl_option_name - name of an option
 * @options: some of them
 *
 * Return: the first one, as it is typed.
 */
const char *ctl_option_name(unsigned int options);

/**
 * ctl_print_usage - print how something is typed
 * @command: the command; NULL: all of them
 * @out: where to
 */
void ctl_print_usage(const struct ctl_command *command, FILE *out);

int ctl_check(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_resolve(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_load(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_unload(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_attach(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_detach(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_list(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_stats(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_trace(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_explain(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_metrics(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_calibrate(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_gc(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_doctor(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_help(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_version(const struct ctl_args *args, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_COMMAND_H */
