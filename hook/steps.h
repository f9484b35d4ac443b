/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time of each step of the hook, for the line that it logs.
 */
#ifndef EBPFMM_HOOK_STEPS_H
#define EBPFMM_HOOK_STEPS_H

#include <stddef.h>
#include <stdint.h>

#define EBPFMM_STEPS_MAX 8

/**
 * struct ebpfmm_steps - the steps so far
 * @begun: start of the first one, nanoseconds of CLOCK_MONOTONIC
 * @ended: end of the last one
 * @step: name and nanoseconds of each; names are literals
 * @count: their number
 */
struct ebpfmm_steps {
	int64_t begun;
	int64_t ended;
	struct {
		const char *name;
		int64_t ns;
	} step[EBPFMM_STEPS_MAX];
	size_t count;
};

/**
 * ebpfmm_steps_begin - begin the first step
 * @steps: overwritten
 */
void ebpfmm_steps_begin(struct ebpfmm_steps *steps);

/**
 * ebpfmm_step - end a step and begin the next one
 * @steps: begun; may be NULL
 * @name: of the step that ends; a literal
 */
void ebpfmm_step(struct ebpfmm_steps *steps, const char *name);

/**
 * ebpfmm_steps_print - format the steps as text
 * @steps: begun; may be NULL, which gives ""
 * @text: set to text like "in 12.30 ms (state 0.20, profile 0.40)"
 * @size: size of @text
 */
void ebpfmm_steps_print(const struct ebpfmm_steps *steps, char *text, size_t size);

#endif /* EBPFMM_HOOK_STEPS_H */
