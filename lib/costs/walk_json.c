// SPDX-License-Identifier: GPL-2.0-only
#include "costs/walk_json.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/page_size.h"

/* Why a size was not measured, for programs and for people. */
static const struct {
	const char *name;
	const char *why;
} reasons[] = {
	[EBPFMM_WALK_UNKNOWN] = { NULL, "not measured on this node" },
	[EBPFMM_WALK_MEASURED] = { NULL, NULL },
	[EBPFMM_WALK_FORBIDDEN] = { "forbidden", "forbidden by sysfs" },
	[EBPFMM_WALK_SCARCE] = { "scarce", "too few such pages were free" },
	[EBPFMM_WALK_HIDDEN] = { "hidden", "the kernel does not say which pages it gives" },
	[EBPFMM_WALK_BUSY] = { "busy", "the node was too busy to tell" },
};

const char *ebpfmm_walk_why(enum ebpfmm_walk_state state)
{
	return reasons[state].why;
}

bool ebpfmm_walks_known(const struct ebpfmm_measurement *record)
{
	for (unsigned int o = 1; o < EBPFMM_ORDERS; o++)
		if (record->walk[o].state != EBPFMM_WALK_UNKNOWN)
			return true;
	return false;
}

static struct json_object *to_json(const struct ebpfmm_walk *walk)
{
	_cleanup_(json_object_putp) struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	if (walk->state == EBPFMM_WALK_MEASURED ?
	    ebpfmm_json_add_number(object, "saves_ns", walk->saves_ns) ||
		    ebpfmm_json_add_number(object, "spread_ns", walk->spread_ns) :
	    ebpfmm_json_add_string(object, "why", reasons[walk->state].name))
		return NULL;
	return take_ptr(object);
}

int ebpfmm_walks_add(struct json_object *object, const struct ebpfmm_measurement *record)
{
	_cleanup_(json_object_putp) struct json_object *walks = NULL;

	if (!ebpfmm_walks_known(record))
		return 0;
	walks = json_object_new_object();
	if (!walks)
		return -1;
	for (unsigned int o = 1; o < EBPFMM_ORDERS; o++)
		if (record->walk[o].state != EBPFMM_WALK_UNKNOWN &&
		    ebpfmm_json_add(walks, ebpfmm_order_name(o), to_json(&record->walk[o])))
			return -1;
	return ebpfmm_json_add(object, "walk", take_ptr(walks));
}

static int read_why(struct json_object *value, enum ebpfmm_walk_state *state,
		    struct ebpfmm_error *err)
{
	const char *text = json_object_get_string(value);

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].name && !strcmp(text, reasons[i].name)) {
			*state = i;
			return 0;
		}
	}
	return ebpfmm_fail(err, 0, "why: `%.40s` is unknown", text);
}

static int read_ns(struct json_object *value, const char *key, uint32_t *ns,
		   struct ebpfmm_error *err)
{
	int64_t number = json_object_get_int64(value);

	if (!value)
		return ebpfmm_fail(err, 0, "%s: missing", key);
	if (number < 0 || number > EBPFMM_WALK_NS_MAX)
		return ebpfmm_fail(err, 0, "%s: must be from 0 to %u", key,
				   EBPFMM_WALK_NS_MAX);
	*ns = (uint32_t)number;
	return 0;
}

static int read_walk(struct json_object *object, struct ebpfmm_walk *walk,
		     struct ebpfmm_error *err)
{
	struct json_object *saves, *spread, *why;
	const struct ebpfmm_json_member members[] = {
		{ "saves_ns", EBPFMM_JSON_INTEGER, false, &saves },
		{ "spread_ns", EBPFMM_JSON_INTEGER, false, &spread },
		{ "why", EBPFMM_JSON_STRING, false, &why },
	};

	if (ebpfmm_json_members(object, members, 3, err))
		return -1;
	if (why && (saves || spread))
		return ebpfmm_fail(err, 0, "why: there are numbers as well");
	if (why)
		return read_why(why, &walk->state, err);
	walk->state = EBPFMM_WALK_MEASURED;
	return read_ns(saves, "saves_ns", &walk->saves_ns, err) ||
	       read_ns(spread, "spread_ns", &walk->spread_ns, err) ? -1 : 0;
}

int walk_read(struct json_object *object, struct ebpfmm_walk walks[EBPFMM_ORDERS],
	      struct ebpfmm_error *err)
{
	json_object_object_foreach(object, key, member) {
		int order = ebpfmm_parse_order(key);

		if (order <= 0)
			return ebpfmm_fail(err, 0, "walk.%.40s: unknown key", key);
		if (ebpfmm_json_type(member, EBPFMM_JSON_OBJECT, err))
			return ebpfmm_prefix(err, "walk.%s: ", key);
		if (read_walk(member, &walks[order], err))
			return ebpfmm_prefix(err, "walk.%s.", key);
	}
	return 0;
}
