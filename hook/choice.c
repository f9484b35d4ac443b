// SPDX-License-Identifier: GPL-2.0-only
#include "choice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"

/* The name of a container in its pod, as CRI-O and containerd tell it. */
static const char *const container_names[] = {
	"io.kubernetes.container.name",
	"io.kubernetes.cri.container-name",
};

/* What kind of container it is, as CRI-O and containerd tell it. */
static const char *const container_types[] = {
	"io.kubernetes.cri-o.ContainerType",
	"io.kubernetes.cri.container-type",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/**
 * struct sources - where annotations are looked for, in this order
 * @from: objects or NULL
 */
struct sources {
	struct json_object *from[2];
};

static int look_up(const struct sources *sources, const char *key,
		   const char **out, struct ebpfmm_error *err)
{
	*out = NULL;
	for (size_t i = 0; i < COUNT(sources->from) && !*out; i++)
		if (ebpfmm_json_string(sources->from[i], key, out, err))
			return ebpfmm_prefix(err, "annotation ");
	return 0;
}

static int look_up_any(const struct sources *sources, const char *const *keys,
		       size_t count, const char **out, struct ebpfmm_error *err)
{
	*out = NULL;
	for (size_t i = 0; i < count && !*out; i++)
		if (look_up(sources, keys[i], out, err))
			return -1;
	return 0;
}

static int read_required(const struct sources *sources, bool *required,
			 struct ebpfmm_error *err)
{
	const char *value;

	if (look_up(sources, "ebpfmm.required", &value, err))
		return -1;
	*required = value && !strcmp(value, "true");
	if (value && value[0] && !*required && strcmp(value, "false"))
		return ebpfmm_fail(err, 0,
				   "annotation `ebpfmm.required` is `%.32s`, neither true nor false",
				   value);
	return 0;
}

/* The value of the override for this container, or NULL. */
static int read_override(const struct sources *sources, const char **value,
			 struct ebpfmm_error *err)
{
	const char *name;
	char *key;
	int rc;

	*value = NULL;
	if (look_up_any(sources, container_names, COUNT(container_names), &name, err))
		return -1;
	if (!name)
		return 0;
	if (asprintf(&key, "ebpfmm.profile/%s", name) < 0)
		return ebpfmm_fail(err, ENOMEM, "annotations");
	rc = look_up(sources, key, value, err);
	free(key);
	return rc;
}

int ebpfmm_choose(struct json_object *first, struct json_object *second,
		  struct ebpfmm_choice *out, struct ebpfmm_error *err)
{
	const struct sources sources = { { first, second } };
	const char *value;

	*out = (struct ebpfmm_choice){};
	if (read_required(&sources, &out->required, err) ||
	    look_up_any(&sources, container_types, COUNT(container_types), &value, err))
		return -1;
	if (value && !strcmp(value, "sandbox"))
		return 0;
	if (read_override(&sources, &value, err))
		return -1;
	if (!value && look_up(&sources, "ebpfmm.profile", &value, err))
		return -1;
	if (value && value[0])
		out->profile = value;
	return 0;
}
