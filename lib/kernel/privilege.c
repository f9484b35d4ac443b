// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

static bool in_initial_user_namespace(void)
{
	unsigned long inside, outside, count;
	_cleanup_fclose_ FILE *file = fopen("/proc/self/uid_map", "re");

	if (!file)
		return true;
	return fscanf(file, "%lu %lu %lu", &inside, &outside, &count) == 3 &&
	       !inside && !outside && count == UINT32_MAX;
}

static bool has_capability(unsigned int capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data))
		return false;
	return data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

int ebpfmm_privileged(struct ebpfmm_error *err)
{
	if (!in_initial_user_namespace())
		return ebpfmm_fail(err, EPERM,
				   "no privilege over this node: this process is in a user namespace, as it is under the engine of rootless containers");
	if (!has_capability(CAP_SYS_ADMIN))
		return ebpfmm_fail(err, EPERM,
				   "no privilege over this node: CAP_SYS_ADMIN is missing");
	return 0;
}
