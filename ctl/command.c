// SPDX-License-Identifier: GPL-2.0-only
#include "command.h"

/* Words for OPTION() and .operands. */
#define NOTHING	{}
#define ADDRESS	{ "ADDRESS", CTL_ANY }
#define CGROUP	{ "CGROUP", CTL_CGROUP }
#define ARGV	{ "-- COMMAND", CTL_FILE }
#define COMMAND	{ "COMMAND", CTL_COMMAND }
#define DIR	{ "DIR", CTL_DIR }
#define FILE	{ "FILE", CTL_FILE }
#define ID	{ "ID", CTL_ANY }
#define LAYOUT	{ "LAYOUT", CTL_PROFILE }
#define NAME	{ "NAME", CTL_ANY }
#define NUMBER	{ "N", CTL_ANY }
#define PAGE	{ "PAGE", CTL_FILE }
#define PATH	{ "PATH", CTL_CGROUP }
#define PID	{ "PID", CTL_PID }
#define PROFILE	{ "FILE", CTL_PROFILE }
#define SIZE	{ "SIZE", CTL_ANY }
#define TIME	{ "TIME", CTL_ANY }
#define UNIT	{ "UNIT", CTL_ANY }

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
			 "directory of debug files that the root lacks (/etc/ebpfmm/debug)")

#define OPTIONS(...) (const struct ctl_option[]){ __VA_ARGS__, {} }

