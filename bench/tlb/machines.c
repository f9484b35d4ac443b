// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLBs whose shape is published. How sets are chosen, and what leaves a set, is not: the model
 * takes the low bits of the page's number, and what was used longest ago.
 */
#include "tlb.h"

#define P4K	(1U << 0)
#define P16K	(1U << 2)
#define P32K	(1U << 3)
#define P64K	(1U << 4)
#define P2M	(1U << TLB_2M)

const struct tlb_machine tlb_machines[] = {
	{
		.name = "zen2",
		/* WikiChip has 12 ways, by which 2048 cannot be divided. */
		.what = "AMD Zen 2 without coalescing; WikiChip, amd/microarchitectures/zen_2",
		.first = { { P4K | P2M, 64, 64 } },
		.second = { { P4K | P2M, 2048, 16 } },
	}, {
		.name = "zen2-16K",
		.what = "the same, with 4K pages coalesced to 16K",
		.coalesced = P16K,
		.first = { { P4K | P16K | P2M, 64, 64 } },
		.second = { { P4K | P16K | P2M, 2048, 16 } },
	}, {
		.name = "zen2-32K",
		.what = "the same, with 4K pages coalesced to 32K",
		.coalesced = P32K,
		.first = { { P4K | P32K | P2M, 64, 64 } },
		.second = { { P4K | P32K | P2M, 2048, 16 } },
	}, {
		.name = "sunny-cove",
		.what = "Intel Sunny Cove; Optimization Reference Manual, 248966",
		.first = { { P4K, 64, 4 }, { P2M, 32, 4 } },
		.second = { { P4K | P2M, 2048, 16 } },
	}, {
		.name = "n1",
		.what = "Arm Cortex-A76 and Neoverse N1 with 4K entries; Arm 100798, A5.2",
		.first = { { P4K | P2M, 48, 48 } },
		.second = { { P4K | P2M, 1280, 5 } },
	}, {
		.name = "n1-64K",
		.what = "the same, where the kernel sets the contiguous hint for 64K",
		.coalesced = P64K,
		.hinted = true,
		.first = { { P4K | P64K | P2M, 48, 48 } },
		.second = { { P4K | P64K | P2M, 1280, 5 } },
	},
	{ .name = NULL },
};
