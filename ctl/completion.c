// SPDX-License-Identifier: GPL-2.0-only
/* The tables of ebpfmm.bash, in bash syntax. */
#include <stdio.h>

#include "help.h"

static const char *const kinds[] = {
	[CTL_ANY] = "any",
	[CTL_COMMAND] = "command",
	[CTL_FILE] = "file",
	[CTL_DIR] = "dir",
	[CTL_CGROUP] = "cgroup",
	[CTL_PROFILE] = "profile",
	[CTL_PID] = "pid",
};

static void print_names(const struct ctl_option *options)
{
	for (; options->name; options++)
		printf("--%s ", options->name);
}

/* The kind of value of each option that has one. */
static void print_values(const struct ctl_command *command)
{
	for (const struct ctl_option *each = command->options; each->name; each++)
		if (each->value.name)
			printf("\t['%s --%s']=%s\n", command->name, each->name,
			       kinds[each->value.kind]);
}

static void print_operands(const struct ctl_command *command)
{
	const struct ctl_word *word = command->operands;

	printf("\t[%s]='", command->name);
	for (int i = 0; word[i].name; i++)
		printf("%s%s ", kinds[word[i].kind],
		       command->many && !word[i + 1].name ? "..." : "");
	puts("'");
}

/* The entry "ebpfmm" is for a command line without a command. */
void ctl_completion(const struct ctl_command *commands)
{
	const struct ctl_command *each;

	fputs("_ebpfmm_commands='", stdout);
	for (each = commands; each->name; each++)
		printf("%s ", each->name);

	fputs("'\ndeclare -gA _ebpfmm_options=(\n\t[ebpfmm]='", stdout);
	print_names(ctl_general);
	puts("'");
	for (each = commands; each->name; each++) {
		printf("\t[%s]='", each->name);
		print_names(each->options);
		puts("--help'");
	}

	puts(")\ndeclare -gA _ebpfmm_values=(");
	for (each = commands; each->name; each++)
		print_values(each);

	puts(")\ndeclare -gA _ebpfmm_operands=(\n\t[ebpfmm]='command '");
	for (each = commands; each->name; each++)
		print_operands(each);
	puts(")");
}
