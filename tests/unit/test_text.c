// SPDX-License-Identifier: GPL-2.0-only
/* UTF-8: what is a character, and what bytes become that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void characters(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		uint32_t character;
	} cases[] = {
		{ "a", 1, 'a' },
		{ "\x7f", 1, 0x7f },
		{ "\xc2\x80", 2, 0x80 },
		{ "\xdf\xbf", 2, 0x7ff },
		{ "\xe0\xa0\x80", 3, 0x800 },
		{ "\xed\x9f\xbf", 3, 0xd7ff },
		{ "\xee\x80\x80", 3, 0xe000 },
		{ "\xef\xbf\xbf", 3, 0xffff },
		{ "\xf0\x90\x80\x80", 4, 0x10000 },
		{ "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
		/* stray, cut short, overlong, half of UTF-16, beyond Unicode */
		{ "\x80", 0, 0 },
		{ "\xff", 0, 0 },
		{ "\xc3", 0, 0 },
		{ "\xc3(", 0, 0 },
		{ "\xe2\x82", 0, 0 },
		{ "\xf0\x9f\x98", 0, 0 },
		{ "\xc0\x80", 0, 0 },
		{ "\xc1\xbf", 0, 0 },
		{ "\xe0\x9f\xbf", 0, 0 },
		{ "\xf0\x8f\xbf\xbf", 0, 0 },
		{ "\xed\xa0\x80", 0, 0 },
		{ "\xed\xbf\xbf", 0, 0 },
		{ "\xf4\x90\x80\x80", 0, 0 },
		{ "\xf8\x88\x80\x80\x80", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		/* Of its own, so that a byte too many is seen to be read. */
		size_t room = strlen(cases[i].bytes);
		char *bytes = memcpy(malloc(room), cases[i].bytes, room);
		uint32_t character = 0;

		assert_int_equal(ebpfmm_utf8(bytes, room, &character), cases[i].length);
		if (cases[i].length)
			assert_int_equal(character, cases[i].character);
		free(bytes);
	}
	assert_int_equal(ebpfmm_utf8("", 0, &(uint32_t){ 0 }), 0);
	assert_int_equal(ebpfmm_utf8("\0", 1, &(uint32_t){ 1 }), 1);
}

static void texts(void **state)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "plain, \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		  "plain, \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "a\nb", "a\xef\xbf\xbd" "0ab" },
		{ "\x7f", "\xef\xbf\xbd" "7f" },
		{ "\xc2\x9b", "\xef\xbf\xbd" "c2\xef\xbf\xbd" "9b" },
		{ "\xff\xc3", "\xef\xbf\xbd" "ff\xef\xbf\xbd" "c3" },
		/* The mark itself, so that nothing else looks like it. */
		{ "\xef\xbf\xbd", "\xef\xbf\xbd" "ef\xef\xbf\xbd" "bf\xef\xbf\xbd" "bd" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *text = ebpfmm_text(cases[i][0]);

		assert_non_null(text);
		assert_string_equal(text, cases[i][1]);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters),
		cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
