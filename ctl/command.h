/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands of ebpfmm(8) and their options, as one table that parsing, help and
 * completion use.
 */
#ifndef EBPFMM_CTL_COMMAND_H
#define EBPFMM_CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct ctl_command;

/* The return value of a command for wrong usage. */
#define CTL_USAGE	2

/*
 * The return value of a command that has run another program to its end: this, plus that
 * program's status as waitpid(2) has it.
 */
#define CTL_ENDED	0x10000

/* The maximum number of named operands of a command. */
#define CTL_OPERANDS	3

/**
 * struct ctl_args - the arguments of a command
 * @json: print JSON
 * @completion: print the tables of the shell's completion
 * @if_stale: skip the measurement if there is a current one
 * @show: print the current state, change nothing
 * @regions: also print each region
 * @cgroup: value of --cgroup, or NULL
 * @container: value of --container, or NULL
 * @unit: value of --unit, or NULL
 * @drop_in: print a drop-in of systemd instead
 * @rootfs: value of --rootfs, or NULL
 * @debug_dir: value of --debug-dir, or NULL
 * @every: value of --every, or NULL
 * @count: value of --count, or NULL
 * @output: value of --output, or NULL
 * @explain: say where numbers come from
 * @traced: do not use the fault policy
 * @cpu: compare CPU times
 * @name: value of --name, or NULL
 * @horizon: value of --horizon, or NULL
 * @budget: value of --budget, or NULL
 * @costs: value of --costs, or NULL
 * @pid: value of --pid, or NULL
 * @time: value of --time, or NULL
 * @damo: value of --damo, or NULL
 * @maps: value of --maps, or NULL
 * @html: value of --html, or NULL
 * @runs: value of --runs, or NULL
 * @recording: value of --recording, or NULL
 * @operands: the operands
 * @noperands: their number
 * @commands: the table of all commands
 */
struct ctl_args {
	bool json;
	bool completion;
	bool if_stale;
	bool show;
	bool regions;
	bool explain;
	bool traced;
	bool cpu;
	bool drop_in;
	const char *cgroup;
	const char *container;
	const char *unit;
	const char *rootfs;
	const char *debug_dir;
	const char *every;
	const char *count;
	const char *output;
	const char *name;
	const char *horizon;
	const char *budget;
	const char *costs;
	const char *pid;
	const char *time;
	const char *damo;
	const char *maps;
	const char *html;
	const char *runs;
	const char *recording;
	char **operands;
	int noperands;
	const struct ctl_command *commands;
};

/**
 * enum ctl_kind - kind of a word on the command line, for completion
 * @CTL_ANY: anything; not completed
 * @CTL_COMMAND: a command
 * @CTL_FILE: a file
 * @CTL_DIR: a directory
 * @CTL_CGROUP: a cgroup, by its directory
 * @CTL_PROFILE: a profile, by its file or its name
 * @CTL_PID: a process in the cgroup of the preceding word
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
 * struct ctl_word - an operand, or the value of an option
 * @name: its name in the help; NULL for none
 * @kind: its kind
 */
struct ctl_word {
	const char *name;
	enum ctl_kind kind;
};

/**
 * struct ctl_option - an option of a command
 * @name: its name without dashes; NULL terminates the options of a command
 * @letter: its short form, or 0
 * @value: its value. Options of the same name have one in all commands or in none
 * @to: offset of its member in struct ctl_args: a string if it has a value, else a bool
 * @help: its description, one line
 * @required: it is mandatory; in a form, it selects the form
 * @form: options of different forms are mutually exclusive; 0 if it can be in any form
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
 * @name: its name
 * @summary: what it does, in a few words
 * @options: its options besides --help
 * @operands: its operands
 * @min: minimum number of operands
 * @many: the last operand may be repeated
 * @one_form: an option of one of its forms is mandatory
 * @run: returns 0 on success, -1 with @err set, 1 after a failure that it has printed
 *	itself, CTL_USAGE with @err set for wrong usage, or CTL_ENDED and more
 */
struct ctl_command {
	const char *name;
	const char *summary;
	const struct ctl_option *options;
	struct ctl_word operands[CTL_OPERANDS + 1];
	int min;
	bool many;
	bool one_form;
	int (*run)(const struct ctl_args *args, struct ebpfmm_error *err);
};

/* All commands, terminated by one without a name. */
extern const struct ctl_command ctl_commands[];

/* The options of ebpfmm itself; @to is not used. */
extern const struct ctl_option ctl_general[];

/**
 * ctl_find_command - find a command by name
 * @commands: all commands
 * @name: the name
 *
 * Return: the command, or NULL.
 */
const struct ctl_command *ctl_find_command(const struct ctl_command *commands,
					   const char *name);

/**
 * ctl_find_option - find an option by name
 * @options: the options of a command
 * @name: the name without dashes
 *
 * Return: the option, or NULL.
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
int ctl_record(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_report(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_try(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_tune(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_derive(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_gc(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_doctor(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_help(const struct ctl_args *args, struct ebpfmm_error *err);
int ctl_version(const struct ctl_args *args, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_COMMAND_H */
