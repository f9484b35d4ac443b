/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was measured on this node, kept in a file:
 *
 *	{ "version": 1,
 *	  "measured": "2026-11-23T16:20:00Z",	RFC 3339, in UTC
 *	  "kernel": "6.12.1",			under which
 *	  "machine": { "cpu": "…", "memory": … },	on which; bytes
 *	  "zero_ns": 90, "fault_ns": 600,
 *	  "compact_ns": { "16K": …, … "2M": … },	each size but 4K
 *	  "methods": { "zero": "large pages", "compact": "moved" } }
 *
 * The file is read strictly: costs that are not as they were written are none.
 */
#ifndef EBPFMM_COSTS_FILE_H
#define EBPFMM_COSTS_FILE_H

#include <json-c/json.h>
#include <stdint.h>

#include "base/bpf_types.h"
#include "base/error.h"
#include "base/paths.h"
#include "kernel/node.h"

#define EBPFMM_COSTS_FILE EBPFMM_COSTS_DIR "/costs.json"
#define EBPFMM_COSTS_DAYS 90	/* after which they are to be measured again */

/**
 * enum ebpfmm_zero_method - where the time to zero a page is from
 * @EBPFMM_ZERO_LARGE: what a large page takes more than a small one
 * @EBPFMM_ZERO_MEMSET: zeroing in user space, as there were no large pages: an
 *	estimate
 */
enum ebpfmm_zero_method {
	EBPFMM_ZERO_LARGE,
	EBPFMM_ZERO_MEMSET,
};

/**
 * enum ebpfmm_compact_method - where the price of compaction is from
 * @EBPFMM_COMPACT_MOVED: what compaction takes for each page that it moves
 * @EBPFMM_COMPACT_DEFAULT: it moved too few: the default
 */
enum ebpfmm_compact_method {
	EBPFMM_COMPACT_MOVED,
	EBPFMM_COMPACT_DEFAULT,
};

/**
 * struct ebpfmm_measurement - what was measured, when and where
 * @costs: the costs, and when they were measured
 * @node: where
 * @zero: how
 * @compact: how
 */
struct ebpfmm_measurement {
	struct ebpfmm_costs costs;
	struct ebpfmm_node node;
	enum ebpfmm_zero_method zero;
	enum ebpfmm_compact_method compact;
};

/**
 * enum ebpfmm_costs_state - what a file of costs is good for
 * @EBPFMM_COSTS_CURRENT: measured here, under this kernel, not long ago
 * @EBPFMM_COSTS_OLD: measured here, more than EBPFMM_COSTS_DAYS ago, or in the
 *	future
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
 * ebpfmm_costs_json - a record as the file has it
 * @record: the record
 *
 * Return: to be freed with json_object_put(), or NULL without memory.
 */
struct json_object *ebpfmm_costs_json(const struct ebpfmm_measurement *record);

/**
 * ebpfmm_costs_add - add the costs alone to a JSON object, as the file has them
 * @object: the object
 * @costs: the costs
 *
 * Return: 0, or -1 without memory.
 */
int ebpfmm_costs_add(struct json_object *object, const struct ebpfmm_costs *costs);

#define EBPFMM_DATE_SIZE 24

/**
 * ebpfmm_costs_date - when costs were measured
 * @costs: the costs
 * @date: gets the date as the file has it
 */
void ebpfmm_costs_date(const struct ebpfmm_costs *costs, char date[EBPFMM_DATE_SIZE]);

/**
 * ebpfmm_costs_write - write the file, or replace it, whole or not at all
 * @dir: its directory, made if it is not there; EBPFMM_COSTS_DIR
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
 * @err: begins with the path; code is ENOENT when there is no file
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_costs_read(const char *dir, struct ebpfmm_measurement *record,
		      struct ebpfmm_error *err);

/**
 * ebpfmm_costs_judge - is a record good for this node, now?
 * @record: as read
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
 * ebpfmm_costs_find - the costs that this node is to reckon with
 * @dir: directory of the file
 * @record: what the file says, or the defaults where it is not to be used;
 *	@costs.measured is 0 then
 * @why: one line that says what is wrong with the file; empty when it is current
 *
 * Return: the state of the file.
 */
enum ebpfmm_costs_state ebpfmm_costs_find(const char *dir,
					  struct ebpfmm_measurement *record,
					  struct ebpfmm_error *why);

#endif /* EBPFMM_COSTS_FILE_H */
