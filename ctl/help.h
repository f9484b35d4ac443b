/* SPDX-License-Identifier: GPL-2.0-only */
/* Help for commands, from the table of commands. */
#ifndef EBPFMM_CTL_HELP_H
#define EBPFMM_CTL_HELP_H

#include <stdio.h>

#include "command.h"

/**
 * ctl_usage - print the usage line of a command
 * @commands: all commands
 * @command: the command; NULL lists all commands
 * @out: output stream
 */
void ctl_usage(const struct ctl_command *commands, const struct ctl_command *command,
	       FILE *out);

/**
 * ctl_completion - print the tables for ebpfmm.bash
 * @commands: all commands
 */
void ctl_completion(const struct ctl_command *commands);

#endif /* EBPFMM_CTL_HELP_H */
