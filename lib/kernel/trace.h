/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracing decisions as they are made: the policy reports those of one cgroup at a
 * time, through a ring buffer that all cgroups share, to one listener.
 */
#ifndef EBPFMM_TRACE_H
#define EBPFMM_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/policy.h"

/* Tracing expires when the listener has not called ebpfmm_trace_wait() for so long. */
#define EBPFMM_TRACE_EXPIRES_S 10

struct ebpfmm_trace;

/**
 * ebpfmm_trace_fn - called for each decision
 * @event: the decision
 * @data: as passed to ebpfmm_trace_open()
 *
 * Return: 0, or another value to end ebpfmm_trace_wait().
 */
typedef int ebpfmm_trace_fn(const struct ebpfmm_event *event, void *data);

/**
 * ebpfmm_trace_open - start tracing the decisions of a cgroup
 * @policy: the open policy; must stay open
 * @cgroup: id of the cgroup that the policy is attached to
 * @every: report one decision in @every, chosen at random
 * @fn: called for each, from ebpfmm_trace_wait()
 * @data: for @fn
 * @out: to be closed with ebpfmm_trace_close()
 * @err: another process is tracing, or what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_trace_open(struct ebpfmm_policy *policy, uint64_t cgroup,
		      uint64_t every, ebpfmm_trace_fn *fn, void *data,
		      struct ebpfmm_trace **out, struct ebpfmm_error *err);

/**
 * ebpfmm_trace_wait - wait for decisions and pass them on
 * @trace: from ebpfmm_trace_open()
 * @ms: how long to wait for the first one; less than EBPFMM_TRACE_EXPIRES_S. Call
 *	again before EBPFMM_TRACE_EXPIRES_S have passed
 * @err: what failed
 *
 * Return: number of decisions passed on, the return value of the function if that was
 * below 0, or -1 with @err set. A signal ends the wait with 0.
 */
int ebpfmm_trace_wait(struct ebpfmm_trace *trace, int ms,
		      struct ebpfmm_error *err);

/**
 * ebpfmm_trace_was_unheard - check whether tracing has expired at some time
 * @trace: from ebpfmm_trace_open()
 *
 * Return: true if ebpfmm_trace_wait() was called too late. ebpfmm_trace_stop() does
 * not count the decisions of that time.
 */
bool ebpfmm_trace_was_unheard(const struct ebpfmm_trace *trace);

/**
 * ebpfmm_trace_stop - stop tracing
 * @trace: from ebpfmm_trace_open()
 *
 * ebpfmm_trace_wait() still passes on what was reported before.
 *
 * Return: number of decisions that found no room in the ring buffer.
 */
uint64_t ebpfmm_trace_stop(struct ebpfmm_trace *trace);

/**
 * ebpfmm_trace_close - stop and free
 * @trace: may be NULL
 */
void ebpfmm_trace_close(struct ebpfmm_trace *trace);
EBPFMM_CLEANUP(struct ebpfmm_trace *, ebpfmm_trace_close)

/**
 * ebpfmm_trace_sweep - find, and stop, the trace of a killed listener
 * @policy: the open policy
 * @clear: if false, only look for one
 *
 * Return: true if there is, or was, one.
 */
bool ebpfmm_trace_sweep(struct ebpfmm_policy *policy, bool clear);

#endif /* EBPFMM_TRACE_H */
