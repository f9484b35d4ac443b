// SPDX-License-Identifier: GPL-2.0-only
#include "show/event.h"

#include <inttypes.h>
#include <stdbool.h>

#include "base/json.h"
#include "base/page_size.h"
#include "profile/profile.h"
#include "show/reason.h"

/* enum bpf_mm_reason of the kernel. */
enum { ASKED_FAULT, ASKED_SWAPIN, ASKED_COLLAPSE };

static const char *asked_name(unsigned int asked)
{
	static const char *const names[] = {
		[ASKED_FAULT] = "fault",
		[ASKED_SWAPIN] = "swapin",
		[ASKED_COLLAPSE] = "collapse",
	};

	return asked < sizeof(names) / sizeof(names[0]) ? names[asked] : "?";
}

/* Did the policy weigh anything, or did it leave the address to the kernel? */
static bool is_weighed(const struct ebpfmm_event *event)
{
	return event->reason != EBPFMM_OUTSIDE &&
	       event->reason != EBPFMM_OTHER_PROGRAM;
}

const char *ebpfmm_event_ruled_out(const struct ebpfmm_event *event,
				   unsigned int order, unsigned int i)
{
	/* At collapse the kernel admits one size, but all of them are weighed. */
	const unsigned int forbidden = event->asked == ASKED_COLLAPSE ?
				       0 : ~(unsigned int)event->admissible;
	const struct {
		unsigned int orders;
		enum ebpfmm_reason reason;
	} rules[] = {
		{ forbidden, EBPFMM_FORBIDDEN },
		{ event->limited, EBPFMM_LIMIT },
		{ event->pressed, EBPFMM_PRESSURE },
		{ event->missing, EBPFMM_SUPPLY },
	};

	/* Single pages are what is left when all else is ruled out. */
	for (size_t r = 0; order && r < sizeof(rules) / sizeof(rules[0]); r++)
		if (rules[r].orders & 1U << order && !i--)
			return ebpfmm_reason_name(rules[r].reason);
	return NULL;
}

/* --- columns -------------------------------------------------------------------- */

void ebpfmm_event_titles(FILE *out)
{
	fprintf(out, "%7s %7s %14s %7s %6s  %-5s %-13s %-8s %-14s %s\n", "PID", "TID",
		"ADDRESS", "PROGRAM", "REGION", "SIZE", "REASON", "ASKED",
		"ADMISSIBLE", "NET-NS");
}

/* What the table has no index for. */
static void print_index(unsigned int value, int width, FILE *out)
{
	if (value == EBPFMM_NO_REGION)
		fprintf(out, " %*s", width, "-");
	else
		fprintf(out, " %*u", width, value);
}

static void print_admissible(unsigned int orders, FILE *out)
{
	char text[EBPFMM_ORDERS * sizeof("256K,")] = "-";
	size_t used = 0;

	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (orders & 1U << o)
			used += snprintf(text + used, sizeof(text) - used, "%s%s",
					 used ? "," : "", ebpfmm_order_name(o));
	fprintf(out, " %-14s", text);
}

static void print_candidate(const struct ebpfmm_event *event, unsigned int order,
			    FILE *out)
{
	const char *rule;

	fprintf(out, " %s=%" PRId64, ebpfmm_order_name(order),
		(int64_t)event->net[order]);
	for (unsigned int i = 0; (rule = ebpfmm_event_ruled_out(event, order, i)); i++)
		fprintf(out, "%c%s", i ? ',' : '(', rule);
	if (ebpfmm_event_ruled_out(event, order, 0))
		fputc(')', out);
}

void ebpfmm_event_columns(const struct ebpfmm_event *event, FILE *out)
{
	fprintf(out, "%7u %7u %#14" PRIx64, event->tgid, event->tid,
		(uint64_t)event->address);
	print_index(event->program, 7, out);
	print_index(event->region, 6, out);
	fprintf(out, "  %-5s %-13s %-8s", ebpfmm_order_name(event->order),
		ebpfmm_reason_name(event->reason), asked_name(event->asked));
	print_admissible(event->admissible, out);
	if (is_weighed(event)) {
		for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
			if (event->candidates & 1U << o)
				print_candidate(event, o, out);
		if (event->touched != EBPFMM_TOUCHED_ONE)
			fprintf(out, " touched=%.3g",
				(double)event->touched / EBPFMM_TOUCHED_ONE);
		if (event->compact)
			fputs(" compact", out);
	} else if (event->refused) {
		fputs(" refused", out);
		for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
			if (event->refused & 1U << o)
				fprintf(out, " %s(%s)", ebpfmm_order_name(o),
					ebpfmm_reason_name(event->limited & 1U << o ?
							   EBPFMM_LIMIT : EBPFMM_EDGE));
	}
	fputc('\n', out);
}

/* --- JSON ----------------------------------------------------------------------- */

static void add_index(struct json_object *object, const char *key,
		      unsigned int value)
{
	if (value == EBPFMM_NO_REGION)
		json_object_object_add(object, key, NULL);
	else
		ebpfmm_json_add_number(object, key, value);
}

static struct json_object *json_candidate(const struct ebpfmm_event *event,
					  unsigned int order)
{
	struct json_object *object = json_object_new_object();
	struct json_object *rules = json_object_new_array();
	const char *rule;

	ebpfmm_json_add_string(object, "size", ebpfmm_order_name(order));
	json_object_object_add(object, "net_ns",
			       json_object_new_int64(event->net[order]));
	for (unsigned int i = 0; (rule = ebpfmm_event_ruled_out(event, order, i)); i++)
		json_object_array_add(rules, json_object_new_string(rule));
	json_object_object_add(object, "ruled_out", rules);
	return object;
}

static void add_weighed(struct json_object *object, const struct ebpfmm_event *event)
{
	struct json_object *candidates = json_object_new_array();

	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (event->candidates & 1U << o)
			json_object_array_add(candidates, json_candidate(event, o));
	json_object_object_add(object, "candidates", candidates);
	json_object_object_add(object, "compact",
			       json_object_new_boolean(event->compact));
	ebpfmm_json_add_rounded(object, "touched",
				(double)event->touched / EBPFMM_TOUCHED_ONE, 6);
}

struct json_object *ebpfmm_event_json(const struct ebpfmm_event *event)
{
	struct json_object *object = json_object_new_object();

	ebpfmm_json_add_number(object, "time", event->time);
	ebpfmm_json_add_number(object, "pid", event->tgid);
	ebpfmm_json_add_number(object, "tid", event->tid);
	ebpfmm_json_add_hex(object, "address", event->address);
	add_index(object, "program", event->program);
	add_index(object, "region", event->region);
	ebpfmm_json_add_hex(object, "start", event->start);
	ebpfmm_json_add_hex(object, "end", event->end);
	ebpfmm_json_add_sizes(object, "admissible", event->admissible);
	ebpfmm_json_add_sizes(object, "orders", event->orders);
	ebpfmm_json_add_string(object, "size", ebpfmm_order_name(event->order));
	ebpfmm_json_add_string(object, "reason", ebpfmm_reason_name(event->reason));
	ebpfmm_json_add_string(object, "asked", asked_name(event->asked));
	if (is_weighed(event)) {
		add_weighed(object, event);
	} else {
		ebpfmm_json_add_sizes(object, "refused", event->refused);
		ebpfmm_json_add_sizes(object, "edge", event->refused & ~event->limited);
	}
	return object;
}
