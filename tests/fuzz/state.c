// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: any bytes as what a hook reads: a state, and the same bytes as a
 * config.json, with the choice that follows from the annotations of both, and whether
 * rules permit it. The rules are the operator's, so they are the same each time.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "choice.h"
#include "config/permissions.h"
#include "life/record.h"
#include "state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_error(const struct ebpfmm_error *err)
{
	require(err->message[0]);
	for (const char *at = err->message; *at; at++)
		require(*at >= ' ' && *at <= '~');
}

static void check_stage(const char *argument, const char *status)
{
	struct ebpfmm_error err = {};
	enum ebpfmm_stage stage;

	if (ebpfmm_state_stage(argument, status, &stage, &err))
		check_error(&err);
	else
		require(stage == EBPFMM_STAGE_START || stage == EBPFMM_STAGE_STOP);
}

static void check_choice(struct json_object *first, struct json_object *second)
{
	struct ebpfmm_error err = {};
	struct ebpfmm_choice choice;

	if (ebpfmm_choose(first, second, &choice, &err)) {
		check_error(&err);
		require(!choice.profile);
	} else if (choice.profile) {
		require(choice.profile[0]);
	}
}

static const char rules[] =
	"{ \"version\": 1, \"rules\": ["
	"{ \"namespaces\": [\"kube-*\"], \"profiles\": [] },"
	"{ \"namespaces\": [\"s[h-t]op\"], \"images\": [\"reg/*/?*\"],"
	"  \"profiles\": [\"red*s\"], \"required\": true } ] }";

static void check_denied(int rc, struct ebpfmm_error *err)
{
	if (rc)
		check_error(err);
	*err = (struct ebpfmm_error){};
}

static void check_permissions(struct json_object *first, struct json_object *second)
{
	static struct ebpfmm_permissions permissions;
	struct ebpfmm_asker asker = {};
	struct ebpfmm_choice choice;
	struct ebpfmm_error err = {};

	if (!permissions.root)
		require(!ebpfmm_permissions_parse(rules, strlen(rules), &permissions, &err));
	if (ebpfmm_choose_asker(first, second, &asker, &err)) {
		check_error(&err);
		return;
	}
	require((!asker.namespace || asker.namespace[0]) && (!asker.image || asker.image[0]));
	ebpfmm_choose(first, second, &choice, NULL);
	if (choice.profile)
		check_denied(ebpfmm_permissions_profile(&permissions, &asker, choice.profile,
							&err), &err);
	check_denied(ebpfmm_permissions_required(&permissions, &asker, &err), &err);
	require(ebpfmm_permissions_record(&permissions, &asker, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct ebpfmm_error err = {};
	struct ebpfmm_bundle bundle;
	struct ebpfmm_state state;

	if (ebpfmm_state_parse(text, size, &state, &err)) {
		check_error(&err);
	} else {
		require(ebpfmm_container_id_valid(state.id));
		require(state.pid >= 0);
		require(!state.bundle || state.bundle[0] == '/');
		require(!state.root || state.root[0] == '/');
	}
	check_stage(NULL, state.status);
	check_stage(state.status, NULL);
	memset(&err, 0, sizeof(err));
	if (ebpfmm_bundle_parse(text, size, "/bundle", &bundle, &err)) {
		check_error(&err);
		require(!bundle.root);
	} else {
		require(bundle.root[0] == '/');
	}
	check_choice(state.annotations, bundle.annotations);
	check_permissions(state.annotations, bundle.annotations);
	ebpfmm_bundle_free(&bundle);
	ebpfmm_state_free(&state);
	return 0;
}
