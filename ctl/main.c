// SPDX-License-Identifier: GPL-2.0-only
/* ebpfmm(8) */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/log.h"
#include "help.h"
#include "output.h"
#include "parse.h"

#define EXIT_USAGE 2

/* Prints an error on standard error and, with --json, also on standard output. */
static void complain(const struct ctl_line *line, const char *code,
		     struct ebpfmm_error *err)
{
	struct json_object *object;

	ebpfmm_printable(err->message);
	fprintf(stderr, "ebpfmm%s%s: %s\n", line->command ? " " : "",
		line->command ? line->command->name : "", err->message);
	if (line->args.json) {
		object = json_object_new_object();
		json_object_object_add(object, "error", ctl_error(err->message, code));
		ctl_print_json(object);
	}
}

static int run(const struct ctl_line *line, struct ebpfmm_error *err)
{
	int rc = line->command->run(&line->args, err);

	if (rc < 0)
		complain(line, ctl_error_code(err), err);
	return rc;
}

/* As the program that it has run, so that a caller sees no difference. */
static int end_like(int status)
{
	const struct rlimit none = {};

	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	setrlimit(RLIMIT_CORE, &none);
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	struct ebpfmm_error err = {};
	struct ctl_line line = {};
	int rc;

	/* If the caller ignores it, waitpid(2) fails. */
	signal(SIGCHLD, SIG_DFL);
	ebpfmm_log_open("ebpfmm", 0);
	rc = ctl_parse(argc, argv, &line, &err);
	if (!rc)
		rc = run(&line, &err);
	if (rc == CTL_USAGE) {
		complain(&line, "usage", &err);
		ctl_usage(ctl_commands, line.command, stderr);
	}
	/* ferror(3) also covers writes that failed before the last flush. */
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "ebpfmm%s%s: cannot write to stdout\n",
			line.command ? " " : "", line.command ? line.command->name : "");
		return EXIT_FAILURE;
	}
	if (rc == CTL_USAGE)
		return EXIT_USAGE;
	if (rc >= CTL_ENDED)
		return end_like(rc - CTL_ENDED);
	return rc ? EXIT_FAILURE : EXIT_SUCCESS;
}
