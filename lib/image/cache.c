// SPDX-License-Identifier: GPL-2.0-only
/*
 * The directory of the cache: which files may be cached, and the limit of their number.
 * cache_file.c handles the contents of a file.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "image/cache_private.h"

#define TMP_SUFFIX ".tmp"
/* The maximum number of files in the directory that are examined. */
#define MAX_SEEN 4096

struct ebpfmm_cache {
	int dirfd;
	int devices;
};

static int make_dir(const char *dir)
{
	char parent[PATH_MAX];
	char *slash;

	if (!mkdir(dir, 0700) || errno == EEXIST)
		return 0;
	if (errno != ENOENT || strlen(dir) >= sizeof(parent))
		return -1;
	strcpy(parent, dir);
	slash = strrchr(parent, '/');
	if (!slash || slash == parent)
		return -1;
	*slash = '\0';
	if (mkdir(parent, 0700) && errno != EEXIST)
		return -1;
	return mkdir(dir, 0700) && errno != EEXIST ? -1 : 0;
}

struct ebpfmm_cache *ebpfmm_cache_open(const char *dir, const char *devices)
{
	struct ebpfmm_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return NULL;
	cache->devices = open(devices, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cache->dirfd = make_dir(dir) ? -1 :
		open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (cache->dirfd >= 0 && cache->devices >= 0)
		return cache;
	ebpfmm_cache_close(cache);
	return NULL;
}

void ebpfmm_cache_close(struct ebpfmm_cache *cache)
{
	if (!cache)
		return;
	if (cache->dirfd >= 0)
		close(cache->dirfd);
	if (cache->devices >= 0)
		close(cache->devices);
	free(cache);
}

/* The number in a file below @dirfd; 0: none. */
static uint64_t read_number(int dirfd, const char *path)
{
	_cleanup_close_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	char text[32];
	ssize_t n;

	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return strtoull(text, NULL, 10);
}

/* The sequence number of a disk, or of the disk that a partition is on; 0: none. */
static uint64_t disk_of(const struct ebpfmm_cache *cache, uint32_t dev)
{
	static const char *const places[] = { "diskseq", "../diskseq" };
	uint64_t sequence = 0;
	char path[64];

	for (size_t i = 0; i < 2 && !sequence; i++) {
		snprintf(path, sizeof(path), "%u:%u/%s", dev >> 20,
			 dev & 0xfffff, places[i]);
		sequence = read_number(cache->devices, path);
	}
	return sequence;
}

struct ebpfmm_cached *ebpfmm_cache_get(struct ebpfmm_cache *cache,
				       const struct ebpfmm_file *file,
				       uint64_t size)
{
	struct cache_key key = {
		.identity = file->identity,
		.ctime = file->ctime,
		.ctime_nsec = file->ctime_nsec,
		.size = size,
	};
	struct ebpfmm_cached *cached;

	if (!cache)
		return NULL;
	key.read_at = ebpfmm_clock_ns(CLOCK_REALTIME) / EBPFMM_NS_PER_S;
	key.disk = disk_of(cache, file->identity.dev);
	if (!key.disk || !cache_settled(&key))
		return NULL;
	cached = cache_new(&key);
	if (!cached)
		return NULL;
	cached->cache = cache;
	snprintf(cached->name, sizeof(cached->name),
		 "%" PRIx64 "-%x-%" PRIx64, key.disk, file->identity.dev,
		 (uint64_t)file->identity.ino);
	cache_read(cached, cache->dirfd);
	return cached;
}

/* --- few files ------------------------------------------------------------------ */

/**
 * struct seen - a file in the directory
 * @name: its name, allocated
 * @time: when it was last used
 */
struct seen {
	char *name;
	struct timespec time;
};

static int by_time(const void *a, const void *b)
{
	const struct timespec *left = &((const struct seen *)a)->time;
	const struct timespec *right = &((const struct seen *)b)->time;

	if (left->tv_sec != right->tv_sec)
		return left->tv_sec < right->tv_sec ? -1 : 1;
	return (left->tv_nsec > right->tv_nsec) - (left->tv_nsec < right->tv_nsec);
}

static bool is_tmp(const char *name)
{
	size_t length = strlen(name);

	return length > strlen(TMP_SUFFIX) &&
	       !strcmp(name + length - strlen(TMP_SUFFIX), TMP_SUFFIX);
}

/* Incomplete files are removed at once; the others are added to @seen. */
static size_t look(const struct ebpfmm_cache *cache, struct seen *seen, bool tmp,
		   bool remove, unsigned int *removed)
{
	_cleanup_closedir_ DIR *dir = ebpfmm_dir_open(cache->dirfd, ".");
	size_t count = 0;
	struct dirent *entry;
	struct stat st;

	if (!dir)
		return 0;
	while (count < MAX_SEEN && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		if (is_tmp(entry->d_name)) {
			*removed += tmp;
			if (tmp && remove)
				unlinkat(cache->dirfd, entry->d_name, 0);
			continue;
		}
		if (fstatat(cache->dirfd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		seen[count].time = st.st_mtim;
		seen[count].name = strdup(entry->d_name);
		count += !!seen[count].name;
	}
	return count;
}

static unsigned int trim(const struct ebpfmm_cache *cache, bool tmp, bool remove)
{
	struct seen *seen = calloc(MAX_SEEN, sizeof(*seen));
	unsigned int removed = 0;
	size_t count, i;

	if (!seen)
		return 0;
	count = look(cache, seen, tmp, remove, &removed);
	qsort(seen, count, sizeof(*seen), by_time);
	for (i = 0; i + EBPFMM_CACHE_MAX_FILES < count; i++) {
		removed++;
		if (remove)
			unlinkat(cache->dirfd, seen[i].name, 0);
	}
	for (i = 0; i < count; i++)
		free(seen[i].name);
	free(seen);
	return removed;
}

unsigned int ebpfmm_cache_sweep(struct ebpfmm_cache *cache, bool remove)
{
	return cache ? trim(cache, true, remove) : 0;
}

void ebpfmm_cache_put(struct ebpfmm_cached *cached, bool keep)
{
	if (!cached)
		return;
	if ((!cached->nlearnt && !cached->image_is_new) || !keep) {
		/* The time shows when a file was last used. */
		if (keep && cached->text)
			utimensat(cached->cache->dirfd, cached->name, NULL,
				  AT_SYMLINK_NOFOLLOW);
	} else if (!cache_write(cached, cached->cache->dirfd)) {
		trim(cached->cache, false, true);
	}
	cache_free(cached);
}
