// SPDX-License-Identifier: GPL-2.0-only
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT	"\xef\xbf\xbd"

size_t ebpfmm_utf8(const char *bytes, size_t room, uint32_t *character)
{
	static const struct {
		unsigned char first, last, second_first, second_last, length;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	const unsigned char *at = (const unsigned char *)bytes;
	size_t i, j;

	if (!room)
		return 0;
	*character = at[0];
	if (at[0] < 0x80)
		return 1;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (at[0] < forms[i].first || at[0] > forms[i].last)
			continue;
		if (forms[i].length > room || at[1] < forms[i].second_first ||
		    at[1] > forms[i].second_last)
			return 0;
		*character = at[0] & (0x7f >> forms[i].length);
		for (j = 1; j < forms[i].length; j++) {
			if ((at[j] & 0xc0) != 0x80)
				return 0;
			*character = *character << 6 | (at[j] & 0x3f);
		}
		return forms[i].length;
	}
	return 0;
}

/* Length of the character at @at if it needs no conversion, otherwise 0. */
static size_t plain_length(const char *at, size_t room)
{
	uint32_t character = 0;
	size_t length = ebpfmm_utf8(at, room, &character);

	/* C0, DEL and C1, and U+FFFD itself. */
	if (character < ' ' || (character >= 0x7f && character < 0xa0) ||
	    character == 0xfffd)
		return 0;
	return length;
}

char *ebpfmm_text(const char *bytes)
{
	const size_t mark = strlen(REPLACEMENT "00");
	size_t room = strlen(bytes);
	char *text = malloc(room * mark + 1);
	char *end = text;

	if (!text)
		return NULL;
	while (room) {
		size_t length = plain_length(bytes, room);

		if (length) {
			memcpy(end, bytes, length);
			end += length;
		} else {
			length = 1;
			end += sprintf(end, REPLACEMENT "%02x", (unsigned char)*bytes);
		}
		bytes += length;
		room -= length;
	}
	*end = '\0';
	return text;
}
