// SPDX-License-Identifier: GPL-2.0-only
/* What would be decided for an address, in lines and as JSON. */
#include "made_up.h"

#include "json_value.h"
#include "show/explanation.h"

static struct ebpfmm_table *table;
static struct ebpfmm_profile *profile;
static struct ebpfmm_stats stats;

static int setup(void **state)
{
	(void)state;
	table = made_up_table();
	stats = made_up_stats(table);
	if (ebpfmm_profile_parse(made_up_profile, strlen(made_up_profile), &profile,
				 NULL))
		return -1;
	stats.source = profile;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(table);
	ebpfmm_profile_free(profile);
	return 0;
}

/* In the first region of the first program: 2M would have to be compacted for. */
static struct ebpfmm_explanation in_heap(void)
{
	struct ebpfmm_explanation explanation = {
		.outcome = EBPFMM_EXPLAINED, .vm_start = 0x100000,
		.vm_end = 0x300000, .headroom = 12 << 20,
		.headroom_limit = 1 << 26, .region = table->large.regions[2],
		.costs = { .measured = 1, .zero_ns = 100, .fault_ns = 500 },
		.event = { .address = 0x200000, .start = 0x1000, .end = 0x280000,
			   .tgid = 123, .admissible = 1 << 4 | 1 << 9,
			   .orders = 1 << 4, .order = 4,
			   .reason = EBPFMM_SUPPLY, .candidates = 1 | 1 << 4 | 1 << 9,
			   .missing = 1 << 9, .touched = EBPFMM_TOUCHED_ONE,
			   .net = { [4] = 7502, [9] = -724500 } },
	};

	explanation.costs.compact_ns[9] = 1000000;
	return explanation;
}

static char *columns(const struct ebpfmm_explanation *explanation)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ebpfmm_explain_columns(explanation, &stats, out);
	fclose(out);
	return text;
}

static void assert_has(const char *out, const char *part)
{
	if (!strstr(out, part))
		fail_msg("no \"%s\" in:\n%s", part, out);
}

static void test_long_name(void **state)
{
	struct ebpfmm_explanation explanation = in_heap();
	char *out;

	(void)state;
	stats.profile = MADE_UP_LONG_NAME;
	out = columns(&explanation);
	assert_has(out, "/sys/fs/cgroup/a: profile " MADE_UP_LONG_NAME "\n");
	free(out);
}

static void test_columns(void **state)
{
	struct ebpfmm_explanation explanation = in_heap();
	char *out = columns(&explanation);

	(void)state;
	assert_string_equal(out,
		"/sys/fs/cgroup/a: profile file\n"
		"address   0x200000 of process 123, mapping 0x100000-0x300000\n"
		"place     programs[0].regions[0], /one, heap\n"
		"range     0x100000-0x280000\n"
		"decision  64K (supply)\n"
		"costs     zeroing 4K 100 ns, page fault 500 ns\n"
		"headroom  12M below a limit of 64M\n"
		"  SIZE    BENEFIT-NS    FAULTS-NS   ZEROING-NS     BLOCK-NS"
		"       NET-NS  RULED OUT BY\n"
		"  4K               0            0            0            0"
		"            0  -\n"
		"  64K              2         9000        -1500            0"
		"         7502  chosen\n"
		"  2M           20000       306600       -51100     -1000000"
		"      -724500  supply\n");
	free(out);

	explanation.event.candidates = 1 | 1 << 4;
	explanation.event.admissible = 1 << 9;
	explanation.event.missing = 0;
	explanation.event.limited = 1 << 9 | 1 << 4;
	explanation.event.compact = 1;
	explanation.costs.measured = 0;
	explanation.headroom_limit = UINT64_MAX;
	explanation.region.touched /= 4;
	out = columns(&explanation);
	assert_has(out, "  edge, limit\n");
	assert_has(out, "  forbidden, limit\n");
	assert_has(out, "(supply), may compact memory for it\n");
	assert_has(out, "500 ns (not measured)\n");
	assert_has(out, "headroom  unlimited\n");
	assert_has(out, "-0x280000, touched 0.25\n");
	free(out);

	explanation.event.admissible = 0;
	out = columns(&explanation);
	assert_has(out, "policy not called: the kernel admits nothing else\n");
	free(out);
}

