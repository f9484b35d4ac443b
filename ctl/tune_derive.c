// SPDX-License-Identifier: GPL-2.0-only
#include "tune_derive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/log.h"
#include "derivation.h"
#include "kernel/privilege.h"
#include "profile/profile_write.h"
#include "recordings.h"
#include "worth.h"

/* As that of `profile`: the profile is for a service, not for one run. */
#define HORIZON_NS	600000000000ULL
#define FILE_NAME	"/recording.jsonl"

/* --- the recording ---------------------------------------------------------------------------- */

static _Noreturn void run_record(const struct ctl_args *args, const char *file, int null)
{
	const char **argv = calloc((size_t)args->noperands + 6, sizeof(*argv));
	size_t n = 0;

	if (!argv || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(EXIT_FAILURE);
	argv[n++] = "ebpfmm";
	argv[n++] = "record";
	argv[n++] = "--output";
	argv[n++] = file;
	argv[n++] = "--";
	for (int i = 0; i < args->noperands; i++)
		argv[n++] = args->operands[i];
	execv("/proc/self/exe", (char **)argv);
	_exit(EXIT_FAILURE);
}

/* As a process of its own, because a recording takes over all children and signals. */
static int make_recording(const struct ctl_args *args, const char *file, int null,
			  struct ebpfmm_error *err)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		run_record(args, file, null);
	if (pid < 0)
		return ebpfmm_fail(err, errno, "record");
	/* A signal of the terminal ends the recording, too. */
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return ebpfmm_fail(err, errno, "record");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return ebpfmm_fail(err, 0, "no recording could be made; --recording takes one that "
				   "was made elsewhere");
	return 0;
}

int tune_record(const struct ctl_args *args, int null, struct tune_derived *out,
		struct ebpfmm_error *err)
{
	const char *top = getenv("TMPDIR");

	if (args->recording) {
		out->recording = strdup(args->recording);
		return out->recording ? 0 : ebpfmm_fail(err, ENOMEM, "record");
	}
	if (ebpfmm_privileged(err))
		return ebpfmm_prefix(err, "record: ");
	if (asprintf(&out->directory, "%s/ebpfmm-tune-XXXXXX", top && *top ? top : "/tmp") < 0)
		out->directory = NULL;
	if (!out->directory || !mkdtemp(out->directory)) {
		freep(&out->directory);
		out->directory = NULL;
		return ebpfmm_fail(err, errno, "make a directory for the recording");
	}
	if (asprintf(&out->recording, "%s" FILE_NAME, out->directory) < 0) {
		out->recording = NULL;
		return ebpfmm_fail(err, ENOMEM, "record");
	}
	return make_recording(args, out->recording, null, err);
}

/* --- the profile ------------------------------------------------------------------------------ */

/* For a page of memory that the region's own size takes. */
static double worth(const struct ebpfmm_derive_origin *origin)
{
	uint64_t pages = origin->used[origin->order] << origin->order;

	return origin->value / (double)(pages ? pages : 1);
}

static int compare(const void *one, const void *other, void *data)
{
	const struct ebpfmm_derive_origin *origins = data;
	double a = worth(&origins[*(const size_t *)one]);
	double b = worth(&origins[*(const size_t *)other]);

	return a > b ? -1 : a < b;
}

static int sort(struct tune_derived *out, struct ebpfmm_error *err)
{
	size_t count = out->derived->norigins;

	out->order = calloc(count + 1, sizeof(*out->order));
	if (!out->order)
		return ebpfmm_fail(err, ENOMEM, "profile");
	for (size_t i = 0; i < count; i++)
		out->order[i] = i;
	qsort_r(out->order, count, sizeof(*out->order), compare, out->derived->origins);
	return 0;
}

static int read_recording(struct tune_derived *out, struct ebpfmm_error *err)
{
	struct ctl_args args = { .operands = &out->recording, .noperands = 1, .rootfs = "/" };

	if (ctl_files_open(&args, &out->files, err) || ctl_recordings(&args, &out->set, err) ||
	    ebpfmm_recorded_read(&out->set, &out->files.files, &out->recorded, err))
		return -1;
	return 0;
}

/* From the input; what was derived before is dropped. */
static int derive(struct tune_derived *out, struct ebpfmm_error *err)
{
	free(take_ptr(out->order));
	ebpfmm_derived_free(take_ptr(out->derived));
	return ebpfmm_derive(&out->input, &out->derived, err) || sort(out, err) ? -1 : 0;
}

