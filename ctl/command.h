/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands of ebpfmm(8) and their options. One table says what there is; parsing,
 * help and completion follow it.
 */
#ifndef EBPFMM_CTL_COMMAND_H
#define EBPFMM_CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct ctl_command;

/* Returned by a command that was called wrongly. */
#define CTL_USAGE	2

/* The most operands that a command has a name for. */
#define CTL_OPERANDS	3

/**
 * struct ctl_args - what a command is called with
 * @json: print JSON
 * @completion: print what the shell's completion offers
 * @if_stale: only do what was not done, or too long ago
 * @show: print what is there, and do nothing
 * @regions: also tell of each region
 * @cgroup: value of --cgroup, or NULL
 * @rootfs: value of --rootfs, or NULL
 * @debug_dir: value of --debug-dir, or NULL
 * @every: value of --every, or NULL
 * @count: value of --count, or NULL
 * @output: value of --output, or NULL
 * @operands: what is left
 * @noperands: their number
 * @commands: the table of all commands
 */
struct ctl_args {
	bool json;
	bool completion;
	bool if_stale;
	bool show;
	bool regions;
	const char *cgroup;
	const char *rootfs;
	const char *debug_dir;
	const char *every;
	const char *count;
	const char *output;
	char **operands;
	int noperands;
	const struct ctl_command *commands;
};

/**
 * enum ctl_kind - what a word of a command line is, for who completes it
 * @CTL_ANY: nobody can tell
 * @CTL_COMMAND: a command
 * @CTL_FILE: a file
 * @CTL_DIR: a directory
 * @CTL_CGROUP: a cgroup, by its directory
 * @CTL_PROFILE: a profile, by its file or its name
 * @CTL_PID: a process of the cgroup before it
 */
enum ctl_kind {
	CTL_ANY,
	CTL_COMMAND,
	CTL_FILE,
	CTL_DIR,
	CTL_CGROUP,
	CTL_PROFILE,
	CTL_PID,
};

/**
 * struct ctl_word - a word that is left to who types it
 * @name: what help calls it; NULL for none
 * @kind: what it is
 */
struct ctl_word {
	const char *name;
	enum ctl_kind kind;
};

/**
 * struct ctl_option - an option of a command
 * @name: without its dashes; NULL behind the last one of a command
 * @letter: its short form, or 0
 * @value: its argument. Options of one name have one in all commands or in none.
 * @to: where it goes in struct ctl_args: to a string if it has a value, else to a bool
 * @help: what it is for, one line
 * @required: it cannot be left out
 * @form: options of two forms exclude each other; 0: it goes with all. A required one
 *	makes its form.
 */
struct ctl_option {
	const char *name;
	char letter;
	struct ctl_word value;
	size_t to;
	const char *help;
	bool required;
	unsigned int form;
};

/**
 * struct ctl_command - one command
 * @name: as typed
 * @summary: what it does, in a few words
 * @options: what it takes besides --help
 * @operands: what it takes besides
 * @min: how many of them it needs
 * @many: the last one may come again
 * @run: returns 0 when done, -1 with @err set, 1 when it failed and has said why
 *	itself, or CTL_USAGE with @err set when options or operands do not fit
 */
struct ctl_command {
	const char *name;
	const char *summary;
	const struct ctl_option *options;
	struct ctl_word operands[CTL_OPERANDS + 1];
	int min;
	bool many;
	int (*run)(const struct ctl_args *args, struct ebpfmm_error *err);
};

/* All of them; behind the last one is one without a name. */
extern const struct ctl_command ctl_commands[];

/* What ebpfmm takes without a command as well; @to is not used. */
extern const struct ctl_option ctl_general[];

/**
 * ctl_find_command - the command of that name
 * @commands: all of them
 * @name: as typed
 *
 * Return: it, or NULL.
 */
const struct ctl_command *ctl_find_command(const struct ctl_command *commands,
					   const char *name);

/**
 * ctl_find_option - the option of that name
 * @options: those of a command
 * @name: without its dashes
 *
 * Return: it, or NULL.
 */
const struct ctl_option *ctl_find_option(const struct ctl_option *options,
					 const char *name);

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
