// SPDX-License-Identifier: GPL-2.0-only
/* ebpfmm(8): options in, exit status out. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "command.h"
#include "output.h"

#define EXIT_USAGE 2

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "cgroup", required_argument, NULL, 'c' },
	{ "rootfs", required_argument, NULL, 'r' },
	{ "debug-dir", required_argument, NULL, 'd' },
	{ "every", required_argument, NULL, 'e' },
	{ "count", required_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "regions", no_argument, NULL, 'R' },
	{ "if-stale", no_argument, NULL, 'i' },
	{ "show", no_argument, NULL, 's' },
	{ "completion", no_argument, NULL, 'C' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{},
};

static const struct ctl_command *find(const char *name)
{
	for (unsigned int i = 0; i < ctl_ncommands; i++)
		if (!strcmp(ctl_commands[i].name, name))
			return &ctl_commands[i];
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
	for (unsigned int i = 0; i < ctl_ncommands; i++) {
		const struct ctl_command *command = &ctl_commands[i];
		char line[80];

		snprintf(line, sizeof(line), "%s %s", command->name,
			 command->synopsis);
		fprintf(out, "  %-42s %s\n", line, command->summary);
	}
	fputs("\nOptions: --json prints the result as JSON, but of metrics and help.\n"
	      "See ebpfmm(8).\n", out);
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

/* The first of some options. */
static const char *option_name(unsigned int options)
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
		for (unsigned int i = 0; i < ctl_ncommands; i++)
			puts(ctl_commands[i].name);
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
		command = find(args->operands[0]);
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

static int usage(const struct ctl_command *command)
{
	if (command)
		print_command(command, stderr);
	else
		print_commands(stderr);
	return EXIT_USAGE;
}

static int refuse(const struct ctl_command *command, const char *what,
		  const char *is)
{
	fprintf(stderr, "ebpfmm %s: %s%s\n", command->name, what, is);
	return usage(command);
}

static int run(const struct ctl_command *command, unsigned int given,
	       const struct ctl_args *args)
{
	struct ebpfmm_error err = {};
	struct json_object *object;
	int rc;

	if (given & ~command->accepts)
		return refuse(command, option_name(given & ~command->accepts),
			      " is not for this command");
	if (command->requires & ~given)
		return refuse(command, option_name(command->requires & ~given),
			      " is missing");
	if (args->noperands < command->min)
		return refuse(command, "too few arguments", "");
	if (command->max >= 0 && args->noperands > command->max)
		return refuse(command, "too many arguments", "");
	rc = command->run(args, &err);
	if (rc == CTL_USAGE)
		return refuse(command, err.message, "");
	if (rc < 0) {
		ebpfmm_printable(err.message);
		fprintf(stderr, "ebpfmm %s: %s\n", command->name, err.message);
		if (args->json) {
			object = json_object_new_object();
			ctl_add_string(object, "error", err.message);
			ctl_print_json(object);
		}
	}
	if (fflush(stdout)) {
		fprintf(stderr, "ebpfmm %s: cannot write to stdout\n", command->name);
		return EXIT_FAILURE;
	}
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const struct ctl_command *command = NULL;
	struct ctl_args args = {};
	unsigned int given = 0;
	bool help = false;
	int option;

	/* Where a caller has it ignored, no child can be waited for. */
	signal(SIGCHLD, SIG_DFL);
	ebpfmm_log_open("ebpfmm", 0);
	while ((option = getopt_long(argc, argv, "jh", long_options, NULL)) != -1) {
		switch (option) {
		case 'j':
			args.json = true;
			given |= CTL_JSON;
			break;
		case 'c':
			args.cgroup = optarg;
			given |= CTL_CGROUP;
			break;
		case 'r':
			args.rootfs = optarg;
			given |= CTL_ROOTFS;
			break;
		case 'd':
			args.debug_dir = optarg;
			given |= CTL_DEBUG_DIR;
			break;
		case 'e':
			args.every = optarg;
			given |= CTL_EVERY;
			break;
		case 'n':
			args.count = optarg;
			given |= CTL_COUNT;
			break;
		case 'o':
			args.output = optarg;
			given |= CTL_OUTPUT;
			break;
		case 'R':
			args.regions = true;
			given |= CTL_REGIONS;
			break;
		case 'i':
			args.if_stale = true;
			given |= CTL_IF_STALE;
			break;
		case 's':
			args.show = true;
			given |= CTL_SHOW;
			break;
		case 'C':
			args.completion = true;
			given |= CTL_COMPLETION;
			break;
		case 'h':
			help = true;
			break;
		case 'V':
			return run(find("version"), 0, &args);
		default:
			return usage(NULL);
		}
	}
	args.operands = argv + optind;
	args.noperands = argc - optind;
	if (help) {
		/* Whatever else is there: of the command. */
		args.noperands = args.noperands > 0;
		return run(find("help"), 0, &args);
	}
	if (!args.noperands)
		return usage(NULL);
	command = find(args.operands[0]);
	if (!command) {
		fprintf(stderr, "ebpfmm: there is no command `%s`\n",
			args.operands[0]);
		return usage(NULL);
	}
	args.operands++;
	args.noperands--;
	return run(command, given, &args);
}
