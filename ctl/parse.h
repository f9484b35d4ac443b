/* SPDX-License-Identifier: GPL-2.0-only */
/* Parsing a command line to a command and its arguments. */
#ifndef EBPFMM_CTL_PARSE_H
#define EBPFMM_CTL_PARSE_H

#include "command.h"

/**
 * struct ctl_line - a command line
 * @command: the command to run; NULL if it is not known
 * @args: its arguments
 */
struct ctl_line {
	const struct ctl_command *command;
	struct ctl_args args;
};

/**
 * ctl_parse - read a command line
 * @argc: as for main()
 * @argv: as for main(); permuted
 * @line: filled in as far as possible also on failure, such as whether to print JSON
 * @err: what is wrong
 *
 * Options may be anywhere, also before the command. If all options are valid, --help turns
 * the command line into a call of `help`, and --version into one of `version`.
 *
 * Return: 0, or CTL_USAGE with @err set.
 */
int ctl_parse(int argc, char **argv, struct ctl_line *line, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_PARSE_H */
