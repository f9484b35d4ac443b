// SPDX-License-Identifier: GPL-2.0-only
#include "life/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/log.h"
#include "life/record_private.h"

#define RECORD_MAX_BYTES (64 * 1024)
/*
 * Longer than anybody works who is not stuck, as loading the policy may take half a
 * minute; and as long as who only looks is patient.
 */
#define WRITER_WAITS_MS (60 * 1000)
#define READER_WAITS_MS (5 * 1000)
#define SUFFIX ".json"
#define TMP_SUFFIX ".json.tmp"

bool ebpfmm_container_id_valid(const char *id)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-+";
	size_t length = strspn(id, allowed);

	return length && length <= EBPFMM_CONTAINER_ID_MAX && !id[length];
}

char *ebpfmm_record_operator_id(uint64_t cgroup_id)
{
	char *id;

	if (asprintf(&id, "@%" PRIu64, cgroup_id) < 0)
		return NULL;
	return id;
}

static bool record_id_valid(const char *id)
{
	size_t digits;

	if (id[0] != '@')
		return ebpfmm_container_id_valid(id);
	digits = strspn(id + 1, "0123456789");
	return digits && digits <= 20 && !id[1 + digits];
}

static int file_name(const char *id, const char *suffix, char name[NAME_MAX + 1],
		     struct ebpfmm_error *err)
{
	if (!record_id_valid(id))
		return ebpfmm_fail(err, 0, "container id `%.128s` is not valid", id);
	snprintf(name, NAME_MAX + 1, "%s%s", id, suffix);
	return 0;
}