void tune_log_notes(const struct tune_derived *derived)
{
	for (size_t i = 0; i < derived->derived->nnotes; i++)
		ebpfmm_log(LOG_NOTICE, "tune: note: %s", derived->derived->notes[i]);
}

int tune_derive(const struct ctl_args *args, uint64_t gain, uint64_t time,
		struct tune_derived *out, struct ebpfmm_error *err)
{
	struct ebpfmm_derive_input *input = &out->input;

	*input = (struct ebpfmm_derive_input){ .horizon_ns = HORIZON_NS, .has_gain = true };
	out->name = ctl_derive_name(args, "tuned");
	if (!out->name)
		return ebpfmm_fail(err, ENOMEM, "profile");
	if (read_recording(out, err) || ctl_worth(args->costs, input, &out->recorded, err))
		return -1;
	input->name = out->name;
	input->spaces = out->recorded.spaces;
	input->nspaces = out->recorded.nspaces;
	input->inputs = out->recorded.inputs;
	input->ninputs = out->recorded.ninputs;
	input->recorded_ns = out->recorded.recorded_ns;
	/* A recording may be longer or shorter than a run. */
	input->gain_ns = (double)gain * (double)input->recorded_ns / (double)(time ? time : 1);
	if (derive(out, err))
		return -1;
	if (out->derived->profile)
		return 0;
	if (!args->json)
		tune_log_notes(out);
	return ebpfmm_fail(err, 0, "no region of the recording repays a large page: there is no "
			   "profile");
}

int tune_narrow(struct tune_derived *derived, uint64_t budget, struct ebpfmm_error *err)
{
	derived->input.has_budget = true;
	derived->input.budget = budget;
	return derive(derived, err);
}

size_t tune_regions(const struct tune_derived *derived)
{
	return derived->derived->norigins;
}

static bool is_kept(const struct tune_derived *derived, size_t count, size_t program,
		    size_t region)
{
	for (size_t i = 0; i < count; i++) {
		const struct ebpfmm_derive_origin *origin =
			&derived->derived->origins[derived->order[i]];

		if (origin->program == program && origin->region == region)
			return true;
	}
	return false;
}

/* A region that names no size keeps memory at 4K which another one would be for. */
static bool has_sizes(struct json_object *region)
{
	return json_object_object_length(json_object_object_get(region, "benefit_ns")) > 0;
}

/* Take away what is not among the best, and programs of which nothing is left. */
static void leave_out(const struct tune_derived *derived, size_t count,
		      struct json_object *profile)
{
	struct json_object *programs = json_object_object_get(profile, "programs"), *regions;

	for (size_t p = json_object_array_length(programs); p-- > 0;) {
		bool any = false;

		regions = json_object_object_get(json_object_array_get_idx(programs, p),
						 "regions");
		for (size_t r = regions ? json_object_array_length(regions) : 0; r-- > 0;) {
			bool kept = is_kept(derived, count, p, r);

			any |= kept;
			if (!kept && has_sizes(json_object_array_get_idx(regions, r)))
				json_object_array_del_idx(regions, r, 1);
		}
		if (!any)
			json_object_array_del_idx(programs, p, 1);
	}
}

int tune_best(const struct tune_derived *derived, size_t count, struct ebpfmm_profile **profile,
	      struct json_object **json, struct ebpfmm_error *err)
{
	_cleanup_(json_object_putp) struct json_object *object =
		ebpfmm_profile_json(derived->derived->profile);
	const char *text;

	if (!object)
		return ebpfmm_fail(err, ENOMEM, "profile");
	if (count < derived->derived->norigins)
		leave_out(derived, count, object);
	text = json_object_to_json_string(object);
	if (!text)
		return ebpfmm_fail(err, ENOMEM, "profile");
	if (ebpfmm_profile_parse(text, strlen(text), profile, err))
		return -1;
	if (json)
		*json = take_ptr(object);
	return 0;
}

void tune_derived_free(struct tune_derived *derived)
{
	free(derived->order);
	free(derived->name);
	ebpfmm_derived_free(derived->derived);
	ebpfmm_recorded_free(&derived->recorded);
	ctl_files_close(&derived->files);
	ebpfmm_set_free(&derived->set);
	if (derived->directory) {
		if (derived->recording)
			unlink(derived->recording);
		rmdir(derived->directory);
	}
	free(derived->recording);
	free(derived->directory);
	*derived = (struct tune_derived){};
}
