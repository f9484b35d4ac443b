// SPDX-License-Identifier: GPL-2.0-only
/* Small files: what is read of them, and that they are replaced as a whole or not at all. */
#include "scratch.h"

#include <sys/stat.h>

#include "base/file.h"

static struct ebpfmm_error err;

static char *read_it(const char *path, int flags, size_t max, size_t *length)
{
	*length = 77;
	return ebpfmm_file_read(AT_FDCWD, in_scratch(path), flags, max, length, &err);
}

static void assert_refused(const char *path, int flags, size_t max, int code,
			   const char *why)
{
	char expected[600];
	size_t length;

	assert_null(read_it(path, flags, max, &length));
	snprintf(expected, sizeof(expected), "%s: %s", in_scratch(path), why);
	assert_string_equal(err.message, expected);
	assert_int_equal(err.code, code);
}

static void assert_holds(const char *path, const char *bytes, size_t size)
{
	size_t length;
	char *text = read_it(path, 0, 100, &length);

	assert_non_null(text);
	assert_int_equal(length, size);
	assert_memory_equal(text, bytes, size);
	assert_int_equal(text[size], 0);
	free(text);
}

static void reads(void **state)
{
	(void)state;
	put_bytes("some", "a\0b", 3);
	assert_holds("some", "a\0b", 3);
	put_bytes("empty", "", 0);
	assert_holds("empty", "", 0);
}

static void refuses(void **state)
{
	size_t length;
	char *text;

	(void)state;
	put_bytes("four", "four", 4);
	text = read_it("four", 0, 4, &length);
	assert_non_null(text);
	free(text);
	assert_refused("four", 0, 3, 0, "more than 3 bytes");
	assert_refused("absent", 0, 3, ENOENT, "No such file or directory");
	assert_refused("", 0, 3, 0, "not a regular file");
	assert_int_equal(mkfifo(in_scratch("fifo"), 0600), 0);
	assert_refused("fifo", 0, 3, 0, "not a regular file");
	assert_int_equal(symlink("four", in_scratch("link")), 0);
	assert_holds("link", "four", 4);
	assert_refused("link", O_NOFOLLOW, 4, ELOOP, "Too many levels of symbolic links");
}

static void assert_not_of_root(const char *why)
{
	char expected[600];
	size_t length;

	assert_null(ebpfmm_file_read_of_root(in_scratch("own"), 100, &length, &err));
	snprintf(expected, sizeof(expected), "%s: %s", in_scratch("own"), why);
	assert_string_equal(err.message, expected);
	assert_int_equal(err.code, 0);
}

static void of_root(void **state)
{
	size_t length;
	char *text;

	(void)state;
	if (geteuid())
		skip();
	put_bytes("own", "mine", 4);
	for (mode_t mode = 0; mode < 01000; mode++) {
		assert_int_equal(chmod(in_scratch("own"), mode), 0);
		if (mode & 022) {
			assert_not_of_root("others than root may write to it: `chmod go-w` it");
			continue;
		}
		text = ebpfmm_file_read_of_root(in_scratch("own"), 4, &length, &err);
		assert_non_null(text);
		assert_string_equal(text, "mine");
		free(text);
	}
	assert_int_equal(chmod(in_scratch("own"), 0600), 0);
	assert_int_equal(chown(in_scratch("own"), 0, 1), 0);
	free(ebpfmm_file_read_of_root(in_scratch("own"), 4, &length, &err));
	assert_int_equal(length, 4);
	assert_int_equal(chown(in_scratch("own"), 1, 0), 0);
	assert_not_of_root("belongs to user 1: `chown root` it");
}

