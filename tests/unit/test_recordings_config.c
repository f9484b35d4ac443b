// SPDX-License-Identifier: GPL-2.0-only
/* What the operator permits of recordings, and which names they may have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "config/recordings.h"

static void permits(const char *text, bool allowed, uint64_t size, uint64_t count)
{
	struct ebpfmm_recordings_config config;
	struct ebpfmm_error err = {};

	if (ebpfmm_recordings_parse(text, strlen(text), &config, &err))
		fail_msg("%s: %s", text, err.message);
	assert_int_equal(config.allowed, allowed);
	assert_int_equal(config.max_size, size);
	assert_int_equal(config.max_count, count);
}

static void refused(const char *text, const char *reason)
{
	struct ebpfmm_recordings_config config;
	struct ebpfmm_error err = {};

	assert_int_equal(ebpfmm_recordings_parse(text, strlen(text), &config, &err), -1);
	if (!strstr(err.message, reason))
		fail_msg("%s: not about `%s`: %s", text, reason, err.message);
}

static void configurations(void **unused)
{
	(void)unused;
	permits("{}", true, 64 << 20, 32);
	permits("{\"allowed\":false}", false, 64 << 20, 32);
	permits("{\"allowed\":true,\"max_size\":\"1M\",\"max_count\":0}", true, 1 << 20, 0);
	permits("{\"max_size\":4096}", true, 4096, 32);
	refused("", "line 1");
	refused("[]", "must be");
	refused("{\"allowed\":\"no\"}", "allowed");
	refused("{\"allow\":false}", "allow");
	refused("{\"max_size\":0}", "max_size: must be a size above 0");
	refused("{\"max_size\":-1}", "max_size: must be a size above 0");
	refused("{\"max_size\":18446744073709551615}", "max_size: must be a size above 0");
	refused("{\"max_size\":\"big\"}", "max_size: ");
	refused("{\"max_count\":-1}", "max_count: must not be negative");
	refused("{\"max_count\":1.5}", "max_count");
}

static void names(void **unused)
{
	static const char *const good[] = { "a", "Web-1.2_x", "a..b", "-x",
		"123456789012345678901234567890123456789012345678901234567890123" };
	static const char *const bad[] = { "", ".", "..", ".x", "a/b", "../x", "/etc/passwd",
		"a b", "a\nb", "a\x1b[2J", "\xc3\xa4", "@recording", "%s",
		"1234567890123456789012345678901234567890123456789012345678901234" };
	struct ebpfmm_error err;

	(void)unused;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(ebpfmm_recordings_check_name(good[i], &err), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(ebpfmm_recordings_check_name(bad[i], &err), -1);
		assert_non_null(strstr(err.message, "is not a valid recording name"));
	}
	/* What the policy of a recording is attached as cannot be a profile's. */
	assert_int_equal(ebpfmm_recordings_check_name(EBPFMM_RECORDINGS_POLICY, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configurations),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
