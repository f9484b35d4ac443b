// SPDX-License-Identifier: GPL-2.0-only
#include "costs/costs.h"

#include <bpf/bpf.h>

#include "base/page_size.h"
#include "kernel/policy_object.h"

/* The map of the costs has this element only. */
static const __u32 first;

void ebpfmm_costs_compact(struct ebpfmm_costs *costs, uint32_t page_ns)
{
	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++) {
		uint64_t price = (uint64_t)page_ns << o;

		if (price > EBPFMM_COMPACT_NS_MAX)
			price = EBPFMM_COMPACT_NS_MAX;
		costs->compact_ns[o] = o && EBPFMM_SUPPORTED_ORDERS & 1U << o ? price : 0;
	}
}

void ebpfmm_costs_default(struct ebpfmm_costs *costs)
{
	*costs = (struct ebpfmm_costs){ .zero_ns = EBPFMM_DEFAULT_ZERO_NS,
					.fault_ns = EBPFMM_DEFAULT_FAULT_NS };
	ebpfmm_costs_compact(costs, EBPFMM_DEFAULT_COMPACT_NS(0));
}

static int check(const char *key, uint32_t value, uint32_t max,
		 struct ebpfmm_error *err)
{
	if (value && value <= max)
		return 0;
	return ebpfmm_fail(err, 0, "%s: must be from 1 to %u", key, max);
}

int ebpfmm_costs_check(const struct ebpfmm_costs *costs, struct ebpfmm_error *err)
{
	uint32_t before = 0;

	if (check("zero_ns", costs->zero_ns, EBPFMM_ZERO_NS_MAX, err) ||
	    check("fault_ns", costs->fault_ns, EBPFMM_FAULT_NS_MAX, err))
		return -1;
	for (unsigned int o = 1; o < EBPFMM_ORDERS; o++) {
		if (!(EBPFMM_SUPPORTED_ORDERS & 1U << o))
			continue;
		if (check(ebpfmm_order_name(o), costs->compact_ns[o],
			  EBPFMM_COMPACT_NS_MAX, err))
			return ebpfmm_prefix(err, "compact_ns.");
		if (costs->compact_ns[o] < before)
			return ebpfmm_fail(err, 0,
					   "compact_ns.%s: must not be less than that of a smaller size",
					   ebpfmm_order_name(o));
		before = costs->compact_ns[o];
	}
	return 0;
}

int ebpfmm_costs_use(struct ebpfmm_policy *policy, const struct ebpfmm_costs *costs,
		     struct ebpfmm_error *err)
{
	int map = ebpfmm_policy_pin(policy, EBPFMM_PIN_COSTS, err), rc;

	if (map < 0)
		return -1;
	rc = bpf_map_update_elem(map, &first, costs, BPF_ANY);
	return rc ? ebpfmm_fail(err, -rc, "write the costs to the policy") : 0;
}

int ebpfmm_costs_in_use(struct ebpfmm_policy *policy, struct ebpfmm_costs *costs,
			struct ebpfmm_error *err)
{
	int map = ebpfmm_policy_pin(policy, EBPFMM_PIN_COSTS, err), rc;

	if (map < 0)
		return -1;
	rc = bpf_map_lookup_elem(map, &first, costs);
	return rc ? ebpfmm_fail(err, -rc, "read the costs from the policy") : 0;
}
