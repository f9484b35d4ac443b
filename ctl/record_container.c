// SPDX-License-Identifier: GPL-2.0-only
/*
 * record --container: what the hook starts for a container that is to be recorded. Nobody
 * waits for this process or reads its output, so it tells the system's log.
 */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "base/paths.h"
#include "config/recordings.h"
#include "kernel/cgroup.h"
#include "kernel/privilege.h"
#include "life/lifecycle.h"
#include "recorder_place.h"
#include "watch/watch.h"

#define DIR_PATH	EBPFMM_RECORDINGS_DIR
#define SUFFIX		".jsonl"

/**
 * struct subject - what is recorded, and where
 * @id: the container's id
 * @cgroup: its cgroup
 * @dir: descriptor of EBPFMM_RECORDINGS_DIR
 * @file: absolute path of the recording; empty until there is one
 * @config: what the operator permits
 */
struct subject {
	const char *id;
	struct ebpfmm_cgroup cgroup;
	int dir;
	char file[256];
	struct ebpfmm_recordings_config config;
};

static void close_subject(struct subject *subject)
{
	ebpfmm_cgroup_close(&subject->cgroup);
	closep(&subject->dir);
}

/* --- the file ------------------------------------------------------------------------ */

/* The names in a recording tell much of what runs, so only root may look. */
static int open_dir(struct ebpfmm_error *err)
{
	int dir;

	if ((mkdir(EBPFMM_COSTS_DIR, 0755) && errno != EEXIST) ||
	    (mkdir(DIR_PATH, 0700) && errno != EEXIST))
		return ebpfmm_fail(err, errno, "create " DIR_PATH);
	dir = open(DIR_PATH, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return ebpfmm_fail(err, errno, "open " DIR_PATH);
	if (fchown(dir, 0, 0) || fchmod(dir, 0700)) {
		ebpfmm_fail(err, errno, "make " DIR_PATH " private");
		close(dir);
		return -1;
	}
	return dir;
}

static int count(int dirfd, uint64_t *number, struct ebpfmm_error *err)
{
	_cleanup_closedir_ DIR *dir = ebpfmm_dir_open(dirfd, ".");
	struct dirent *entry;

	*number = 0;
	if (!dir)
		return ebpfmm_fail(err, errno, "list " DIR_PATH);
	while ((entry = readdir(dir))) {
		size_t length = strlen(entry->d_name), suffix = strlen(SUFFIX);

		if (length > suffix && !strcmp(entry->d_name + length - suffix, SUFFIX))
			++*number;
	}
	return 0;
}

/* An empty file, so that nobody else gets this name. */
static int create(struct subject *subject, const char *name, struct ebpfmm_error *err)
{
	_cleanup_close_ int file = -1;
	time_t now = time(NULL);
	struct tm utc;
	char date[32];

	gmtime_r(&now, &utc);
	strftime(date, sizeof(date), "%Y%m%dT%H%M%SZ", &utc);
	for (int i = 1; file < 0 && i < 100; i++) {
		char again[8] = "";

		if (i > 1)
			snprintf(again, sizeof(again), "-%d", i);
		snprintf(subject->file, sizeof(subject->file), DIR_PATH "/%s-%.12s-%s%s" SUFFIX,
			 name, subject->id, date, again);
		file = open(subject->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (file < 0 && errno != EEXIST)
			break;
	}
	if (file >= 0)
		return 0;
	ebpfmm_fail(err, errno, "create %s", subject->file);
	subject->file[0] = '\0';
	return -1;
}

static int reserve(struct subject *subject, const char *name, struct ebpfmm_error *err)
{
	uint64_t number;
	int rc = -1;

	subject->dir = open_dir(err);
	if (subject->dir < 0)
		return -1;
	if (flock(subject->dir, LOCK_EX))
		return ebpfmm_fail(err, errno, "lock " DIR_PATH);
	if (!count(subject->dir, &number, err)) {
		if (number >= subject->config.max_count)
			ebpfmm_fail(err, ENOSPC, DIR_PATH " has %" PRIu64 " recordings, and "
				    EBPFMM_RECORDINGS_CONFIG " permits %" PRIu64
				    ": move or remove some", number, subject->config.max_count);
		else
			rc = create(subject, name, err);
	}
	flock(subject->dir, LOCK_UN);
	return rc;
}

/* What has no line is no recording. */
static void remove_empty(const struct subject *subject)
{
	struct stat st;

	if (subject->file[0] && !stat(subject->file, &st) && !st.st_size)
		unlink(subject->file);
}

/* --- recording ----------------------------------------------------------------------- */

static void find(void *data, struct ebpfmm_family *family)
{
	const struct subject *subject = data;

	ebpfmm_family_of_cgroup(subject->cgroup.fd, family);
}

/* A container that goes on gets larger pages again. */
static void give_back(const struct subject *subject)
{
	_cleanup_(ebpfmm_record_free) struct ebpfmm_record record = {};
	struct ebpfmm_error err = {};

	if (!ebpfmm_cgroup_first_pid(&subject->cgroup) ||
	    ebpfmm_life_owner(subject->cgroup.id, &record, NULL) || !record.profile ||
	    strcmp(record.profile, EBPFMM_RECORDINGS_POLICY))
		return;
	if (ebpfmm_life_detach(subject->cgroup.id, &err) && err.code != ENOENT)
		ebpfmm_log(LOG_WARNING, "container %s: still has only 4K pages: %s",
			   subject->id, err.message);
}

/* Return: 0; 1 if it has begun and failed, which is logged; or -1 with @err set. */
static int record(struct subject *subject, struct ebpfmm_error *err)
{
	const struct ebpfmm_watching watching = {
		.find = find, .data = subject, .stop = ctl_record_stopped(),
		.output = subject->file, .time_us = UINT64_MAX,
		.bytes = subject->config.max_size, .rate = ctl_record_rate,
	};
	struct ebpfmm_watched watched;

	ebpfmm_log(LOG_INFO, "container %s: is being recorded into %s", subject->id,
		   subject->file);
	if (ebpfmm_watch(&watching, &watched, err)) {
		if (!watched.time_us)
			return -1;
		ebpfmm_log(LOG_WARNING, "container %s: its recording ends after %" PRIu64
			   " s: %s: %s", subject->id, watched.time_us / 1000000,
			   subject->file, err->message);
		return 1;
	}
	ebpfmm_log(LOG_INFO, "container %s: recorded %" PRIu64 " s of %" PRIu64
		   " processes into %s%s", subject->id, watched.time_us / 1000000,
		   watched.processes, subject->file,
		   watched.full ? ", which has its largest size" : "");
	return 0;
}

static int record_here(struct subject *subject, const char *name, struct ebpfmm_error *err)
{
	int rc = recorder_enter(err);

	if (!rc)
		rc = ebpfmm_recordings_load(&subject->config, err);
	if (!rc)
		rc = reserve(subject, name, err);
	if (!rc)
		rc = record(subject, err);
	remove_empty(subject);
	recorder_leave();
	return rc;
}

/* Return: as record(). */
static int run(const struct ctl_args *args, struct ebpfmm_error *err)
{
	const char *again[] = { "record", "--cgroup", args->cgroup, "--container",
				args->container, "--name", args->name, NULL };
	_cleanup_(close_subject) struct subject subject = {
		.id = args->container, .cgroup.fd = -1, .dir = -1,
	};
	int rc;

	recorder_begin();
	if (ebpfmm_privileged(err) || ebpfmm_cgroup_open(args->cgroup, &subject.cgroup, err))
		return -1;
	if (!recorder_is_apart()) {
		rc = recorder_start_apart(args->container, again, err);
		if (!rc)
			return 0;
	} else {
		rc = record_here(&subject, args->name, err);
	}
	give_back(&subject);
	return rc;
}

static int parse(const struct ctl_args *args, struct ebpfmm_error *err)
{
	if (!args->container || !args->name || !args->cgroup)
		return ebpfmm_fail(err, 0, "--container, --name and --cgroup belong together");
	if (args->time || args->output || args->noperands)
		return ebpfmm_fail(err, 0, "--container records into " DIR_PATH
				   " until the container ends");
	if (!ebpfmm_container_id_valid(args->container))
		return ebpfmm_fail(err, 0, "--container: `%.128s` is not the id of a container",
				   args->container);
	return ebpfmm_recordings_check_name(args->name, err);
}

int ctl_record_container(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct ebpfmm_error why = {};
	int rc;

	if (parse(args, err))
		return CTL_USAGE;
	ebpfmm_log_open("ebpfmm-record", 1);
	rc = run(args, &why);
	if (rc >= 0)
		return rc;
	ebpfmm_log(LOG_WARNING, "container %s: is not recorded: %s", args->container,
		   why.message);
	return 1;
}
