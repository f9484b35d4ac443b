// SPDX-License-Identifier: GPL-2.0-only
#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT	"\xef\xbf\xbd"
#define HIGHEST		0x10ffff

static bool is_plain(unsigned int character)
{
	/* C0, DEL and C1; halves of UTF-16; the mark of what was replaced. */
	return character >= ' ' && !(character >= 0x7f && character < 0xa0) &&
	       !(character >= 0xd800 && character < 0xe000) &&
	       character != 0xfffd && character <= HIGHEST;
}

/* Bytes of the plain character at @at, 0 if there is none. */
static size_t plain_length(const unsigned char *at)
{
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int character;
	size_t length, i;

	if (*at < 0x80)
		return is_plain(*at);
	length = *at >= 0xf8 ? 0 : *at >= 0xf0 ? 4 : *at >= 0xe0 ? 3 :
		 *at >= 0xc0 ? 2 : 0;
	if (!length)
		return 0;
	character = *at & (0x7f >> length);
	for (i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (at[i] & 0x3f);
	}
	/* Each character has one encoding, the shortest. */
	return character >= least[length] && is_plain(character) ? length : 0;
}

char *ebpfmm_text(const char *bytes)
{
	const unsigned char *at = (const unsigned char *)bytes;
	const size_t mark = strlen(REPLACEMENT "00");
	char *text = malloc(strlen(bytes) * mark + 1);
	char *end = text;

	if (!text)
		return NULL;
	while (*at) {
		size_t length = plain_length(at);

		if (length) {
			memcpy(end, at, length);
			end += length;
			at += length;
		} else {
			end += sprintf(end, REPLACEMENT "%02x", *at++);
		}
	}
	*end = '\0';
	return text;
}
