// SPDX-License-Identifier: GPL-2.0-only
#include "try/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/page_size.h"
#include "try/rundir.h"

#define THP		"/sys/kernel/mm/transparent_hugepage"
#define LOCK		"lock"
#define USERS		"users"
#define STATE		"settings"
#define LOCK_MS		10000
#define MAX_STATE	4096U
#define LARGEST		(EBPFMM_ORDERS - 1)

enum word { ABSENT, NEVER, INHERIT, MADVISE, ALWAYS };

static const char *const words[] = { "", "never", "inherit", "madvise", "always" };

static void path_of(unsigned int order, char path[96])
{
	snprintf(path, 96, THP "/hugepages-%ukB/enabled", 4U << order);
}

/* The word in brackets. */
static enum word read_word(const char *path)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	char text[128], *start, *end;

	if (!file || !fgets(text, sizeof(text), file))
		return ABSENT;
	start = strchr(text, '[');
	end = start ? strchr(start, ']') : NULL;
	if (!end)
		return ABSENT;
	*end = '\0';
	for (enum word word = NEVER; word <= ALWAYS; word++)
		if (!strcmp(start + 1, words[word]))
			return word;
	return ABSENT;
}

static int write_word(const char *path, const char *word)
{
	_cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, word, strlen(word)) == (ssize_t)strlen(word) ? 0 : -1;
}

struct ebpfmm_allowed ebpfmm_settings_read(void)
{
	enum word all = read_word(THP "/enabled");
	struct ebpfmm_allowed allowed = {};
	char path[96];

	for (unsigned int order = 2; order < EBPFMM_ORDERS; order++) {
		enum word word;

		path_of(order, path);
		word = read_word(path);
		/* Kernels before 6.8 have no other size and no file for it. */
		if (word == INHERIT || (word == ABSENT && order == LARGEST))
			word = all;
		if (word == MADVISE || word == ALWAYS)
			allowed.asked |= 1U << order;
		if (word == ALWAYS)
			allowed.always |= 1U << order;
	}
	return allowed;
}

/* --- state ------------------------------------------------------------------------------------ */

/* Lines of path, what it was, and what it is. Return: to be freed, or NULL if there is none. */
static char *read_state(int dir)
{
	size_t length;

	return ebpfmm_file_read(dir, STATE, O_NOFOLLOW, MAX_STATE, &length, NULL);
}

static int write_state(int dir, const char *text)
{
	const struct ebpfmm_new_file file = {
		.dirfd = dir, .name = STATE, .tmp = STATE ".new", .mode = 0600,
	};

	return ebpfmm_file_replace(&file, text, strlen(text));
}

/* What somebody else has changed in the meantime stays. */
static void restore(int dir)
{
	_cleanup_free_ char *state = read_state(dir);
	char *line, *rest = state, path[96], old[16], new[16];

	while (rest && (line = strsep(&rest, "\n")))
		if (sscanf(line, "%95s %15s %15s", path, old, new) == 3 &&
		    !strncmp(path, THP "/", sizeof(THP)) &&
		    !strcmp(words[read_word(path)], new))
			write_word(path, old);
	unlinkat(dir, STATE, 0);
}

/* Return: whether nobody uses the settings, and nobody will as long as the lock is held. */
static bool is_unused(int dir)
{
	_cleanup_close_ int fd = openat(dir, USERS, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	return fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB);
}

static int change(int dir, const char *path, struct ebpfmm_error *err)
{
	_cleanup_free_ char *state = read_state(dir);
	_cleanup_free_ char *next = NULL;

	if (asprintf(&next, "%s%s %s madvise\n", state ? state : "", path,
		     words[read_word(path)]) < 0) {
		next = NULL;
		return ebpfmm_fail(err, ENOMEM, "change %s", path);
	}
	/* A setting that is written down already keeps its first line, which is restored last. */
	if (write_state(dir, next) || write_word(path, "madvise"))
		return ebpfmm_fail(err, errno, "change %s", path);
	return 0;
}

static int join(struct ebpfmm_settings *settings, int dir, struct ebpfmm_error *err)
{
	_cleanup_close_ int fd = -1;

	if (settings->users >= 0)
		return 0;
	fd = openat(dir, USERS, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_SH | LOCK_NB))
		return ebpfmm_fail(err, errno, "lock `" EBPFMM_TRY_DIR "/" USERS "`");
	settings->users = take_fd(&fd);
	return 0;
}

/* --- use -------------------------------------------------------------------------------------- */

int ebpfmm_settings_need(struct ebpfmm_settings *settings, unsigned int order,
			 struct ebpfmm_error *err)
{
	bool is_allowed = ebpfmm_settings_read().asked >> order & 1;
	_cleanup_close_ int lock = -1;
	_cleanup_close_ int dir = -1;
	char path[96];

	if (is_allowed && access(EBPFMM_TRY_DIR "/" STATE, F_OK))
		return 0;
	path_of(order, path);
	if (order == LARGEST && access(path, F_OK))
		strcpy(path, THP "/enabled");
	if (!is_allowed && access(path, F_OK))
		return ebpfmm_fail(err, 0, "%s pages: this kernel has none",
				   ebpfmm_order_name(order));
	if (!is_allowed && access(path, W_OK))
		return ebpfmm_fail(err, 0, "%s pages: %s is `%s`, and only root can change that",
				   ebpfmm_order_name(order), path, words[read_word(path)]);
	dir = ebpfmm_try_dir(true, err);
	if (dir < 0)
		return is_allowed ? 0 : -1;
	lock = ebpfmm_lock_open(dir, LOCK, LOCK_EX, LOCK_MS, EBPFMM_TRY_DIR "/" LOCK, err);
	if (lock < 0)
		return -1;
	if (is_unused(dir))
		restore(dir);
	if (join(settings, dir, err))
		return -1;
	return ebpfmm_settings_read().asked >> order & 1 ? 0 : change(dir, path, err);
}

void ebpfmm_settings_end(struct ebpfmm_settings *settings)
{
	_cleanup_close_ int lock = -1;
	_cleanup_close_ int dir = -1;

	if (settings->users < 0)
		return;
	dir = ebpfmm_try_dir(false, NULL);
	lock = dir < 0 ? -1 : ebpfmm_lock_open(dir, LOCK, LOCK_EX, LOCK_MS, LOCK, NULL);
	closep(&settings->users);
	settings->users = -1;
	if (lock >= 0 && is_unused(dir))
		restore(dir);
}

bool ebpfmm_settings_sweep(bool clear)
{
	_cleanup_close_ int lock = -1;
	_cleanup_close_ int dir = ebpfmm_try_dir(false, NULL);

	if (dir < 0 || faccessat(dir, STATE, F_OK, 0))
		return false;
	lock = ebpfmm_lock_open(dir, LOCK, LOCK_EX, LOCK_MS, LOCK, NULL);
	if (lock < 0 || !is_unused(dir))
		return false;
	if (clear)
		restore(dir);
	return true;
}
