// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/duration.h"

static void test_valid(void **state)
{
	static const struct {
		const char *text;
		uint64_t us;
	} examples[] = {
		{ "1us", 1 },		   { "500ms", 500000 },	      { "60s", 60000000 },
		{ "10m", 600000000 },	   { "1h", 3600000000 },      { "007d", 604800000000 },
		{ "36500d", 3153600000000000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct ebpfmm_error err = {};
		uint64_t us = 0;

		if (ebpfmm_parse_duration(examples[i].text, &us, &err))
			fail_msg("%s: %s", examples[i].text, err.message);
		if (us != examples[i].us)
			fail_msg("%s: %llu", examples[i].text, (unsigned long long)us);
	}
}

static void test_invalid(void **state)
{
	static const struct {
		const char *text;
		const char *reason;
	} examples[] = {
		{ "", "is not a duration" },	   { "10", "is not a duration" },
		{ "m", "is not a duration" },	   { "10 m", "is not a duration" },
		{ " 10m", "is not a duration" },   { "+10m", "is not a duration" },
		{ "-1m", "is not a duration" },	   { "1.5m", "is not a duration" },
		{ "10min", "is not a duration" },  { "10M", "is not a duration" },
		{ "0s", "is 0 or too long" },	   { "36501d", "is 0 or too long" },
		{ "18446744073709551616us", "is 0 or too long" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct ebpfmm_error err = {};
		uint64_t us = 7;

		if (!ebpfmm_parse_duration(examples[i].text, &us, &err))
			fail_msg("%s: accepted", examples[i].text);
		assert_non_null(strstr(err.message, examples[i].reason));
		assert_int_equal(us, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
