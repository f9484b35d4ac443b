// SPDX-License-Identifier: GPL-2.0-only
/* What pages cost: the file, what is believed of it, and how it is reckoned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "costs/costs.h"
#include "costs/costs_file.h"
#include "costs/measure.h"
#include "scratch.h"

#define NOW 1790000000U		/* 2026-09-21T14:13:20Z */
#define DAY 86400U

static struct ebpfmm_measurement sample(void)
{
	struct ebpfmm_measurement record = {
		.costs = { .measured = NOW, .zero_ns = 90, .fault_ns = 600 },
		.node = { .kernel = "6.12.1", .cpu = "A CPU",
			  .memory = UINT64_C(16) << 30 },
		.zero = EBPFMM_ZERO_MEMSET,
		.compact = EBPFMM_COMPACT_MOVED,
		.walk = { [2] = { .state = EBPFMM_WALK_SCARCE },
			  [3] = { .state = EBPFMM_WALK_HIDDEN },
			  [4] = { EBPFMM_WALK_MEASURED, 0, 3 },
			  [5] = { .state = EBPFMM_WALK_FORBIDDEN },
			  [6] = { .state = EBPFMM_WALK_BUSY },
			  [9] = { EBPFMM_WALK_MEASURED, 40, 2 } },
	};

	ebpfmm_costs_compact(&record.costs, 3000);
	return record;
}

static const char *const text =
	"{'version':1,'measured':'2026-09-21T14:13:20Z','kernel':'6.12.1',"
	"'machine':{'cpu':'A CPU','memory':17179869184},"
	"'zero_ns':90,'fault_ns':600,"
	"'compact_ns':{'16K':1,'32K':2,'64K':3,'128K':4,'256K':5,'512K':6,'1M':7,'2M':8},"
	"'methods':{'zero':'memset','compact':'default'}}";

/* The file with @from replaced by @to, and ' by ". */
static void put_changed(const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char changed[2048];

	assert_non_null(at);
	snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text, to,
		 at + strlen(from));
	for (char *c = changed; *c; c++)
		if (*c == '\'')
			*c = '"';
	put_bytes("costs.json", changed, strlen(changed));
}

static int read_scratch(struct ebpfmm_measurement *record, struct ebpfmm_error *err)
{
	char dir[sizeof(scratch)];

	strcpy(dir, scratch);
	return ebpfmm_costs_read(dir, record, err);
}

static void expect_refused(const char *from, const char *to, const char *message)
{
	struct ebpfmm_measurement record;
	struct ebpfmm_error err = {};

	put_changed(from, to);
	if (!read_scratch(&record, &err))
		fail_msg("accepted: %s", to);
	if (!strstr(err.message, message) || strstr(err.message, scratch) != err.message)
		fail_msg("%s: says: %s\n  not: %s", to, err.message, message);
}

static void defaults(void **state)
{
	struct ebpfmm_costs costs;

	(void)state;
	ebpfmm_costs_default(&costs);
	assert_int_equal(costs.measured, 0);
	assert_int_equal(costs.zero_ns, EBPFMM_DEFAULT_ZERO_NS);
	assert_int_equal(costs.fault_ns, EBPFMM_DEFAULT_FAULT_NS);
	for (unsigned int o = 2; o < EBPFMM_ORDERS; o++)
		assert_int_equal(costs.compact_ns[o], EBPFMM_DEFAULT_COMPACT_NS(o));
	assert_int_equal(ebpfmm_costs_check(&costs, NULL), 0);
}

static void compaction_is_bounded(void **state)
{
	struct ebpfmm_costs costs = { .zero_ns = 1, .fault_ns = 1 };

	(void)state;
	ebpfmm_costs_compact(&costs, 2000);
	assert_int_equal(costs.compact_ns[4], 32000);
	assert_int_equal(costs.compact_ns[9], 1024000);
	ebpfmm_costs_compact(&costs, UINT32_MAX);
	assert_int_equal(costs.compact_ns[9], EBPFMM_COMPACT_NS_MAX);
	assert_int_equal(ebpfmm_costs_check(&costs, NULL), 0);
}

