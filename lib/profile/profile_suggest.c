// SPDX-License-Identifier: GPL-2.0-only
/*
 * What somebody may have meant who wrote what is not in the format.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "profile/profile_internal.h"

/* Longest word for which a better one is suggested. */
#define MAX_WORD	24

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * How many letters to insert, delete, replace or swap with their neighbour make
 * @b of @a (optimal string alignment), whatever their case. Both are at most
 * MAX_WORD long.
 */
static size_t distance(const char *a, const char *b)
{
	size_t rows[MAX_WORD + 1][MAX_WORD + 1];
	size_t m = strlen(a), n = strlen(b), i, j;

	for (i = 0; i <= m; i++)
		rows[i][0] = i;
	for (j = 0; j <= n; j++)
		rows[0][j] = j;
	for (i = 1; i <= m; i++) {
		for (j = 1; j <= n; j++) {
			bool same = !strncasecmp(&a[i - 1], &b[j - 1], 1);

			rows[i][j] = least(rows[i - 1][j - 1] + !same,
					   least(rows[i - 1][j], rows[i][j - 1]) + 1);
			if (i > 1 && j > 1 &&
			    !strncasecmp(&a[i - 1], &b[j - 2], 1) &&
			    !strncasecmp(&a[i - 2], &b[j - 1], 1))
				rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
		}
	}
	return rows[m][n];
}

const char *profile_nearest(const char *word, const char *const *choices,
			    size_t count)
{
	const char *nearest = NULL;
	size_t best = 3, i;

	if (strlen(word) > MAX_WORD)
		return NULL;
	for (i = 0; i < count; i++) {
		size_t d = distance(word, choices[i]);

		/* In a short word fewer letters may differ. */
		if (d < best && d * 3 <= strlen(choices[i])) {
			best = d;
			nearest = choices[i];
		}
	}
	return nearest;
}

/* The shift of a unit as people write it, or -1. */
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
