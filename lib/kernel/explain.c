// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/explain.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "explain.skel.h"
#include "kernel/iterate.h"
#include "kernel/policy_internal.h"
#include "kernel/policy_object.h"

/* The iterator skips a mapping that is being changed, so try again. */
#define TRIES 100

/* The names of the pins beside the policy, which are removed with it. */
#define PROGRAM_NAME "explain"
#define INQUIRY_NAME "inquiry"

/* Descriptors of what answers. */
struct explainer {
	int program;
	int inquiry;
};

static void end(struct explainer *explainer)
{
	closep(&explainer->program);
	closep(&explainer->inquiry);
	*explainer = (struct explainer){ .program = -1, .inquiry = -1 };
}

/* --- loading ------------------------------------------------------------------ */

/* What the policy has, and what is pinned of ours, instead of new maps. */
static int use_maps(struct explain_bpf *object, const int maps[3], int inquiry)
{
	return bpf_map__reuse_fd(object->maps.ebpfmm_small, maps[0]) ?:
	       bpf_map__reuse_fd(object->maps.ebpfmm_large, maps[1]) ?:
	       bpf_map__reuse_fd(object->maps.data_costs, maps[2]) ?:
	       inquiry < 0 ? 0 : bpf_map__reuse_fd(object->maps.ebpfmm_inquiry, inquiry);
}

/* @inquiry: the map that is pinned, or -1 */
static struct explain_bpf *load(struct ebpfmm_policy *policy, int inquiry,
				struct ebpfmm_error *err)
{
	static const enum ebpfmm_pin pins[3] = { EBPFMM_PIN_SMALL, EBPFMM_PIN_LARGE,
						 EBPFMM_PIN_COSTS };
	libbpf_print_fn_t before;
	struct explain_bpf *object;
	int maps[3], rc;

	for (int i = 0; i < 3; i++) {
		maps[i] = ebpfmm_policy_pin(policy, pins[i], err);
		if (maps[i] < 0)
			return NULL;
	}
	before = libbpf_set_print(NULL);
	object = explain_bpf__open();
	rc = object ? 0 : -errno;
	if (!rc)
		rc = use_maps(object, maps, inquiry) ?: explain_bpf__load(object);
	libbpf_set_print(before);
	if (rc) {
		ebpfmm_fail(err, -rc, "load the program that explains decisions");
		explain_bpf__destroy(object);
		return NULL;
	}
	return object;
}

/* Has what was loaded outlive its object. */
static int keep_open(struct explain_bpf *object, struct explainer *out,
		     struct ebpfmm_error *err)
{
	out->program = fcntl(bpf_program__fd(object->progs.ebpfmm_explain), F_DUPFD_CLOEXEC, 3);
	if (out->program >= 0 && out->inquiry < 0)
		out->inquiry = fcntl(bpf_map__fd(object->maps.ebpfmm_inquiry),
				     F_DUPFD_CLOEXEC, 3);
	if (out->program < 0 || out->inquiry < 0)
		return ebpfmm_fail(err, errno, "pin the program that explains decisions");
	return 0;
}

/*
 * Uses the pinned program, or loads it and pins it for later calls. The map is pinned
 * first, and a program is pinned only if it uses that map, so the two belong together. If
 * only the map is pinned, because another process is loading the program or was killed, the
 * program is loaded with that map. If pinning fails, the next call loads it again.
 */
static int begin(struct ebpfmm_policy *policy, struct explainer *out,
		 struct ebpfmm_error *err)
{
	struct explain_bpf *object;
	bool pinned;
	int rc;

	out->program = ebpfmm_pin_get(policy->dirfd, PROGRAM_NAME);
	out->inquiry = ebpfmm_pin_get(policy->dirfd, INQUIRY_NAME);
	if (out->program >= 0 && out->inquiry >= 0)
		return 0;
	closep(&out->program);
	out->program = -1;
	pinned = out->inquiry >= 0;
	object = load(policy, out->inquiry, err);
	if (!object)
		return -1;
	rc = keep_open(object, out, err);
	if (!rc && (pinned || !ebpfmm_pin_put(policy->dirfd, INQUIRY_NAME, out->inquiry)))
		ebpfmm_pin_put(policy->dirfd, PROGRAM_NAME, out->program);
	explain_bpf__destroy(object);
	return rc;
}

