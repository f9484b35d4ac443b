// SPDX-License-Identifier: GPL-2.0-only
#include "doctor_place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

/* The prefix of packages. */
#define PACKAGED	"/usr"
#define HOOK		PACKAGED "/libexec/ebpfmm/ebpfmm-oci-hook"

char *doctor_place(const char *below)
{
	_cleanup_free_ char *path = NULL;
	char self[PATH_MAX], *usual;
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[length > 0 ? length : 0] = '\0';
	/* The command is in PREFIX/bin. */
	for (int i = 0; i < 2; i++)
		if (strrchr(self, '/'))
			*strrchr(self, '/') = '\0';
	if (asprintf(&path, "%s/%s", self, below) < 0)
		path = NULL;
	if (path && !access(path, F_OK))
		return take_ptr(path);
	return asprintf(&usual, PACKAGED "/%s", below) < 0 ? NULL : usual;
}

/* Its exit status, or -1 if it cannot be run. It prints nothing. */
static int run(const char *const argv[])
{
	posix_spawn_file_actions_t files;
	int code = posix_spawn_file_actions_init(&files), status;
	pid_t pid;

	if (code)
		return -1;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && !code; fd++)
		code = posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
	if (!code)
		code = posix_spawnp(&pid, argv[0], &files, NULL, (char **)argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (code)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const char *doctor_again(void)
{
	static const char *const dpkg[] = { "dpkg-query", "--search", HOOK, NULL };
	static const char *const rpm[] = { "rpm", "--query", "--whatprovides", HOOK, NULL };
	int status = run(dpkg);

	/* A node may have the programs of the other family, but no packages of it. */
	if (status < 0)
		status = run(rpm);
	return status ? "make install PREFIX=" PACKAGED : "reinstall the package ebpfmm";
}
