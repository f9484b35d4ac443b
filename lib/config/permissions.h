/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the operator lets containers ask for by their annotations:
 *
 *	{ "version": 1, "rules": [
 *		{ "namespaces": ["shop", "shop-*"], "profiles": ["redis"], "required": true },
 *		{ "cgroups": ["/machine.slice"], "profiles": ["*"], "record": true } ] }
 *
 * The first rule whose conditions all hold for a container decides. If none does, the
 * container may ask for nothing. Without the file, each may ask for everything.
 */
#ifndef EBPFMM_CONFIG_PERMISSIONS_H
#define EBPFMM_CONFIG_PERMISSIONS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/**
 * struct ebpfmm_asker - what is known of a container that asks
 * @cgroup: path of its cgroup below the root of cgroup v2; NULL if it is not known
 * @namespace: its namespace in Kubernetes, hostile; NULL if it has none
 * @image: name of its image, hostile; NULL if the engine does not tell
 */
struct ebpfmm_asker {
	const char *cgroup;
	const char *namespace;
	const char *image;
};

/**
 * struct ebpfmm_rule - one entry of "rules"
 * @cgroups: array of patterns, of which one must match the cgroup or one above it; NULL
 *	for no condition
 * @namespaces: the same for the namespace
 * @images: the same for the image
 * @profiles: array of patterns of the profiles that may be named
 * @required: whether `ebpfmm.required` counts
 * @record: whether a recording may be asked for
 */
struct ebpfmm_rule {
	struct json_object *cgroups;
	struct json_object *namespaces;
	struct json_object *images;
	struct json_object *profiles;
	bool required;
	bool record;
};

/**
 * struct ebpfmm_permissions - the whole file
 * @root: what @rules borrow from; NULL if there is no file
 * @rules: the rules in their order
 * @count: their number
 * @by_cgroup: whether a rule has a condition on the cgroup
 */
struct ebpfmm_permissions {
	struct json_object *root;
	struct ebpfmm_rule *rules;
	size_t count;
	bool by_cgroup;
};

/**
 * ebpfmm_permissions_parse - parse the file
 * @text: JSON, need not end in NUL
 * @length: bytes in @text
 * @out: to be freed with ebpfmm_permissions_free(), also after an error
 * @err: names the place
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_permissions_parse(const char *text, size_t length,
			     struct ebpfmm_permissions *out, struct ebpfmm_error *err);

/**
 * ebpfmm_permissions_load - read EBPFMM_PERMISSIONS_CONFIG
 * @out: to be freed with ebpfmm_permissions_free(), also after an error; without @root if
 *	there is no such file
 * @err: begins with the path; also that others than root can change the file
 *
 * Return: 0, or -1 with @err set; nothing is permitted then.
 */
int ebpfmm_permissions_load(struct ebpfmm_permissions *out, struct ebpfmm_error *err);

/**
 * ebpfmm_permissions_profile - check whether a container may name a profile
 * @permissions: the file
 * @asker: the container
 * @profile: value of the annotation, hostile; ".json" at its end does not matter
 * @err: which rule does not permit it, and what is known of the container
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_permissions_profile(const struct ebpfmm_permissions *permissions,
			       const struct ebpfmm_asker *asker, const char *profile,
			       struct ebpfmm_error *err);

/**
 * ebpfmm_permissions_required - check whether `ebpfmm.required` of a container counts
 * @permissions: the file
 * @asker: the container
 * @err: as for ebpfmm_permissions_profile()
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_permissions_required(const struct ebpfmm_permissions *permissions,
				const struct ebpfmm_asker *asker, struct ebpfmm_error *err);

/**
 * ebpfmm_permissions_record - check whether a container may be recorded
 * @permissions: the file
 * @asker: the container
 * @err: as for ebpfmm_permissions_profile()
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_permissions_record(const struct ebpfmm_permissions *permissions,
			      const struct ebpfmm_asker *asker, struct ebpfmm_error *err);

/**
 * ebpfmm_permissions_free - free what it holds
 * @permissions: not itself freed
 */
void ebpfmm_permissions_free(struct ebpfmm_permissions *permissions);

#endif /* EBPFMM_CONFIG_PERMISSIONS_H */
