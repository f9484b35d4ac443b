// SPDX-License-Identifier: GPL-2.0-only
/* One decision, in columns and as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "show/event.h"
#include "json_value.h"

static const struct ebpfmm_event decided = {
	.time = 1ULL << 60, .address = 0x7f0000201000, .start = 0x7f0000200000,
	.end = 0x7f0000600000, .tgid = 123, .tid = 124, .program = 1, .region = 2,
	.admissible = 1 << 4 | 1 << 6 | 1 << 9, .orders = 1 << 4, .order = 4,
	.reason = EBPFMM_SUPPLY, .compact = 1,
	.candidates = 1 | 1 << 4 | 1 << 5 | 1 << 9, .limited = 1 << 9,
	.missing = 1 << 9, .pressed = 1 << 9, .touched = EBPFMM_TOUCHED_ONE / 4,
	.net = { [4] = 900, [5] = -17, [9] = -5000000000 },
};

static const struct ebpfmm_event left_alone = {
	.tgid = 9, .tid = 9, .address = 0x1000, .program = EBPFMM_NO_PROGRAM,
	.region = EBPFMM_NO_REGION, .reason = EBPFMM_OTHER_PROGRAM, .asked = 2,
	.limited = 1 << 4, .refused = 1 << 4 | 1 << 9,
};

static char *columns(const struct ebpfmm_event *event)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ebpfmm_event_columns(event, out);
	fclose(out);
	return text;
}

static void test_columns(void **state)
{
	char *out = columns(&decided);

	(void)state;
	assert_string_equal(out,
		"    123     124 0x7f0000201000       1      2  64K   supply"
		"        fault    64K,256K,2M    4K=0 64K=900 128K=-17(forbidden)"
		" 2M=-5000000000(limit,pressure,supply) touched=0.25 compact\n");
	free(out);
	out = columns(&left_alone);
	assert_string_equal(out,
		"      9       9         0x1000       -      -  4K    other-program"
		" collapse -              refused 64K(limit) 2M(edge)\n");
	free(out);
}

/* One size is on offer, and all that the region names are weighed. */
static void test_collapse(void **state)
{
	struct ebpfmm_event event = decided;
	char *out;

	(void)state;
	event.asked = 2;
	event.admissible = 1 << 9;
	event.limited = event.pressed = event.missing = 0;
	out = columns(&event);
	assert_non_null(strstr(out, " 4K=0 64K=900 128K=-17 2M=-5000000000 "));
	free(out);
}

static void test_json(void **state)
{
	struct json_object *object = ebpfmm_event_json(&decided);

	(void)state;
	assert_string_equal(plain(get(object, "time")), "1152921504606846976");
	assert_string_equal(plain(get(object, "address")), "\"0x7f0000201000\"");
	assert_string_equal(plain(get(object, "program")), "1");
	assert_string_equal(plain(get(object, "region")), "2");
	assert_string_equal(plain(get(object, "admissible")),
			    "[\"64K\",\"256K\",\"2M\"]");
	assert_string_equal(plain(get(object, "orders")), "[\"64K\"]");
	assert_string_equal(plain(get(object, "reason")), "\"supply\"");
	assert_string_equal(plain(get(object, "compact")), "true");
	assert_string_equal(plain(get(object, "touched")), "0.25");
	assert_string_equal(plain(get(object, "candidates")),
		"[{\"size\":\"4K\",\"net_ns\":0,\"ruled_out\":[]},"
		"{\"size\":\"64K\",\"net_ns\":900,\"ruled_out\":[]},"
		"{\"size\":\"128K\",\"net_ns\":-17,\"ruled_out\":[\"forbidden\"]},"
		"{\"size\":\"2M\",\"net_ns\":-5000000000,"
		"\"ruled_out\":[\"limit\",\"pressure\",\"supply\"]}]");
	json_object_put(object);

	object = ebpfmm_event_json(&left_alone);
	assert_null(get(object, "program"));
	assert_null(get(object, "region"));
	assert_string_equal(plain(get(object, "asked")), "\"collapse\"");
	assert_string_equal(plain(get(object, "refused")), "[\"64K\",\"2M\"]");
	assert_string_equal(plain(get(object, "edge")), "[\"2M\"]");
	assert_false(json_object_object_get_ex(object, "candidates", NULL));
	json_object_put(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_collapse),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
