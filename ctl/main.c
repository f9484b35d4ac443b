// SPDX-License-Identifier: GPL-2.0-only
/* ebpfmm(8): options in, exit status out. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

static int usage(const struct ctl_command *command)
{
	ctl_print_usage(command, stderr);
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
		return refuse(command, ctl_option_name(given & ~command->accepts),
			      " is not for this command");
	if (command->requires & ~given)
		return refuse(command, ctl_option_name(command->requires & ~given),
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
			return run(ctl_find("version"), 0, &args);
		default:
			return usage(NULL);
		}
	}
	args.operands = argv + optind;
	args.noperands = argc - optind;
	if (help) {
		/* Whatever else is there: of the command. */
		args.noperands = args.noperands > 0;
		return run(ctl_find("help"), 0, &args);
	}
	if (!args.noperands)
		return usage(NULL);
	command = ctl_find(args.operands[0]);
	if (!command) {
		fprintf(stderr, "ebpfmm: there is no command `%s`\n",
			args.operands[0]);
		return usage(NULL);
	}
	args.operands++;
	args.noperands--;
	return run(command, given, &args);
}
