/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bundle's config.json (runtime-spec, "Configuration"), from which the hook reads the
 * path of the root, and the annotations if the state lacks them.
 */
#ifndef EBPFMM_HOOK_BUNDLE_H
#define EBPFMM_HOOK_BUNDLE_H

#include <json-c/json.h>
#include <stddef.h>

#include "base/error.h"

#define EBPFMM_CONFIG_MAX_BYTES (8U << 20)

/**
 * struct ebpfmm_bundle - the parts of config.json that the hook uses
 * @root: absolute path of the container's root, as the runtime sees it
 * @annotations: object, or NULL
 */
struct ebpfmm_bundle {
	char *root;
	struct json_object *annotations;
};

/**
 * ebpfmm_bundle_parse - parse a config.json
 * @text: JSON, need not end in NUL
 * @length: bytes in @text
 * @dir: absolute path of the bundle, which a relative root is relative to
 * @out: to be freed with ebpfmm_bundle_free(), also after an error; it has the annotations
 *	then, if they could be read, because they say whether a policy is required
 * @err: what is wrong
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_bundle_parse(const char *text, size_t length, const char *dir,
			struct ebpfmm_bundle *out, struct ebpfmm_error *err);

/**
 * ebpfmm_bundle_load - find and read a container's config.json
 * @bundle: absolute path of the bundle from the state, or NULL
 * @out: to be freed with ebpfmm_bundle_free(), also after an error, as for
 *	ebpfmm_bundle_parse()
 * @err: what is wrong; may be NULL
 *
 * Some runtimes name a wrong bundle, but run the hook in the bundle or below it. So if
 * @bundle lacks the file, it is looked up in the working directory and the directories
 * above.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_bundle_load(const char *bundle, struct ebpfmm_bundle *out,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_bundle_free - free what a bundle holds
 * @bundle: not itself freed
 */
void ebpfmm_bundle_free(struct ebpfmm_bundle *bundle);

#endif /* EBPFMM_HOOK_BUNDLE_H */