/* The directory alone; it is made if @make. -1 with @err set. */
static int open_dir(const char *dir, bool make, struct ebpfmm_error *err)
{
	int fd;

	if (make && mkdir(dir, 0700) && errno != EEXIST)
		return ebpfmm_fail(err, errno, "make `%s`", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return ebpfmm_fail(err, errno, "open `%s`", dir);
	return fd;
}

static int open_locked(const char *dir, int operation, int ms,
		       struct ebpfmm_records *out, struct ebpfmm_error *err)
{
	char name[PATH_MAX];
	int dirfd, lockfd;

	dirfd = open_dir(dir, true, err);
	if (dirfd < 0)
		return -1;
	snprintf(name, sizeof(name), "%s/lock", dir);
	lockfd = ebpfmm_lock_open(dirfd, "lock", operation, ms, name, err);
	if (lockfd < 0) {
		close(dirfd);
		return -1;
	}
	out->dirfd = dirfd;
	out->lockfd = lockfd;
	return 0;
}

int ebpfmm_records_open(const char *dir, struct ebpfmm_records *out,
			struct ebpfmm_error *err)
{
	return open_locked(dir, LOCK_EX, WRITER_WAITS_MS, out, err);
}

int ebpfmm_records_hold(const char *dir, struct ebpfmm_records *out,
			struct ebpfmm_error *err)
{
	return open_locked(dir, LOCK_SH, READER_WAITS_MS, out, err);
}

int ebpfmm_records_peek(const char *dir, struct ebpfmm_records *out,
			struct ebpfmm_error *err)
{
	out->lockfd = -1;
	out->dirfd = open_dir(dir, false, err);
	return out->dirfd < 0 ? -1 : 0;
}

void ebpfmm_records_close(struct ebpfmm_records *records)
{
	close(records->dirfd);
	if (records->lockfd >= 0)
		close(records->lockfd);
	records->dirfd = -1;
	records->lockfd = -1;
}

/* Name of what is found by a cgroup's id: an operator's record or a link. */
static void cgroup_name(uint64_t cgroup_id, const char *suffix,
			char name[NAME_MAX + 1])
{
	snprintf(name, NAME_MAX + 1, "@%" PRIu64 "%s", cgroup_id, suffix);
}

/* Lets a container's record be found by its cgroup as well. */
static int link_cgroup(const struct ebpfmm_records *records,
		       const struct ebpfmm_record *record, const char *target)
{
	char name[NAME_MAX + 1], tmp[NAME_MAX + 1];

	if (record->id[0] == '@')
		return 0;
	cgroup_name(record->cgroup_id, SUFFIX, name);
	cgroup_name(record->cgroup_id, TMP_SUFFIX, tmp);
	if (unlinkat(records->dirfd, tmp, 0) && errno != ENOENT)
		return -1;
	if (symlinkat(target, records->dirfd, tmp))
		return -1;
	return renameat(records->dirfd, tmp, records->dirfd, name);
}

int ebpfmm_record_write(const struct ebpfmm_records *records,
			const struct ebpfmm_record *record,
			struct ebpfmm_error *err)
{
	char name[NAME_MAX + 1], tmp[NAME_MAX + 1];
	/* Against being killed it is enough; /run ends with the boot. */
	const struct ebpfmm_new_file file = { .dirfd = records->dirfd, .name = name,
					      .tmp = tmp, .mode = 0600 };
	int failed, code;
	char *text;

	if (file_name(record->id, SUFFIX, name, err) ||
	    file_name(record->id, TMP_SUFFIX, tmp, err))
		return -1;
	text = ebpfmm_record_to_text(record);
	if (!text)
		return ebpfmm_fail(err, ENOMEM, "record of `%s`", record->id);
	failed = ebpfmm_file_prepare(&file, text, strlen(text));
	code = errno;
	free(text);
	if (failed)
		return ebpfmm_fail(err, code, "record `%s`", tmp);
	/* The link first, as one that leads to no record of its cgroup is none. */
	if (link_cgroup(records, record, name)) {
		ebpfmm_file_discard(&file);
		return ebpfmm_fail(err, errno, "record `%s`", name);
	}
	return ebpfmm_file_commit(&file) ? ebpfmm_fail(err, errno, "record `%s`", name) : 0;
}

int ebpfmm_record_read(const struct ebpfmm_records *records, const char *id,
		       struct ebpfmm_record *out, struct ebpfmm_error *err)
{
	struct ebpfmm_error cause;
	char name[NAME_MAX + 1];
	size_t length;
	char *text;
	int rc;

	if (file_name(id, SUFFIX, name, err))
		return -1;
	text = ebpfmm_file_read(records->dirfd, name, O_NOFOLLOW, RECORD_MAX_BYTES, &length,
				&cause);
	if (!text)
		/* What is something else than a small file is no record. */
		return ebpfmm_fail(err, !cause.code || cause.code == ELOOP ? EBADMSG : cause.code,
				   "record `%s`", name);
	rc = ebpfmm_record_from_text(text, id, out);
	free(text);
	if (rc)
		return ebpfmm_fail(err, -rc, "record `%s`", name);
	return 0;
}

/*
 * The id of the record that a cgroup is said to have. -1 with errno set when
 * there is none; what is said may not be true any more.
 */
static int id_of_cgroup(const struct ebpfmm_records *records, uint64_t cgroup_id,
			char id[NAME_MAX + 1])
{
	const size_t tail = strlen(SUFFIX);
	char name[NAME_MAX + 1];
	ssize_t n;

	cgroup_name(cgroup_id, SUFFIX, name);
	n = readlinkat(records->dirfd, name, id, NAME_MAX);
	if (n < 0 && errno == EINVAL) {
		cgroup_name(cgroup_id, "", id);
		return 0;
	}
	if (n < 0)
		return -1;
	id[n] = '\0';
	if ((size_t)n > tail && !strcmp(id + n - tail, SUFFIX)) {
		id[n - tail] = '\0';
		if (ebpfmm_container_id_valid(id))
			return 0;
	}
	errno = ENOENT;
	return -1;
}

int ebpfmm_record_of_cgroup(const struct ebpfmm_records *records,
			    uint64_t cgroup_id, struct ebpfmm_record *out,
			    struct ebpfmm_error *err)
{
	struct ebpfmm_error local;
	char id[NAME_MAX + 1];

	*out = (struct ebpfmm_record){};
	if (id_of_cgroup(records, cgroup_id, id)) {
		if (errno == ENOENT)
			return 0;
		return ebpfmm_fail(err, errno, "record of cgroup %" PRIu64, cgroup_id);
	}
	if (ebpfmm_record_read(records, id, out, &local)) {
		if (local.code == ENOENT || local.code == EBADMSG ||
		    local.code == EPROTONOSUPPORT)
			return 0;
		if (err)
			*err = local;
		return -1;
	}
	if (out->cgroup_id == cgroup_id)
		return 1;
	ebpfmm_record_free(out);
	return 0;
}

int ebpfmm_record_remove(const struct ebpfmm_records *records,
			 const struct ebpfmm_record *record,
			 struct ebpfmm_error *err)
{
	char name[NAME_MAX + 1], linked[NAME_MAX + 1];

	if (file_name(record->id, SUFFIX, name, err))
		return -1;
	if (unlinkat(records->dirfd, name, 0) && errno != ENOENT)
		return ebpfmm_fail(err, errno, "remove record `%s`", name);
	if (record->id[0] == '@' || id_of_cgroup(records, record->cgroup_id, linked) ||
	    strcmp(linked, record->id))
		return 0;
	cgroup_name(record->cgroup_id, SUFFIX, name);
	if (unlinkat(records->dirfd, name, 0) && errno != ENOENT)
		return ebpfmm_fail(err, errno, "remove `%s`", name);
	return 0;
}

static bool ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	return length > tail && !strcmp(name + length - tail, suffix);
}

