// SPDX-License-Identifier: GPL-2.0-only
/*
 * What no profile can be derived from, and what is hardly enough.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "heat.h"

#define HUGE_NUMBER	(UINT64_MAX - 3)

/* One space with one interval with one run, and one resident extent: to be spoilt. */
struct parts {
	struct ebpfmm_derive_run runs[2];
	struct ebpfmm_derive_interval interval;
	struct ebpfmm_derive_extent resident[2];
	struct ebpfmm_derive_space space;
	struct ebpfmm_derive_input input;
};

static void make(struct parts *parts)
{
	*parts = (struct parts){
		.runs = { { 0, 512, 20, 20 }, { 512, 512, 0, 20 } },
		.resident = { { 0, 512 }, { 512, 512 } },
	};
	parts->interval = (struct ebpfmm_derive_interval){ parts->runs, 2, 0, 1 };
	parts->space = (struct ebpfmm_derive_space){
		.kind = EBPFMM_DERIVE_HEAP, .exe = "/bin/p", .pages = 1024,
		.intervals = &parts->interval, .nintervals = 1,
		.has_resident = true, .resident = parts->resident, .nresident = 2,
	};
	parts->input = heat_input(&parts->space, 1);
	parts->input.horizon_ns *= 10;
}

static void no_time(struct parts *parts)
{
	parts->input.recorded_ns = 0;
}

static void no_program(struct parts *parts)
{
	parts->space.exe = NULL;
}

static void large_space(struct parts *parts)
{
	parts->space.pages = HUGE_NUMBER;
}

static void large_skew(struct parts *parts)
{
	parts->space.skew = 512;
}

static void empty_run(struct parts *parts)
{
	parts->runs[1].pages = 0;
}

static void overlap(struct parts *parts)
{
	parts->runs[1].first = 511;
}

static void outside(struct parts *parts)
{
	parts->runs[1].pages = 513;
}

static void wrapped(struct parts *parts)
{
	parts->runs[1].pages = HUGE_NUMBER;
}

static void far_away(struct parts *parts)
{
	parts->runs[1].first = HUGE_NUMBER;
}

static void too_many_seen(struct parts *parts)
{
	parts->runs[1].seen = 21;
}

static void too_many_samples(struct parts *parts)
{
	parts->runs[1].samples = UINT32_MAX;
}

static void wrapped_resident(struct parts *parts)
{
	parts->resident[1].pages = HUGE_NUMBER;
}

static void no_number(struct parts *parts)
{
	parts->input.walk_ns[9] = NAN;
}

static void negative(struct parts *parts)
{
	parts->input.walk_ns[4] = -1;
}

static void endless_gain(struct parts *parts)
{
	parts->input.gain_ns = INFINITY;
}

static void no_recording(struct parts *parts)
{
	static const char *const inputs[] = { "one" };

	parts->input.inputs = inputs;
	parts->input.ninputs = 1;
	parts->interval.input = 1;
}

static void bad_path(struct parts *parts)
{
	parts->space.exe = "relative";
}

static void bad_name(struct parts *parts)
{
	parts->input.name = "../x";
}

static const struct {
	void (*spoil)(struct parts *parts);
	const char *message;
} errors[] = {
	{ no_time, "recorded time: is 0" },
	{ no_program, "space 0: has no program" },
	{ large_space, "space 0: is larger than memory can be" },
	{ large_skew, "space 0: its skew is 512, not below 512" },
	{ empty_run, "space 0: interval 0: run 1 is empty" },
	{ overlap, "space 0: interval 0: run 1 is empty, overlaps" },
	{ outside, "space 0: interval 0: run 1 is empty" },
	{ wrapped, "space 0: interval 0: run 1 is empty" },
	{ far_away, "space 0: interval 0: run 1 is empty" },
	{ too_many_seen, "space 0: interval 0: run 1 has 21 accesses in 20 samples" },
	{ too_many_samples, "space 0: interval 0: run 1 has 0 accesses in 4294967295" },
	{ wrapped_resident, "space 0: resident extent 1 is empty" },
	{ no_number, "page walk, order 9: " },
	{ negative, "page walk, order 4: -1" },
	{ endless_gain, "gain: " },
	{ no_recording, "space 0: interval 0: there is no recording 1" },
	{ bad_path, "programs[0].exe: \"relative\"" },
	{ bad_name, "name: \"../x\"" },
};