static void replaces(void **state)
{
	struct ebpfmm_new_file file = { .name = "name", .tmp = "tmp", .mode = 0640 };
	struct stat st;

	(void)state;
	put_bytes("tmp", "left behind, and longer", 23);
	file.dirfd = open(in_scratch(""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 2; i++) {
		file.durable = i;
		assert_int_equal(ebpfmm_file_replace(&file, "new", 3), 0);
		assert_holds("name", "new", 3);
		assert_int_equal(stat(in_scratch("tmp"), &st), -1);
	}

	assert_int_equal(ebpfmm_file_prepare(&file, "newer", 5), 0);
	assert_holds("name", "new", 3);
	assert_holds("tmp", "newer", 5);
	assert_int_equal(ebpfmm_file_commit(&file), 0);
	assert_holds("name", "newer", 5);
	assert_int_equal(stat(in_scratch("name"), &st), 0);
	assert_int_equal(st.st_mode & 0137, 0);
	close(file.dirfd);
}

/* The old one stays, and nothing is left beside it. */
static void fails(void **state)
{
	struct ebpfmm_new_file file = { .name = "kept", .tmp = "tmp", .mode = 0600 };
	struct stat st;

	(void)state;
	put_bytes("kept/inside", "", 0);
	file.dirfd = open(in_scratch(""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(ebpfmm_file_replace(&file, "x", 1), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(stat(in_scratch("kept/inside"), &st), 0);
	assert_int_equal(stat(in_scratch("tmp"), &st), -1);

	/* A link that somebody put there is not followed. */
	put_bytes("victim", "whole", 5);
	assert_int_equal(symlink("victim", in_scratch("tmp")), 0);
	file.name = "name";
	assert_int_equal(ebpfmm_file_replace(&file, "x", 1), -1);
	assert_int_equal(errno, ELOOP);
	assert_holds("victim", "whole", 5);
	close(file.dirfd);
}

static void assert_number(const char *key, int code, uint64_t expected)
{
	uint64_t value = 77;

	errno = 0;
	assert_int_equal(ebpfmm_file_number(AT_FDCWD, in_scratch("numbers"), key, &value),
			 code ? -1 : 0);
	assert_int_equal(errno, code);
	assert_true(value == (code ? 77 : expected));
}

static void numbers(void **state)
{
	static const char text[] = "anon_thp 1\nfile x\nanon 18446744073709551615\n"
		"MemAvailable:    12345 kB\nend 5";

	(void)state;
	assert_number("anon", ENOENT, 0);
	put_bytes("numbers", text, strlen(text));
	assert_number("anon", 0, UINT64_MAX);
	assert_number("anon_thp", 0, 1);
	assert_number("MemAvailable:", 0, 12345);
	assert_number("MemAvailable", ENOENT, 0);
	assert_number("file", ENOENT, 0);
	assert_number("end", 0, 5);
	assert_number("absent", ENOENT, 0);
}

static void may_replace(void **state)
{
	int fd = open(in_scratch(""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	put_bytes("plain", "", 0);
	assert_int_equal(symlinkat("plain", fd, "to-plain"), 0);
	assert_int_equal(symlinkat("nothing", fd, "to-nothing"), 0);
	assert_int_equal(symlinkat("/dev/null", fd, "to-device"), 0);
	assert_int_equal(mkfifoat(fd, "pipe", 0600), 0);
	assert_int_equal(ebpfmm_file_may_replace(fd, "plain", &err), 0);
	assert_int_equal(ebpfmm_file_may_replace(fd, "to-plain", &err), 0);
	assert_int_equal(ebpfmm_file_may_replace(fd, "to-nothing", &err), 0);
	assert_int_equal(ebpfmm_file_may_replace(fd, "nothing", &err), 0);
	assert_int_equal(ebpfmm_file_may_replace(fd, "to-device", &err), -1);
	assert_string_equal(err.message, "to-device: is not a regular file");
	assert_int_equal(ebpfmm_file_may_replace(fd, "pipe", &err), -1);
	close(fd);
}

/* A list of a directory moves no descriptor of it, and follows no link. */
static void directories(void **state)
{
	int fd = open(in_scratch(""), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir;

	(void)state;
	put_bytes("listed/inside", "", 0);
	for (int i = 0; i < 2; i++) {
		dir = ebpfmm_dir_open(fd, ".");
		assert_non_null(dir);
		assert_non_null(readdir(dir));
		assert_int_equal(closedir(dir), 0);
	}
	dir = ebpfmm_dir_open(fd, "listed");
	assert_non_null(dir);
	closedir(dir);
	assert_null(ebpfmm_dir_open(fd, "listed/inside"));
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(symlinkat("listed", fd, "to-listed"), 0);
	assert_null(ebpfmm_dir_open(fd, "to-listed"));
	close(fd);
}

/* What is missing of an open descriptor is not taken for what it is open on. */
static void own_descriptors(void **state)
{
	(void)state;
	assert_int_equal(ebpfmm_own_fd_error(ENOENT), ENOMEM);
	assert_int_equal(ebpfmm_own_fd_error(EMFILE), EMFILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(of_root),
		cmocka_unit_test(replaces),
		cmocka_unit_test(fails),
		cmocka_unit_test(numbers),
		cmocka_unit_test(may_replace),
		cmocka_unit_test(directories),
		cmocka_unit_test(own_descriptors),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
