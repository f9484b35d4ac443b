// SPDX-License-Identifier: GPL-2.0-only
/* Comparing a table in use with a profile. */
#include <string.h>

#include "table/table_rows.h"

/**
 * struct match - state of a comparison
 * @program: the program in the profile
 * @seen: its regions that were found in the table
 * @same: no difference yet
 */
struct match {
	const struct ebpfmm_profile_program *program;
	size_t seen;
	bool same;
};

static bool is_same_benefit(const struct ebpfmm_region *region,
			    const struct ebpfmm_benefit *benefit)
{
	if (region->sizes != benefit->sizes || region->touched != benefit->touched)
		return false;
	for (unsigned int order = 0; order < EBPFMM_ORDERS; order++)
		if (region->sizes & 1U << order &&
		    region->benefit[EBPFMM_BENEFIT(order)] != benefit->ns[order])
			return false;
	return true;
}

static void match_row(const struct ebpfmm_row *row, void *data)
{
	struct match *match = data;
	unsigned int source = row->region->source;

	match->seen++;
	if (source >= match->program->nregions ||
	    !is_same_benefit(row->region, &match->program->regions[source].benefit))
		match->same = false;
}

/* A region in several parts of an object has several rows. */
static bool matches(const struct ebpfmm_view *view, size_t index,
		    const struct ebpfmm_profile_program *program)
{
	const struct ebpfmm_region *fallback = ebpfmm_table_default(view, index);
	struct match match = { .program = program, .same = true };

	ebpfmm_row_each(view, index, match_row, &match);
	if (!match.same || match.seen < program->nregions)
		return false;
	if (!fallback != !program->has_default)
		return false;
	return !fallback || is_same_benefit(fallback, &program->fallback);
}

/* Earlier builds called a table by the "name" in the profile, not like its file. */
static bool is_called(const struct ebpfmm_header *header, const struct ebpfmm_profile *profile)
{
	const size_t length = sizeof(header->name) - 1;

	return !strncmp(header->name, profile->name, length) ||
	       !strncmp(header->name, profile->own_name, length);
}

bool ebpfmm_table_is_from(const struct ebpfmm_table *table,
			  const struct ebpfmm_profile *profile)
{
	const struct ebpfmm_view view = ebpfmm_table_view(table, NULL);

	if (table->digest != profile->digest ||
	    !is_called(view.header, profile) ||
	    view.header->nprograms != profile->nprograms ||
	    memcmp(view.header->limit, profile->limit, sizeof(profile->limit)))
		return false;
	for (size_t i = 0; i < profile->nprograms; i++)
		if (!matches(&view, i, &profile->programs[i]))
			return false;
	return true;
}
