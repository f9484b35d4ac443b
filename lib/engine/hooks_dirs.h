/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where container engines look for hooks, by what their configuration says: for
 * those that are started by root, without options and environment.
 */
#ifndef EBPFMM_HOOKS_DIRS_H
#define EBPFMM_HOOKS_DIRS_H

#include <stddef.h>

#include "base/error.h"

#define EBPFMM_HOOKS_DIR_USR "/usr/share/containers/oci/hooks.d"
#define EBPFMM_HOOKS_DIR_ETC "/etc/containers/oci/hooks.d"

/**
 * enum ebpfmm_engine - who reads hooks
 * @EBPFMM_ENGINE_PODMAN: by containers.conf(5)
 * @EBPFMM_ENGINE_CRIO: by crio.conf(5)
 * @EBPFMM_ENGINE_BUILDAH: not by any configuration
 */
enum ebpfmm_engine {
	EBPFMM_ENGINE_PODMAN,
	EBPFMM_ENGINE_CRIO,
	EBPFMM_ENGINE_BUILDAH,
};

/**
 * struct ebpfmm_hooks_dirs - where an engine looks
 * @dirs: directories; a file in a later one hides one of its name in those before
 * @count: how many
 * @from: the file that said so last; NULL: none, it is the engine's default
 */
struct ebpfmm_hooks_dirs {
	char **dirs;
	size_t count;
	char *from;
};

/**
 * ebpfmm_hooks_dirs_find - find out where an engine looks
 * @engine: which one
 * @root: what is before the names of files of configuration: "" but for tests
 * @out: to be freed with ebpfmm_hooks_dirs_free(), also on error
 * @err: names the file of configuration that cannot be understood
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_hooks_dirs_find(enum ebpfmm_engine engine, const char *root,
			   struct ebpfmm_hooks_dirs *out, struct ebpfmm_error *err);

/**
 * ebpfmm_hooks_dirs_free - free what it holds
 * @dirs: not itself freed; may be all zero
 */
void ebpfmm_hooks_dirs_free(struct ebpfmm_hooks_dirs *dirs);

#endif /* EBPFMM_HOOKS_DIRS_H */
