// SPDX-License-Identifier: GPL-2.0-only
#include "steps.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"

void ebpfmm_steps_begin(struct ebpfmm_steps *steps)
{
	steps->count = 0;
	steps->begun = ebpfmm_clock_ns(CLOCK_MONOTONIC);
	steps->ended = steps->begun;
}

void ebpfmm_step(struct ebpfmm_steps *steps, const char *name)
{
	int64_t time;

	if (!steps || steps->count == EBPFMM_STEPS_MAX)
		return;
	time = ebpfmm_clock_ns(CLOCK_MONOTONIC);
	steps->step[steps->count].name = name;
	steps->step[steps->count].ns = time - steps->ended;
	steps->count++;
	steps->ended = time;
}

/* With integers, because printf(3) is slow with floating point. */
static size_t print_ms(char *text, size_t size, const char *before, int64_t ns)
{
	int64_t hundredths = (ns + 5000) / 10000;

	return snprintf(text, size, "%s %" PRId64 ".%02" PRId64, before,
			hundredths / 100, hundredths % 100);
}

void ebpfmm_steps_print(const struct ebpfmm_steps *steps, char *text, size_t size)
{
	size_t used;

	if (!steps || !steps->count) {
		text[0] = '\0';
		return;
	}
	used = print_ms(text, size, "in", steps->ended - steps->begun);
	for (size_t i = 0; i < steps->count && used < size; i++) {
		used += snprintf(text + used, size - used, "%s", i ? ", " : " ms (");
		if (used < size)
			used += print_ms(text + used, size - used,
					 steps->step[i].name, steps->step[i].ns);
	}
	if (used < size)
		snprintf(text + used, size - used, ")");
}
