// SPDX-License-Identifier: GPL-2.0-only
/* What would be decided for an address, in lines and as JSON. */
#include "show/explanation.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/page_size.h"
#include "show/event.h"
#include "show/print.h"
#include "show/reason.h"
#include "show/stats_private.h"
#include "../../bpf/price.h"

/**
 * struct naming - a region and what the profile calls it
 * @source: its index in its program
 * @anchor: its anchor, allocated; NULL if it is not known
 */
struct naming {
	unsigned int source;
	char *anchor;
};

static void name_row(const struct ebpfmm_row *row, void *data)
{
	struct naming *naming = data;

	if (!naming->anchor && row->region->source == naming->source)
		naming->anchor = format_anchor(row);
}

/* The anchor of the region; NULL for none or if it is not known. */
static char *anchor_of(const struct ebpfmm_event *event,
		       const struct ebpfmm_stats *stats)
{
	const struct ebpfmm_view view = stats_view(stats);
	struct naming naming = { .source = event->region };

	if (view.profile && event->program < view.header->nprograms &&
	    event->region != EBPFMM_NO_REGION)
		ebpfmm_row_each(&view, event->program, name_row, &naming);
	return naming.anchor;
}

static const char *exe_of(const struct ebpfmm_event *event,
			  const struct ebpfmm_stats *stats)
{
	if (!stats->source || event->program >= stats->source->nprograms)
		return NULL;
	return stats->source->programs[event->program].exe;
}

/* The place in the profile; empty if it says nothing of the address. */
static void place_of(const struct ebpfmm_explanation *explanation, char *text,
		     size_t size)
{
	const struct ebpfmm_event *event = &explanation->event;

	text[0] = '\0';
	if (event->program == EBPFMM_NO_PROGRAM)
		return;
	if (!explanation->region.sizes)
		snprintf(text, size, "programs[%u]", event->program);
	else if (explanation->is_default)
		snprintf(text, size, "programs[%u].default", event->program);
	else
		snprintf(text, size, "programs[%u].regions[%u]", event->program,
			 event->region);
}

/* Sizes that the region names and that would reach outside it. */
static unsigned int edge_of(const struct ebpfmm_explanation *explanation)
{
	return explanation->region.sizes & ~1U &
	       ~(unsigned int)explanation->event.candidates;
}

static struct ebpfmm_price price_of(const struct ebpfmm_explanation *explanation,
				    unsigned int order)
{
	return ebpfmm_price(&explanation->region, &explanation->costs, order,
			    explanation->event.missing & 1U << order);
}

/* --- lines ---------------------------------------------------------------------- */

static void print_place(const struct ebpfmm_explanation *explanation,
			const struct ebpfmm_stats *stats, FILE *out)
{
	const struct ebpfmm_event *event = &explanation->event;
	const char *exe = exe_of(event, stats);
	char *anchor = anchor_of(event, stats);
	char place[64];

	place_of(explanation, place, sizeof(place));
	fprintf(out, "place     %s", place[0] ? place : "not a program of the profile");
	if (exe) {
		fputs(", ", out);
		print_clean(out, exe, SIZE_MAX);
	}
	if (anchor)
		fprintf(out, ", %s", anchor);
	if (stats->changed)
		fputs(" (the installed profile has changed since)", out);
	fputc('\n', out);
	free(anchor);
	if (!explanation->region.sizes)
		return;
	/* The policy itself need not know where the mapping ends. */
	fprintf(out, "range     0x%" PRIx64 "-0x%" PRIx64,
		(uint64_t)(event->start > explanation->vm_start ?
			   event->start : explanation->vm_start),
		(uint64_t)(event->end < explanation->vm_end ?
			   event->end : explanation->vm_end));
	if (explanation->region.touched != EBPFMM_TOUCHED_ONE)
		fprintf(out, ", touched %.3g",
			(double)explanation->region.touched / EBPFMM_TOUCHED_ONE);
	fputc('\n', out);
}

static void print_node(const struct ebpfmm_explanation *explanation, FILE *out)
{
	const struct ebpfmm_costs *costs = &explanation->costs;

	fprintf(out, "costs     zeroing 4K %u ns, page fault %u ns%s\n",
		costs->zero_ns, costs->fault_ns,
		costs->measured ? "" : " (not measured)");
	fputs("headroom  ", out);
	if (explanation->headroom_limit == UINT64_MAX) {
		fputs("unlimited\n", out);
		return;
	}
	print_bytes(out, explanation->headroom);
	fputs(" below a limit of ", out);
	print_bytes(out, explanation->headroom_limit);
	fputc('\n', out);
}

static void print_size(const struct ebpfmm_explanation *explanation,
		       unsigned int order, FILE *out)
{
	struct ebpfmm_price price = price_of(explanation, order);
	const struct ebpfmm_event *event = &explanation->event;
	const char *rule, *separator = "";

	fprintf(out, "  %-5s %12lld %12lld %12lld %12lld %12lld  ", ebpfmm_order_name(order),
		price.benefit, price.faults, -price.zeroing, -price.block, price.net);
	if (edge_of(explanation) & 1U << order) {
		fputs(ebpfmm_reason_name(EBPFMM_EDGE), out);
		separator = ", ";
	}
	for (unsigned int i = 0; (rule = ebpfmm_event_ruled_out(event, order, i)); i++) {
		fprintf(out, "%s%s", separator, rule);
		separator = ", ";
	}
	fputs(*separator ? "\n" : order == event->order ? "chosen\n" : "-\n", out);
}

