// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: any bytes as a profile. What is accepted must keep the promises
 * that translation relies on.
 */
#include <stdlib.h>
#include <string.h>

#include "profile/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_benefit(const struct ebpfmm_benefit *benefit)
{
	int order;

	require(benefit->sizes & 1);
	require(!(benefit->sizes & ~EBPFMM_SUPPORTED_ORDERS));
	require(benefit->touched <= EBPFMM_TOUCHED_ONE);
	for (order = 0; order < EBPFMM_ORDERS; order++)
		require(benefit->sizes & 1 << order || !benefit->ns[order]);
}

static void check_region(const struct ebpfmm_profile_region *region)
{
	bool elf = region->kind == EBPFMM_ANCHOR_SYMBOL ||
		   region->kind == EBPFMM_ANCHOR_SECTION;

	check_benefit(&region->benefit);
	require(region->min_size <= region->max_size);
	require(region->nth <= EBPFMM_MAX_NTH);
	require(region->kind == EBPFMM_ANCHOR_MAPPING || !region->nth);
	require(elf || !region->object);
	require(elf ? region->name && *region->name :
		region->kind == EBPFMM_ANCHOR_MAPPING || !region->name);
	if (region->kind == EBPFMM_ANCHOR_MAPPING && region->name)
		require(strlen(region->name) < EBPFMM_ANON_NAME_SIZE);
	if (region->has_length) {
		require(region->length > 0);
		require(region->offset + region->length > region->offset);
	}
}

static void check_error(const struct ebpfmm_error *err)
{
	const char *at;

	require(err->message[0]);
	for (at = err->message; *at; at++)
		require(*at >= ' ' && *at <= '~');
}

static void check_profile(const struct ebpfmm_profile *profile)
{
	size_t i, j;

	require(strlen(profile->name) < EBPFMM_NAME_SIZE);
	require(profile->nprograms > 0);
	require(profile->nprograms <= EBPFMM_MAX_PROGRAMS);
	require(profile->limit[0] == UINT64_MAX);
	for (i = 0; i < profile->nprograms; i++) {
		const struct ebpfmm_profile_program *program =
			&profile->programs[i];

		require(program->exe[0] == '/');
		require(program->nregions || program->has_default);
		if (program->has_default)
			check_benefit(&program->fallback);
		for (j = 0; j < program->nregions; j++)
			check_region(&program->regions[j]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ebpfmm_profile *profile;
	struct ebpfmm_error err = { 0 };

	if (ebpfmm_profile_parse((const char *)data, size, &profile, &err)) {
		check_error(&err);
		return 0;
	}
	check_profile(profile);
	ebpfmm_profile_free(profile);
	return 0;
}
