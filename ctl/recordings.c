// SPDX-License-Identifier: GPL-2.0-only
#include "recordings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/log.h"

static void warn(const struct ebpfmm_set_file *file)
{
	if (file->truncated)
		ebpfmm_log(LOG_WARNING, "%s: warning: the last line is incomplete, and ignored",
			   file->name);
	else if (!file->ended)
		ebpfmm_log(LOG_WARNING, "%s: warning: there is no end line: the recording was "
			   "interrupted", file->name);
	if (file->lost)
		ebpfmm_log(LOG_WARNING, "%s: warning: %" PRIu64 " regions could not be recorded",
			   file->name, file->lost);
}

static int read_one(struct ebpfmm_set *set, const char *name, struct ebpfmm_error *err)
{
	FILE *file = fopen(name, "re");
	int rc;

	if (!file)
		return ebpfmm_fail(err, errno, "%s", name);
	rc = ebpfmm_set_add(set, name, file, err);
	fclose(file);
	return rc;
}

int ctl_recordings(const struct ctl_args *args, struct ebpfmm_set *set,
		   struct ebpfmm_error *err)
{
	for (int i = 0; i < args->noperands; i++)
		if (read_one(set, args->operands[i], err))
			return -1;
	for (size_t i = 0; i < set->nfiles; i++)
		warn(&set->files[i]);
	return 0;
}
