// SPDX-License-Identifier: GPL-2.0-only
#include "try/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

int ebpfmm_try_dir(bool make, struct ebpfmm_error *err)
{
	int dir;

	if (make && ((mkdir(EBPFMM_RUN_DIR, 0700) && errno != EEXIST) ||
		     (mkdir(EBPFMM_TRY_DIR, 0700) && errno != EEXIST)))
		return ebpfmm_fail(err, errno, "create `" EBPFMM_TRY_DIR "`");
	dir = open(EBPFMM_TRY_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? ebpfmm_fail(err, errno, "open `" EBPFMM_TRY_DIR "`") : dir;
}
