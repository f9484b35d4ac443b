/* SPDX-License-Identifier: GPL-2.0-only */
/* What pages cost and page walks are worth, for who derives a profile. */
#ifndef EBPFMM_CTL_WORTH_H
#define EBPFMM_CTL_WORTH_H

#include "base/error.h"
#include "derive/derive.h"
#include "derive/derive_recorded.h"

/**
 * ctl_worth - fill in what was measured, or else what is assumed
 * @path: the file of costs; NULL for that of this node
 * @input: its @costs, @walk_ns, @unknown and @assumed are filled in
 * @recorded: gets notes that say where the numbers are from
 * @err: the file that was named cannot be read
 *
 * A file that is named is used, wherever it was measured. That of this node is used if
 * the policy would use it.
 *
 * Return: 0, or -1 with @err set.
 */
int ctl_worth(const char *path, struct ebpfmm_derive_input *input,
	      struct ebpfmm_recorded *recorded, struct ebpfmm_error *err);

#endif /* EBPFMM_CTL_WORTH_H */
