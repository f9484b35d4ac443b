// SPDX-License-Identifier: GPL-2.0-only
/* profile */
#include "derivation.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/duration.h"
#include "base/json.h"
#include "base/log.h"
#include "base/page_size.h"
#include "output.h"
#include "profile/profile_write.h"
#include "recordings.h"
#include "worth.h"

#define HORIZON		"10m"

static int parse_options(const struct ctl_args *args, struct ebpfmm_derive_input *input,
			 struct ebpfmm_error *err)
{
	uint64_t us;

	if (ebpfmm_parse_duration(args->horizon ? args->horizon : HORIZON, &us, err)) {
		ebpfmm_prefix(err, "--horizon: ");
		return CTL_USAGE;
	}
	input->horizon_ns = us * 1000;
	if (!args->budget)
		return 0;
	input->has_budget = true;
	if (ebpfmm_profile_bytes(args->budget, &input->budget, err)) {
		ebpfmm_prefix(err, "--budget: ");
		return CTL_USAGE;
	}
	return 0;
}

/* The file's name and that of the profile should be the same. */
char *ctl_derive_name(const struct ctl_args *args, const char *otherwise)
{
	const char *name = args->name, *slash;
	size_t length;

	if (!name && args->output) {
		slash = strrchr(args->output, '/');
		name = slash ? slash + 1 : args->output;
		length = strlen(name);
		if (length > 5 && !strcmp(name + length - 5, ".json"))
			length -= 5;
		return strndup(name, length);
	}
	return strdup(name ? name : otherwise);
}

static void log_notes(char *const *notes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		ebpfmm_log(LOG_NOTICE, "profile: note: %s", notes[i]);
}

static void add_notes(struct json_object *array, char *const *notes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_object_array_add(array, json_object_new_string(notes[i]));
}

static void add_walks(struct json_object *object, const struct ebpfmm_derive_input *input)
{
	struct json_object *walks = json_object_new_object();

	for (unsigned int order = 1; order < EBPFMM_ORDERS; order++)
		if (EBPFMM_SUPPORTED_ORDERS & 1U << order && !(input->unknown & 1U << order))
			ebpfmm_json_add_rounded(walks, ebpfmm_order_name(order),
						input->walk_ns[order], 6);
	if (input->assumed)
		ebpfmm_json_add_rounded(walks, ebpfmm_order_name(EBPFMM_ORDERS - 1),
					input->walk_ns[EBPFMM_ORDERS - 1], 6);
	json_object_object_add(object, "walk_ns", walks);
	json_object_object_add(object, "assumed", json_object_new_boolean(input->assumed));
}

