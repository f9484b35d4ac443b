/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file of measured costs:
 *
 *	{ "version": 1,
 *	  "measured": "2026-11-23T16:20:00Z",	RFC 3339, in UTC
 *	  "kernel": "6.12.1",			release
 *	  "machine": { "cpu": "…", "memory": … },	model; bytes
 *	  "zero_ns": 90, "fault_ns": 600,
 *	  "compact_ns": { "16K": …, … "2M": … },	each size but 4K
 *	  "methods": { "zero": "large pages", "compact": "moved" },
 *	  "walk": { "64K": { "why": "forbidden" },	each size that the kernel has
 *		    "2M": { "saves_ns": 40, "spread_ns": 3 } } }
 *
 * The file is read strictly: a file with any error is not used. Versions that did not
 * measure page walks write no `walk`, which is no error.
 */
#ifndef EBPFMM_COSTS_FILE_H
#define EBPFMM_COSTS_FILE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bpf_types.h"
#include "base/error.h"
#include "base/paths.h"
#include "kernel/node.h"

#define EBPFMM_COSTS_FILE EBPFMM_COSTS_DIR "/costs.json"
#define EBPFMM_COSTS_DAYS 90	/* after which they are to be measured again */

/**
 * enum ebpfmm_zero_method - how the time to zero a page was obtained
 * @EBPFMM_ZERO_LARGE: from the difference between large and small page faults
 * @EBPFMM_ZERO_MEMSET: estimated by zeroing in user space, without large pages
 */
enum ebpfmm_zero_method {
	EBPFMM_ZERO_LARGE,
	EBPFMM_ZERO_MEMSET,
};

/**
 * enum ebpfmm_compact_method - how the cost of compaction was obtained
 * @EBPFMM_COMPACT_MOVED: from the time that compaction takes for each page it moves
 * @EBPFMM_COMPACT_DEFAULT: the default, because compaction moved too few pages
 */
enum ebpfmm_compact_method {
	EBPFMM_COMPACT_MOVED,
	EBPFMM_COMPACT_DEFAULT,
};

/**
 * enum ebpfmm_walk_state - whether it is known what a page size saves
 * @EBPFMM_WALK_UNKNOWN: no: this kernel does not have it, or nobody measured it
 * @EBPFMM_WALK_MEASURED: yes
 * @EBPFMM_WALK_FORBIDDEN: no: sysfs forbids it
 * @EBPFMM_WALK_SCARCE: no: the kernel had too few pages of that size
 * @EBPFMM_WALK_HIDDEN: no: the kernel did not say which pages it gave
 * @EBPFMM_WALK_BUSY: no: the times differed too much to tell
 */
enum ebpfmm_walk_state {
	EBPFMM_WALK_UNKNOWN,
	EBPFMM_WALK_MEASURED,
	EBPFMM_WALK_FORBIDDEN,
	EBPFMM_WALK_SCARCE,
	EBPFMM_WALK_HIDDEN,
	EBPFMM_WALK_BUSY,
};

/* The maximum of each time in it that is accepted, nanoseconds. */
#define EBPFMM_WALK_NS_MAX	100000U

/**
 * struct ebpfmm_walk - what a page size saves
 * @state: whether it is known; the rest is 0 if not
 * @saves_ns: what an access that misses the TLB costs less than with 4K; 0: nothing
 * @spread_ns: gains below it are not told from none
 */
struct ebpfmm_walk {
	enum ebpfmm_walk_state state;
	uint32_t saves_ns;
	uint32_t spread_ns;
};

/**
 * struct ebpfmm_measurement - the result of a measurement
 * @costs: the costs, with the time of the measurement
 * @node: the machine and its kernel
 * @zero: how @costs.zero_ns was obtained
 * @compact: how @costs.compact_ns was obtained
 * @walk: by order, what page walks cost
 */
struct ebpfmm_measurement {
	struct ebpfmm_costs costs;
	struct ebpfmm_node node;
	enum ebpfmm_zero_method zero;
	enum ebpfmm_compact_method compact;
	struct ebpfmm_walk walk[EBPFMM_ORDERS];
};

