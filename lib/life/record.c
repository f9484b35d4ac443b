// SPDX-License-Identifier: GPL-2.0-only
#include "life/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/lock.h"
#include "life/record_private.h"

#define RECORD_MAX_BYTES (64 * 1024)
/*
 * A writer waits longer than any operation takes that is not stuck: loading the policy may
 * take half a minute. A reader waits for a shorter time.
 */
#define WRITER_WAITS_MS (60 * 1000)
#define READER_WAITS_MS (5 * 1000)

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

bool ebpfmm_record_id_valid(const char *id)
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
	if (!ebpfmm_record_id_valid(id))
		return ebpfmm_fail(err, 0, "container id `%.128s` is not valid", id);
	snprintf(name, NAME_MAX + 1, "%s%s", id, suffix);
	return 0;
}

/* The directory alone; it is made if @make. -1 with @err set. */
static int open_dir(const char *dir, bool make, struct ebpfmm_error *err)
{
	int fd;

	if (make && mkdir(dir, 0700) && errno != EEXIST)
		return ebpfmm_fail(err, errno, "create `%s`", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return ebpfmm_fail(err, errno, "open `%s`", dir);
	return fd;
}

static int open_locked(const char *dir, int operation, int ms,
		       struct ebpfmm_records *out, struct ebpfmm_error *err)
{
	_cleanup_close_ int dirfd = open_dir(dir, true, err);
	char name[PATH_MAX];
	int lockfd;

	if (dirfd < 0)
		return -1;
	snprintf(name, sizeof(name), "%s/lock", dir);
	lockfd = ebpfmm_lock_open(dirfd, "lock", operation, ms, name, err);
	if (lockfd < 0)
		return -1;
	out->dirfd = take_fd(&dirfd);
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
	closep(&records->dirfd);
	closep(&records->lockfd);
	*records = EBPFMM_NO_RECORDS;
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
	cgroup_name(record->cgroup_id, RECORD_SUFFIX, name);
	cgroup_name(record->cgroup_id, RECORD_TMP_SUFFIX, tmp);
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

	if (file_name(record->id, RECORD_SUFFIX, name, err) ||
	    file_name(record->id, RECORD_TMP_SUFFIX, tmp, err))
		return -1;
	text = ebpfmm_record_to_text(record);
	if (!text)
		return ebpfmm_fail(err, ENOMEM, "write the record of `%s`", record->id);
	failed = ebpfmm_file_prepare(&file, text, strlen(text));
	code = errno;
	free(text);
	if (failed)
		return ebpfmm_fail(err, code, "write record `%s`", tmp);
	/* The link first: without a record of its cgroup, it is ignored. */
	if (link_cgroup(records, record, name)) {
		ebpfmm_file_discard(&file);
		return ebpfmm_fail(err, errno, "write record `%s`", name);
	}
	return ebpfmm_file_commit(&file) ?
	       ebpfmm_fail(err, errno, "write record `%s`", name) : 0;
}

int ebpfmm_record_read(const struct ebpfmm_records *records, const char *id,
		       struct ebpfmm_record *out, struct ebpfmm_error *err)
{
	struct ebpfmm_error cause;
	char name[NAME_MAX + 1];
	size_t length;
	char *text;
	int rc;

	if (file_name(id, RECORD_SUFFIX, name, err))
		return -1;
	text = ebpfmm_file_read(records->dirfd, name, O_NOFOLLOW, RECORD_MAX_BYTES, &length,
				&cause);
	if (!text)
		/* What is something else than a small file is no record. */
		return ebpfmm_fail(err, !cause.code || cause.code == ELOOP ? EBADMSG : cause.code,
				   "read record `%s`", name);
	rc = ebpfmm_record_from_text(text, id, out);
	free(text);
	if (rc)
		return ebpfmm_fail(err, -rc, "read record `%s`", name);
	return 0;
}

int ebpfmm_record_id_of_cgroup(const struct ebpfmm_records *records, uint64_t cgroup_id,
			       char id[NAME_MAX + 1])
{
	const size_t tail = strlen(RECORD_SUFFIX);
	char name[NAME_MAX + 1];
	ssize_t n;

	cgroup_name(cgroup_id, RECORD_SUFFIX, name);
	n = readlinkat(records->dirfd, name, id, NAME_MAX);
	if (n < 0 && errno == EINVAL) {
		cgroup_name(cgroup_id, "", id);
		return 0;
	}
	if (n < 0)
		return -1;
	id[n] = '\0';
	if ((size_t)n > tail && !strcmp(id + n - tail, RECORD_SUFFIX)) {
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
	if (ebpfmm_record_id_of_cgroup(records, cgroup_id, id)) {
		if (errno == ENOENT)
			return 0;
		return ebpfmm_fail(err, errno, "read the record of cgroup %" PRIu64, cgroup_id);
	}
	if (ebpfmm_record_read(records, id, out, &local)) {
		if (local.code == ENOENT || local.code == EBADMSG ||
		    local.code == EPROTONOSUPPORT)
			return 0;
		return ebpfmm_pass(err, &local);
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

	if (file_name(record->id, RECORD_SUFFIX, name, err))
		return -1;
	if (unlinkat(records->dirfd, name, 0) && errno != ENOENT)
		return ebpfmm_fail(err, errno, "remove record `%s`", name);
	if (record->id[0] == '@' ||
	    ebpfmm_record_id_of_cgroup(records, record->cgroup_id, linked) ||
	    strcmp(linked, record->id))
		return 0;
	cgroup_name(record->cgroup_id, RECORD_SUFFIX, name);
	if (unlinkat(records->dirfd, name, 0) && errno != ENOENT)
		return ebpfmm_fail(err, errno, "remove `%s`", name);
	return 0;
}
