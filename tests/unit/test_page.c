// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of a report: how memory and time are divided, what it says, and that nothing
 * hostile in it can be anything but text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json_value.h"
#include "recording/heat.h"
#include "set_text.h"
#include "show/page.h"
#include "show/page_bands.h"

/* Intervals of 100 ms with 20 samples; one page is 4K. */
#define HEADER	"{'recording':{'version':1,'minor':0,'page_size':4096,'sampling_us':5000," \
		"'aggregation_us':100000,'start_ns':1700000000000000000}}\n" \
		"{'program':{'id':0,'path':'/bin/x','size':1}}\n"
#define HEAP	"{'space':{'id':0,'program':0,'kind':'heap','seen':'4K'}}\n"
#define END	"{'end':{'us':200000,'intervals':1,'runs':1,'lost':0}}\n"

/* --- bands ------------------------------------------------------------------------------- */

/*
 * What bands a space of @pages has whose accesses are these runs; as "first+pages " each,
 * in brackets if it is folded.
 */
static void assert_bands(const char *runs, uint64_t pages, size_t target, const char *want)
{
	struct ebpfmm_set set = {};
	struct page_bands bands;
	char text[4096], found[4096] = "";

	snprintf(text, sizeof(text), HEADER HEAP "{'interval':{'us':100000,'space':0,'runs':[%s]}}\n",
		 runs);
	set_text(&set, "a", text);
	assert_int_equal(page_bands_find(&set, &set.spaces[0], pages, target, &bands), 0);
	for (size_t i = 0; i < bands.count; i++)
		snprintf(found + strlen(found), sizeof(found) - strlen(found),
			 bands.folded[i] ? "[%ju+%ju] " : "%ju+%ju ",
			 (uintmax_t)bands.edges[i],
			 (uintmax_t)(bands.edges[i + 1] - bands.edges[i]));
	assert_string_equal(found, want);
	page_bands_free(&bands);
	ebpfmm_set_free(&set);
}

static void test_bands(void **state)
{
	(void)state;
	/* All of it, in four; and the last one has less. */
	assert_bands("0,16,1", 16, 4, "0+4 4+4 8+4 12+4 ");
	assert_bands("0,14,1", 14, 4, "0+4 4+4 8+4 12+2 ");
	/* Too little to fold anything. */
	assert_bands("10,1,1", 256, 4, "0+64 64+64 128+64 192+64 ");
	/* 16M that are hot in 1G: the rest is folded, and the edges are multiples. */
	assert_bands("100000,4096,20", 262144, 8,
		     "[0+99328] 99328+1024 100352+1024 101376+1024 102400+1024 103424+1024 "
		     "[104448+157696] ");
	/* What is between two that are near each other is drawn. */
	assert_bands("0,512,1,512,512,1", 65536, 4, "0+512 512+512 1024+512 [1536+64000] ");
	/* A run with no access does not count. */
	assert_bands("0,1,1,65000,100,0", 65536, 4, "0+1 [1+65535] ");
}

/* However the runs are, bands are what is promised. */
static void test_band_bounds(void **state)
{
	static const size_t targets[] = { 1, 8, 128 };
	uint64_t seed = 1;

	(void)state;
	for (size_t round = 0; round < 300; round++) {
		struct ebpfmm_set set = {};
		size_t target = targets[round % 3], length = 0;
		struct page_bands bands;
		char text[65536];
		uint64_t plain = 0;

		length = (size_t)snprintf(text, sizeof(text), HEADER HEAP
					  "{'interval':{'us':100000,'space':0,'runs':[");
		for (size_t i = 0; i <= round; i++) {
			seed = seed * 6364136223846793005U + 1442695040888963407U;
			length += (size_t)snprintf(text + length, sizeof(text) - length,
						   "%s%ju,%ju,%ju", i ? "," : "",
						   (uintmax_t)(seed >> (40 + round % 16)),
						   (uintmax_t)(1 + (seed >> 7) % 4000),
						   (uintmax_t)(seed % 3));
		}
		snprintf(text + length, sizeof(text) - length, "]}}\n");
		set_text(&set, "a", text);
		assert_int_equal(page_bands_find(&set, &set.spaces[0],
						 set.spaces[0].pages + round, target, &bands), 0);
		assert_true(bands.count <= target + PAGE_BANDS_MORE);
		assert_int_equal(bands.edges[0], 0);
		assert_int_equal(bands.edges[bands.count], set.spaces[0].pages + round);
		for (size_t i = 0; i < bands.count; i++) {
			uint64_t size = bands.edges[i + 1] - bands.edges[i];

			assert_true(bands.edges[i + 1] > bands.edges[i]);
			if (bands.folded[i])
				assert_false(i && bands.folded[i - 1]);
			else if (i + 1 < bands.count && !plain)
				plain = size;
			else if (i + 1 < bands.count)
				assert_int_equal(size, plain);
		}
		/* No access is folded away. */
		for (size_t r = 0; r < set.nruns; r++)
			for (size_t i = 0; i < bands.count && set.runs[r].count; i++)
				assert_false(bands.folded[i] &&
					     set.runs[r].first < bands.edges[i + 1] &&
					     set.runs[r].first + set.runs[r].pages >
						     bands.edges[i]);
		page_bands_free(&bands);
		ebpfmm_set_free(&set);
	}
}