/* Return: to be freed, or NULL without memory. */
static char *explanation(const struct ctl_derivation *result, size_t index)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	ebpfmm_derive_explain(&result->input, result->derived, index, out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static void print_json(const struct ctl_derivation *result, struct json_object *profile)
{
	struct json_object *object = json_object_new_object();
	struct json_object *notes = json_object_new_array(), *regions;
	const struct ebpfmm_derived *derived = result->derived;

	json_object_object_add(object, "profile", json_object_get(profile));
	ebpfmm_json_add_rounded(object, "worth_ns", derived->value, 6);
	ebpfmm_json_add_rounded(object, "possible_ns", derived->all, 6);
	ebpfmm_json_add_number(object, "large", derived->large);
	add_walks(object, &result->input);
	add_notes(notes, result->recorded.notes, result->recorded.nnotes);
	add_notes(notes, derived->notes, derived->nnotes);
	json_object_object_add(object, "notes", notes);
	if (result->args->explain) {
		regions = json_object_new_array();
		for (size_t i = 0; i < derived->norigins; i++) {
			_cleanup_free_ char *text = explanation(result, i);

			json_object_array_add(regions,
					      text ? json_object_new_string(text) : NULL);
		}
		json_object_object_add(object, "explanations", regions);
	}
	ctl_print_json(object);
}

static void print_text(const struct ctl_derivation *result, const char *text)
{
	const struct ebpfmm_derived *derived = result->derived;
	const struct ctl_args *args = result->args;

	if (args->output)
		ctl_print("%s: profile %s, %zu region%s, worth %.3g ms of %.3g ms, with %" PRIu64
			  "M in 2M pages\n", args->output, derived->profile->name,
			  derived->norigins, derived->norigins == 1 ? "" : "s",
			  derived->value / 1e6, derived->all / 1e6, derived->large >> 20);
	for (size_t i = 0; args->explain && i < derived->norigins; i++)
		ebpfmm_derive_explain(&result->input, derived, i, stdout);
	if (!args->output && !args->explain)
		fputs(text, stdout);
}

static int hand_out(const struct ctl_derivation *result, struct ebpfmm_error *err)
{
	_cleanup_(json_object_putp) struct json_object *profile = NULL;
	const struct ctl_args *args = result->args;
	_cleanup_free_ char *line = NULL;
	const char *text;

	if (!result->derived->profile)
		return ebpfmm_fail(err, 0, "no region repays a large page: there is no profile");
	profile = ebpfmm_profile_json(result->derived->profile);
	text = profile ? json_object_to_json_string_ext(profile, JSON_C_TO_STRING_PRETTY |
							JSON_C_TO_STRING_SPACED |
							JSON_C_TO_STRING_NOSLASHESCAPE) : NULL;
	if (!text || asprintf(&line, "%s\n", text) < 0) {
		line = NULL;
		return ebpfmm_fail(err, ENOMEM, "profile");
	}
	if (args->output && ctl_replace(args->output, line, strlen(line), 0644, err))
		return -1;
	if (args->json)
		print_json(result, profile);
	else
		print_text(result, line);
	return 0;
}

int ctl_derivation_make(const struct ctl_args *args, const struct ebpfmm_set *set,
			struct ctl_derivation *result, struct ebpfmm_error *err)
{
	struct ebpfmm_derive_input *input = &result->input;
	struct ebpfmm_recorded *recorded = &result->recorded;

	if (ebpfmm_recorded_read(set, args->rootfs ? &result->files.files : NULL, recorded, err) ||
	    ctl_worth(args->costs, input, recorded, err))
		return -1;
	input->name = result->name;
	input->spaces = recorded->spaces;
	input->nspaces = recorded->nspaces;
	input->inputs = recorded->inputs;
	input->ninputs = recorded->ninputs;
	input->recorded_ns = recorded->recorded_ns;
	return ebpfmm_derive(input, &result->derived, err);
}

int ctl_derivation_options(const struct ctl_args *args, struct ctl_derivation *result,
			   struct ebpfmm_error *err)
{
	*result = (struct ctl_derivation){ .args = args, .name = ctl_derive_name(args, "derived") };
	if (!result->name)
		return ebpfmm_fail(err, ENOMEM, "profile");
	if (parse_options(args, &result->input, err))
		return CTL_USAGE;
	return args->rootfs ? ctl_files_open(args, &result->files, err) : 0;
}

void ctl_derivation_free(struct ctl_derivation *result)
{
	ebpfmm_derived_free(result->derived);
	ebpfmm_recorded_free(&result->recorded);
	ctl_files_close(&result->files);
	free(result->name);
}

int ctl_derive(const struct ctl_args *args, struct ebpfmm_error *err)
{
	_cleanup_(ctl_derivation_free) struct ctl_derivation result = {};
	_cleanup_(ebpfmm_set_free) struct ebpfmm_set set = {};
	int rc = ctl_derivation_options(args, &result, err);

	if (rc)
		return rc;
	if (ctl_recordings(args, &set, err) || ctl_derivation_make(args, &set, &result, err))
		return -1;
	if (!args->json) {
		log_notes(result.recorded.notes, result.recorded.nnotes);
		log_notes(result.derived->notes, result.derived->nnotes);
	}
	return hand_out(&result, err);
}