const struct ctl_command ctl_commands[] = {
	{
		.name = "check", .run = ctl_check,
		.summary = "validate profiles, optionally against a container's root",
		.options = OPTIONS(JSON,
			OPTION("rootfs", DIR, rootfs,
			       "also check against the programs in this root"),
			DEBUG_DIR),
		.operands = { PROFILE }, .min = 1, .many = true,
	}, {
		.name = "resolve", .run = ctl_resolve,
		.summary = "translate a profile against a container's root and print it",
		.options = OPTIONS(JSON,
			OPTION("rootfs", DIR, rootfs,
			       "root of the container", REQUIRED),
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
		.summary = "attach a profile to a cgroup, or replace it",
		.options = OPTIONS(JSON,
			OPTION("cgroup", PATH, cgroup, "cgroup to attach to", FORM(1), REQUIRED),
			OPTION("unit", UNIT, unit,
			       "unit of systemd to attach to", FORM(2), REQUIRED),
			OPTION("drop-in", NOTHING, drop_in,
			       "print a drop-in that does it whenever the unit starts", FORM(2)),
			OPTION("rootfs", DIR, rootfs,
			       "root of the programs, if not that of a process in the cgroup"),
			DEBUG_DIR),
		.operands = { PROFILE }, .min = 1, .one_form = true,
	}, {
		.name = "detach", .run = ctl_detach,
		.summary = "detach the profile of a cgroup",
		.options = OPTIONS(JSON,
			OPTION("cgroup", PATH, cgroup,
			       "cgroup to detach from", FORM(1), REQUIRED),
			OPTION("unit", UNIT, unit,
			       "unit of systemd to detach from", FORM(2), REQUIRED)),
		.one_form = true,
	}, {
		.name = "list", .run = ctl_list,
		.summary = "list the cgroups that have a profile",
		.options = OPTIONS(JSON),
	}, {
		.name = "stats", .run = ctl_stats,
		.summary = "print decisions by size, reason and region",
		.options = OPTIONS(JSON),
		.operands = { CGROUP },
	}, {
		.name = "trace", .run = ctl_trace,
		.summary = "print decisions as they are made",
		.options = OPTIONS(JSON,
			OPTION("every", NUMBER, every,
			       "print one decision in N, chosen at random"),
			OPTION("count", NUMBER, count, "exit after N decisions")),
		.operands = { CGROUP }, .min = 1,
	}, {
		.name = "explain", .run = ctl_explain,
		.summary = "explain what the policy would decide at an address",
		.options = OPTIONS(JSON),
		.operands = { CGROUP, PID, ADDRESS }, .min = 3,
	}, {
		.name = "metrics", .run = ctl_metrics,
		.summary = "print statistics as OpenMetrics",
		.options = OPTIONS(
			OPTION("regions", NOTHING, regions, "add a series for each region"),
			OPTION("output", FILE, output,
			       "write to this file, atomically", .letter = 'o')),
	}, {
		.name = "calibrate", .run = ctl_calibrate,
		.summary = "measure what pages cost on this node",
		.options = OPTIONS(JSON,
			OPTION("if-stale", NOTHING, if_stale,
			       "skip if it was done under this kernel within 90 days", FORM(1)),
			OPTION("cgroup", PATH, cgroup,
			       "measure in a new cgroup below this one", FORM(1)),
			OPTION("show", NOTHING, show,
			       "print the costs in use, and measure nothing",
			       FORM(2), REQUIRED)),
	}, {
		.name = "record", .run = ctl_record,
		.summary = "record which memory is accessed, by DAMON",
		.options = OPTIONS(JSON,
			OPTION("cgroup", PATH, cgroup,
			       "record the processes of this cgroup", FORM(1), REQUIRED),
			OPTION("container", ID, container,
			       "it is this container's; record it as its annotation asks", FORM(1)),
			OPTION("name", NAME, name,
			       "name of the recording of a container", FORM(1)),
			OPTION("pid", PID, pid,
			       "record this process and its children", FORM(2), REQUIRED),
			OPTION("damo", FILE, damo,
			       "take what damo recorded, as JSON", FORM(3), REQUIRED),
			OPTION("maps", FILE, maps,
			       "what was mapped meanwhile", FORM(3), REQUIRED),
			OPTION("time", TIME, time,
			       "for so long (60s; a command: until it ends)"),
			OPTION("output", FILE, output,
			       "write to this file (recording.jsonl)", .letter = 'o')),
		.operands = { ARGV }, .many = true,
	}, {
		.name = "report", .run = ctl_report,
		.summary = "print which memory was accessed, from recordings",
		.options = OPTIONS(
			OPTION("json", NOTHING, json, "print the result, or the error, as JSON",
			       .letter = 'j', FORM(1), REQUIRED),
			OPTION("html", PAGE, html,
			       "write a page for a web browser to this file, atomically",
			       FORM(2), REQUIRED)),
		.operands = { FILE }, .min = 1, .many = true,
	}, {
		.name = "profile", .run = ctl_derive,
		.summary = "derive a profile from recordings",
		.options = OPTIONS(JSON,
			OPTION("name", NAME, name, "name of the profile"),
			OPTION("horizon", TIME, horizon,
			       "how long memory is expected to live (10m)"),
			OPTION("budget", SIZE, budget, "use at most so much memory in 2M pages"),
			OPTION("costs", FILE, costs,
			       "take what pages cost from this file of calibrate"),
			OPTION("output", FILE, output,
			       "write to this file, atomically", .letter = 'o'),
			OPTION("explain", NOTHING, explain,
			       "print where each number comes from"),
			OPTION("rootfs", DIR, rootfs,
			       "take symbols from the programs in this root"),
			DEBUG_DIR),
		.operands = { FILE }, .min = 1, .many = true,
	}, {
		.name = "try", .run = ctl_try,
		.summary = "run a command under a layout: 4K, 64K, 2M, or a profile",
		.options = OPTIONS(JSON,
			OPTION("traced", NOTHING, traced,
			       "trace it, even if the kernel has the fault policy")),
		.operands = { LAYOUT, ARGV }, .min = 2, .many = true,
	}, {
		.name = "tune", .run = ctl_tune,
		.summary = "derive a profile for a command, and prove what it brings",
		.options = OPTIONS(JSON,
			OPTION("runs", NUMBER, runs, "run each layout N times (5)"),
			OPTION("cpu", NOTHING, cpu,
			       "compare CPU times, for a machine that is busy"),
			OPTION("recording", FILE, recording,
			       "derive from this recording instead of making one"),
			OPTION("name", NAME, name, "name of the profile"),
			OPTION("output", FILE, output,
			       "write the profile to this file, atomically", .letter = 'o')),
		.operands = { ARGV }, .min = 1, .many = true,
	}, {
		.name = "gc", .run = ctl_gc,
		.summary = "remove leftovers of killed hooks and commands",
		.options = OPTIONS(JSON),
	}, {
		.name = "doctor", .run = ctl_doctor,
		.summary = "report what this node lacks",
		.options = OPTIONS(JSON),
	}, {
		.name = "help", .run = ctl_help,
		.summary = "print how to use a command",
		.options = OPTIONS(
			OPTION("completion", NOTHING, completion,
			       "print the tables for bash completion")),
		.operands = { COMMAND },
	}, {
		.name = "version", .run = ctl_version,
		.summary = "print the version",
		.options = OPTIONS(JSON),
	},
	{}
};
