// SPDX-License-Identifier: GPL-2.0-only
#include "show/reason.h"

#include "base/bpf_types.h"

static const char *const names[EBPFMM_REASONS] = {
	[EBPFMM_BEST] = "best",
	[EBPFMM_DEFAULT] = "default",
	[EBPFMM_EDGE] = "edge",
	[EBPFMM_FORBIDDEN] = "forbidden",
	[EBPFMM_LIMIT] = "limit",
	[EBPFMM_PRESSURE] = "pressure",
	[EBPFMM_SUPPLY] = "supply",
	[EBPFMM_OUTSIDE] = "outside",
	[EBPFMM_OTHER_PROGRAM] = "other-program",
	[EBPFMM_KEPT] = "kept",
};

const char *ebpfmm_reason_name(unsigned int reason)
{
	return reason < EBPFMM_REASONS ? names[reason] : "?";
}
