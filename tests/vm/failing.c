// SPDX-License-Identifier: GPL-2.0-only
/*
 * failing.so, preloaded: from its main() on, allocations that the kernel makes
 * for a program fail. Needs a kernel with fault injection.
 *
 * With FAIL_NTH in the environment that one does, counted from 1; what was
 * left to count when the program ended is written to the file FAIL_LEFT: 0 if
 * one has failed. Without, each fails with the probability that debugfs says,
 * those of the program's children too.
 */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BROKEN 99

static int nth = -1, left = -1;

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(BROKEN, "%s", path);
	close(fd);
}

__attribute__((constructor)) static void begin(void)
{
	const char *count = getenv("FAIL_NTH"), *file = getenv("FAIL_LEFT");

	unsetenv("LD_PRELOAD");
	if (!count) {
		put("/proc/self/make-it-fail", "1");
		return;
	}
	nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth < 0)
		err(BROKEN, "/proc/self/fail-nth");
	left = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (left < 0)
		err(BROKEN, "%s", file);
	if (pwrite(nth, count, strlen(count), 0) < 0)
		err(BROKEN, "/proc/self/fail-nth");
}

__attribute__((destructor)) static void end(void)
{
	char text[16];
	ssize_t length;

	if (nth < 0)
		return;
	length = pread(nth, text, sizeof(text), 0);
	if (length < 0 || pwrite(nth, "0", 1, 0) < 0 ||
	    write(left, text, (size_t)length) < 0)
		_exit(BROKEN);
}
