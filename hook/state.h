/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The OCI state that a runtime writes to a hook's stdin (runtime-spec, "State"). Unknown
 * keys are ignored; known ones are checked.
 */
#ifndef EBPFMM_HOOK_STATE_H
#define EBPFMM_HOOK_STATE_H

#include <json-c/json.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

#define EBPFMM_STATE_MAX_BYTES (1U << 20)

/**
 * enum ebpfmm_stage - the stage that the hook is called at
 * @EBPFMM_STAGE_START: createRuntime or prestart: attach
 * @EBPFMM_STAGE_STOP: poststop: detach
 */
enum ebpfmm_stage {
	EBPFMM_STAGE_START,
	EBPFMM_STAGE_STOP,
};

/**
 * struct ebpfmm_state - the parts of the state that the hook uses
 * @id: the container's id
 * @status: "creating", "created", …; NULL when it is missing
 * @pid: pid of the container's first process; 0 when it is missing
 * @bundle: absolute path of the bundle; NULL when it is missing
 * @root: absolute path of the container's root, as the runtime sees it, which crun adds;
 *	NULL when it is missing or relative
 * @annotations: object, or NULL
 */
struct ebpfmm_state {
	char *id;
	char *status;
	pid_t pid;
	char *bundle;
	char *root;
	struct json_object *annotations;
};

/**
 * ebpfmm_state_parse - parse a state
 * @text: JSON, need not end in NUL
 * @length: bytes in @text
 * @out: to be freed with ebpfmm_state_free(), also after an error; it has what could be
 *	read then, because annotations may say that a policy is required
 * @err: what is wrong
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_state_parse(const char *text, size_t length, struct ebpfmm_state *out,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_state_stage - find the stage that the hook was called at
 * @argument: first argument of the hook: name of a stage, or NULL
 * @status: status in the state, which decides if there is no argument: a hooks.d file
 *	passes the same arguments to all of its stages
 * @stage: set on success
 * @err: an unknown stage or status
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_state_stage(const char *argument, const char *status,
		       enum ebpfmm_stage *stage, struct ebpfmm_error *err);

/**
 * ebpfmm_state_free - free what a state holds
 * @state: not itself freed
 */
void ebpfmm_state_free(struct ebpfmm_state *state);

#endif /* EBPFMM_HOOK_STATE_H */
