// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parsing sizes in common notations, and formatting them in that of a profile.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "profile/profile_internal.h"

/* Longer texts are not sizes. */
#define MAX_WORD	24

/* The shift of a unit in common notations, or -1. */
static int unit_shift(const char *unit)
{
	static const struct {
		const char *name;
		int shift;
	} units[] = {
		{ "", 0 },	{ "B", 0 },	{ "bytes", 0 },
		{ "K", 10 },	{ "KB", 10 },	{ "KiB", 10 },
		{ "M", 20 },	{ "MB", 20 },	{ "MiB", 20 },
		{ "G", 30 },	{ "GB", 30 },	{ "GiB", 30 },
		{ "T", 40 },	{ "TB", 40 },	{ "TiB", 40 },
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!strcasecmp(unit, units[i].name))
			return units[i].shift;
	}
	return -1;
}

bool profile_guess_size(const char *text, uint64_t *bytes)
{
	bool hexadecimal = !strncasecmp(text, "0x", 2);
	int length = 0, shift;

	/* No more digits than fit; and sscanf() would take a sign. */
	if (!isdigit((unsigned char)text[0]) || text[strcspn(text, "+-")] ||
	    strlen(text) > MAX_WORD)
		return false;
	if (hexadecimal ? sscanf(text + 2, "%16" SCNx64 "%n", bytes, &length) != 1 :
			  sscanf(text, "%18" SCNu64 " %n", bytes, &length) != 1)
		return false;
	if (hexadecimal)
		return !text[2 + length];
	shift = unit_shift(text + length);
	if (shift < 0 || *bytes > UINT64_MAX >> shift)
		return false;
	*bytes <<= shift;
	return true;
}

void profile_write_size(uint64_t bytes, char text[PROFILE_SIZE_TEXT])
{
	static const char units[] = { 'G', 'M', 'K' };
	size_t i;

	for (i = 0; bytes && i < sizeof(units); i++) {
		int shift = 30 - 10 * (int)i;

		if (bytes & ((1ULL << shift) - 1))
			continue;
		snprintf(text, PROFILE_SIZE_TEXT, "\"%" PRIu64 "%c\"",
			 bytes >> shift, units[i]);
		return;
	}
	snprintf(text, PROFILE_SIZE_TEXT, "%" PRIu64, bytes);
}
