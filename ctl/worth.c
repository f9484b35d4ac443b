// SPDX-License-Identifier: GPL-2.0-only
#include "worth.h"

#include <stdio.h>
#include <string.h>

#include "base/page_size.h"
#include "costs/costs_file.h"

#define LARGE	(EBPFMM_ORDERS - 1)
#define LIST	160

static void append(char list[LIST], const char *text)
{
	size_t used = strlen(list);

	snprintf(list + used, LIST - used, "%s%s", used ? ", " : "", text);
}

/* What page walks were measured to cost; @where says by whom. */
static int note_measured(const struct ebpfmm_derive_input *input, const char *where,
			 struct ebpfmm_recorded *recorded, struct ebpfmm_error *err)
{
	char list[LIST] = "", text[32];

	for (unsigned int order = LARGE; order; order--) {
		if (input->walk_ns[order] <= 0 || (order == LARGE && input->assumed))
			continue;
		snprintf(text, sizeof(text), "%g ns with %s", input->walk_ns[order],
			 ebpfmm_order_name(order));
		append(list, text);
	}
	if (!list[0])
		return 0;
	return ebpfmm_recorded_note(recorded, err, "a page walk costs less by %s, as measured %s",
				    list, where);
}

/* The sizes that were not measured for this reason, 2M aside. */
static int note_unknown(const struct ebpfmm_measurement *record,
			enum ebpfmm_walk_state state, struct ebpfmm_recorded *recorded,
			struct ebpfmm_error *err)
{
	char list[LIST] = "";

	for (unsigned int order = 1; order < LARGE; order++)
		if (record->walk[order].state == state)
			append(list, ebpfmm_order_name(order));
	if (!list[0])
		return 0;
	return ebpfmm_recorded_note(recorded, err, "not measured (%s), and so not named: %s",
				    ebpfmm_walk_why(state), list);
}

static int note_assumed(const char *why, struct ebpfmm_recorded *recorded,
			struct ebpfmm_error *err)
{
	return ebpfmm_recorded_note(recorded, err, "a page walk is taken to cost %d ns less with "
				    "2M, which is an assumption: %s",
				    EBPFMM_DERIVE_WALK_NS, why);
}

static void set_walks(const struct ebpfmm_measurement *record,
		      struct ebpfmm_derive_input *input)
{
	for (unsigned int order = 1; order < EBPFMM_ORDERS; order++) {
		const struct ebpfmm_walk *walk = &record->walk[order];

		if (walk->state == EBPFMM_WALK_MEASURED)
			input->walk_ns[order] = walk->saves_ns;
		else
			input->unknown |= 1U << order;
	}
	if (input->unknown & 1U << LARGE) {
		input->walk_ns[LARGE] = EBPFMM_DERIVE_WALK_NS;
		input->assumed = true;
	}
}

int ctl_worth(const char *path, struct ebpfmm_derive_input *input,
	      struct ebpfmm_recorded *recorded, struct ebpfmm_error *err)
{
	struct ebpfmm_measurement record = {};
	char where[EBPFMM_ERROR_SIZE + 32] = "on this node";
	struct ebpfmm_error why = {};
	bool known;

	if (path) {
		if (ebpfmm_costs_load(path, &record, err))
			return -1;
		snprintf(where, sizeof(where), "for `%s`", path);
	} else {
		ebpfmm_costs_find(EBPFMM_COSTS_DIR, &record, &why);
	}
	input->costs = record.costs;
	set_walks(&record, input);
	known = ebpfmm_walks_known(&record);
	if (!known && !why.message[0])
		ebpfmm_fail(&why, 0, "the file of costs has no page walks; `ebpfmm calibrate` measures them");
	if (!known)
		return note_assumed(why.message, recorded, err);
	if (why.message[0])
		snprintf(where, sizeof(where), "on this node, but %s", why.message);
	if (note_measured(input, where, recorded, err) ||
	    (input->assumed &&
	     note_assumed(ebpfmm_walk_why(record.walk[LARGE].state), recorded, err)))
		return -1;
	for (int state = EBPFMM_WALK_FORBIDDEN; state <= EBPFMM_WALK_BUSY; state++)
		if (note_unknown(&record, (enum ebpfmm_walk_state)state, recorded, err))
			return -1;
	return 0;
}
