// SPDX-License-Identifier: GPL-2.0-only
/*
 * Profiles as files. The directories are the operator's; only the name comes
 * from a tenant, and it can name nothing but a file right in one of them. They
 * are not taken from the environment, which a tenant may have a say in.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/paths.h"
#include "profile/profile_internal.h"

int ebpfmm_profile_load(const char *path, struct ebpfmm_profile **out,
			struct ebpfmm_error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t length;

	text = ebpfmm_file_read(AT_FDCWD, path, 0, EBPFMM_PROFILE_MAX_BYTES, &length, err);
	if (!text)
		return -1;
	return ebpfmm_profile_parse(text, length, out, err) ?
	       ebpfmm_prefix(err, "%s: ", path) : 0;
}

int profile_find_in(const char *const dirs[2], const char *name,
		    struct ebpfmm_profile **out, struct ebpfmm_error *err)
{
	struct ebpfmm_error failure;
	char *path;
	int i, ret;

	if (profile_check_name(name, err))
		return -1;

	for (i = 0; i < 2; i++) {
		if (asprintf(&path, "%s/%s", dirs[i], name) < 0)
			return ebpfmm_fail(err, ENOMEM, "profile %s", name);
		ret = ebpfmm_profile_load(path, out, &failure);
		free(path);
		if (!ret)
			return 0;
		/* A bad file of the operator's does not give way to the vendor's. */
		if (failure.code != ENOENT) {
			if (err)
				*err = failure;
			return -1;
		}
	}
	return ebpfmm_fail(err, ENOENT, "profile %s: neither in %s nor in %s",
			   name, dirs[0], dirs[1]);
}

int ebpfmm_profile_find(const char *name, struct ebpfmm_profile **out,
			struct ebpfmm_error *err)
{
	static const char *const dirs[2] = {
		EBPFMM_PROFILE_DIR_ADMIN, EBPFMM_PROFILE_DIR_VENDOR,
	};

	return profile_find_in(dirs, name, out, err);
}
