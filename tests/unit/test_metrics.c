// SPDX-License-Identifier: GPL-2.0-only
/* Pages of metrics: that they are valid, and that they are true. */
#include "made_up.h"

#include "../openmetrics.h"
#include "show/metrics.h"

static struct ebpfmm_table *table;

static int setup(void **state)
{
	(void)state;
	table = made_up_table();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(table);
	return 0;
}

static char *page_of(const char *const *cgroups, size_t n, bool regions)
{
	struct ebpfmm_metrics *metrics = ebpfmm_metrics_new(regions);
	struct ebpfmm_stats stats = made_up_stats(table);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < n; i++) {
		stats.cgroup = cgroups[i];
		ebpfmm_metrics_add(metrics, &stats);
	}
	assert_int_equal(ebpfmm_metrics_end(metrics, out, NULL), 0);
	fclose(out);
	ebpfmm_metrics_free(metrics);
	return text;
}

static char *page_of_one(const struct ebpfmm_stats *stats)
{
	struct ebpfmm_metrics *metrics = ebpfmm_metrics_new(false);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ebpfmm_metrics_add(metrics, stats);
	assert_int_equal(ebpfmm_metrics_end(metrics, out, NULL), 0);
	fclose(out);
	ebpfmm_metrics_free(metrics);
	return text;
}

static void assert_valid(const char *page)
{
	const char *why = openmetrics_check(page);

	if (why)
		fail_msg("%s in:\n%s", why, page);
}

static void assert_line(const char *page, const char *line)
{
	char *whole = NULL;

	assert_true(asprintf(&whole, "\n%s\n", line) > 0);
	if (!strstr(page, whole))
		fail_msg("no line \"%s\" in:\n%s", line, page);
	free(whole);
}

