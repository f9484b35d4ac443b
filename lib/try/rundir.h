/* SPDX-License-Identifier: GPL-2.0-only */
/* The directory of what trials must undo. */
#ifndef EBPFMM_TRY_RUNDIR_H
#define EBPFMM_TRY_RUNDIR_H

#include <stdbool.h>

#include "base/error.h"
#include "base/paths.h"

#define EBPFMM_TRY_DIR	EBPFMM_RUN_DIR "/try"

/**
 * ebpfmm_try_dir - open the directory
 * @make: create it if it does not exist
 * @err: what failed
 *
 * Return: to be closed, or -1 with @err set.
 */
int ebpfmm_try_dir(bool make, struct ebpfmm_error *err);

#endif /* EBPFMM_TRY_RUNDIR_H */
