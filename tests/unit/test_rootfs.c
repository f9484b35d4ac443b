// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening files of a root whose owner wants us elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "image/rootfs.h"

static char outer[] = "/tmp/ebpfmm-rootfs-XXXXXX";
static int rootfd;

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* The root is "root" in a directory that has a file outside of it as well. */
static int make_root(void **state)
{
	struct sockaddr_un name = { AF_UNIX, "root/socket" };
	int sock;

	(void)state;
	if (!mkdtemp(outer) || chdir(outer) || mkdir("root", 0755) ||
	    mkdir("root/dir", 0755) || mkdir("root/dir/sub", 0755))
		return -1;
	put("secret", "outside");
	put("root/file", "inside");
	put("root/dir/sub/deep", "deep");
	rootfd = open("root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (rootfd < 0 || chdir("root"))
		return -1;
	if (symlink("/dir/sub/deep", "absolute") ||
	    symlink("../../../../../dir/sub/deep", "dotdot") ||
	    symlink("../secret", "escape") ||
	    symlink("absolute", "again") || symlink("loop", "loop") ||
	    symlink("/proc/self/exe", "magic") ||
	    symlink("sub", "dir/link") || mkfifo("fifo", 0600) ||
	    mknod("device", S_IFCHR | 0600, makedev(1, 3)) ||
	    chdir(".."))
		return -1;
	sock = socket(AF_UNIX, SOCK_STREAM, 0);
	if (sock < 0 || bind(sock, (struct sockaddr *)&name, sizeof(name)))
		return -1;
	return close(sock);
}

static int remove_root(void **state)
{
	char command[sizeof(outer) + 16];

	(void)state;
	close(rootfd);
	snprintf(command, sizeof(command), "rm -rf %s", outer);
	return chdir("/") || system(command) ? -1 : 0;
}

static void assert_opens(const char *path, const char *content)
{
	struct ebpfmm_error err = {};
	char text[16] = "";
	int fd = ebpfmm_rootfs_open(rootfd, path, &err);

	if (fd < 0)
		fail_msg("%s", err.message);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	assert_string_equal(text, content);
	close(fd);
}

static void assert_fails(int fd, const char *path, int code, const char *message)
{
	struct ebpfmm_error err = {};

	assert_int_equal(ebpfmm_rootfs_open(fd, path, &err), -1);
	assert_string_equal(err.message, message);
	assert_int_equal(err.code, code);
}

static void test_inside(void **state)
{
	(void)state;
	assert_opens("/file", "inside");
	assert_opens("//dir/../file", "inside");
	assert_opens("/dir/sub/deep", "deep");
	assert_opens("/absolute", "deep");
	assert_opens("/again", "deep");
	assert_opens("/dotdot", "deep");
	assert_opens("/dir/link/deep", "deep");
	assert_opens("/../../../file", "inside");
}

static void test_outside(void **state)
{
	char message[sizeof(outer) + 64];

	(void)state;
	assert_fails(rootfd, "/../secret", ENOENT,
		     "/../secret: not in the container's root");
	assert_fails(rootfd, "/escape", ENOENT,
		     "/escape: not in the container's root");
	snprintf(message, sizeof(message), "%s: not in the container's root",
		 outer);
	assert_fails(rootfd, outer, ENOENT, message);
	assert_fails(rootfd, "file", 0, "file: not an absolute path");
	assert_fails(rootfd, "", 0, ": not an absolute path");
}

static void test_missing(void **state)
{
	(void)state;
	assert_fails(rootfd, "/nothing", ENOENT,
		     "/nothing: not in the container's root");
	assert_fails(rootfd, "/file/below", ENOTDIR,
		     "/file/below: not in the container's root");
	/* What it points to does not exist in this root. */
	assert_fails(rootfd, "/magic", ENOENT,
		     "/magic: not in the container's root");
}

static void test_links_that_are_refused(void **state)
{
	int real = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_fails(rootfd, "/loop", ELOOP,
		     "/loop: Too many levels of symbolic links");
	assert_true(real >= 0);
	assert_fails(real, "/proc/self/exe", ELOOP,
		     "/proc/self/exe: Too many levels of symbolic links");
	assert_fails(real, "/proc/self/root/etc/passwd", ELOOP,
		     "/proc/self/root/etc/passwd: Too many levels of symbolic links");
	close(real);
}

/* None of these may block, which the alarm is there for. */
static void test_not_regular(void **state)
{
	(void)state;
	alarm(60);
	assert_fails(rootfd, "/fifo", 0, "/fifo: not a regular file");
	assert_fails(rootfd, "/device", 0, "/device: not a regular file");
	assert_fails(rootfd, "/socket", 0, "/socket: not a regular file");
	assert_fails(rootfd, "/dir", 0, "/dir: not a regular file");
	assert_fails(rootfd, "/", 0, "/: not a regular file");
	alarm(0);
}

/* They are regular files, and may be in a container's root. */
static void test_made_up(void **state)
{
	static const char *const paths[] = {
		"/proc/version", "/proc/kmsg", "/proc/self/mem", "/proc/kcore",
		"/proc/1/cmdline", "/proc/sys/kernel/hostname",
	};
	int real = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char message[128];
	size_t i;

	(void)state;
	assert_true(real >= 0);
	alarm(60);
	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (access(paths[i], F_OK))
			continue;
		snprintf(message, sizeof(message),
			 "%s: on a virtual file system of the kernel, not in the image", paths[i]);
		assert_fails(real, paths[i], 0, message);
	}
	alarm(0);
	close(real);
	assert_int_equal(access(paths[0], F_OK), 0);
}

/* A lease makes others wait for its holder, for 45 seconds by default. */
static void test_lease(void **state)
{
	int fd = open("root/file", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	signal(SIGIO, SIG_IGN);
	alarm(30);
	assert_int_equal(fcntl(fd, F_SETLEASE, F_WRLCK), 0);
	assert_fails(rootfd, "/file", EAGAIN,
		     "/file: Resource temporarily unavailable");
	alarm(0);
	close(fd);
	assert_opens("/file", "inside");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_links_that_are_refused),
		cmocka_unit_test(test_not_regular),
		cmocka_unit_test(test_made_up),
		cmocka_unit_test(test_lease),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
