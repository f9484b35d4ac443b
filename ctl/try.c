// SPDX-License-Identifier: GPL-2.0-only
/* try */
#include "try/try.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/log.h"
#include "base/page_size.h"
#include "command.h"
#include "output.h"
#include "profiles.h"
#include "show/print.h"
#include "tried.h"

int ctl_layout(const char *name, struct ebpfmm_trial *trial, struct ebpfmm_profile **profile,
	       struct ebpfmm_error *err)
{
	if (!strcmp(name, "4K"))
		trial->answer = EBPFMM_ANSWER_4K;
	else if (!strcmp(name, "64K"))
		trial->answer = EBPFMM_ANSWER_64K;
	else if (!strcmp(name, "2M"))
		trial->answer = EBPFMM_ANSWER_2M;
	else if (ctl_profile(name, profile, err))
		return -1;
	trial->profile = *profile;
	return 0;
}

/* --- regions ---------------------------------------------------------------------------------- */

/**
 * struct naming - looking for the name of a region
 * @region: the region
 * @name: allocated, or NULL
 */
struct naming {
	const struct ebpfmm_region *region;
	char *name;
};

static void name_row(const struct ebpfmm_row *row, void *data)
{
	struct naming *naming = data;

	if (row->region == naming->region && !naming->name)
		naming->name = format_anchor(row);
}

/* Return: to be freed, or NULL without memory. */
static char *name_of(const struct ebpfmm_tried *tried, const struct ebpfmm_profile *profile,
		     const struct ebpfmm_usage_row *row)
{
	static const char *const spaces[] = {
		[EBPFMM_TRY_IMAGE] = "image", [EBPFMM_TRY_HEAP] = "heap",
		[EBPFMM_TRY_STACK] = "stack", [EBPFMM_TRY_OBJECT] = "objects",
		[EBPFMM_TRY_MAPPING] = "mappings",
	};
	struct naming naming = {};
	struct ebpfmm_view view;

	if (!tried->table || row->row == EBPFMM_NO_REGION)
		return strdup(spaces[row->space]);
	view = ebpfmm_table_view(tried->table, profile);
	naming.region = &tried->table->large.regions[row->row];
	for (size_t i = 0; i < view.header->nprograms; i++)
		ebpfmm_row_each(&view, i, name_row, &naming);
	return naming.name ? naming.name : strdup(spaces[row->space]);
}

/* --- text ------------------------------------------------------------------------------------- */

static void print_row(const struct ebpfmm_tried *tried, const struct ebpfmm_profile *profile,
		      const struct ebpfmm_usage_row *row, FILE *out)
{
	_cleanup_free_ char *name = name_of(tried, profile, row);

	fputs("  ", out);
	print_clean(out, name ?: "?", 32);
	fprintf(out, "%*s", name && strlen(name) < 32 ? (int)(32 - strlen(name)) : 0, "");
	for (size_t i = 0; i < EBPFMM_USAGE_SIZES; i++) {
		if (row->bytes[i])
			fprintf(out, " %8" PRIu64 "K", row->bytes[i] >> 10);
		else
			fprintf(out, " %9s", ".");
	}
	fputc('\n', out);
}

static void print_end(const struct ebpfmm_tried *tried, FILE *out)
{
	if (WIFSIGNALED(tried->status))
		fprintf(out, "ended by signal %d", WTERMSIG(tried->status));
	else
		fprintf(out, "exit status %d", WEXITSTATUS(tried->status));
	fprintf(out, ", %.3f s (user %.3f s, system %.3f s), peak %" PRIu64 "M\n",
		(double)tried->ns / 1e9, (double)tried->user_ns / 1e9,
		(double)tried->system_ns / 1e9, tried->peak >> 20);
}