/* --- the data ------------------------------------------------------------------------------ */

static struct json_object *make_json(struct ebpfmm_set *set, struct ebpfmm_page *page)
{
	static struct ebpfmm_heat heat;
	struct ebpfmm_error err = {};
	struct json_object *object;

	assert_int_equal(ebpfmm_heat_find(set, &heat, &err), 0);
	page->set = set;
	page->heat = &heat;
	object = ebpfmm_page_json(page);
	assert_non_null(object);
	ebpfmm_heat_free(&heat);
	return object;
}

/* Two intervals: half of the samples, then none; of four pages the first two. */
static void test_json(void **state)
{
	static const size_t spaces[] = { 0 };
	static const struct ebpfmm_page_proposal proposal = {
		.spaces = spaces, .nspaces = 1, .end = 2, .order = 9, .used = 1, .worth_ns = 5e9,
	};
	static const char *const notes[] = { "a note" };
	struct ebpfmm_page page = { .proposals = &proposal, .nproposals = 1,
				    .horizon_ns = 600000000000, .notes = notes, .nnotes = 1 };
	struct ebpfmm_set set = {};
	struct json_object *object, *region;

	(void)state;
	set_text(&set, "a.jsonl", HEADER HEAP
		 "{'interval':{'us':100000,'space':0,'runs':[0,2,10]}}\n"
		 "{'resident':{'us':100000,'space':0,'runs':[0,4,3]}}\n" END);
	object = make_json(&set, &page);
	region = json_object_array_get_idx(get(object, "regions"), 0);
	/* Half of 4095, rounded up, is 32 and 0 in base 64: "gA". The others are nothing. */
	assert_string_equal(plain(get(region, "map")),
			    "{\"edges\":[0,1,2,3,4],\"rows\":[\"gAAA\",\"gAAA\",\"\",\"\"]}");
	assert_int_equal(json_object_get_int(get(region, "resident")), 3 * 4096);
	assert_string_equal(json_object_get_string(get(region, "label")), "heap");
	assert_int_equal(json_object_get_int(get(object, "columns")), 2);
	assert_int_equal(json_object_get_int64(get(object, "horizon_us")), 600000000);
	assert_string_equal(plain(get(object, "proposals")),
			    "[{\"regions\":[0],\"label\":\"heap\",\"program\":0,\"alike\":1,"
			    "\"first\":0,\"end\":2,\"size\":\"2M\",\"bytes\":2097152,\"used\":1,"
			    "\"worth_ns\":5e+09}]");
	assert_string_equal(plain(get(object, "notes")), "[\"a note\"]");
	assert_string_equal(plain(get(object, "programs")), "[\"\\/bin\\/x\"]");
	region = json_object_array_get_idx(get(object, "recordings"), 0);
	assert_int_equal(json_object_get_int64(get(region, "start_ms")), 1700000000000);
	json_object_put(object);
	ebpfmm_set_free(&set);
}

/* What was seen, however seldom, is not shown as never. */
static void test_seldom(void **state)
{
	struct ebpfmm_page page = {};
	struct ebpfmm_set set = {};
	struct json_object *object, *region, *rows;

	(void)state;
	set_text(&set, "a", HEADER HEAP "{'interval':{'us':100000,'space':0,'runs':[0,1,1]}}\n"
		 "{'end':{'us':4000000000,'intervals':1,'runs':1,'lost':0}}\n");
	object = make_json(&set, &page);
	assert_int_equal(json_object_get_int(get(object, "columns")), EBPFMM_PAGE_MAX_COLUMNS);
	region = json_object_array_get_idx(get(object, "regions"), 0);
	rows = get(get(region, "map"), "rows");
	assert_int_equal(json_object_array_length(rows), 1);
	assert_memory_equal(json_object_get_string(json_object_array_get_idx(rows, 0)), "ABAA", 4);
	json_object_put(object);
	ebpfmm_set_free(&set);
}

