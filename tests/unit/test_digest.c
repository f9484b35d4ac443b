// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/digest.h"

/* As published with the algorithm. */
static void test_known(void **state)
{
	(void)state;
	assert_true(ebpfmm_digest("", 0) == UINT64_C(0xcbf29ce484222325));
	assert_true(ebpfmm_digest("a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(ebpfmm_digest("foobar", 6) == UINT64_C(0x85944171f73967e8));
	assert_true(ebpfmm_digest("\0", 1) != ebpfmm_digest("", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
