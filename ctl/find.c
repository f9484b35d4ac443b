// SPDX-License-Identifier: GPL-2.0-only
/* Look-ups in the table of commands, separate from it because its commands use them. */
#include <string.h>

#include "command.h"

/* The entry of a table that has a name, or NULL. */
#define FIND(table, wanted)					\
	({							\
		__typeof__(&(table)[0]) at = (table);		\
								\
		while (at->name && strcmp(at->name, (wanted)))	\
			at++;					\
		at->name ? at : NULL;				\
	})

const struct ctl_option ctl_general[] = {
	{ .name = "help", .letter = 'h', .help = "print this help and exit" },
	{ .name = "version", .help = "print the version and exit" },
	{}
};

const struct ctl_command *ctl_find_command(const struct ctl_command *commands,
					   const char *name)
{
	return FIND(commands, name);
}

const struct ctl_option *ctl_find_option(const struct ctl_option *options,
					 const char *name)
{
	return FIND(options, name);
}
