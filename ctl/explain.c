// SPDX-License-Identifier: GPL-2.0-only
/* explain */
#include "kernel/explain.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "command.h"
#include "kernel/cgroup.h"
#include "kernel/policies.h"
#include "kernel/privilege.h"
#include "output.h"
#include "show/explanation.h"
#include "walk.h"

/**
 * struct answer - an answer on its way out
 * @explanation: it
 * @json: print JSON
 */
struct answer {
	struct ebpfmm_explanation explanation;
	bool json;
};

static void print(const struct ebpfmm_stats *stats, void *data)
{
	const struct answer *answer = data;

	if (answer->json)
		ctl_print_json(ebpfmm_explain_json(&answer->explanation, stats));
	else
		ebpfmm_explain_columns(&answer->explanation, stats, stdout);
}

static int read_pid(const char *text, pid_t *pid, struct ebpfmm_error *err)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || text[0] < '1' || text[0] > '9' || value > INT_MAX)
		return ebpfmm_fail(err, 0, "`%s` is no id of a process", text);
	*pid = (pid_t)value;
	return 0;
}

/* As in /proc/PID/maps, or as in a trace. */
static int read_address(const char *text, uint64_t *address, struct ebpfmm_error *err)
{
	char *end;

	errno = 0;
	*address = strtoull(text, &end, 16);
	if (errno || *end || end == text || text[0] == '-' || text[0] == '+' ||
	    text[0] == ' ')
		return ebpfmm_fail(err, 0, "`%s` is no hexadecimal address", text);
	return 0;
}

static int explain(const char *path, pid_t pid, uint64_t address,
		   struct ebpfmm_explanation *out, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = {};
	_cleanup_(ebpfmm_policies_close) struct ebpfmm_policies policies = {};
	struct ebpfmm_policy *policy;

	if (ebpfmm_cgroup_open(path, &cgroup, err) ||
	    ctl_find_policy(&policies, path, cgroup.id, &policy, err))
		return -1;
	return ebpfmm_explain(policy, &cgroup, pid, address, out, err);
}

int ctl_explain(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct answer answer = { .json = args->json };
	struct ctl_walk one = {
		.cgroup = args->operands[0], .source = true, .fn = print,
		.data = &answer,
	};
	uint64_t address = 0;
	pid_t pid = 0;

	if (read_pid(args->operands[1], &pid, err) ||
	    read_address(args->operands[2], &address, err) ||
	    ebpfmm_privileged(err) ||
	    explain(args->operands[0], pid, address, &answer.explanation, err))
		return -1;
	return ctl_walk(&one, err);
}