/* Places that are no region. */
static void test_places(void **state)
{
	struct ebpfmm_explanation explanation = in_heap();
	char *out;

	(void)state;
	explanation.is_default = 1;
	explanation.event.region = EBPFMM_NO_REGION;
	out = columns(&explanation);
	assert_has(out, "\nplace     programs[0].default, /one\n");
	free(out);

	explanation.is_default = 0;
	explanation.region = (struct ebpfmm_region){};
	explanation.event.reason = EBPFMM_OUTSIDE;
	stats.source = NULL;
	out = columns(&explanation);
	assert_has(out, "\nplace     programs[0]\ndecision  left to the kernel (outside)\n");
	free(out);

	stats.changed = true;
	out = columns(&explanation);
	assert_has(out, "\nplace     programs[0] (the installed profile has changed "
			"since)\n");
	free(out);
	stats.changed = false;

	explanation.event.program = EBPFMM_NO_PROGRAM;
	explanation.event.reason = EBPFMM_OTHER_PROGRAM;
	explanation.event.limited = 1 << 9;
	explanation.event.refused = 1 << 9 | 1 << 4;
	out = columns(&explanation);
	assert_has(out, "\nplace     not a program of the profile\n"
			"decision  left to the kernel (other-program), limit reached: 2M,"
			" no page may reach into a region: 64K\n");
	free(out);
}

/* Parsed from another text, with the same benefits, it may name another place. */
static void test_edited(void **state)
{
	struct ebpfmm_explanation explanation = in_heap();
	struct ebpfmm_profile *edited;
	char text[sizeof(made_up_profile)];
	char *out;

	(void)state;
	strcpy(text, made_up_profile);
	memcpy(strstr(text, "/one"), "/new", 4);
	assert_int_equal(ebpfmm_profile_parse(text, strlen(text), &edited, NULL), 0);
	stats.source = NULL;
	ebpfmm_stats_compare(&stats, edited);
	out = columns(&explanation);
	assert_has(out, "\nplace     programs[0].regions[0] (the installed profile has changed "
			"since)\n");
	free(out);

	stats.changed = false;
	ebpfmm_stats_compare(&stats, profile);
	out = columns(&explanation);
	assert_has(out, "\nplace     programs[0].regions[0], /one, heap\n");
	free(out);
	ebpfmm_profile_free(edited);
}

static void test_json(void **state)
{
	struct ebpfmm_explanation explanation = in_heap();
	struct json_object *object = ebpfmm_explain_json(&explanation, &stats);

	(void)state;
	assert_false(json_object_object_get_ex(object, "time", NULL));
	assert_string_equal(plain(get(object, "place")),
			    "\"programs[0].regions[0]\"");
	assert_string_equal(plain(get(object, "exe")), "\"\\/one\"");
	assert_string_equal(plain(get(object, "anchor")), "\"heap\"");
	assert_string_equal(plain(get(object, "headroom")),
			    "{\"bytes\":12582912,\"limit\":67108864}");
	assert_string_equal(plain(get(object, "edge")), "[]");
	assert_string_equal(plain(json_object_array_get_idx(
					  get(object, "candidates"), 2)),
			    "{\"size\":\"2M\",\"net_ns\":-724500,"
			    "\"ruled_out\":[\"supply\"],\"benefit_ns\":20000,"
			    "\"faults_ns\":306600,\"zeroing_ns\":51100,"
			    "\"block_ns\":1000000}");
	json_object_put(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_columns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_places, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edited, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
