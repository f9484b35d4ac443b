// SPDX-License-Identifier: GPL-2.0-only
#include "command.h"

/* What a word is, for OPTION() and .operands. */
#define NOTHING	{}
#define ADDRESS	{ "ADDRESS", CTL_ANY }
#define CGROUP	{ "CGROUP", CTL_CGROUP }
#define COMMAND	{ "COMMAND", CTL_COMMAND }
#define DIR	{ "DIR", CTL_DIR }
#define FILE	{ "FILE", CTL_FILE }
#define NUMBER	{ "N", CTL_ANY }
#define PATH	{ "PATH", CTL_CGROUP }
#define PID	{ "PID", CTL_PID }
#define PROFILE	{ "FILE", CTL_PROFILE }

/* An option, its value, the member of struct ctl_args that it goes to, and its help. */
#define OPTION(option, argument, member, text, ...)		\
	{							\
		.name = option, .value = argument,		\
		.to = offsetof(struct ctl_args, member),	\
		.help = text, __VA_ARGS__			\
	}
#define REQUIRED .required = true
#define FORM(number) .form = number

#define JSON OPTION("json", NOTHING, json, "print the result, or the error, as JSON", \
		    .letter = 'j')
#define DEBUG_DIR OPTION("debug-dir", DIR, debug_dir, \
			 "where debug files are that the root has not (/etc/ebpfmm/debug)")

#define OPTIONS(...) (const struct ctl_option[]){ __VA_ARGS__, {} }

const struct ctl_command ctl_commands[] = {
	{
		.name = "check", .run = ctl_check,
		.summary = "is it valid, and for this root?",
		.options = OPTIONS(JSON,
			OPTION("rootfs", DIR, rootfs,
			       "root of a container: does it suit the programs there?"),
			DEBUG_DIR),
		.operands = { PROFILE }, .min = 1, .many = true,
	}, {
		.name = "resolve", .run = ctl_resolve,
		.summary = "what does it translate to in this root?",
		.options = OPTIONS(JSON,
			OPTION("rootfs", DIR, rootfs,
			       "root of a container, where the programs are", REQUIRED),
			DEBUG_DIR),
		.operands = { PROFILE }, .min = 1,
	}, {
		.name = "load", .run = ctl_load,
		.summary = "load the policy into the kernel, once per boot",
		.options = OPTIONS(JSON),
	}, {
		.name = "unload", .run = ctl_unload,
		.summary = "remove the policy from the kernel",
		.options = OPTIONS(JSON),
	}, {
		.name = "attach", .run = ctl_attach,
		.summary = "give a cgroup a profile, or another one",
		.options = OPTIONS(JSON,
			OPTION("cgroup", PATH, cgroup, "which cgroup gets it", REQUIRED),
			OPTION("rootfs", DIR, rootfs,
			       "where the programs are, if not in the root of a process there"),
			DEBUG_DIR),
		.operands = { PROFILE }, .min = 1,
	}, {
		.name = "detach", .run = ctl_detach,
		.summary = "take a cgroup's profile away",
		.options = OPTIONS(JSON,
			OPTION("cgroup", PATH, cgroup, "which cgroup loses it", REQUIRED)),
	}, {
		.name = "list", .run = ctl_list,
		.summary = "which cgroups have a profile",
		.options = OPTIONS(JSON),
	}, {
		.name = "stats", .run = ctl_stats,
		.summary = "what was decided there, and why",
		.options = OPTIONS(JSON),
		.operands = { CGROUP },
	}, {
		.name = "trace", .run = ctl_trace,
		.summary = "decisions as they are made",
		.options = OPTIONS(JSON,
			OPTION("every", NUMBER, every,
			       "print one decision in so many, chosen at random"),
			OPTION("count", NUMBER, count, "end after so many decisions")),
		.operands = { CGROUP }, .min = 1,
	}, {
		.name = "explain", .run = ctl_explain,
		.summary = "what would be decided there, and why",
		.options = OPTIONS(JSON),
		.operands = { CGROUP, PID, ADDRESS }, .min = 3,
	}, {
		.name = "metrics", .run = ctl_metrics,
		.summary = "a page of OpenMetrics",
		.options = OPTIONS(
			OPTION("regions", NOTHING, regions, "add a series for each region"),
			OPTION("output", FILE, output,
			       "replace this file, in one step, instead of printing")),
	}, {
		.name = "calibrate", .run = ctl_calibrate,
		.summary = "measure what pages cost here",
		.options = OPTIONS(JSON,
			OPTION("if-stale", NOTHING, if_stale,
			       "only if that was not done here within 90 days", FORM(1)),
			OPTION("cgroup", PATH, cgroup,
			       "measure in a cgroup below this one", FORM(1)),
			OPTION("show", NOTHING, show,
			       "measure nothing, print what is reckoned with",
			       FORM(2), REQUIRED)),
	}, {
		.name = "gc", .run = ctl_gc,
		.summary = "clear what was left behind",
		.options = OPTIONS(JSON),
	}, {
		.name = "doctor", .run = ctl_doctor,
		.summary = "what is missing on this node",
		.options = OPTIONS(JSON),
	}, {
		.name = "help", .run = ctl_help,
		.summary = "how to use a command",
		.options = OPTIONS(
			OPTION("completion", NOTHING, completion,
			       "print what bash offers for each command")),
		.operands = { COMMAND },
	}, {
		.name = "version", .run = ctl_version,
		.summary = "which version this is",
		.options = OPTIONS(JSON),
	},
	{}
};
