// SPDX-License-Identifier: GPL-2.0-only
/* Where a hook's time goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "steps.h"

static void no_step_is_nothing(void **state)
{
	struct ebpfmm_steps steps;
	char text[64] = "x";

	(void)state;
	ebpfmm_step(NULL, "never");
	ebpfmm_steps_print(NULL, text, sizeof(text));
	assert_string_equal(text, "");
	ebpfmm_steps_begin(&steps);
	text[0] = 'x';
	ebpfmm_steps_print(&steps, text, sizeof(text));
	assert_string_equal(text, "");
}

static void steps_are_listed(void **state)
{
	struct ebpfmm_steps steps = {
		.begun = 1000000,
		.ended = 4500000,
		.step = { { "profile", 3000000 }, { "translation", 500000 } },
		.count = 2,
	};
	char text[64];

	(void)state;
	ebpfmm_steps_print(&steps, text, sizeof(text));
	assert_string_equal(text, "in 3.50 ms (profile 3.00, translation 0.50)");
}

static void text_is_cut(void **state)
{
	struct ebpfmm_steps steps;
	char text[12];

	(void)state;
	ebpfmm_steps_begin(&steps);
	for (int i = 0; i < EBPFMM_STEPS_MAX + 3; i++)
		ebpfmm_step(&steps, "with a long name");
	assert_int_equal(steps.count, EBPFMM_STEPS_MAX);
	ebpfmm_steps_print(&steps, text, sizeof(text));
	assert_true(strlen(text) < sizeof(text));
}

static void sum_is_the_whole(void **state)
{
	struct ebpfmm_steps steps;
	int64_t sum = 0;

	(void)state;
	ebpfmm_steps_begin(&steps);
	ebpfmm_step(&steps, "one");
	ebpfmm_step(&steps, "two");
	for (size_t i = 0; i < steps.count; i++)
		sum += steps.step[i].ns;
	assert_int_equal(steps.count, 2);
	assert_int_equal(sum, steps.ended - steps.begun);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_step_is_nothing),
		cmocka_unit_test(steps_are_listed),
		cmocka_unit_test(text_is_cut),
		cmocka_unit_test(sum_is_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
