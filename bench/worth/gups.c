// SPDX-License-Identifier: GPL-2.0-only
/*
 * gups M MILLIONS: random updates of a table of M megabytes (a power of 2), so many million of
 * them, always the same. As HPC Challenge's RandomAccess, all of the table is hot.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	size_t size = argc == 3 ? strtoul(argv[1], NULL, 10) << 20 : 0;
	unsigned long updates = argc == 3 ? strtoul(argv[2], NULL, 10) * 1000000 : 0;
	uint64_t *table, mask = size / sizeof(*table) - 1, state = 88172645463325252ULL, sum = 0;

	if (!size || size & (size - 1) || !updates)
		errx(2, "usage: gups M MILLIONS, M a power of 2");
	table = malloc(size);
	if (!table)
		err(1, "memory");
	for (size_t i = 0; i <= mask; i++)
		table[i] = i;
	for (unsigned long i = 0; i < updates; i++) {
		state = state * 6364136223846793005ULL + 1442695040888963407ULL;
		table[state >> 20 & mask] ^= state;
	}
	for (size_t i = 0; i <= mask; i++)
		sum ^= table[i];
	printf("%llx\n", (unsigned long long)sum);
	return 0;
}
