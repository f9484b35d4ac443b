// SPDX-License-Identifier: GPL-2.0-only
#include "base/nearest.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* Longest word for which a better one is suggested. */
#define MAX_WORD	24

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * The number of insertions, deletions, replacements and swaps of adjacent letters that
 * turn @a into @b (optimal string alignment distance), ignoring case. Both are at most
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

const char *ebpfmm_nearest(const char *word, const char *const *choices, size_t count)
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
