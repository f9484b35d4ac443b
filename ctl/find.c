// SPDX-License-Identifier: GPL-2.0-only
/* Look-ups in the table of commands, separate from it because its commands use them. */
#include <string.h>

#include "command.h"

const struct ctl_option ctl_general[] = {
	{ .name = "help", .letter = 'h', .help = "print this help and exit" },
	{ .name = "version", .help = "print the version and exit" },
	{}
};

const struct ctl_command *ctl_find_command(const struct ctl_command *commands,
					   const char *name)
{
	for (; commands->name; commands++)
		if (!strcmp(commands->name, name))
			return commands;
	return NULL;
}

const struct ctl_option *ctl_find_option(const struct ctl_option *options,
					 const char *name)
{
	for (; options->name; options++)
		if (!strcmp(options->name, name))
			return options;
	return NULL;
}
