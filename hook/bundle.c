// SPDX-License-Identifier: GPL-2.0-only
#include "bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_read.h"

static int read_root(struct json_object *config, const char *dir,
		     struct ebpfmm_bundle *out, struct ebpfmm_error *err)
{
	struct json_object *root;
	const char *path;
	int rc;

	if (!json_object_object_get_ex(config, "root", &root) ||
	    !json_object_is_type(root, json_type_object))
		return ebpfmm_fail(err, 0, "`root` is missing or not an object");
	if (ebpfmm_json_string(root, "path", &path, err))
		return ebpfmm_prefix(err, "root: ");
	if (!path || !path[0])
		return ebpfmm_fail(err, 0, "`root.path` is missing");
	if (path[0] == '/')
		rc = asprintf(&out->root, "%s", path);
	else
		rc = asprintf(&out->root, "%s/%s", dir, path);
	if (rc < 0) {
		out->root = NULL;
		return ebpfmm_fail(err, ENOMEM, "`root.path`");
	}
	return 0;
}

int ebpfmm_bundle_parse(const char *text, size_t length, const char *dir,
			struct ebpfmm_bundle *out, struct ebpfmm_error *err)
{
	_cleanup_(json_object_putp) struct json_object *config = NULL;
	struct json_object *annotations = NULL;

	*out = (struct ebpfmm_bundle){};
	config = ebpfmm_json_object(text, length, err);
	if (!config)
		return -1;
	json_object_object_get_ex(config, "annotations", &annotations);
	if (annotations && !json_object_is_type(annotations, json_type_object))
		return ebpfmm_fail(err, 0, "`annotations` is not an object");
	out->annotations = json_object_get(annotations);
	return read_root(config, dir, out, err);
}

/* Return: 0, or -1 with @err set, whose code is ENOENT when there is no file. */
static int load_from(const char *dir, struct ebpfmm_bundle *out,
		     struct ebpfmm_error *err)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	size_t length;

	if (snprintf(path, sizeof(path), "%s/config.json", dir) >= (int)sizeof(path))
		return ebpfmm_fail(err, ENAMETOOLONG, "bundle `%.128s...`", dir);
	text = ebpfmm_file_read(AT_FDCWD, path, 0, EBPFMM_CONFIG_MAX_BYTES, &length, err);
	if (!text)
		return -1;
	return ebpfmm_bundle_parse(text, length, dir, out, err) ?
	       ebpfmm_prefix(err, "%s: ", path) : 0;
}

int ebpfmm_bundle_load(const char *bundle, struct ebpfmm_bundle *out,
		       struct ebpfmm_error *err)
{
	struct ebpfmm_error above, unused;
	char dir[PATH_MAX];

	if (!err)
		err = &unused;
	*out = (struct ebpfmm_bundle){};
	if (bundle) {
		if (!load_from(bundle, out, err))
			return 0;
		if (err->code != ENOENT)
			return -1;
	} else {
		ebpfmm_fail(err, ENOENT, "state: `bundle` is missing; find config.json in the working directory or above it");
	}
	if (!getcwd(dir, sizeof(dir)) || dir[0] != '/')
		return -1;
	while (dir[0]) {
		if (!load_from(dir, out, &above))
			return 0;
		if (above.code != ENOENT) {
			*err = above;
			return -1;
		}
		*strrchr(dir, '/') = '\0';
	}
	return -1;
}

void ebpfmm_bundle_free(struct ebpfmm_bundle *bundle)
{
	free(bundle->root);
	json_object_put(bundle->annotations);
	*bundle = (struct ebpfmm_bundle){};
}
