// SPDX-License-Identifier: GPL-2.0-only
/* trace */
#include "trace.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cgroup.h"
#include "command.h"
#include "output.h"
#include "policy.h"
#include "privilege.h"
#include "profile.h"
#include "reason.h"

/* How often to look whether the cgroup still has its policy. */
#define LOOK_MS 1000

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

/**
 * struct listing - what is printed, and how
 * @json: one JSON object a line, instead of columns
 * @left: decisions to print yet
 */
struct listing {
	bool json;
	uint64_t left;
};

static const char *asked_name(unsigned int asked)
{
	static const char *const names[] = { "fault", "swapin", "collapse" };

	return asked < sizeof(names) / sizeof(names[0]) ? names[asked] : "?";
}

/* Sizes of a bitmap of orders, as "64K,2M" or "\"64K\",\"2M\"". */
static void print_sizes(unsigned int orders, const char *quote)
{
	const char *comma = "";

	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++) {
		if (!(orders & 1U << o))
			continue;
		printf("%s%s%s%s", comma, quote, ebpfmm_order_name(o), quote);
		comma = ",";
	}
	if (!*comma && !*quote)
		putchar('-');
}

/* -1 where the table has none. */
static int index_of(uint16_t value)
{
	return value == EBPFMM_NO_REGION ? -1 : value;
}

static void print_json(const struct ebpfmm_event *event)
{
	printf("{\"time\":%" PRIu64 ",\"pid\":%u,\"tid\":%u,\"address\":\"%#" PRIx64 "\"",
	       (uint64_t)event->time, event->tgid, event->tid,
	       (uint64_t)event->address);
	if (index_of(event->program) < 0)
		printf(",\"program\":null");
	else
		printf(",\"program\":%u", event->program);
	if (index_of(event->region) < 0)
		printf(",\"region\":null");
	else
		printf(",\"region\":%u", event->region);
	printf(",\"start\":\"%#" PRIx64 "\",\"end\":\"%#" PRIx64 "\",\"admissible\":[",
	       (uint64_t)event->start, (uint64_t)event->end);
	print_sizes(event->admissible, "\"");
	printf("],\"orders\":[");
	print_sizes(event->orders, "\"");
	printf("],\"size\":\"%s\",\"reason\":\"%s\",\"asked\":\"%s\"}\n",
	       ebpfmm_order_name(event->order), ctl_reason_name(event->reason),
	       asked_name(event->asked));
}

static void print_number(int value, int width)
{
	if (value < 0)
		printf(" %*s", width, "-");
	else
		printf(" %*d", width, value);
}

static void print_columns(const struct ebpfmm_event *event)
{
	printf("%7u %7u %#14" PRIx64, event->tgid, event->tid,
	       (uint64_t)event->address);
	print_number(index_of(event->program), 7);
	print_number(index_of(event->region), 6);
	printf("  %-5s %-13s %-8s ", ebpfmm_order_name(event->order),
	       ctl_reason_name(event->reason), asked_name(event->asked));
	print_sizes(event->admissible, "");
	putchar('\n');
}

static int print_event(const struct ebpfmm_event *event, void *data)
{
	struct listing *listing = data;

	if (event->order >= EBPFMM_ORDERS)
		return 0;
	if (listing->json)
		print_json(event);
	else
		print_columns(event);
	return --listing->left ? 0 : -ECANCELED;
}

static int listen(struct ebpfmm_policy *policy, uint64_t id, uint64_t every,
		  struct listing *listing, struct ebpfmm_error *err)
{
	struct ebpfmm_trace *trace;
	uint64_t lost;
	int rc = 0;

	if (ebpfmm_trace_open(policy, id, every, print_event, listing, &trace, err))
		return -1;
	fputs("ready\n", stderr);
	while (!ended && listing->left) {
		rc = ebpfmm_trace_wait(trace, LOOK_MS, err);
		fflush(stdout);
		if (rc == -ECANCELED || ferror(stdout))
			break;
		if (rc < 0 || (!rc && !ebpfmm_policy_is_attached(policy, id)))
			break;
	}
	lost = ebpfmm_trace_stop(trace);
	/* What was told before it ended. */
	do {
		if (rc >= 0 && listing->left)
			rc = ebpfmm_trace_wait(trace, 0, err);
	} while (rc > 0 && listing->left);
	ebpfmm_trace_close(trace);
	if (lost)
		fprintf(stderr, "%" PRIu64 " decisions were too fast to be told\n", lost);
	return rc < 0 && rc != -ECANCELED ? -1 : 0;
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
		return ebpfmm_fail(err, 0, "%s: `%s` is not a number above 0",
				   option, text);
	return 0;
}

int ctl_trace(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct sigaction action = { .sa_handler = end };
	struct listing listing = { .json = args->json };
	struct ebpfmm_policy *policy = NULL;
	struct ebpfmm_cgroup cgroup = {};
	uint64_t every;
	int rc = -1;

	if (read_number("--every", args->every, 1, &every, err) ||
	    read_number("--count", args->count, UINT64_MAX, &listing.left, err) ||
	    ebpfmm_privileged(err) ||
	    ebpfmm_cgroup_open(args->operands[0], &cgroup, err))
		return -1;
	if (ebpfmm_policy_peek(&policy, err))
		goto out;
	if (!policy || !ebpfmm_policy_is_attached(policy, cgroup.id)) {
		ebpfmm_fail(err, 0, "%s: has no policy", args->operands[0]);
		goto out;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (!args->json)
		ctl_print("%7s %7s %14s %7s %6s  %-5s %-13s %-8s %s\n", "PID", "TID",
			  "ADDRESS", "PROGRAM", "REGION", "SIZE", "REASON", "ASKED",
			  "ADMISSIBLE");
	rc = listen(policy, cgroup.id, every, &listing, err);
out:
	ebpfmm_policy_close(policy);
	ebpfmm_cgroup_close(&cgroup);
	return rc;
}
