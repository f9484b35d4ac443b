// SPDX-License-Identifier: GPL-2.0-only
#include "base/page_size.h"

#include <string.h>

static const char *const names[EBPFMM_ORDERS] = {
	"4K", "8K", "16K", "32K", "64K", "128K", "256K", "512K", "1M", "2M",
};

const char *ebpfmm_order_name(unsigned int order)
{
	return names[order];
}

int ebpfmm_parse_order(const char *name)
{
	int order;

	for (order = 0; order < EBPFMM_ORDERS; order++) {
		if (EBPFMM_SUPPORTED_ORDERS & 1U << order && !strcmp(name, names[order]))
			return order;
	}
	return -1;
}
