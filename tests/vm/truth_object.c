// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a shared object: linked to a program (truth_linked.c), or
 * loaded by one that runs (truth_loader.c).
 */
#include "truth.h"

static char lead[7 * 4096 + 80];
char object_table[5 * 4096 + 208];
static char rest[3 * 4096 + 16];

__asm__(".pushsection object_zone, \"aw\", @nobits\n"
	".balign 64\n"
	".zero 26000\n"
	".popsection\n");
extern char __start_object_zone[], __stop_object_zone[];

void truth_object(truth_tell tell)
{
	/* So that these are not left out. */
	lead[0] = rest[0] = 0;
	__asm__ volatile("" : : "r"(lead), "r"(rest) : "memory");
	tell(TRUTH_MORE, object_table, object_table + sizeof(object_table));
	tell(TRUTH_MORE + 1, __start_object_zone, __stop_object_zone);
}
