// SPDX-License-Identifier: GPL-2.0-only
/*
 * Profiles as files: NAME.json. The operator controls the directories. Only the name comes
 * from a tenant, and it can only select a file directly in one of them. The directories
 * do not come from the environment, which a tenant may influence.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/paths.h"
#include "profile/profile_internal.h"

#define SUFFIX	".json"

/* Length of the profile's name in a file name. */
static size_t name_length(const char *file)
{
	const size_t suffix = strlen(SUFFIX);
	size_t length = strlen(file);

	if (length > suffix && !strcmp(file + length - suffix, SUFFIX))
		length -= suffix;
	return length;
}

char *ebpfmm_profile_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = strdup(slash ? slash + 1 : path);
	size_t length;

	/* What is a name has the same name. */
	while (name && name[length = name_length(name)])
		name[length] = '\0';
	return name;
}

/* The valid name that a tenant's value stands for; NULL with @err set. */
static char *read_name(const char *text, struct ebpfmm_error *err)
{
	_cleanup_free_ char *name = strndup(text, name_length(text));

	if (!name) {
		ebpfmm_fail(err, ENOMEM, "profile");
		return NULL;
	}
	if (ebpfmm_profile_check_name(name, "profile", err))
		return NULL;
	/* Otherwise one name could refer to two files. */
	if (name[name_length(name)]) {
		ebpfmm_fail(err, 0, "\"%.80s\" is not a valid profile name: ends in "
			    SUFFIX " twice", text);
		return NULL;
	}
	return take_ptr(name);
}

bool ebpfmm_profile_is_file_name(const char *file)
{
	_cleanup_free_ char *name = NULL;

	if (file[name_length(file)])
		name = read_name(file, NULL);
	return name;
}

int ebpfmm_profile_load(const char *path, struct ebpfmm_profile **out,
			struct ebpfmm_error *err)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_free_ char *name = NULL;
	size_t length;

	text = ebpfmm_file_read(AT_FDCWD, path, 0, EBPFMM_PROFILE_MAX_BYTES, &length, err);
	if (!text)
		return -1;
	name = ebpfmm_profile_name(path);
	if (!name)
		return ebpfmm_fail(err, ENOMEM, "%s", path);
	if (ebpfmm_profile_parse(text, length, out, err))
		return ebpfmm_prefix(err, "%s: ", path);
	free((*out)->name);
	(*out)->name = take_ptr(name);
	return 0;
}

static int find(const char *const dirs[2], const char *name,
		struct ebpfmm_profile **out, struct ebpfmm_error *err)
{
	struct ebpfmm_error failure;
	char *path;
	int i, ret;

	for (i = 0; i < 2; i++) {
		if (asprintf(&path, "%s/%s" SUFFIX, dirs[i], name) < 0)
			return ebpfmm_fail(err, ENOMEM, "profile %s", name);
		ret = ebpfmm_profile_load(path, out, &failure);
		free(path);
		if (!ret)
			return 0;
		/* An invalid file of the operator still hides the vendor's. */
		if (failure.code != ENOENT)
			return ebpfmm_pass(err, &failure);
	}
	return ebpfmm_fail(err, ENOENT, "profile %s: %s" SUFFIX " is neither in %s nor in %s",
			   name, name, dirs[0], dirs[1]);
}

int profile_find_in(const char *const dirs[2], const char *name,
		    struct ebpfmm_profile **out, struct ebpfmm_error *err)
{
	_cleanup_free_ char *own = read_name(name, err);

	return own ? find(dirs, own, out, err) : -1;
}

int ebpfmm_profile_find(const char *name, struct ebpfmm_profile **out,
			struct ebpfmm_error *err)
{
	static const char *const dirs[2] = {
		EBPFMM_PROFILE_DIR_ADMIN, EBPFMM_PROFILE_DIR_VENDOR,
	};

	return profile_find_in(dirs, name, out, err);
}