/*
 * Is it a link from a cgroup to a container's record that is of that cgroup? -1
 * with @err set when that cannot be said.
 */
static int is_link(const struct ebpfmm_records *records, const char *id,
		   struct ebpfmm_error *err)
{
	struct ebpfmm_record record = {};
	struct ebpfmm_error local;
	char target[NAME_MAX + 1];
	uint64_t cgroup_id;
	int found;

	if (id[0] != '@' || !record_id_valid(id))
		return 0;
	cgroup_id = strtoull(id + 1, NULL, 10);
	if (id_of_cgroup(records, cgroup_id, target) || target[0] == '@')
		return 0;
	found = ebpfmm_record_of_cgroup(records, cgroup_id, &record, &local);
	ebpfmm_record_free(&record);
	if (found < 0 && err)
		*err = local;
	return found;
}

typedef int file_fn(const char *file, const struct ebpfmm_record *record,
		    void *data, struct ebpfmm_error *err);

/*
 * Calls @fn if the file could be a record, @record being NULL when it is none.
 * Nothing is called for a link to a record. Says in @could whether it could.
 */
static int one_file(const struct ebpfmm_records *records, const char *file,
		    file_fn *fn, void *data, bool *could, struct ebpfmm_error *err)
{
	struct ebpfmm_record record = {};
	struct ebpfmm_error local;
	char id[NAME_MAX + 1];
	int rc;

	*could = true;
	if (ends_with(file, TMP_SUFFIX))
		return fn(file, NULL, data, err);
	*could = ends_with(file, SUFFIX);
	if (!*could)
		return 0;
	snprintf(id, sizeof(id), "%.*s", (int)(strlen(file) - strlen(SUFFIX)), file);
	rc = is_link(records, id, err);
	if (rc)
		return rc < 0 ? -1 : 0;
	if (ebpfmm_record_read(records, id, &record, &local)) {
		/* With such a name, or such contents. */
		if (!local.code || local.code == EBADMSG)
			return fn(file, NULL, data, err);
		/* @fn has removed it with another one. */
		if (local.code == ENOENT)
			return 0;
		/* Whoever wrote it can read it. */
		if (local.code == EPROTONOSUPPORT) {
			ebpfmm_log(LOG_NOTICE, "record `%s` is of another version, and passed over",
				   file);
			return 0;
		}
		/* What could not be read may well be whole. */
		if (err)
			*err = local;
		return -1;
	}
	rc = fn(file, &record, data, err);
	ebpfmm_record_free(&record);
	return rc;
}