void ctl_print_tried(const char *layout, const struct ebpfmm_tried *tried,
		     const struct ebpfmm_profile *profile, FILE *out)
{
	const char *exe = NULL;

	fputs("ebpfmm try: ", out);
	print_clean(out, layout, 64);
	fprintf(out, " by %s: ", tried->policy ? "the fault policy" : "advice");
	print_end(tried, out);
	if (tried->usage.count)
		fprintf(out, "%-34s %9s %9s %9s\n", "", "4K", "64K", "2M");
	for (size_t i = 0; i < tried->usage.count; i++) {
		const struct ebpfmm_usage_row *row = &tried->usage.rows[i];
		const char *path = row->exe ?: "?";

		if (!exe || strcmp(exe, path)) {
			print_clean(out, path, 256);
			fputc('\n', out);
		}
		exe = path;
		print_row(tried, profile, row, out);
	}
	if (tried->usage.coarse)
		fputs("note: without CAP_SYS_ADMIN, pages of 64K look like those of 4K\n", out);
	for (size_t i = 0; i < tried->nnotes; i++) {
		fputs("note: ", out);
		print_clean(out, tried->notes[i], strlen(tried->notes[i]));
		fputc('\n', out);
	}
}

/* --- JSON ------------------------------------------------------------------------------------- */

struct json_object *ctl_json_tried(const char *layout, const struct ebpfmm_tried *tried,
				   const struct ebpfmm_profile *profile)
{
	struct json_object *object = json_object_new_object(), *regions, *notes;

	ebpfmm_json_add_string(object, "layout", layout);
	ebpfmm_json_add_string(object, "by", tried->policy ? "policy" : "advice");
	if (WIFSIGNALED(tried->status))
		ebpfmm_json_add_number(object, "signal", (uint64_t)WTERMSIG(tried->status));
	else
		ebpfmm_json_add_number(object, "status", (uint64_t)WEXITSTATUS(tried->status));
	ebpfmm_json_add_number(object, "ns", (uint64_t)tried->ns);
	ebpfmm_json_add_number(object, "user_ns", (uint64_t)tried->user_ns);
	ebpfmm_json_add_number(object, "system_ns", (uint64_t)tried->system_ns);
	ebpfmm_json_add_number(object, "tracer_ns", (uint64_t)tried->tracer_ns);
	ebpfmm_json_add_number(object, "peak", tried->peak);
	ebpfmm_json_add_number(object, "processes", tried->processes);
	json_object_object_add(object, "coarse", json_object_new_boolean(tried->usage.coarse));
	regions = json_object_new_array();
	for (size_t i = 0; i < tried->usage.count; i++) {
		const struct ebpfmm_usage_row *row = &tried->usage.rows[i];
		_cleanup_free_ char *name = name_of(tried, profile, row);
		struct json_object *region = json_object_new_object();
		struct json_object *bytes = json_object_new_object();

		ebpfmm_json_add_string(region, "program", row->exe);
		ebpfmm_json_add_string(region, "region", name);
		ebpfmm_json_add_number(bytes, "4K", row->bytes[EBPFMM_USAGE_4K]);
		ebpfmm_json_add_number(bytes, "64K", row->bytes[EBPFMM_USAGE_64K]);
		ebpfmm_json_add_number(bytes, "2M", row->bytes[EBPFMM_USAGE_2M]);
		json_object_object_add(region, "bytes", bytes);
		json_object_array_add(regions, region);
	}
	json_object_object_add(object, "regions", regions);
	notes = json_object_new_array();
	for (size_t i = 0; i < tried->nnotes; i++)
		json_object_array_add(notes, json_object_new_string(tried->notes[i]));
	json_object_object_add(object, "notes", notes);
	return object;
}

/* -------------------------------------------------------------------------------------------- */

int ctl_try(const struct ctl_args *args, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_profile_freep) struct ebpfmm_profile *profile = NULL;
	_cleanup_(ebpfmm_tried_free) struct ebpfmm_tried tried = {};
	struct ebpfmm_trial trial = {
		.argv = args->operands + 1, .traced = args->traced, .input = -1,
		/* JSON is alone on standard output. */
		.output = args->json ? STDERR_FILENO : -1,
	};

	if (ctl_layout(args->operands[0], &trial, &profile, err) ||
	    ebpfmm_try(&trial, &tried, err))
		return -1;
	if (args->json)
		ctl_print_json(ctl_json_tried(args->operands[0], &tried, profile));
	else
		ctl_print_tried(args->operands[0], &tried, profile, stderr);
	return CTL_ENDED + tried.status;
}