/* --- asking ------------------------------------------------------------------- */

/* @self: a pidfd of this thread, whose storage has question and answer. */
static int ask(const struct explainer *explainer, int self, pid_t pid,
	       struct ebpfmm_inquiry *inquiry, struct ebpfmm_error *err)
{
	const union bpf_iter_link_info info = { .task.tid = (uint32_t)pid };
	const struct ebpfmm_inquiry question = *inquiry;
	char nothing;
	int rc;

	for (int i = 0; i < TRIES; i++) {
		if (i)
			sched_yield();
		*inquiry = question;
		rc = bpf_map_update_elem(explainer->inquiry, &self, inquiry, BPF_ANY);
		if (rc)
			return ebpfmm_fail(err, -rc, "query the policy");
		if (ebpfmm_iterate(explainer->program, &info, &nothing, sizeof(nothing)) < 0) {
			if (errno == ESRCH)
				return 0;
			return ebpfmm_fail(err, errno, "inspect process %d", (int)pid);
		}
		rc = bpf_map_lookup_elem(explainer->inquiry, &self, inquiry);
		if (rc)
			return ebpfmm_fail(err, -rc, "read the answer of the policy");
		if (inquiry->answer.outcome != EBPFMM_BUSY &&
		    inquiry->answer.outcome != EBPFMM_UNMAPPED)
			break;
	}
	return 0;
}

/* Why there is no answer. */
static int judge(enum ebpfmm_outcome outcome, const struct ebpfmm_cgroup *cgroup,
		 pid_t pid, uint64_t address, struct ebpfmm_error *err)
{
	switch (outcome) {
	case EBPFMM_EXPLAINED:
		return 0;
	case EBPFMM_NO_TASK:
		break;
	case EBPFMM_NOT_BELOW:
		return ebpfmm_fail(err, 0, "process %d is not in `%s` or below it",
				   (int)pid, cgroup->path);
	case EBPFMM_BUSY:
		return ebpfmm_fail(err, EBUSY, "lock the memory of process %d", (int)pid);
	case EBPFMM_NO_MEMORY:
		return ebpfmm_fail(err, 0, "process %d has no user memory", (int)pid);
	case EBPFMM_UNMAPPED:
		return ebpfmm_fail(err, 0, "0x%" PRIx64 ": nothing is mapped at this address of process %d",
				   address, (int)pid);
	case EBPFMM_NOT_ANONYMOUS:
		return ebpfmm_fail(err, 0, "0x%" PRIx64 ": not anonymous memory in process %d",
				   address, (int)pid);
	case EBPFMM_NO_TABLE:
		return ebpfmm_fail(err, 0, "%s: has no policy", cgroup->path);
	}
	return ebpfmm_fail(err, 0, "no process %d", (int)pid);
}

int ebpfmm_explain(struct ebpfmm_policy *policy,
		   const struct ebpfmm_cgroup *cgroup, pid_t pid,
		   uint64_t address, unsigned int orders, struct ebpfmm_explanation *out,
		   struct ebpfmm_error *err)
{
	struct ebpfmm_inquiry inquiry = {
		.cgroup = cgroup->id,
		.address = address & -1ULL << EBPFMM_PAGE_SHIFT,
		.orders = orders,
	};
	_cleanup_(end) struct explainer explainer = { .program = -1, .inquiry = -1 };
	_cleanup_close_ int self = -1;
	int rc = -1;

	if (ebpfmm_policy_check_format(policy, err))
		return -1;
	/* Fail early: loading takes the verifier's time. */
	if (kill(pid, 0) && errno == ESRCH)
		return judge(EBPFMM_NO_TASK, cgroup, pid, address, err);
	self = pidfd_open(getpid(), 0);
	if (self < 0)
		return ebpfmm_fail(err, errno, "open a pidfd of this process");
	if (!begin(policy, &explainer, err))
		rc = ask(&explainer, self, pid, &inquiry, err);
	*out = inquiry.answer;
	return rc ?: judge(out->outcome, cgroup, pid, inquiry.address, err);
}