static void written_and_read(void **state)
{
	struct ebpfmm_measurement record = sample(), back;
	struct ebpfmm_error err = {};
	char dir[sizeof(scratch) + 8];

	(void)state;
	strcpy(dir, in_scratch("new"));
	assert_int_equal(ebpfmm_costs_write(dir, &record, &err), 0);
	assert_int_equal(access(in_scratch("new/costs.json.tmp"), F_OK), -1);
	assert_int_equal(ebpfmm_costs_read(dir, &back, &err), 0);
	assert_memory_equal(&back.costs, &record.costs, sizeof(back.costs));
	assert_string_equal(back.node.kernel, record.node.kernel);
	assert_string_equal(back.node.cpu, record.node.cpu);
	assert_true(back.node.memory == record.node.memory);
	assert_int_equal(back.zero, EBPFMM_ZERO_MEMSET);
	assert_int_equal(back.compact, EBPFMM_COMPACT_MOVED);
	assert_memory_equal(back.walk, record.walk, sizeof(back.walk));
	assert_true(ebpfmm_walks_known(&back));

	record.costs.zero_ns = 91;
	assert_int_equal(ebpfmm_costs_write(dir, &record, &err), 0);
	assert_int_equal(ebpfmm_costs_read(dir, &back, &err), 0);
	assert_int_equal(back.costs.zero_ns, 91);

	/* What would not be read is not written. */
	record.costs.zero_ns = 0;
	assert_int_equal(ebpfmm_costs_write(dir, &record, &err), -1);
	assert_int_equal(ebpfmm_costs_read(dir, &back, &err), 0);
	assert_int_equal(back.costs.zero_ns, 91);
}

static void read_as_it_stands(void **state)
{
	struct ebpfmm_measurement record;
	struct ebpfmm_error err = {};

	(void)state;
	put_changed("", "");
	if (read_scratch(&record, &err))
		fail_msg("refused: %s", err.message);
	assert_int_equal(record.costs.measured, NOW);
	assert_int_equal(record.costs.compact_ns[2], 1);
	assert_int_equal(record.costs.compact_ns[9], 8);
	assert_int_equal(record.compact, EBPFMM_COMPACT_DEFAULT);
	/* It is of a version that did not measure page walks. */
	assert_false(ebpfmm_walks_known(&record));
	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		assert_int_equal(record.walk[o].state, EBPFMM_WALK_UNKNOWN);
}

/* What such a version measured is written as it wrote it. */
static void old_file_stays(void **state)
{
	struct ebpfmm_measurement record = sample();
	_cleanup_(json_object_putp) struct json_object *json = NULL;

	(void)state;
	memset(record.walk, 0, sizeof(record.walk));
	json = ebpfmm_costs_json(&record);
	assert_non_null(json);
	assert_false(json_object_object_get_ex(json, "walk", NULL));
	assert_int_equal(json_object_object_length(json), 8);
}

static void walks_read(void **state)
{
	struct ebpfmm_measurement record;
	struct ebpfmm_error err = {};

	(void)state;
	put_changed("'methods'", "'walk':{'64K':{'saves_ns':0,'spread_ns':5},"
		    "'128K':{'why':'forbidden'},'2M':{'spread_ns':1,'saves_ns':100000}},"
		    "'methods'");
	if (read_scratch(&record, &err))
		fail_msg("refused: %s", err.message);
	assert_int_equal(record.walk[4].state, EBPFMM_WALK_MEASURED);
	assert_int_equal(record.walk[4].saves_ns, 0);
	assert_int_equal(record.walk[4].spread_ns, 5);
	assert_int_equal(record.walk[5].state, EBPFMM_WALK_FORBIDDEN);
	assert_int_equal(record.walk[6].state, EBPFMM_WALK_UNKNOWN);
	assert_int_equal(record.walk[9].saves_ns, 100000);
	/* The same by its path. */
	assert_int_equal(ebpfmm_costs_load(in_scratch("costs.json"), &record, &err), 0);
	assert_int_equal(record.walk[9].saves_ns, 100000);
	assert_int_equal(ebpfmm_costs_load(in_scratch("none.json"), &record, &err), -1);
	assert_non_null(strstr(err.message, "none.json: No such file"));
}

