// SPDX-License-Identifier: GPL-2.0-only
/* trace */
#include "kernel/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "command.h"
#include "kernel/cgroup.h"
#include "kernel/policies.h"
#include "kernel/privilege.h"
#include "output.h"
#include "show/event.h"
#include "walk.h"

/* How often to check whether the cgroup still has its policy. */
#define LOOK_MS 1000

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

/*
 * Every signal that terminates this process must turn tracing off, because the kernel keeps
 * no answers for a cgroup that is traced. Signals that the caller ignores stay ignored, as
 * nohup(1) requires. hand_over() detects a closed pipe.
 */
static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = end }, old;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/**
 * struct listing - the output
 * @json: one JSON object a line, instead of columns
 * @left: number of decisions still to print
 */
struct listing {
	bool json;
	uint64_t left;
};

static int print_event(const struct ebpfmm_event *event, void *data)
{
	struct listing *listing = data;

	if (event->order >= EBPFMM_ORDERS)
		return 0;
	if (listing->json)
		ctl_print_json(ebpfmm_event_json(event));
	else
		ebpfmm_event_columns(event, stdout);
	return --listing->left ? 0 : -ECANCELED;
}

/*
 * Flushes the output. Returns 1 if the reader has closed it, which is not a failure; only
 * poll(2) detects that while there is nothing to print.
 */
static int hand_over(struct ebpfmm_error *err)
{
	struct pollfd out = { .fd = STDOUT_FILENO };
	int rc = 0;

	fflush(stdout);
	if (poll(&out, 1, 0) > 0 && out.revents & (POLLERR | POLLHUP))
		rc = 1;
	else if (ferror(stdout))
		rc = ebpfmm_fail(err, 0, "cannot write to stdout");
	/* It is reported here or not at all, so main() must not see it. */
	if (rc) {
		__fpurge(stdout);
		clearerr(stdout);
	}
	return rc;
}

static int listen(struct ebpfmm_policy *policy, uint64_t id, uint64_t every,
		  struct listing *listing, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_trace_closep) struct ebpfmm_trace *trace = NULL;
	int rc = 0, unheard = 0;
	uint64_t lost;
	bool paused;

	if (ebpfmm_trace_open(policy, id, every, print_event, listing, &trace, err))
		return -1;
	fputs("ready\n", stderr);
	while (!ended && listing->left) {
		rc = ebpfmm_trace_wait(trace, LOOK_MS, err);
		unheard = hand_over(err);
		if (unheard || rc < 0 ||
		    (!rc && !ebpfmm_policy_is_attached(policy, id, NULL)))
			break;
	}
	paused = ebpfmm_trace_was_unheard(trace);
	lost = ebpfmm_trace_stop(trace);
	/* Decisions that were reported before tracing was turned off. */
	do {
		if (rc >= 0 && !unheard && listing->left)
			rc = ebpfmm_trace_wait(trace, 0, err);
	} while (rc > 0 && !unheard && listing->left);
	if (lost)
		fprintf(stderr, "%" PRIu64 " decisions came too fast to be reported\n", lost);
	if (paused)
		fprintf(stderr, "reporting paused: the output was not read for more than %d s\n",
			EBPFMM_TRACE_EXPIRES_S);
	return unheard < 0 || (rc < 0 && rc != -ECANCELED) ? -1 : 0;
}

static int read_number(const char *option, const char *text, uint64_t fallback,
		       uint64_t *out, struct ebpfmm_error *err)
{
	char *end_of_number;

	*out = fallback;
	if (!text)
		return 0;
	errno = 0;
	*out = strtoull(text, &end_of_number, 10);
	if (errno || *end_of_number || text[0] < '0' || text[0] > '9' || !*out)
		return ebpfmm_fail(err, 0, "%s: `%s` is not a positive number",
				   option, text);
	return 0;
}

int ctl_trace(const struct ctl_args *args, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_cgroup_close) struct ebpfmm_cgroup cgroup = {};
	_cleanup_(ebpfmm_policies_close) struct ebpfmm_policies policies = {};
	struct listing listing = { .json = args->json };
	struct ebpfmm_policy *policy;
	uint64_t every;

	if (read_number("--every", args->every, 1, &every, err) ||
	    read_number("--count", args->count, UINT64_MAX, &listing.left, err) ||
	    ebpfmm_privileged(err) ||
	    ebpfmm_cgroup_open(args->operands[0], &cgroup, err) ||
	    ctl_find_policy(&policies, args->operands[0], cgroup.id, &policy, err))
		return -1;
	catch_signals();
	if (!args->json)
		ebpfmm_event_titles(stdout);
	return listen(policy, cgroup.id, every, &listing, err);
}
