// SPDX-License-Identifier: GPL-2.0-only
#include "choice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"

/*
 * The annotations of CRI-O and containerd with a container's name in its pod. Podman (5.4)
 * does not pass it: neither in the state nor in the annotations nor in config.json.
 */
static const char *const container_names[] = {
	"io.kubernetes.container.name",
	"io.kubernetes.cri.container-name",
};

/* The annotations of CRI-O and containerd with the type of a container. */
static const char *const container_types[] = {
	"io.kubernetes.cri-o.ContainerType",
	"io.kubernetes.cri.container-type",
};

/*
 * Those with the namespace. CRI-O's is a label that the kubelet sets; CRI-O copies the
 * labels after the pod's annotations.
 */
static const char *const namespaces[] = {
	"io.kubernetes.pod.namespace",
	"io.kubernetes.cri.sandbox-namespace",
};

/* Those with the name of the image. CRI-O's is empty for an image without a name. */
static const char *const images[] = {
	"io.kubernetes.cri-o.ImageName",
	"io.kubernetes.cri.image-name",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/**
 * struct sources - the sources of annotations, in the order of the search
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

/* The value of the first of @keys that is not empty, or NULL. */
static int look_up_any(const struct sources *sources, const char *const *keys,
		       size_t count, const char **out, struct ebpfmm_error *err)
{
	*out = NULL;
	for (size_t i = 0; i < count && (!*out || !**out); i++)
		if (look_up(sources, keys[i], out, err))
			return -1;
	if (*out && !**out)
		*out = NULL;
	return 0;
}

/* The value of @key for the container @name of a pod, or NULL. */
static int look_up_override(const struct sources *sources, const char *key,
			    const char *name, const char **out, struct ebpfmm_error *err)
{
	char *own;
	int rc;

	*out = NULL;
	if (!name)
		return 0;
	if (asprintf(&own, "%s/%s", key, name) < 0)
		return ebpfmm_fail(err, ENOMEM, "annotations");
	rc = look_up(sources, own, out, err);
	free(own);
	return rc;
}

/* Finds an override of @key, for any container, whose value is @wanted; sets @key_out. */
static int find_override(const struct sources *sources, const char *key,
			 bool (*wanted)(const char *value), const char **key_out,
			 struct ebpfmm_error *err)
{
	size_t length = strlen(key);
	const char *value;

	*key_out = NULL;
	for (size_t i = 0; i < COUNT(sources->from); i++) {
		if (!sources->from[i])
			continue;
		json_object_object_foreach(sources->from[i], other, unused) {
			(void)unused;
			if (strncmp(other, key, length) || other[length] != '/')
				continue;
			if (look_up(sources, other, &value, err))
				return -1;
			if (value && wanted(value)) {
				*key_out = other;
				return 0;
			}
		}
	}
	return 0;
}

static bool is_true(const char *value)
{
	return !strcmp(value, "true");
}

static bool is_not_empty(const char *value)
{
	return *value;
}

/*
 * If the container's name is not known, any override that requires a policy may be meant
 * for this container.
 */
static int read_required(const struct sources *sources, const char *name, bool *required,
			 struct ebpfmm_error *err)
{
	static const char key[] = "ebpfmm.required";
	const char *value, *other = NULL;

	if (look_up_override(sources, key, name, &value, err))
		return -1;
	if (value)
		other = name;
	if (!value && look_up(sources, key, &value, err))
		return -1;
	if (!value && !name) {
		if (find_override(sources, key, is_true, &other, err))
			return -1;
		*required = other;
		return 0;
	}
	*required = value && is_true(value);
	if (value && value[0] && !*required && strcmp(value, "false"))
		return ebpfmm_fail(err, 0,
				   "annotation `%s%s%.64s` must be true or false, not `%.32s`",
				   key, other ? "/" : "", other ? other : "", value);
	return 0;
}

/*
 * There are only overrides, and the one for this container is not known: podman passes the
 * pod's annotations to a container, but not its name.
 */
static int refuse_unknown(const struct sources *sources, const char *key,
			  struct ebpfmm_error *err)
{
	const char *other;

	if (find_override(sources, key, is_not_empty, &other, err))
		return -1;
	if (other)
		return ebpfmm_fail(err, 0,
				   "annotation `%.80s` names a container of a pod, but no annotation says which one this is: use `%s`, or set `%s` to the container's name",
				   other, key, container_names[0]);
	return 0;
}

/* The value of @key for the container @name; NULL if there is none or an empty one. */
static int choose(const struct sources *sources, const char *key, const char *name,
		  const char **out, struct ebpfmm_error *err)
{
	const char *value;

	*out = NULL;
	if (look_up_override(sources, key, name, &value, err) ||
	    (!value && look_up(sources, key, &value, err)))
		return -1;
	if (!value && !name)
		return refuse_unknown(sources, key, err);
	if (value && value[0])
		*out = value;
	return 0;
}

int ebpfmm_choose(struct json_object *first, struct json_object *second,
		  struct ebpfmm_choice *out, struct ebpfmm_error *err)
{
	const struct sources sources = { { first, second } };
	const char *name, *type;
	int no_name;

	*out = (struct ebpfmm_choice){};
	no_name = look_up_any(&sources, container_names, COUNT(container_names), &name, err);
	if (read_required(&sources, no_name ? NULL : name, &out->required, err) || no_name ||
	    look_up_any(&sources, container_types, COUNT(container_types), &type, err))
		return -1;
	if (type && !strcmp(type, "sandbox"))
		return 0;
	choose(&sources, "ebpfmm.record", name, &out->record, &out->no_record);
	return choose(&sources, "ebpfmm.profile", name, &out->profile, err);
}

/* The value of @keys, or NULL if it is empty or there is none. */
static int look_up_alike(const struct sources *sources, const char *const keys[2],
			 const char **out, struct ebpfmm_error *err)
{
	const char *values[2];

	for (size_t i = 0; i < COUNT(values); i++)
		if (look_up(sources, keys[i], &values[i], err))
			return -1;
	if (values[0] && values[1] && strcmp(values[0], values[1]))
		return ebpfmm_fail(err, 0,
				   "annotation `%s` is `%.64s`, but `%s` is `%.64s`: a pod must not set them",
				   keys[0], values[0], keys[1], values[1]);
	*out = values[0] ?: values[1];
	if (*out && !**out)
		*out = NULL;
	return 0;
}

int ebpfmm_choose_asker(struct json_object *first, struct json_object *second,
			struct ebpfmm_asker *out, struct ebpfmm_error *err)
{
	const struct sources sources = { { first, second } };

	return look_up_alike(&sources, namespaces, &out->namespace, err) ||
	       look_up_alike(&sources, images, &out->image, err) ? -1 : 0;
}
