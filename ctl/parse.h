/* SPDX-License-Identifier: GPL-2.0-only */
/* From a command line to a command and what it is called with. */
#ifndef EBPFMM_CTL_PARSE_H
#define EBPFMM_CTL_PARSE_H

#include "command.h"

/**
 * struct ctl_line - a command line
 * @command: which command to run; NULL if that is not known
 * @args: what to call it with
 */
struct ctl_line {
	const struct ctl_command *command;
	struct ctl_args args;
};

/**
 * ctl_parse - read a command line
 * @argc: as for main()
 * @argv: as for main(); gets into another order
 * @line: as much as is known also after a failure, such as whether JSON is wanted
 * @err: what is wrong
 *
 * Options may be anywhere, before the command as well. --help makes a call of `help`
 * of any command line with options that there are; so does --version of `version`.
 *
 * Return: 0, or CTL_USAGE with @err set.
 */
int ctl_parse(int argc, char **argv, struct ctl_line *line, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_PARSE_H */
