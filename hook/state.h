/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The OCI state that a runtime writes to a hook's stdin (runtime-spec,
 * "State"). Unknown keys are passed over; known ones are checked.
 */
#ifndef EBPFMM_HOOK_STATE_H
#define EBPFMM_HOOK_STATE_H

#include <json-c/json.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

#define EBPFMM_STATE_MAX_BYTES (1U << 20)

/**
 * enum ebpfmm_stage - what is to be done
 * @EBPFMM_STAGE_START: createRuntime or prestart: attach
 * @EBPFMM_STAGE_STOP: poststop: undo it
 */
enum ebpfmm_stage {
	EBPFMM_STAGE_START,
	EBPFMM_STAGE_STOP,
};

/**
 * struct ebpfmm_state - what the hook wants to know of the state
 * @id: the container's id
 * @status: "creating", "created", …; empty when there is none
 * @pid: of the container's first process; 0 when there is none
 * @bundle: absolute path of the bundle; NULL when there is none
 * @root: absolute path of the container's root as its runtime sees it, which crun tells;
 *	NULL when it is not told, or relative
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
 * @out: to be freed with ebpfmm_state_free(), also after an error, when it
 *	holds what could be read: annotations may still say what a failure means
 * @err: what is wrong
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_state_parse(const char *text, size_t length, struct ebpfmm_state *out,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_state_stage - which stage a hook was called for
 * @argument: first argument of the hook: a stage's name, or NULL
 * @status: status in the state, which is asked when there is no argument: a
 *	hooks.d file gives all its stages the same arguments
 * @stage: set on success
 * @err: a stage or status that is not ours
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
