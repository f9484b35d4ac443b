/* SPDX-License-Identifier: GPL-2.0-only */
/* How commands are used, as the table of commands has it. */
#ifndef EBPFMM_CTL_HELP_H
#define EBPFMM_CTL_HELP_H

#include <stdio.h>

#include "command.h"

/**
 * ctl_usage - print the line that says how a command is used
 * @commands: all of them
 * @command: of which command; NULL: which commands there are
 * @out: output stream
 */
void ctl_usage(const struct ctl_command *commands, const struct ctl_command *command,
	       FILE *out);

/**
 * ctl_completion - print what a shell is to offer, for ebpfmm.bash
 * @commands: all of them
 */
void ctl_completion(const struct ctl_command *commands);

#endif /* EBPFMM_CTL_HELP_H */