static void test_errors(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct ebpfmm_derived *derived = NULL;
		struct ebpfmm_error err = {};
		struct parts parts;

		make(&parts);
		errors[i].spoil(&parts);
		assert_int_equal(ebpfmm_derive(&parts.input, &derived, &err), -1);
		assert_null(derived);
		if (strncmp(err.message, errors[i].message, strlen(errors[i].message)))
			fail_msg("%s, not %s", err.message, errors[i].message);
	}
}

/* How many regions come of it. */
static size_t regions(const struct ebpfmm_derive_input *input)
{
	struct ebpfmm_derived *derived = NULL;
	struct ebpfmm_error err = {};
	size_t n;

	if (ebpfmm_derive(input, &derived, &err))
		fail_msg("refused: %s", err.message);
	n = derived->norigins;
	assert_int_equal(!derived->profile, !n);
	ebpfmm_derived_free(derived);
	return n;
}

static void test_hardly_enough(void **state)
{
	struct parts parts;

	(void)state;
	make(&parts);
	assert_int_equal(regions(&parts.input), 1);
	parts.input.horizon_ns = 0;
	assert_int_equal(regions(&parts.input), 0);

	make(&parts);
	parts.input.nspaces = 0;
	assert_int_equal(regions(&parts.input), 0);
	make(&parts);
	parts.space.nintervals = 0;
	assert_int_equal(regions(&parts.input), 0);
	make(&parts);
	parts.interval.nruns = 0;
	assert_int_equal(regions(&parts.input), 0);

	/* One page; no page; hot, but nowhere a whole block of 2M. */
	make(&parts);
	parts.interval.nruns = 1;
	parts.runs[0].pages = 1;
	parts.space.pages = 1;
	parts.space.has_resident = false;
	parts.space.nresident = 0;
	assert_int_equal(regions(&parts.input), 0);
	parts.interval.nruns = 0;
	parts.space.pages = 0;
	assert_int_equal(regions(&parts.input), 0);
	make(&parts);
	parts.interval.nruns = 1;
	parts.runs[0].pages = 1000;
	parts.space.skew = 24;
	assert_int_equal(regions(&parts.input), 1);
	parts.space.skew = 20;
	parts.space.nresident = 0;
	parts.space.pages = 1003;
	assert_int_equal(regions(&parts.input), 0);
}

/* Numbers as large as they can be make no sum go round. */
static void test_large_numbers(void **state)
{
	struct ebpfmm_derived *derived = NULL;
	struct ebpfmm_error err = {};
	struct parts parts;

	(void)state;
	make(&parts);
	parts.space.pages = EBPFMM_DERIVE_MAX_PAGES;
	parts.space.skew = 511;
	parts.interval.nruns = 1;
	parts.space.nresident = 1;
	parts.runs[0] = (struct ebpfmm_derive_run){ 0, EBPFMM_DERIVE_MAX_PAGES,
						    EBPFMM_DERIVE_MAX_SAMPLES,
						    EBPFMM_DERIVE_MAX_SAMPLES };
	parts.resident[0].pages = EBPFMM_DERIVE_MAX_PAGES;
	parts.input.horizon_ns = UINT64_MAX;
	parts.input.recorded_ns = 1;
	parts.input.walk_ns[9] = 1e9;
	parts.input.costs.zero_ns = UINT32_MAX;
	assert_int_equal(ebpfmm_derive(&parts.input, &derived, &err), 0);
	assert_int_equal(derived->norigins, 1);
	assert_true(derived->origins[0].capped);
	assert_true(isfinite(derived->value));
	/* The table goes no further. */
	assert_true(derived->origins[0].end <= UINT32_MAX);
	assert_true(derived->large <= 1ULL << 44);
	ebpfmm_derived_free(derived);

	parts.input.has_budget = true;
	parts.input.budget = 4ULL << 20;
	assert_int_equal(ebpfmm_derive(&parts.input, &derived, &err), 0);
	assert_int_equal(derived->large, 4ULL << 20);
	ebpfmm_derived_free(derived);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_hardly_enough),
		cmocka_unit_test(test_large_numbers),
	};

	return cmocka_run_group_tests_name("derive_errors", tests, NULL, NULL);
}