static void print_refused(const char *why, unsigned int orders, FILE *out)
{
	if (!orders)
		return;
	fputs(why, out);
	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (orders & 1U << o)
			fprintf(out, " %s", ebpfmm_order_name(o));
}

void ebpfmm_explain_columns(const struct ebpfmm_explanation *explanation,
			    const struct ebpfmm_stats *stats, FILE *out)
{
	const struct ebpfmm_event *event = &explanation->event;
	unsigned int sizes = explanation->region.sizes;

	print_clean(out, stats->cgroup, SIZE_MAX);
	fputs(": profile ", out);
	print_clean(out, ebpfmm_stats_profile(stats), SIZE_MAX);
	fprintf(out, "\naddress   0x%" PRIx64 " of process %u, mapping 0x%" PRIx64
		"-0x%" PRIx64 "\n", (uint64_t)event->address, event->tgid,
		(uint64_t)explanation->vm_start, (uint64_t)explanation->vm_end);
	print_place(explanation, stats, out);
	if (!sizes) {
		fprintf(out, "decision  left to the kernel (%s)",
			ebpfmm_reason_name(event->reason));
		print_refused(", limit reached:", event->limited, out);
		print_refused(", no page may reach into a region:",
			      event->refused & ~event->limited, out);
		fputc('\n', out);
		return;
	}
	fprintf(out, "decision  %s (%s)%s\n", ebpfmm_order_name(event->order),
		ebpfmm_reason_name(event->reason),
		!event->admissible ? ", policy not called: the kernel admits nothing else" :
		event->compact ? ", may compact memory for it" : "");
	print_node(explanation, out);
	fprintf(out, "  %-5s %12s %12s %12s %12s %12s  %s\n", "SIZE", "BENEFIT-NS",
		"FAULTS-NS", "ZEROING-NS", "BLOCK-NS", "NET-NS", "RULED OUT BY");
	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (sizes & 1U << o)
			print_size(explanation, o, out);
}

/* --- JSON ----------------------------------------------------------------------- */

/* What a trace does not tell of the candidates. */
static void add_prices(struct json_object *object,
		       const struct ebpfmm_explanation *explanation)
{
	struct json_object *candidates, *one;
	size_t i = 0;

	if (!json_object_object_get_ex(object, "candidates", &candidates))
		return;
	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++) {
		struct ebpfmm_price price;

		if (!(explanation->event.candidates & 1U << o))
			continue;
		price = price_of(explanation, o);
		one = json_object_array_get_idx(candidates, i++);
		ebpfmm_json_add_number(one, "benefit_ns", (uint64_t)price.benefit);
		ebpfmm_json_add_number(one, "faults_ns", (uint64_t)price.faults);
		ebpfmm_json_add_number(one, "zeroing_ns", (uint64_t)price.zeroing);
		ebpfmm_json_add_number(one, "block_ns", (uint64_t)price.block);
	}
	ebpfmm_json_add_sizes(object, "edge", edge_of(explanation));
}

static void add_node(struct json_object *object,
		     const struct ebpfmm_explanation *explanation)
{
	struct json_object *costs = json_object_new_object();
	struct json_object *headroom = NULL;

	ebpfmm_json_add_number(costs, "zero_ns", explanation->costs.zero_ns);
	ebpfmm_json_add_number(costs, "fault_ns", explanation->costs.fault_ns);
	json_object_object_add(costs, "measured",
			       json_object_new_boolean(explanation->costs.measured));
	json_object_object_add(object, "costs", costs);
	if (explanation->headroom_limit != UINT64_MAX) {
		headroom = json_object_new_object();
		ebpfmm_json_add_number(headroom, "bytes", explanation->headroom);
		ebpfmm_json_add_number(headroom, "limit", explanation->headroom_limit);
	}
	json_object_object_add(object, "headroom", headroom);
}

struct json_object *
ebpfmm_explain_json(const struct ebpfmm_explanation *explanation,
		    const struct ebpfmm_stats *stats)
{
	struct json_object *object = ebpfmm_event_json(&explanation->event);
	struct json_object *mapping = json_object_new_object();
	char *anchor = anchor_of(&explanation->event, stats);
	char place[64];

	/* Nobody has asked, and at no time. */
	json_object_object_del(object, "time");
	json_object_object_del(object, "tid");
	ebpfmm_json_add_string(object, "cgroup", stats->cgroup);
	ebpfmm_json_add_string(object, "profile", ebpfmm_stats_profile(stats));
	json_object_object_add(object, "profile_changed",
			       json_object_new_boolean(stats->changed));
	place_of(explanation, place, sizeof(place));
	ebpfmm_json_add_string(object, "place", place[0] ? place : NULL);
	ebpfmm_json_add_string(object, "exe", exe_of(&explanation->event, stats));
	ebpfmm_json_add_string(object, "anchor", anchor);
	free(anchor);
	ebpfmm_json_add_hex(mapping, "start", explanation->vm_start);
	ebpfmm_json_add_hex(mapping, "end", explanation->vm_end);
	json_object_object_add(object, "mapping", mapping);
	add_prices(object, explanation);
	add_node(object, explanation);
	return object;
}
