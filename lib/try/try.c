// SPDX-License-Identifier: GPL-2.0-only
#include "try/try.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/page_size.h"
#include "costs/costs_file.h"
#include "image/debug_file.h"
#include "kernel/policy.h"
#include "kernel/privilege.h"
#include "table/translate.h"
#include "try/area.h"
#include "try/launch.h"
#include "try/place.h"
#include "try/settings.h"
#include "try/tracer.h"

#define ORDER_64K	4U
#define ORDER_2M	9U

/* --- the profile ------------------------------------------------------------------------------ */

/* How /proc/PID/maps identifies a file, which differs from stat(2) on some file systems. */
static int identify_mapped(int fd, struct ebpfmm_identity *identity)
{
	_cleanup_fclose_ FILE *maps = NULL;
	struct ebpfmm_try_area area;
	bool found = false;
	char line[8192];
	void *at;

	at = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return -1;
	maps = fopen("/proc/self/maps", "re");
	while (maps && !found && fgets(line, sizeof(line), maps)) {
		line[strcspn(line, "\n")] = '\0';
		found = ebpfmm_try_area_parse(line, &area) && area.start == (uintptr_t)at;
	}
	munmap(at, 1);
	if (!found)
		return -1;
	identity->ino = area.inode;
	identity->dev = (uint32_t)area.device;
	return 0;
}

static int identify(int fd, bool mapped, struct ebpfmm_file *file, void *data,
		    struct ebpfmm_error *err)
{
	struct stat st;

	(void)data;
	*file = (struct ebpfmm_file){};
	if (fstat(fd, &st) || (mapped && identify_mapped(fd, &file->identity)))
		return ebpfmm_fail(err, errno, "identify the file");
	file->ctime = st.st_ctim.tv_sec;
	file->ctime_nsec = (uint32_t)st.st_ctim.tv_nsec;
	/* The time of a mapped file is not in maps. */
	if (mapped)
		return 0;
	file->identity.ino = st.st_ino;
	file->identity.dev = (uint32_t)st.st_dev;
	file->identity.mtime = st.st_mtim.tv_sec;
	file->identity.mtime_nsec = (uint32_t)st.st_mtim.tv_nsec;
	return 0;
}

static int translate(const struct ebpfmm_profile *profile, struct ebpfmm_table **out,
		     struct ebpfmm_error *err)
{
	_cleanup_close_ int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int debug = -1;
	const struct ebpfmm_root how = { .rootfd = root, .identify = identify };
	struct ebpfmm_root with = how;

	if (root < 0)
		return ebpfmm_fail(err, errno, "/");
	if (ebpfmm_debug_dir_open(NULL, &debug, err))
		return -1;
	with.debugfd = debug;
	if (ebpfmm_translate(profile, &with, out, err))
		return ebpfmm_prefix(err, "profile `%s`: ", profile->name);
	return 0;
}

/* --- page sizes ------------------------------------------------------------------------------- */

static unsigned int sizes_of(const struct ebpfmm_trial *trial, const struct ebpfmm_table *table)
{
	unsigned int sizes = 0;

	if (!table)
		return trial->answer == EBPFMM_ANSWER_2M ? 1U << ORDER_2M :
		       trial->answer == EBPFMM_ANSWER_64K ? 1U << ORDER_64K : 0;
	for (unsigned int i = 0; i < table->large.header.nregions; i++)
		sizes |= table->large.regions[i].sizes;
	return sizes & ~1U;
}

static void note_limits(const struct ebpfmm_trial *trial, const struct ebpfmm_table *table,
			unsigned int sizes, struct ebpfmm_tried *tried)
{
	if (!trial->profile)
		return;
	for (unsigned int order = 1; order < EBPFMM_ORDERS; order++)
		if (sizes >> order & 1 && order != ORDER_64K && order != ORDER_2M)
			ebpfmm_tried_note(tried, "%s pages are not imitated, only those of 4K, 64K "
					  "and 2M", ebpfmm_order_name(order));
	if (table->large.header.limited)
		ebpfmm_tried_note(tried, "the limits of the profile are not imitated");
	ebpfmm_tried_note(tried, "costs are taken as if free blocks were always available, and "
			  "headroom below limits of cgroups does not count");
}

static int allow_sizes(const struct ebpfmm_trial *trial, unsigned int sizes,
		       struct ebpfmm_settings *settings, struct ebpfmm_tried *tried,
		       struct ebpfmm_error *err)
{
	static const unsigned int orders[] = { ORDER_64K, ORDER_2M };
	struct ebpfmm_error why = {};