/* 5,000 mappings with long names, and paths and notes that have no end. */
static void test_size(void **state)
{
	static const char *notes[1000];
	struct ebpfmm_page page = { .notes = notes, .nnotes = 1000 };
	size_t room = 16 << 20, length = 0;
	char *text = malloc(room);
	static char name[4001];
	struct ebpfmm_set set = {};
	struct json_object *object;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	for (size_t i = 0; i < 1000; i++)
		notes[i] = name;
	length += (size_t)sprintf(text, HEADER);
	for (int i = 1; i < 1000; i++)
		length += (size_t)sprintf(text + length,
			"{'program':{'id':%d,'path':'/%s','size':%d}}\n", i, name, i);
	for (int i = 0; i < 5000; i++)
		length += (size_t)sprintf(text + length,
			"{'space':{'id':%d,'program':%d,'kind':'mapping','size':1073741824,"
			"'rank':%d,'seen':'4K'}}\n", i, i % 1000, i + 1);
	for (int i = 0; i < 50000; i++)
		length += (size_t)sprintf(text + length,
			"{'interval':{'us':%d,'space':%d,'runs':[%d,4000,%d,30000,100000,%d]}}\n",
			100000 * (i / 20), i % 5000, i % 99999, i % 5 < 1 ? 20 : i % 20, i % 7);
	assert_true(length < room);
	set_text(&set, "a", text);
	object = make_json(&set, &page);
	assert_int_equal(json_object_array_length(get(object, "notes")), EBPFMM_PAGE_MAX_NOTES);
	assert_int_equal(json_object_get_int(get(object, "more_notes")),
			 1000 - EBPFMM_PAGE_MAX_NOTES);
	assert_true(strlen(plain(object)) > 100000);
	assert_true(strlen(plain(object)) < 3 << 20);
	json_object_put(object);
	free(text);
	ebpfmm_set_free(&set);
}

/* --- what is hostile ------------------------------------------------------------------------ */

static void test_script(void **state)
{
	char *text = ebpfmm_page_script("{\"a\":\"</script><!--&amp;\"}");
	struct json_object *before, *after;

	(void)state;
	assert_non_null(text);
	assert_string_equal(text, "{\"a\":\"\\u003c/script\\u003e\\u003c!--\\u0026amp;\"}");
	before = json_tokener_parse("{\"a\":\"</script><!--&amp;\"}");
	after = json_tokener_parse(text);
	assert_true(json_object_equal(before, after));
	json_object_put(before);
	json_object_put(after);
	free(text);
}

static size_t count(const char *text, const char *what)
{
	size_t found = 0;

	for (; (text = strstr(text, what)); text++)
		found++;
	return found;
}

/* Names that would end the script, begin a comment, or are marks of the template. */
static void test_hostile(void **state)
{
	static const char *const notes[] = { "<b>&lt;@SCRIPT@ @DATA@ @STYLE@" };
	struct ebpfmm_page page = { .notes = notes, .nnotes = 1, .why_none = "</script>x" };
	struct ebpfmm_set set = {}, plain_set = {};
	struct ebpfmm_heat heat, plain_heat;
	struct ebpfmm_error err = {};
	char *html, *other;

	(void)state;
	set_text(&set, "</script><img src=x onerror=alert(1)>",
		 "{'recording':{'version':1,'minor':0,'page_size':4096,'sampling_us':5000,"
		 "'aggregation_us':100000,'tool':'<!--<script>','machine':{'kernel':'</script>',"
		 "'cpu':'<style>'}}}\n"
		 "{'program':{'id':0,'path':'/</script><img src=x onerror=alert(2)>','size':1}}\n"
		 "{'space':{'id':0,'program':0,'kind':'mapping','size':4096,'rank':1,"
		 "'name':'</script><img onerror=alert(3)>@SCRIPT@','seen':'4K'}}\n"
		 "{'interval':{'us':100000,'space':0,'runs':[0,1,1]}}\n" END);
	set_text(&plain_set, "a",
		 HEADER HEAP "{'interval':{'us':100000,'space':0,'runs':[0,1,1]}}\n" END);
	assert_int_equal(ebpfmm_heat_find(&set, &heat, &err), 0);
	assert_int_equal(ebpfmm_heat_find(&plain_set, &plain_heat, &err), 0);
	page.set = &set;
	page.heat = &heat;
	html = ebpfmm_page_html(&page);
	other = ebpfmm_page_html(&(struct ebpfmm_page){ .set = &plain_set, .heat = &plain_heat });
	assert_non_null(html);
	assert_non_null(other);
	/* It has not one more of these than a page of names that mean nothing. */
	assert_int_equal(count(html, "<"), count(other, "<"));
	assert_int_equal(count(html, ">"), count(other, ">"));
	assert_int_equal(count(html, "</script>"), 2);
	assert_int_equal(count(html, "\\u003cimg src=x onerror=alert(2)\\u003e"), 1);
	/* All marks were replaced once, and those in names stay. */
	assert_int_equal(count(html, "@SCRIPT@"), 2);
	assert_int_equal(count(other, "@SCRIPT@"), 0);
	assert_int_equal(count(other, "-HASH@"), 0);
	assert_int_equal(count(other, "script-src 'sha256-"), 1);
	free(html);
	free(other);
	ebpfmm_heat_free(&heat);
	ebpfmm_heat_free(&plain_heat);
	ebpfmm_set_free(&set);
	ebpfmm_set_free(&plain_set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bands),
		cmocka_unit_test(test_band_bounds),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_seldom),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_script),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