/* Else the other tests would tell nothing. */
static void test_checker(void **state)
{
	static const struct {
		const char *page;
		bool valid;
	} cases[] = {
		{ "# EOF\n", true },
		{ "# TYPE a gauge\na 1\n# EOF\n", true },
		{ "# TYPE a counter\na_total{b=\"\\\\\\\"\\n\xc3\xa9\"} 1\n# EOF\n", true },
		{ "# TYPE a_bytes gauge\n# UNIT a_bytes bytes\n# EOF\n", true },
		{ "", false },
		{ "# TYPE a gauge\na 1\n", false },
		{ "# EOF", false },
		{ "# EOF\n# EOF\n", false },
		{ "a 1\n# EOF\n", false },
		{ "# TYPE a gauge\nb 1\n# EOF\n", false },
		{ "# TYPE a gauge\na_total 1\n# EOF\n", false },
		{ "# TYPE a counter\na 1\n# EOF\n", false },
		{ "# TYPE a counter\na_total -1\n# EOF\n", false },
		{ "# TYPE a info\na_info 1\n# EOF\n", false },
		{ "# TYPE a gauge\n# UNIT a bytes\n# EOF\n", false },
		{ "# TYPE a gauge\na\n# EOF\n", false },
		{ "# TYPE a gauge\na x\n# EOF\n", false },
		{ "# TYPE a gauge\na 1\na 1\n# EOF\n", false },
		{ "# TYPE a gauge\na 1\n\n# EOF\n", false },
		{ "# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n# EOF\n", false },
		{ "# TYPE a gauge\na{b=\"\\x\"} 1\n# EOF\n", false },
		{ "# TYPE a gauge\na{b=\"\"\"} 1\n# EOF\n", false },
		{ "# TYPE a gauge\na{b=\"\xff\"} 1\n# EOF\n", false },
		{ "# TYPE a gauge\na{b=\"\xc0\xaf\"} 1\n# EOF\n", false },
		{ "# TYPE a gauge\na{b=\"1\",b=\"2\"} 1\n# EOF\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (!openmetrics_check(cases[i].page) != cases[i].valid)
			fail_msg("the checker is wrong about: %s",
				 cases[i].page);
}

static void test_empty(void **state)
{
	char *page = page_of(NULL, 0, true);

	(void)state;
	assert_valid(page);
	assert_line(page, "ebpfmm_policies 0");
	free(page);
}

/* Of what another version decided nothing is known, and nothing is made up. */
static void test_other_format(void **state)
{
	struct ebpfmm_stats stats = made_up_stats(NULL);
	char *page;

	(void)state;
	stats.profile = NULL;
	page = page_of_one(&stats);
	assert_valid(page);
	assert_line(page, "ebpfmm_policies 1");
	assert_line(page, "ebpfmm_other_format_policies 1");
	assert_line(page,
		    "ebpfmm_memory_bytes{cgroup=\"/sys/fs/cgroup/a\",profile=\"-\",size=\"2M\"} 6291456");
	assert_null(strstr(page, "decisions_total{"));
	free(page);
}

#define LABELS "cgroup=\"/a\",profile=\"file\""

static void test_values(void **state)
{
	static const char *const cgroups[] = { "/a", "/b" };
	char *page = page_of(cgroups, 2, false);

	(void)state;
	assert_valid(page);
	assert_line(page, "ebpfmm_policies 2");
	assert_line(page, "ebpfmm_other_format_policies 0");
	assert_line(page, "ebpfmm_decisions_total{" LABELS ",size=\"2M\"} 68719476753");
	assert_line(page, "ebpfmm_decisions_total{" LABELS ",size=\"4K\"} 4");
	assert_line(page, "ebpfmm_reasons_total{" LABELS ",reason=\"best\"} 123456");
	assert_line(page, "ebpfmm_reasons_total{" LABELS ",reason=\"limit\"} 7");
	assert_line(page, "ebpfmm_program_decisions_total{" LABELS ",program=\"0\"} 1230");
	/* 2^32 - 1 and 5, modulo 2^32. */
	assert_line(page, "ebpfmm_program_decisions_total{" LABELS ",program=\"1\"} 4");
	assert_line(page, "ebpfmm_memory_bytes{" LABELS ",size=\"2M\"} 6291456");
	assert_line(page, "ebpfmm_limit_bytes{" LABELS ",size=\"2M\"} 8388608");
	assert_line(page, "ebpfmm_lost_net_seconds{" LABELS ",size=\"2M\"} -1.5005e-06");
	assert_line(page, "ebpfmm_lost_samples_total{" LABELS ",size=\"2M\"} 2");
	assert_null(strstr(page, "size=\"8K\""));
	assert_null(strstr(page, "limit_bytes{" LABELS ",size=\"4K\""));
	assert_null(strstr(page, "region="));
	free(page);
}

static void test_regions(void **state)
{
	static const char *const cgroups[] = { "/a" };
	char *page;

	(void)state;
	/* A region in two parts is one series. */
	table->large.header.programs[0].heap.count = 2;
	table->large.regions[3].source = 0;
	page = page_of(cgroups, 1, true);
	table->large.header.programs[0].heap.count = 1;
	assert_valid(page);
	assert_line(page, "ebpfmm_region_decisions_total{" LABELS
		    ",program=\"0\",region=\"0\"} 29");
	assert_line(page, "ebpfmm_region_decisions_total{" LABELS
		    ",program=\"0\",region=\"1\"} 200");
	assert_line(page, "ebpfmm_region_decisions_total{" LABELS
		    ",program=\"0\",region=\"default\"} 1000");
	assert_line(page, "ebpfmm_region_decisions_total{" LABELS
		    ",program=\"1\",region=\"outside\"} 5");
	assert_null(strstr(page, "program=\"1\",region=\"default\""));
	free(page);
}

/* The account may be unknown; what is not known is not claimed to be 0. */
static void test_unknown(void **state)
{
	struct ebpfmm_stats stats = made_up_stats(table);
	char *page;

	(void)state;
	stats.has_bytes = false;
	stats.profile = NULL;
	page = page_of_one(&stats);
	assert_valid(page);
	assert_null(strstr(page, "memory_bytes{"));
	assert_non_null(strstr(page, "profile=\"made-up\""));
	free(page);
}

static void test_hostile_names(void **state)
{
	static const char *const cgroups[] = {
		"/\"} 1\n# EOF\nx{y=\"", "/a\\", "/a\\\\", "/\\\"", "/\xff", "/\xfe",
		"/\xef\xbf\xbd" "ff", "/\xef\xbf\xbd", "/\xc3\xa9", "/\xed\xa0\x80",
		"/\xc0\xaf", "/\xf4\x90\x80\x80", "/\xc3", "/\x1b[31m", "/\x7f",
		"/\r", "/{}", "", "/dev-disk-by\\x2duuid",
	};
	const size_t n = sizeof(cgroups) / sizeof(cgroups[0]);
	char *page = page_of(cgroups, n, true);
	size_t seen = 0;

	(void)state;
	assert_valid(page);
	/* None was taken for another one. */
	for (const char *at = page; (at = strstr(at, "size=\"2M\"} 68719476753"));
	     at++)
		seen++;
	assert_int_equal(seen, n);
	assert_non_null(strstr(page, "{cgroup=\"/dev-disk-by\\\\x2duuid\","));
	assert_non_null(strstr(page, "{cgroup=\"/\xc3\xa9\","));
	assert_non_null(strstr(page, "{cgroup=\"/\xef\xbf\xbd" "ff\","));
	free(page);
}

/* It was removed and made again while all of them were gone through. */
static void test_twice(void **state)
{
	static const char *const cgroups[] = { "/a", "/b", "/a" };
	char *page = page_of(cgroups, 3, true);

	(void)state;
	assert_valid(page);
	assert_line(page, "ebpfmm_policies 2");
	assert_line(page, "ebpfmm_other_format_policies 0");
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checker),
		cmocka_unit_test(test_empty),
		cmocka_unit_test_setup_teardown(test_values, setup, teardown),
		cmocka_unit_test(test_other_format),
		cmocka_unit_test_setup_teardown(test_regions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_twice, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
