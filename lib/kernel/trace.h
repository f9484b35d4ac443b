/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decisions as they are made: the policy tells those of one cgroup at a time,
 * through a ring buffer that all cgroups share, to one listener.
 */
#ifndef EBPFMM_TRACE_H
#define EBPFMM_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/policy.h"

/* Nothing is told any more when the listener has not waited for so long. */
#define EBPFMM_TRACE_EXPIRES_S 10

struct ebpfmm_trace;

/**
 * ebpfmm_trace_fn - called for each decision
 * @event: the decision
 * @data: what was given to ebpfmm_trace_open()
 *
 * Return: 0, or another value to end ebpfmm_trace_wait().
 */
typedef int ebpfmm_trace_fn(const struct ebpfmm_event *event, void *data);

/**
 * ebpfmm_trace_open - have the decisions of a cgroup told
 * @policy: the open policy; must stay open
 * @cgroup: id of the cgroup that the policy is attached to
 * @every: one decision in so many, chosen at random
 * @fn: called for each, from ebpfmm_trace_wait()
 * @data: for @fn
 * @out: to be closed with ebpfmm_trace_close()
 * @err: somebody else traces, or what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_trace_open(struct ebpfmm_policy *policy, uint64_t cgroup,
		      uint64_t every, ebpfmm_trace_fn *fn, void *data,
		      struct ebpfmm_trace **out, struct ebpfmm_error *err);

/**
 * ebpfmm_trace_wait - wait for decisions and pass them on
 * @trace: from ebpfmm_trace_open()
 * @ms: how long to wait for the first one; less than EBPFMM_TRACE_EXPIRES_S, and to
 *	be called again before that has passed
 * @err: what failed
 *
 * Return: how many were passed on, what the function returned if that was below
 * 0, or -1 with @err set. A signal ends it with 0.
 */
int ebpfmm_trace_wait(struct ebpfmm_trace *trace, int ms,
		      struct ebpfmm_error *err);

/**
 * ebpfmm_trace_was_unheard - was nothing told for a time?
 * @trace: from ebpfmm_trace_open()
 *
 * Return: whether ebpfmm_trace_wait() was once called too late. Decisions of that
 * time are not counted among those that ebpfmm_trace_stop() says.
 */
bool ebpfmm_trace_was_unheard(const struct ebpfmm_trace *trace);

/**
 * ebpfmm_trace_stop - have nothing told any more
 * @trace: from ebpfmm_trace_open()
 *
 * What was told before can still be had from ebpfmm_trace_wait().
 *
 * Return: how many decisions found no room in the ring buffer.
 */
uint64_t ebpfmm_trace_stop(struct ebpfmm_trace *trace);

/**
 * ebpfmm_trace_close - stop and free
 * @trace: may be NULL
 */
void ebpfmm_trace_close(struct ebpfmm_trace *trace);
EBPFMM_CLEANUP(struct ebpfmm_trace *, ebpfmm_trace_close)

/**
 * ebpfmm_trace_sweep - find, or end, the telling that a killed listener left on
 * @policy: the open policy
 * @clear: false only looks
 *
 * Return: whether there is, or was, one.
 */
bool ebpfmm_trace_sweep(struct ebpfmm_policy *policy, bool clear);

#endif /* EBPFMM_TRACE_H */