static DIR *list(const struct ebpfmm_records *records, struct ebpfmm_error *err)
{
	int fd = openat(records->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		ebpfmm_fail(err, errno, "list records");
		if (fd >= 0)
			close(fd);
	}
	return dir;
}

static int each_file(const struct ebpfmm_records *records, file_fn *fn, void *data,
		     struct ebpfmm_error *err)
{
	struct dirent *entry;
	bool could;
	int rc = 0;
	DIR *dir;

	dir = list(records, err);
	if (!dir)
		return -1;
	while (!rc && (errno = 0, entry = readdir(dir)))
		rc = one_file(records, entry->d_name, fn, data, &could, err);
	if (!rc && errno)
		rc = ebpfmm_fail(err, errno, "list records");
	closedir(dir);
	return rc;
}

/*
 * The same with at most @max files: those that follow the ones of the last call.
 * Where that was is in the lock's file; if it is wrong, others have their turn.
 */
static int few_files(const struct ebpfmm_records *records, unsigned int max,
		     file_fn *fn, void *data, struct ebpfmm_error *err)
{
	struct dirent *entry;
	bool again = false;
	long at = 0;
	int rc = 0;
	DIR *dir;

	dir = list(records, err);
	if (!dir)
		return -1;
	if (pread(records->lockfd, &at, sizeof(at), 0) == sizeof(at))
		seekdir(dir, at);
	while (!rc && max) {
		bool could;

		errno = 0;
		entry = readdir(dir);
		if (entry) {
			rc = one_file(records, entry->d_name, fn, data, &could, err);
			max -= could;
			continue;
		}
		if (errno)
			rc = ebpfmm_fail(err, errno, "list records");
		if (again)
			break;
		again = true;
		rewinddir(dir);
	}
	at = telldir(dir);
	closedir(dir);
	if (!rc && pwrite(records->lockfd, &at, sizeof(at), 0) != sizeof(at))
		rc = ebpfmm_fail(err, errno, "list records");
	return rc;
}

struct each_call {
	int (*fn)(const struct ebpfmm_record *record, void *data);
	void *data;
};

static int call_whole(const char *file, const struct ebpfmm_record *record,
		      void *data, struct ebpfmm_error *err)
{
	struct each_call *call = data;

	(void)file;
	(void)err;
	return record ? call->fn(record, call->data) : 0;
}

int ebpfmm_record_each(const struct ebpfmm_records *records,
		       int (*fn)(const struct ebpfmm_record *record,
				 void *data),
		       void *data, struct ebpfmm_error *err)
{
	struct each_call call = { .fn = fn, .data = data };

	return each_file(records, call_whole, &call, err);
}

struct sweep {
	const struct ebpfmm_records *records;
	bool remove;
	int count;
	const struct each_call *call;
};

static int sweep_one(const char *file, const struct ebpfmm_record *record,
		     void *data, struct ebpfmm_error *err)
{
	struct sweep *sweep = data;

	if (record)
		return sweep->call ? sweep->call->fn(record, sweep->call->data) : 0;
	sweep->count++;
	if (sweep->remove && unlinkat(sweep->records->dirfd, file, 0) &&
	    errno != ENOENT)
		return ebpfmm_fail(err, errno, "remove `%s`", file);
	return 0;
}

int ebpfmm_record_sweep_few(const struct ebpfmm_records *records, unsigned int max,
			    int (*fn)(const struct ebpfmm_record *record,
				      void *data),
			    void *data, struct ebpfmm_error *err)
{
	struct each_call call = { .fn = fn, .data = data };
	struct sweep sweep = { .records = records, .remove = true, .call = &call };

	return few_files(records, max, sweep_one, &sweep, err);
}

int ebpfmm_record_sweep(const struct ebpfmm_records *records, bool remove,
			struct ebpfmm_error *err)
{
	struct sweep sweep = { .records = records, .remove = remove };

	if (each_file(records, sweep_one, &sweep, err))
		return -1;
	return sweep.count;
}
