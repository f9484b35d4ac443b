// SPDX-License-Identifier: GPL-2.0-only
/* The commands there are, and what is said of them. */
#include "command.h"

#include <string.h>

#include "output.h"

static const struct ctl_command commands[] = {
	{ "check", "[--rootfs DIR] [--debug-dir DIR] FILE...", "is it valid, and for this root?",
	  CTL_JSON | CTL_ROOTFS | CTL_DEBUG_DIR, 0, 1, -1, ctl_check },
	{ "resolve", "--rootfs DIR [--debug-dir DIR] FILE", "what does it translate to in this root?",
	  CTL_JSON | CTL_ROOTFS | CTL_DEBUG_DIR, CTL_ROOTFS, 1, 1, ctl_resolve },
	{ "load", "", "load the policy into the kernel, once per boot",
	  CTL_JSON, 0, 0, 0, ctl_load },
	{ "unload", "", "remove the policy from the kernel",
	  CTL_JSON, 0, 0, 0, ctl_unload },
	{ "attach", "--cgroup PATH [--rootfs DIR] [--debug-dir DIR] FILE",
	  "give a cgroup a profile, or another one",
	  CTL_JSON | CTL_CGROUP | CTL_ROOTFS | CTL_DEBUG_DIR, CTL_CGROUP, 1, 1,
	  ctl_attach },
	{ "detach", "--cgroup PATH", "take a cgroup's profile away",
	  CTL_JSON | CTL_CGROUP, CTL_CGROUP, 0, 0, ctl_detach },
	{ "list", "", "which cgroups have a profile",
	  CTL_JSON, 0, 0, 0, ctl_list },
	{ "stats", "[CGROUP]", "what was decided there, and why",
	  CTL_JSON, 0, 0, 1, ctl_stats },
	{ "trace", "[--every N] [--count N] CGROUP", "decisions as they are made",
	  CTL_JSON | CTL_EVERY | CTL_COUNT, 0, 1, 1, ctl_trace },
	{ "explain", "CGROUP PID ADDRESS", "what would be decided there, and why",
	  CTL_JSON, 0, 3, 3, ctl_explain },
	{ "metrics", "[--regions] [--output FILE]", "a page of OpenMetrics",
	  CTL_OUTPUT | CTL_REGIONS, 0, 0, 0, ctl_metrics },
	{ "calibrate", "[--if-stale] [--cgroup PATH] | --show",
	  "measure what pages cost here",
	  CTL_JSON | CTL_IF_STALE | CTL_SHOW | CTL_CGROUP, 0, 0, 0, ctl_calibrate },
	{ "gc", "", "clear what was left behind",
	  CTL_JSON, 0, 0, 0, ctl_gc },
	{ "doctor", "", "what is missing on this node",
	  CTL_JSON, 0, 0, 0, ctl_doctor },
	{ "help", "[COMMAND]", "how to use a command",
	  CTL_COMPLETION, 0, 0, 1, ctl_help },
	{ "version", "", "which version this is",
	  CTL_JSON, 0, 0, 0, ctl_version },
};

static const unsigned int ncommands = sizeof(commands) / sizeof(commands[0]);

const struct ctl_command *ctl_find(const char *name)
{
	for (unsigned int i = 0; i < ncommands; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void print_command(const struct ctl_command *command, FILE *out)
{
	fprintf(out, "usage: ebpfmm %s%s%s%s\n", command->name,
		command->synopsis[0] ? " " : "", command->synopsis,
		command->accepts & CTL_JSON ? " [--json]" : "");
}

static void print_commands(FILE *out)
{
	fputs("usage: ebpfmm COMMAND ...\n\n", out);
	for (unsigned int i = 0; i < ncommands; i++) {
		const struct ctl_command *command = &commands[i];
		char line[80];

		snprintf(line, sizeof(line), "%s %s", command->name,
			 command->synopsis);
		fprintf(out, "  %-42s %s\n", line, command->summary);
	}
	fputs("\nOptions: --json prints the result as JSON, but of metrics and help.\n"
	      "See ebpfmm(8).\n", out);
}

void ctl_print_usage(const struct ctl_command *command, FILE *out)
{
	if (command)
		print_command(command, out);
	else
		print_commands(out);
}

static const struct {
	const char *name;
	unsigned int bit;
} option_words[] = {
	{ "--json", CTL_JSON },
	{ "--cgroup", CTL_CGROUP },
	{ "--rootfs", CTL_ROOTFS },
	{ "--debug-dir", CTL_DEBUG_DIR },
	{ "--every", CTL_EVERY },
	{ "--count", CTL_COUNT },
	{ "--output", CTL_OUTPUT },
	{ "--regions", CTL_REGIONS },
	{ "--if-stale", CTL_IF_STALE },
	{ "--show", CTL_SHOW },
	{ "--completion", CTL_COMPLETION },
};

const char *ctl_option_name(unsigned int options)
{
	for (size_t i = 0; i < sizeof(option_words) / sizeof(option_words[0]); i++)
		if (options & option_words[i].bit)
			return option_words[i].name;
	return "an option";
}

/* One word a line: the options of a command, or all commands. */
static void print_completion(const struct ctl_command *command)
{
	if (!command) {
		for (unsigned int i = 0; i < ncommands; i++)
			puts(commands[i].name);
		return;
	}
	for (size_t i = 0; i < sizeof(option_words) / sizeof(option_words[0]); i++)
		if (command->accepts & option_words[i].bit)
			puts(option_words[i].name);
}

int ctl_help(const struct ctl_args *args, struct ebpfmm_error *err)
{
	const struct ctl_command *command = NULL;

	if (args->noperands) {
		command = ctl_find(args->operands[0]);
		if (!command) {
			ebpfmm_fail(err, 0, "there is no command `%s`",
				    args->operands[0]);
			return CTL_USAGE;
		}
	}
	if (args->completion) {
		print_completion(command);
	} else if (command) {
		print_command(command, stdout);
		printf("%s: %s\n", command->name, command->summary);
	} else {
		print_commands(stdout);
	}
	return 0;
}

int ctl_version(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct json_object *object;

	(void)err;
	if (args->json) {
		object = json_object_new_object();
		ctl_add_string(object, "version", EBPFMM_VERSION);
		ctl_print_json(object);
	} else {
		puts("ebpfmm " EBPFMM_VERSION);
	}
	return 0;
}