/**
 * enum ebpfmm_costs_state - whether a file of costs can be used
 * @EBPFMM_COSTS_CURRENT: measured here, under this kernel, within EBPFMM_COSTS_DAYS
 * @EBPFMM_COSTS_OLD: measured here, more than EBPFMM_COSTS_DAYS ago, or with a date
 *	in the future
 * @EBPFMM_COSTS_OTHER_KERNEL: measured here under another kernel
 * @EBPFMM_COSTS_OTHER_MACHINE: measured elsewhere: not used
 * @EBPFMM_COSTS_BROKEN: the file cannot be read: not used
 * @EBPFMM_COSTS_MISSING: there is no file
 */
enum ebpfmm_costs_state {
	EBPFMM_COSTS_CURRENT,
	EBPFMM_COSTS_OLD,
	EBPFMM_COSTS_OTHER_KERNEL,
	EBPFMM_COSTS_OTHER_MACHINE,
	EBPFMM_COSTS_BROKEN,
	EBPFMM_COSTS_MISSING,
};

/**
 * ebpfmm_costs_json - convert a measurement to the JSON of the file
 * @record: the measurement
 *
 * Return: to be freed with json_object_put(), or NULL without memory.
 */
struct json_object *ebpfmm_costs_json(const struct ebpfmm_measurement *record);

/**
 * ebpfmm_costs_add - add only the costs to a JSON object, as in the file
 * @object: the object
 * @costs: the costs
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_costs_add(struct json_object *object, const struct ebpfmm_costs *costs);

/**
 * ebpfmm_walks_known - check whether page walks were measured at all
 * @record: the measurement
 *
 * Return: false for a file of a version that did not measure them.
 */
bool ebpfmm_walks_known(const struct ebpfmm_measurement *record);

/**
 * ebpfmm_walks_add - add only the costs of page walks to a JSON object, as in the file
 * @object: the object
 * @record: the measurement; nothing is added if they are not known
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_walks_add(struct json_object *object, const struct ebpfmm_measurement *record);

/**
 * ebpfmm_walk_why - say why it is not known what a page size saves
 * @state: not EBPFMM_WALK_MEASURED
 *
 * Return: a phrase, such as "forbidden by sysfs"; static.
 */
const char *ebpfmm_walk_why(enum ebpfmm_walk_state state);

#define EBPFMM_DATE_SIZE 24

/**
 * ebpfmm_costs_date - format the date of a measurement
 * @costs: the costs
 * @date: set to the date, as in the file
 */
void ebpfmm_costs_date(const struct ebpfmm_costs *costs, char date[EBPFMM_DATE_SIZE]);

/**
 * ebpfmm_costs_write - write or replace the file atomically
 * @dir: its directory, created if it does not exist; EBPFMM_COSTS_DIR
 * @record: what to write
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_costs_write(const char *dir, const struct ebpfmm_measurement *record,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_costs_read - read the file
 * @dir: its directory
 * @record: filled in
 * @err: begins with the path; code is ENOENT when the file does not exist
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_costs_read(const char *dir, struct ebpfmm_measurement *record,
		      struct ebpfmm_error *err);

/**
 * ebpfmm_costs_load - read a file of costs by its path
 * @path: the file
 * @record: filled in
 * @err: begins with the path
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_costs_load(const char *path, struct ebpfmm_measurement *record,
		      struct ebpfmm_error *err);

/**
 * ebpfmm_costs_judge - check whether a measurement applies to this node now
 * @record: the measurement
 * @node: this node
 * @now: seconds since 1970
 * @why: one line that says what is wrong with it; empty when it is current
 *
 * Return: the state; never broken or missing.
 */
enum ebpfmm_costs_state ebpfmm_costs_judge(const struct ebpfmm_measurement *record,
					   const struct ebpfmm_node *node,
					   uint64_t now, struct ebpfmm_error *why);

/**
 * ebpfmm_costs_find - get the costs to use on this node
 * @dir: directory of the file
 * @record: the contents of the file, or the defaults if it cannot be used;
 *	@costs.measured is 0 then
 * @why: one line that says what is wrong with the file; empty when it is current
 *
 * Return: the state of the file.
 */
enum ebpfmm_costs_state ebpfmm_costs_find(const char *dir,
					  struct ebpfmm_measurement *record,
					  struct ebpfmm_error *why);

#endif /* EBPFMM_COSTS_FILE_H */