static void walks_refused(void **state)
{
	static const struct {
		const char *walk, *message;
	} cases[] = {
		{ "[]", "walk: must be an object" },
		{ "{'4K':{'why':'forbidden'}}", "walk.4K: unknown key" },
		{ "{'8K':{'why':'forbidden'}}", "walk.8K: unknown key" },
		{ "{'2M':7}", "walk.2M: must be an object" },
		{ "{'2M':{}}", "walk.2M.saves_ns: missing" },
		{ "{'2M':{'saves_ns':1}}", "walk.2M.spread_ns: missing" },
		{ "{'2M':{'saves_ns':-1,'spread_ns':1}}",
		  "walk.2M.saves_ns: must be from 0 to 100000" },
		{ "{'2M':{'saves_ns':1,'spread_ns':100001}}", "walk.2M.spread_ns: must be from 0" },
		{ "{'2M':{'saves_ns':1.5,'spread_ns':1}}", "walk.2M.saves_ns: must be an integer" },
		{ "{'2M':{'why':'tired'}}", "walk.2M.why: `tired` is unknown" },
		{ "{'2M':{'why':'scarce','saves_ns':1}}", "walk.2M.why: there are numbers" },
		{ "{'2M':{'why':'scarce','more':1}}", "walk.2M.more: unknown key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char to[200];

		snprintf(to, sizeof(to), "'walk':%s,'methods'", cases[i].walk);
		expect_refused("'methods'", to, cases[i].message);
	}
}

static void refused(void **state)
{
	(void)state;
	expect_refused("'version':1", "'version':2", "version: must be 1");
	expect_refused("'version':1", "'version':'1'", "version: must be an integer");
	expect_refused("'version':1,", "", "version: missing");
	expect_refused("'version'", "'surprise':1,'version'", "surprise: unknown key");
	expect_refused("'version'", "'version':1,'version'", "line 1, column");
	expect_refused("}}", "}", "line 1");
	expect_refused(text, "", "line 1");
	expect_refused(text, "[]", "must be an object");
	expect_refused("'zero_ns':90", "'zero_ns':0", "zero_ns: must be from 1 to 100000");
	expect_refused("'zero_ns':90", "'zero_ns':100001", "zero_ns: must be from");
	expect_refused("'zero_ns':90", "'zero_ns':-90", "zero_ns: not a time");
	expect_refused("'zero_ns':90", "'zero_ns':4294967386", "zero_ns: not a time");
	expect_refused("'zero_ns':90", "'zero_ns':90.5", "zero_ns: must be an integer");
	expect_refused("'fault_ns':600", "'fault_ns':0", "fault_ns: must be from 1 to");
	expect_refused("'fault_ns':600,", "", "fault_ns: missing");
	expect_refused("'64K':3,", "", "compact_ns.64K: missing");
	expect_refused("'64K':3", "'64K':0", "compact_ns.64K: must be from 1 to");
	expect_refused("'2M':8", "'2M':1000000001", "compact_ns.2M: must be from 1 to");
	expect_refused("'2M':8", "'2M':6", "compact_ns.2M: must not be less than that of a smaller");
	expect_refused("'2M':8", "'2M':'8'", "compact_ns.2M: must be an integer");
	expect_refused("'16K'", "'8K':1,'16K'", "compact_ns.8K: unknown key");
	expect_refused("'16K'", "'4K':1,'16K'", "compact_ns.4K: unknown key");
	expect_refused("'kernel':'6.12.1'", "'kernel':''", "kernel: must have 1 to 64");
	expect_refused("'cpu':'A CPU',", "", "machine.cpu: missing");
	expect_refused("'memset'", "'guessed'", "methods.zero: `guessed`");
	expect_refused("'compact':'default'", "'compact':1",
		       "methods.compact: must be a string");
}

static void no_dates(void **state)
{
	static const char *const dates[] = {
		"'yesterday'", "''", "'2026-09-21'", "'2026-02-31T00:00:00Z'",
		"'2026-09-21T14:13:20'", "'2026-09-21T14:13:20+02:00'",
		"'2026-09-21T25:13:20Z'", "'1970-01-01T00:00:00Z'",
		"'1969-09-21T14:13:20Z'", "' 2026-09-21T14:13:20Z'",
		"'2026-9-21T14:13:20Z'",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		expect_refused("'2026-09-21T14:13:20Z'", dates[i], "is not a date like");
}

static void no_such_files(void **state)
{
	struct ebpfmm_measurement record;
	struct ebpfmm_error err = {};
	char large[5000];

	(void)state;
	unlink(in_scratch("costs.json"));
	assert_int_equal(read_scratch(&record, &err), -1);
	assert_int_equal(err.code, ENOENT);
	assert_int_equal(mkfifo(in_scratch("costs.json"), 0600), 0);
	assert_int_equal(read_scratch(&record, &err), -1);
	assert_non_null(strstr(err.message, "not a regular file"));
	unlink(in_scratch("costs.json"));
	memset(large, ' ', sizeof(large));
	put_bytes("costs.json", large, sizeof(large));
	assert_int_equal(read_scratch(&record, &err), -1);
	assert_non_null(strstr(err.message, "more than 4096 bytes"));
}

/* What is not to be used is replaced by defaults, with the reason. */
static void found(void **state)
{
	struct ebpfmm_measurement record;
	struct ebpfmm_error why = {};
	char dir[sizeof(scratch)];

	(void)state;
	strcpy(dir, scratch);
	put_changed("", "");
	assert_int_equal(ebpfmm_costs_find(dir, &record, &why),
			 EBPFMM_COSTS_OTHER_MACHINE);
	assert_int_equal(record.costs.measured, 0);
	assert_int_equal(record.costs.zero_ns, EBPFMM_DEFAULT_ZERO_NS);
	assert_non_null(strstr(why.message, "A CPU"));
	put_changed("'version':1", "'version':9");
	assert_int_equal(ebpfmm_costs_find(dir, &record, &why), EBPFMM_COSTS_BROKEN);
	assert_int_equal(record.costs.zero_ns, EBPFMM_DEFAULT_ZERO_NS);
	assert_non_null(strstr(why.message, "version"));
	unlink(in_scratch("costs.json"));
	assert_int_equal(ebpfmm_costs_find(dir, &record, &why), EBPFMM_COSTS_MISSING);
	assert_int_equal(record.costs.fault_ns, EBPFMM_DEFAULT_FAULT_NS);
	assert_non_null(strstr(why.message, "never measured"));

	record = sample();
	assert_int_equal(ebpfmm_node_read(&record.node, NULL), 0);
	record.costs.measured = (uint64_t)time(NULL);
	assert_int_equal(ebpfmm_costs_write(dir, &record, NULL), 0);
	assert_int_equal(ebpfmm_costs_find(dir, &record, &why), EBPFMM_COSTS_CURRENT);
	assert_int_equal(record.costs.zero_ns, 90);
	assert_string_equal(why.message, "");
}

static void judged(void **state)
{
	const struct ebpfmm_measurement record = sample();
	struct ebpfmm_node node = record.node;
	struct ebpfmm_error why = {};

	(void)state;
	assert_int_equal(ebpfmm_costs_judge(&record, &node, NOW, &why),
			 EBPFMM_COSTS_CURRENT);
	assert_int_equal(ebpfmm_costs_judge(&record, &node,
					    NOW + EBPFMM_COSTS_DAYS * DAY, &why),
			 EBPFMM_COSTS_CURRENT);
	assert_int_equal(ebpfmm_costs_judge(&record, &node,
					    NOW + EBPFMM_COSTS_DAYS * DAY + 1, &why),
			 EBPFMM_COSTS_OLD);
	assert_non_null(strstr(why.message, "2026-09-21T14:13:20Z"));
	assert_int_equal(ebpfmm_costs_judge(&record, &node, NOW - DAY, &why),
			 EBPFMM_COSTS_CURRENT);
	assert_int_equal(ebpfmm_costs_judge(&record, &node, NOW - DAY - 1, &why),
			 EBPFMM_COSTS_OLD);
	assert_non_null(strstr(why.message, "future"));
	strcpy(node.kernel, "6.12.2");
	assert_int_equal(ebpfmm_costs_judge(&record, &node, NOW, &why),
			 EBPFMM_COSTS_OTHER_KERNEL);
	assert_non_null(strstr(why.message, "6.12.1"));
	/* Another kernel keeps another part of the memory for itself. */
	node.memory -= node.memory / 16;
	assert_int_equal(ebpfmm_costs_judge(&record, &node, NOW, &why),
			 EBPFMM_COSTS_OTHER_KERNEL);
	node.memory -= node.memory / 16;
	assert_int_equal(ebpfmm_costs_judge(&record, &node, NOW, &why),
			 EBPFMM_COSTS_OTHER_MACHINE);
	node = record.node;
	strcpy(node.cpu, "Another CPU");
	assert_int_equal(ebpfmm_costs_judge(&record, &node, NOW, &why),
			 EBPFMM_COSTS_OTHER_MACHINE);
}

static void solved(void **state)
{
	/* f = 500, z = 100 */
	const struct ebpfmm_touch small = { 600 * 8192, 8192, 8192 };
	struct ebpfmm_touch large = { (500 + 51200) * 16, 8192, 16 };
	uint32_t zero = 0, fault = 0;

	(void)state;
	assert_true(ebpfmm_solve_fault(&small, &large, &zero, &fault));
	assert_int_equal(zero, 100);
	assert_int_equal(fault, 500);
	/* With pages of 64K. */
	large = (struct ebpfmm_touch){ (500 + 1600) * 512, 8192, 512 };
	assert_true(ebpfmm_solve_fault(&small, &large, &zero, &fault));
	assert_int_equal(zero, 100);
	assert_int_equal(fault, 500);
	/* No larger pages. */
	assert_false(ebpfmm_solve_fault(&small, &small, &zero, &fault));
	/* A large page that takes longer than as many small ones, or no time. */
	large = (struct ebpfmm_touch){ 600 * 8192 * 2, 8192, 16 };
	assert_false(ebpfmm_solve_fault(&small, &large, &zero, &fault));
	large.ns = 16;
	assert_false(ebpfmm_solve_fault(&small, &large, &zero, &fault));
	large.faults = 0;
	assert_false(ebpfmm_solve_fault(&small, &large, &zero, &fault));
}

static void price(void **state)
{
	/* 5 ms to look, 3 us a page; one pass was disturbed. */
	struct ebpfmm_pass passes[] = {
		{ 5e6 + 3e3 * 9000, 9000 }, { 5e6, 0 }, { 5e6 + 3e3 * 8000, 8000 },
		{ 5e6 + 3e3 * 100, 100 }, { 90e6 + 3e3 * 9000, 9000 },
		{ 5e6 + 3e3 * 7000, 7000 }, { 5e6, 0 },
	};
	struct ebpfmm_pass many[40];

	(void)state;
	assert_true(ebpfmm_pass_price(passes, 7) > 2990);
	assert_true(ebpfmm_pass_price(passes, 7) < 3010);
	assert_true(ebpfmm_pass_price(passes, 0) == 0);
	/* Nothing to compare with, or too much alike: looking is included. */
	assert_true(ebpfmm_pass_price(passes, 1) == 32e6 / 9000);
	passes[1].moved = 9000 - EBPFMM_PASS_PAGES + 1;
	assert_true(ebpfmm_pass_price(passes, 2) == 32e6 / 9000);
	/* The more was moved, the quicker it was: noise. */
	passes[1] = (struct ebpfmm_pass){ 90e6, 0 };
	assert_true(ebpfmm_pass_price(passes, 2) == 32e6 / 9000);
	/* Too few pages for anything. */
	assert_true(ebpfmm_pass_price(passes + 3, 1) == 0);
	for (size_t i = 0; i < 40; i++)
		many[i] = (struct ebpfmm_pass){ 7e3 * i, 1e3 * i };
	assert_true(ebpfmm_pass_price(many, 40) == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(compaction_is_bounded),
		cmocka_unit_test(written_and_read),
		cmocka_unit_test(read_as_it_stands),
		cmocka_unit_test(old_file_stays),
		cmocka_unit_test(walks_read),
		cmocka_unit_test(walks_refused),
		cmocka_unit_test(refused),
		cmocka_unit_test(no_dates),
		cmocka_unit_test(no_such_files),
		cmocka_unit_test(found),
		cmocka_unit_test(judged),
		cmocka_unit_test(solved),
		cmocka_unit_test(price),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
