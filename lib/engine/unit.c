// SPDX-License-Identifier: GPL-2.0-only
#include "engine/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Exists only if systemd manages the node; see sd_booted(3). */
#define SYSTEMD	"/run/systemd/system"
/* Not `*`, `?` and `[`, by which systemctl finds several units. */
#define PLAIN	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@"

int ebpfmm_unit_name(const char *given, char name[EBPFMM_UNIT_SIZE], struct ebpfmm_error *err)
{
	static const char *const suffixes[] = {
		".service", ".slice", ".scope", ".socket", ".mount", ".swap",
		/* These have no processes, which systemd says better. */
		".target", ".timer", ".path", ".device", ".automount",
	};
	const char *wrong = given + strspn(given, PLAIN), *suffix = strrchr(given, '.');
	bool typed = false;

	if (*wrong)
		return ebpfmm_fail(err, 0, "unit `%s`: `%c` is not permitted in the name of a unit",
				   given, *wrong);
	for (size_t i = 0; suffix && i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		typed = typed || !strcmp(suffix, suffixes[i]);
	if (!*given || (typed && suffix == given) ||
	    snprintf(name, EBPFMM_UNIT_SIZE, "%s%s", given, typed ? "" : suffixes[0]) >=
	    EBPFMM_UNIT_SIZE)
		return ebpfmm_fail(err, 0, "`%s` is not the name of a unit", given);
	return 0;
}

/* --- what systemd says of it --------------------------------------------------------------- */

static int start(char *const argv[], int output, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	int code = posix_spawn_file_actions_init(&files);

	if (code)
		return code;
	code = posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	if (!code)
		code = posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null",
							O_WRONLY, 0);
	if (!code)
		code = posix_spawnp(pid, argv[0], &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	return code;
}

/* Whatever comes after @size bytes is read, and left out. */
static void read_all(int from, char *text, size_t size)
{
	size_t length = 0;
	char rest[256];
	ssize_t got;

	do {
		if (length < size - 1) {
			got = read(from, text + length, size - 1 - length);
			length += got > 0 ? (size_t)got : 0;
		} else {
			got = read(from, rest, sizeof(rest));
		}
	} while (got > 0 || (got < 0 && errno == EINTR));
	text[length] = '\0';
}

static int ask(const char *unit, char *text, size_t size, struct ebpfmm_error *err)
{
	char *const argv[] = { (char *)"systemctl", (char *)"show",
			       (char *)"--property=LoadState,ControlGroup", (char *)"--",
			       (char *)unit, NULL };
	_cleanup_close_ int from = -1;
	int ends[2], code, status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return ebpfmm_fail(err, errno, "run systemctl");
	from = ends[0];
	code = start(argv, ends[1], &pid);
	close(ends[1]);
	if (code)
		return ebpfmm_fail(err, code, "run systemctl");
	read_all(from, text, size);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return ebpfmm_fail(err, errno, "wait for systemctl");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return ebpfmm_fail(err, 0, "unit `%s`: systemctl show failed with status %d", unit,
				   WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return 0;
}

int ebpfmm_unit_parse(const char *unit, char *text, char **path, struct ebpfmm_error *err)
{
	const char *state = "", *cgroup = "";
	char *rest = text, *line, *value;

	while ((line = strsep(&rest, "\n"))) {
		value = strchr(line, '=');
		if (!value)
			continue;
		*value++ = '\0';
		if (!strcmp(line, "LoadState"))
			state = value;
		else if (!strcmp(line, "ControlGroup"))
			cgroup = value;
	}
	/* It can run although its file was removed. */
	if (cgroup[0] != '/' && !strcmp(state, "not-found"))
		return ebpfmm_fail(err, 0, "unit `%s`: systemd does not know it", unit);
	if (cgroup[0] != '/')
		return ebpfmm_fail(err, 0, "unit `%s`: it has no cgroup, because it does not run",
				   unit);
	*path = strdup(cgroup + 1);
	return *path ? 0 : ebpfmm_fail(err, ENOMEM, "unit `%s`", unit);
}

int ebpfmm_unit_cgroup(const char *unit, char **path, struct ebpfmm_error *err)
{
	/* The path of a file has at most 4,096 bytes. */
	char text[8192], name[EBPFMM_UNIT_SIZE];

	if (ebpfmm_unit_name(unit, name, err))
		return -1;
	if (access(SYSTEMD, F_OK))
		return ebpfmm_fail(err, 0, "unit `%s`: systemd does not manage this node", name);
	return ask(name, text, sizeof(text), err) ? -1 : ebpfmm_unit_parse(name, text, path, err);
}
