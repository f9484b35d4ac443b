// SPDX-License-Identifier: GPL-2.0-only
#include "command.h"

const struct ctl_command ctl_commands[] = {
	{ "check", "[--rootfs DIR] FILE...", "is it valid, and for this root?",
	  CTL_JSON | CTL_ROOTFS | CTL_DEBUG_DIR, 0, 1, -1, ctl_check },
	{ "resolve", "--rootfs DIR FILE", "what does it translate to in this root?",
	  CTL_JSON | CTL_ROOTFS | CTL_DEBUG_DIR, CTL_ROOTFS, 1, 1, ctl_resolve },
	{ "load", "", "load the policy into the kernel, once per boot",
	  CTL_JSON, 0, 0, 0, ctl_load },
	{ "unload", "", "remove the policy from the kernel",
	  CTL_JSON, 0, 0, 0, ctl_unload },
	{ "attach", "--cgroup PATH [--rootfs DIR] FILE",
	  "give a cgroup a profile, or another one",
	  CTL_JSON | CTL_CGROUP | CTL_ROOTFS | CTL_DEBUG_DIR, CTL_CGROUP, 1, 1,
	  ctl_attach },
	{ "detach", "--cgroup PATH", "take a cgroup's profile away",
	  CTL_JSON | CTL_CGROUP, CTL_CGROUP, 0, 0, ctl_detach },
	{ "list", "", "which cgroups have a profile",
	  CTL_JSON, 0, 0, 0, ctl_list },
	{ "stats", "[CGROUP]", "what was decided there, and why",
	  CTL_JSON, 0, 0, 1, ctl_stats },
	{ "trace", "[--every N] [--count N] CGROUP", "decisions as they are made",
	  CTL_JSON | CTL_EVERY | CTL_COUNT, 0, 1, 1, ctl_trace },
	{ "metrics", "[--regions] [--output FILE]", "a page of OpenMetrics",
	  CTL_OUTPUT | CTL_REGIONS, 0, 0, 0, ctl_metrics },
	{ "calibrate", "[--if-stale | --show]", "measure what pages cost here",
	  CTL_JSON | CTL_IF_STALE | CTL_SHOW, 0, 0, 0, ctl_calibrate },
	{ "gc", "", "clear what was left behind",
	  CTL_JSON, 0, 0, 0, ctl_gc },
	{ "doctor", "", "what is missing on this node",
	  CTL_JSON, 0, 0, 0, ctl_doctor },
	{ "help", "[COMMAND]", "how to use a command",
	  CTL_COMPLETION, 0, 0, 1, ctl_help },
	{ "version", "", "which version this is",
	  CTL_JSON, 0, 0, 0, ctl_version },
};

const unsigned int ctl_ncommands = sizeof(ctl_commands) / sizeof(ctl_commands[0]);
