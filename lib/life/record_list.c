// SPDX-License-Identifier: GPL-2.0-only
/* Iterating over the records of a directory, and removing invalid files. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "life/record_private.h"

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

	if (id[0] != '@' || !ebpfmm_record_id_valid(id))
		return 0;
	cgroup_id = strtoull(id + 1, NULL, 10);
	if (ebpfmm_record_id_of_cgroup(records, cgroup_id, target) || target[0] == '@')
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
 * Calls @fn if the name of the file is that of a record; its @record is NULL if the file is
 * not a valid record. Does not call it for a link to a record. Sets @could to whether the
 * name is that of a record.
 */
static int one_file(const struct ebpfmm_records *records, const char *file,
		    file_fn *fn, void *data, bool *could, struct ebpfmm_error *err)
{
	struct ebpfmm_record record = {};
	struct ebpfmm_error local;
	char id[NAME_MAX + 1];
	int rc;

	*could = true;
	if (ends_with(file, RECORD_TMP_SUFFIX))
		return fn(file, NULL, data, err);
	*could = ends_with(file, RECORD_SUFFIX);
	if (!*could)
		return 0;
	snprintf(id, sizeof(id), "%.*s", (int)(strlen(file) - strlen(RECORD_SUFFIX)), file);
	rc = is_link(records, id, err);
	if (rc)
		return rc < 0 ? -1 : 0;
	if (ebpfmm_record_read(records, id, &record, &local)) {
		/* The name or the contents are not valid. */
		if (!local.code || local.code == EBADMSG)
			return fn(file, NULL, data, err);
		/* @fn has removed it together with another one. */
		if (local.code == ENOENT)
			return 0;
		/* The version that wrote it can read it. */
		if (local.code == EPROTONOSUPPORT) {
			ebpfmm_log(LOG_NOTICE, "skipping record `%s`: it is from another version",
				   file);
			return 0;
		}
		/* What could not be read may well be whole. */
		return ebpfmm_pass(err, &local);
	}
	rc = fn(file, &record, data, err);
	ebpfmm_record_free(&record);
	return rc;
}

static DIR *list(const struct ebpfmm_records *records, struct ebpfmm_error *err)
{
	DIR *dir = ebpfmm_dir_open(records->dirfd, ".");

	if (!dir)
		ebpfmm_fail(err, errno, "list the records");
	return dir;
}

static int each_file(const struct ebpfmm_records *records, file_fn *fn, void *data,
		     struct ebpfmm_error *err)
{
	_cleanup_closedir_ DIR *dir = list(records, err);
	struct dirent *entry;
	bool could;
	int rc = 0;

	if (!dir)
		return -1;
	while (!rc && (errno = 0, entry = readdir(dir)))
		rc = one_file(records, entry->d_name, fn, data, &could, err);
	if (!rc && errno)
		rc = ebpfmm_fail(err, errno, "list the records");
	return rc;
}

/*
 * The same with at most @max files: those that follow the ones of the last call.
 * Where that was is in the lock's file; if it is wrong, others have their turn.
 */
static int few_files(const struct ebpfmm_records *records, unsigned int max,
		     file_fn *fn, void *data, struct ebpfmm_error *err)
{
	_cleanup_closedir_ DIR *dir = list(records, err);
	struct dirent *entry;
	bool again = false;
	long at = 0;
	int rc = 0;

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
			rc = ebpfmm_fail(err, errno, "list the records");
		if (again)
			break;
		again = true;
		rewinddir(dir);
	}
	at = telldir(dir);
	if (!rc && pwrite(records->lockfd, &at, sizeof(at), 0) != sizeof(at))
		rc = ebpfmm_fail(err, errno, "list the records");
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
