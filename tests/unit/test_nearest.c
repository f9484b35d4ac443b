// SPDX-License-Identifier: GPL-2.0-only
/* Which word is meant, and that none is guessed where none is near. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/nearest.h"

static void words(void **state)
{
	static const char *const choices[] = { "anchor", "offset", "length", "benefit_ns" };
	static const struct {
		const char *word;
		const char *meant;
	} cases[] = {
		{ "anchor", "anchor" },
		{ "ANCHOR", "anchor" },
		{ "ancor", "anchor" },		/* one is missing */
		{ "anchorr", "anchor" },	/* one is too many */
		{ "anchir", "anchor" },		/* another one */
		{ "acnhor", "anchor" },		/* two are swapped */
		{ "benefit-ns", "benefit_ns" },
		{ "ofsett", "offset" },
		{ "ofs", NULL },
		{ "", NULL },
		{ "colour", NULL },
		{ "a word that nobody can have meant", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *nearest = ebpfmm_nearest(cases[i].word, choices, 4);

		if (cases[i].meant && nearest)
			assert_string_equal(nearest, cases[i].meant);
		assert_int_equal(!nearest, !cases[i].meant);
	}
	assert_null(ebpfmm_nearest("anchor", choices, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
