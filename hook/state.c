// SPDX-License-Identifier: GPL-2.0-only
#include "state.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_read.h"
#include "life/record.h"

static int copy_string(struct json_object *object, const char *key, char **out,
		       struct ebpfmm_error *err)
{
	const char *text;

	if (ebpfmm_json_string(object, key, &text, err))
		return ebpfmm_prefix(err, "state: ");
	if (!text)
		return 0;
	*out = strdup(text);
	return *out ? 0 : ebpfmm_fail(err, ENOMEM, "state: `%s`", key);
}

static int read_annotations(struct json_object *object, struct ebpfmm_state *out,
			    struct ebpfmm_error *err)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, "annotations", &value) || !value)
		return 0;
	if (!json_object_is_type(value, json_type_object))
		return ebpfmm_fail(err, 0, "state: `annotations` is not an object");
	out->annotations = json_object_get(value);
	return 0;
}

static int read_id(struct json_object *object, struct ebpfmm_state *out,
		   struct ebpfmm_error *err)
{
	char *id = NULL;

	if (copy_string(object, "id", &id, err))
		return -1;
	if (!id)
		return ebpfmm_fail(err, 0, "state: `id` is missing");
	if (!ebpfmm_container_id_valid(id)) {
		ebpfmm_fail(err, 0, "state: `id` is not valid: `%.128s`", id);
		free(id);
		return -1;
	}
	out->id = id;
	return 0;
}

static int read_pid(struct json_object *object, struct ebpfmm_state *out,
		    struct ebpfmm_error *err)
{
	struct json_object *value;
	int64_t pid;

	if (!json_object_object_get_ex(object, "pid", &value) || !value)
		return 0;
	if (!json_object_is_type(value, json_type_int))
		return ebpfmm_fail(err, 0, "state: `pid` is not an integer");
	pid = json_object_get_int64(value);
	if (pid < 0 || pid > INT_MAX)
		return ebpfmm_fail(err, 0, "state: `pid` is out of range");
	out->pid = (pid_t)pid;
	return 0;
}

static int read_bundle(struct json_object *object, struct ebpfmm_state *out,
		       struct ebpfmm_error *err)
{
	if (copy_string(object, "bundle", &out->bundle, err))
		return -1;
	if (out->bundle && out->bundle[0] != '/')
		return ebpfmm_fail(err, 0, "state: `bundle` is not an absolute path");
	return 0;
}

/* Not in the specification, so anything but an absolute path is ignored. */
static int read_root(struct json_object *object, struct ebpfmm_state *out,
		     struct ebpfmm_error *err)
{
	const char *path;

	if (ebpfmm_json_string(object, "root", &path, NULL) || !path || path[0] != '/')
		return 0;
	return copy_string(object, "root", &out->root, err);
}

int ebpfmm_state_parse(const char *text, size_t length, struct ebpfmm_state *out,
		       struct ebpfmm_error *err)
{
	_cleanup_(json_object_putp) struct json_object *object = NULL;

	*out = (struct ebpfmm_state){};
	if (length > EBPFMM_STATE_MAX_BYTES)
		return ebpfmm_fail(err, 0, "state: longer than %u bytes",
				   EBPFMM_STATE_MAX_BYTES);
	object = ebpfmm_json_object(text, length, err);
	if (!object)
		return ebpfmm_prefix(err, "state: ");
	/* Annotations and id first: they are needed to report errors in the rest. */
	if (read_annotations(object, out, err) || read_id(object, out, err) ||
	    copy_string(object, "status", &out->status, err) ||
	    read_pid(object, out, err) || read_bundle(object, out, err) ||
	    read_root(object, out, err))
		return -1;
	return 0;
}

int ebpfmm_state_stage(const char *argument, const char *status,
		       enum ebpfmm_stage *stage, struct ebpfmm_error *err)
{
	static const struct {
		const char *argument;
		const char *status;
		enum ebpfmm_stage stage;
	} known[] = {
		{ "createRuntime", "creating", EBPFMM_STAGE_START },
		{ "prestart", "created", EBPFMM_STAGE_START },
		{ "poststop", "stopped", EBPFMM_STAGE_STOP },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (argument ? strcmp(argument, known[i].argument) :
			       !status || strcmp(status, known[i].status))
			continue;
		*stage = known[i].stage;
		return 0;
	}
	if (argument)
		return ebpfmm_fail(err, 0,
				   "stage `%.32s` is not one of createRuntime, prestart, poststop",
				   argument);
	return ebpfmm_fail(err, 0,
			   "state: `status` must be creating, created or stopped, not `%.32s`",
			   status ? status : "");
}

void ebpfmm_state_free(struct ebpfmm_state *state)
{
	free(state->id);
	free(state->status);
	free(state->bundle);
	free(state->root);
	json_object_put(state->annotations);
	*state = (struct ebpfmm_state){};
}
