/* SPDX-License-Identifier: GPL-2.0-only */
/* Lets user space include the types it shares with the fault policy. */
#ifndef EBPFMM_BPF_TYPES_H
#define EBPFMM_BPF_TYPES_H

#include <linux/types.h>

#include "../../bpf/ebpfmm.h"

#endif /* EBPFMM_BPF_TYPES_H */
