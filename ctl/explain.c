// SPDX-License-Identifier: GPL-2.0-only
/* explain */
#include "kernel/explain.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "above.h"
#include "command.h"
#include "forbidden.h"
#include "kernel/privilege.h"
#include "output.h"
#include "show/explanation.h"
#include "walk.h"

/**
 * struct question - the arguments and the result
 * @path: the cgroup, as the operator names it
 * @pid: a process in it
 * @address: an address of the process
 * @explanation: the result
 * @json: print JSON
 */
struct question {
	const char *path;
	pid_t pid;
	uint64_t address;
	struct ebpfmm_explanation explanation;
	bool json;
};

static int ask(struct ebpfmm_policy *policy, const struct ebpfmm_cgroup *cgroup,
	       void *data, struct ebpfmm_error *err)
{
	struct question *question = data;

	if (ebpfmm_policy_check_format(policy, err))
		return ebpfmm_prefix(err, "%s: ", question->path);
	return ebpfmm_explain(policy, cgroup, question->pid, question->address,
			      EBPFMM_SUPPORTED_ORDERS, &question->explanation, err);
}

static void print(const struct ebpfmm_stats *stats, void *data)
{
	const struct question *question = data;
	const struct ctl_above above = {
		.cgroup = stats->id, .pid = question->pid,
		.explanation = &question->explanation,
	};
	struct json_object *object;

	if (question->json) {
		object = ebpfmm_explain_json(&question->explanation, stats);
		ctl_forbidden_there_json(&question->explanation, question->pid, object);
		ctl_above_json(&above, object);
		ctl_print_json(object);
	} else {
		ebpfmm_explain_columns(&question->explanation, stats, stdout);
		ctl_forbidden_there_columns(&question->explanation, question->pid, stdout);
		ctl_above_columns(&above);
	}
}

static int read_pid(const char *text, pid_t *pid, struct ebpfmm_error *err)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || text[0] < '1' || text[0] > '9' || value > INT_MAX)
		return ebpfmm_fail(err, 0, "`%s` is not a process id", text);
	*pid = (pid_t)value;
	return 0;
}

/* Without 0x as in /proc/PID/maps, or with it as in a trace. */
static int read_address(const char *text, uint64_t *address, struct ebpfmm_error *err)
{
	char *end;

	errno = 0;
	*address = strtoull(text, &end, 16);
	if (errno || *end || end == text || text[0] == '-' || text[0] == '+' ||
	    text[0] == ' ')
		return ebpfmm_fail(err, 0, "`%s` is not a hexadecimal address", text);
	return 0;
}

int ctl_explain(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct question question = { .path = args->operands[0], .json = args->json };
	const struct ctl_walk one = {
		.cgroup = question.path, .source = true, .ask = ask, .fn = print,
		.data = &question,
	};

	if (read_pid(args->operands[1], &question.pid, err) ||
	    read_address(args->operands[2], &question.address, err) ||
	    ebpfmm_privileged(err))
		return -1;
	return ctl_walk(&one, err);
}
