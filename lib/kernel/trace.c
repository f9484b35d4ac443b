// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/trace.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/paths.h"
#include "kernel/policy_object.h"

#define LOCK EBPFMM_RUN_DIR "/trace.lock"
/* Several times the longest wait, for busy machines. */
#define EXPIRES_NS (EBPFMM_TRACE_EXPIRES_S * EBPFMM_NS_PER_S)

/**
 * struct ebpfmm_trace - an open trace
 * @tracing: the map that turns tracing on; belongs to the policy
 * @shared: its value, mapped, because the policy counts in it at the same time
 * @unheard: tracing has expired at some time, because nobody waited
 * @lock: held while tracing is on; released on exit
 * @ring: the ring buffer
 * @draining: discarding decisions of an earlier trace
 * @fn: called for each decision
 * @data: for @fn
 */
struct ebpfmm_trace {
	int tracing;
	struct ebpfmm_tracing *shared;
	bool unheard;
	int lock;
	struct ring_buffer *ring;
	bool draining;
	ebpfmm_trace_fn *fn;
	void *data;
};

static int pass_on(void *context, void *event, size_t size)
{
	struct ebpfmm_trace *trace = context;

	if (trace->draining || size < sizeof(struct ebpfmm_event))
		return 0;
	return trace->fn(event, trace->data);
}

static int set(int map, uint64_t cgroup, uint64_t every)
{
	struct ebpfmm_tracing value = { .cgroup = cgroup, .every = every,
					.until = ebpfmm_clock_ns(CLOCK_MONOTONIC) +
						 EXPIRES_NS };
	__u32 zero = 0;

	return bpf_map_update_elem(map, &zero, &value, BPF_ANY);
}

int ebpfmm_trace_open(struct ebpfmm_policy *policy, uint64_t cgroup,
		      uint64_t every, ebpfmm_trace_fn *fn, void *data,
		      struct ebpfmm_trace **out, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_trace_closep) struct ebpfmm_trace *trace = NULL;
	struct ebpfmm_error cause;
	int events, tracing, rc;

	if (ebpfmm_policy_check_format(policy, err))
		return -1;
	trace = calloc(1, sizeof(*trace));
	if (!trace)
		return ebpfmm_fail(err, ENOMEM, "trace");
	trace->tracing = -1;
	trace->shared = MAP_FAILED;
	trace->fn = fn;
	trace->data = data;
	trace->lock = ebpfmm_lock_try(LOCK, &cause);
	if (trace->lock < 0) {
		if (cause.code == EWOULDBLOCK)
			ebpfmm_fail(&cause, 0, "another trace is running, and only one cgroup can be traced at a time");
		if (err)
			*err = cause;
		return -1;
	}
	events = ebpfmm_policy_pin(policy, EBPFMM_PIN_EVENTS, err);
	tracing = ebpfmm_policy_pin(policy, EBPFMM_PIN_TRACING, err);
	if (events < 0 || tracing < 0)
		return -1;
	trace->ring = ring_buffer__new(events, pass_on, trace, NULL);
	if (!trace->ring)
		return ebpfmm_fail(err, errno, "read the decisions");
	trace->draining = true;
	ring_buffer__consume(trace->ring);
	trace->draining = false;

	trace->shared = mmap(NULL, sizeof(*trace->shared), PROT_READ | PROT_WRITE,
			     MAP_SHARED, tracing, 0);
	if (trace->shared == MAP_FAILED)
		return ebpfmm_fail(err, errno, "map the switch of tracing");
	trace->tracing = tracing;
	rc = set(trace->tracing, cgroup, every);
	if (rc)
		return ebpfmm_fail(err, -rc, "turn tracing on");
	*out = take_ptr(trace);
	return 0;
}

/* Postpones the expiry: a process that waits here is listening. */
static void go_on(struct ebpfmm_trace *trace)
{
	uint64_t time = ebpfmm_clock_ns(CLOCK_MONOTONIC);

	if (time >= trace->shared->until)
		trace->unheard = true;
	__atomic_store_n(&trace->shared->until, time + EXPIRES_NS, __ATOMIC_RELAXED);
}

int ebpfmm_trace_wait(struct ebpfmm_trace *trace, int ms, struct ebpfmm_error *err)
{
	int rc;

	go_on(trace);
	rc = ring_buffer__poll(trace->ring, ms);
	if (rc == -EINTR)
		return 0;
	if (rc < 0 && rc != -ECANCELED)
		return ebpfmm_fail(err, -rc, "read the decisions");
	return rc;
}

bool ebpfmm_trace_was_unheard(const struct ebpfmm_trace *trace)
{
	return trace->unheard;
}

uint64_t ebpfmm_trace_stop(struct ebpfmm_trace *trace)
{
	struct ebpfmm_tracing value = {};
	__u32 zero = 0;

	bpf_map_lookup_elem(trace->tracing, &zero, &value);
	set(trace->tracing, 0, 0);
	return value.lost;
}

void ebpfmm_trace_close(struct ebpfmm_trace *trace)
{
	if (!trace)
		return;
	if (trace->tracing >= 0)
		set(trace->tracing, 0, 0);
	if (trace->shared != MAP_FAILED)
		munmap(trace->shared, sizeof(*trace->shared));
	ring_buffer__free(trace->ring);
	if (trace->lock >= 0)
		close(trace->lock);
	free(trace);
}

static bool is_on(int map)
{
	struct ebpfmm_tracing value = {};
	__u32 zero = 0;

	return !bpf_map_lookup_elem(map, &zero, &value) && value.cgroup;
}

bool ebpfmm_trace_sweep(struct ebpfmm_policy *policy, bool clear)
{
	int tracing = ebpfmm_policy_pin(policy, EBPFMM_PIN_TRACING, NULL), lock;
	bool left;

	/* Do not take the lock without need: it would make another trace fail. */
	if (tracing < 0 || !is_on(tracing))
		return false;
	lock = ebpfmm_lock_try(LOCK, NULL);
	if (lock < 0)
		return false;
	left = is_on(tracing);
	if (left && clear)
		set(tracing, 0, 0);
	close(lock);
	return left;
}