	for (size_t i = 0; i < 2; i++) {
		if (!(sizes >> orders[i] & 1) ||
		    !ebpfmm_settings_need(settings, orders[i], &why))
			continue;
		/* A profile has other sizes to fall back on. */
		if (!trial->profile || orders[i] == ORDER_2M)
			return ebpfmm_pass(err, &why);
		ebpfmm_tried_note(tried, "%s", why.message);
	}
	return 0;
}

/* Since Linux 6.7, MAP_STACK means single pages. */
static bool kernel_refuses_stacks(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	if (uname(&name) || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return true;
	return major > 6 || (major == 6 && minor >= 7);
}

/* Whether a region is in a mapping, whose size and rank depend on other calls. */
static bool has_mappings(const struct ebpfmm_table *table)
{
	const struct ebpfmm_header *header = &table->large.header;

	for (unsigned int i = 0; i < header->nprograms; i++)
		if (header->programs[i].mappings.count || header->programs[i].objects.count ||
		    header->programs[i].default_region != EBPFMM_NO_REGION)
			return true;
	return false;
}

/* -------------------------------------------------------------------------------------------- */

/* A profile, where the kernel has the hook; all memory of all programs is no profile. */
static bool is_for_policy(const struct ebpfmm_trial *trial)
{
	return trial->profile && !trial->traced && !ebpfmm_policy_supported(NULL) &&
	       !ebpfmm_privileged(NULL);
}

static int run(const struct ebpfmm_trial *trial, struct ebpfmm_tracing_how *how,
	       struct ebpfmm_tried *tried, struct ebpfmm_error *err)
{
	const struct ebpfmm_launch launch = {
		.argv = trial->argv, .input = trial->input, .output = trial->output,
		.small = !trial->profile && trial->answer == EBPFMM_ANSWER_4K,
		.stops = tried->policy ? EBPFMM_STOP_TO_LOOK :
			 how->advise ? EBPFMM_STOP_TO_ADVISE : EBPFMM_STOP_NEVER,
		.protection = how->protection, .exec = how->refuse,
	};
	struct ebpfmm_try_place place = { .cgroup.fd = -1, .note = -1 };
	struct ebpfmm_launched launched;
	int rc = 0;

	if (ebpfmm_launch(&launch, &launched, err))
		return -1;
	if (tried->policy)
		rc = ebpfmm_try_place_make(launched.pid, trial->profile, &place, err);
	if (!rc)
		rc = ebpfmm_trace_launched(how, &launched, trial->argv[0], tried, err);
	closep(&launched.go);
	closep(&launched.failure);
	/* Without a byte, it ends. */
	waitpid(launched.pid, NULL, 0);
	ebpfmm_try_place_remove(&place);
	return rc;
}

static int try_with(const struct ebpfmm_trial *trial, struct ebpfmm_settings *settings,
		    struct ebpfmm_tried *tried, struct ebpfmm_error *err)
{
	struct ebpfmm_measurement record = {};
	struct ebpfmm_allowed allowed;
	struct ebpfmm_error ignored;
	struct ebpfmm_tracing_how how;
	unsigned int sizes;

	if (trial->profile && translate(trial->profile, &tried->table, err))
		return -1;
	tried->policy = is_for_policy(trial);
	sizes = sizes_of(trial, tried->table);
	if (!tried->policy)
		note_limits(trial, tried->table, sizes, tried);
	if (allow_sizes(trial, sizes, settings, tried, err))
		return -1;
	ebpfmm_costs_find(EBPFMM_COSTS_DIR, &record, &ignored);
	allowed = ebpfmm_settings_read();
	how = (struct ebpfmm_tracing_how){
		.planning = {
			.answer = trial->answer, .table = tried->table, .costs = &record.costs,
			.has_64k = allowed.asked >> ORDER_64K & 1,
			.only_2m = !(allowed.asked & ~(1U << ORDER_2M)),
		},
		.deny = allowed.always,
		.advise = !tried->policy &&
			  (trial->profile || trial->answer != EBPFMM_ANSWER_4K),
		.protection = tried->table && has_mappings(tried->table),
		.refuse = ebpfmm_privileged(&ignored),
		.stacks = kernel_refuses_stacks(),
	};
	return run(trial, &how, tried, err);
}

int ebpfmm_try(const struct ebpfmm_trial *trial, struct ebpfmm_tried *tried,
	       struct ebpfmm_error *err)
{
	struct ebpfmm_settings settings = { .users = -1 };
	int rc;

	*tried = (struct ebpfmm_tried){};
	rc = try_with(trial, &settings, tried, err);
	ebpfmm_settings_end(&settings);
	return rc;
}
