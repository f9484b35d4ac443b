// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/explain.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>

#include "explain.skel.h"
#include "kernel/iterate.h"
#include "kernel/policy_object.h"

/* A mapping that is being changed is passed over as if it were not there. */
#define TRIES 100

/* What the policy has, instead of new maps. */
static int use_maps(struct explain_bpf *object, const int maps[3])
{
	return bpf_map__reuse_fd(object->maps.ebpfmm_small, maps[0]) ?:
	       bpf_map__reuse_fd(object->maps.ebpfmm_large, maps[1]) ?:
	       bpf_map__reuse_fd(object->maps.data_costs, maps[2]);
}

static struct explain_bpf *load(struct ebpfmm_policy *policy, uint64_t cgroup,
				uint64_t address, struct ebpfmm_error *err)
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
	if (!rc) {
		object->rodata->asked_cgroup = cgroup;
		object->rodata->asked_address = address;
		rc = use_maps(object, maps) ?: explain_bpf__load(object);
	}
	libbpf_set_print(before);
	if (rc) {
		ebpfmm_fail(err, -rc, "load what explains decisions");
		explain_bpf__destroy(object);
		return NULL;
	}
	return object;
}

static int ask(struct explain_bpf *object, pid_t pid, struct ebpfmm_error *err)
{
	const union bpf_iter_link_info info = { .task.tid = (uint32_t)pid };
	int program = bpf_program__fd(object->progs.ebpfmm_explain);
	struct ebpfmm_explanation *answer = &object->bss->explanation;
	char nothing;

	for (int i = 0; i < TRIES; i++) {
		if (i)
			sched_yield();
		memset(answer, 0, sizeof(*answer));
		if (ebpfmm_iterate(program, &info, &nothing, sizeof(nothing)) < 0) {
			if (errno == ESRCH)
				return 0;
			return ebpfmm_fail(err, errno, "look at process %d", (int)pid);
		}
		if (answer->outcome != EBPFMM_BUSY &&
		    answer->outcome != EBPFMM_UNMAPPED)
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
		return ebpfmm_fail(err, EBUSY, "memory of process %d", (int)pid);
	case EBPFMM_NO_MEMORY:
		return ebpfmm_fail(err, 0, "process %d has no memory", (int)pid);
	case EBPFMM_UNMAPPED:
		return ebpfmm_fail(err, 0, "0x%" PRIx64 ": nothing is mapped there in process %d",
				   address, (int)pid);
	case EBPFMM_NOT_ANONYMOUS:
		return ebpfmm_fail(err, 0, "0x%" PRIx64 ": no anonymous memory there in process %d",
				   address, (int)pid);
	case EBPFMM_NO_TABLE:
		return ebpfmm_fail(err, 0, "%s: has no policy", cgroup->path);
	}
	return ebpfmm_fail(err, 0, "there is no process %d", (int)pid);
}

int ebpfmm_explain(struct ebpfmm_policy *policy,
		   const struct ebpfmm_cgroup *cgroup, pid_t pid,
		   uint64_t address, struct ebpfmm_explanation *out,
		   struct ebpfmm_error *err)
{
	struct explain_bpf *object;
	int rc;

	if (ebpfmm_policy_check_format(policy, err))
		return -1;
	/* Sooner than what is to be loaded has been verified. */
	if (kill(pid, 0) && errno == ESRCH)
		return judge(EBPFMM_NO_TASK, cgroup, pid, address, err);
	address &= -1ULL << EBPFMM_PAGE_SHIFT;
	object = load(policy, cgroup->id, address, err);
	if (!object)
		return -1;
	rc = ask(object, pid, err);
	*out = object->bss->explanation;
	explain_bpf__destroy(object);
	return rc ?: judge(out->outcome, cgroup, pid, address, err);
}
