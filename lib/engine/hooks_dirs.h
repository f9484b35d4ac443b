/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The directories from which container engines read hooks, according to their
 * configuration files. Applies to engines that root starts, without options and
 * environment variables.
 */
#ifndef EBPFMM_HOOKS_DIRS_H
#define EBPFMM_HOOKS_DIRS_H

#include <stddef.h>

#include "base/error.h"

#define EBPFMM_HOOKS_DIR_USR "/usr/share/containers/oci/hooks.d"
#define EBPFMM_HOOKS_DIR_ETC "/etc/containers/oci/hooks.d"

/**
 * enum ebpfmm_engine - an engine that reads hooks
 * @EBPFMM_ENGINE_PODMAN: configured by containers.conf(5)
 * @EBPFMM_ENGINE_CRIO: configured by crio.conf(5)
 * @EBPFMM_ENGINE_BUILDAH: not configurable
 */
enum ebpfmm_engine {
	EBPFMM_ENGINE_PODMAN,
	EBPFMM_ENGINE_CRIO,
	EBPFMM_ENGINE_BUILDAH,
};

/**
 * struct ebpfmm_hooks_dirs - the directories of an engine
 * @dirs: the directories; a file in a later one overrides files of the same name
 * @count: their number
 * @from: the configuration file that set them last; NULL for the engine's default
 */
struct ebpfmm_hooks_dirs {
	char **dirs;
	size_t count;
	char *from;
};

/**
 * ebpfmm_hooks_dirs_find - find the directories of an engine
 * @engine: the engine
 * @root: prefix of the paths of configuration files: "" except in tests
 * @out: to be freed with ebpfmm_hooks_dirs_free(), also on error
 * @err: names the configuration file that cannot be parsed
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
