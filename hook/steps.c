// SPDX-License-Identifier: GPL-2.0-only
#include "steps.h"

#include <stdio.h>
#include <time.h>

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void ebpfmm_steps_begin(struct ebpfmm_steps *steps)
{
	steps->count = 0;
	steps->begun = now();
	steps->ended = steps->begun;
}

void ebpfmm_step(struct ebpfmm_steps *steps, const char *name)
{
	int64_t time;

	if (!steps || steps->count == EBPFMM_STEPS_MAX)
		return;
	time = now();
	steps->step[steps->count].name = name;
	steps->step[steps->count].ns = time - steps->ended;
	steps->count++;
	steps->ended = time;
}

void ebpfmm_steps_print(const struct ebpfmm_steps *steps, char *text, size_t size)
{
	size_t used;

	if (!steps || !steps->count) {
		text[0] = '\0';
		return;
	}
	used = snprintf(text, size, "in %.2f ms",
			(double)(steps->ended - steps->begun) / 1e6);
	for (size_t i = 0; i < steps->count && used < size; i++)
		used += snprintf(text + used, size - used, "%s%s %.2f",
				 i ? ", " : " (", steps->step[i].name,
				 (double)steps->step[i].ns / 1e6);
	if (used < size)
		snprintf(text + used, size - used, ")");
}
