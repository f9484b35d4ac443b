// SPDX-License-Identifier: GPL-2.0-only
#include "costs/costs_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/page_size.h"
#include "costs/costs.h"
#include "costs/walk_json.h"

#define FILE_NAME "costs.json"
#define TMP_NAME "costs.json.tmp"
#define FILE_VERSION 1
#define FILE_MAX_BYTES 4096
#define DATE_FORMAT "%Y-%m-%dT%H:%M:%SZ"
#define DAY (24 * 60 * 60)
/* The tolerance for corrections of the clock, seconds. */
#define CLOCK_ERROR DAY

static const char *const zero_names[] = {
	[EBPFMM_ZERO_LARGE] = "large pages",
	[EBPFMM_ZERO_MEMSET] = "memset",
};

static const char *const compact_names[] = {
	[EBPFMM_COMPACT_MOVED] = "moved",
	[EBPFMM_COMPACT_DEFAULT] = "default",
};

/* --- writing ------------------------------------------------------------------ */

int ebpfmm_costs_add(struct json_object *object, const struct ebpfmm_costs *costs)
{
	_cleanup_(json_object_putp) struct json_object *compact = json_object_new_object();

	if (!compact || ebpfmm_json_add_number(object, "zero_ns", costs->zero_ns) ||
	    ebpfmm_json_add_number(object, "fault_ns", costs->fault_ns))
		return -1;
	for (unsigned int o = 1; o < EBPFMM_ORDERS; o++)
		if (EBPFMM_SUPPORTED_ORDERS & 1U << o &&
		    ebpfmm_json_add_number(compact, ebpfmm_order_name(o), costs->compact_ns[o]))
			return -1;
	return ebpfmm_json_add(object, "compact_ns", take_ptr(compact));
}

void ebpfmm_costs_date(const struct ebpfmm_costs *costs, char date[EBPFMM_DATE_SIZE])
{
	time_t measured = (time_t)costs->measured;
	struct tm tm;

	if (!gmtime_r(&measured, &tm) ||
	    !strftime(date, EBPFMM_DATE_SIZE, DATE_FORMAT, &tm))
		strcpy(date, "?");
}

static struct json_object *machine_json(const struct ebpfmm_node *node)
{
	_cleanup_(json_object_putp) struct json_object *object = json_object_new_object();

	if (!object || ebpfmm_json_add_string(object, "cpu", node->cpu) ||
	    ebpfmm_json_add_number(object, "memory", node->memory))
		return NULL;
	return take_ptr(object);
}

static struct json_object *methods_json(const struct ebpfmm_measurement *record)
{
	_cleanup_(json_object_putp) struct json_object *object = json_object_new_object();

	if (!object || ebpfmm_json_add_string(object, "zero", zero_names[record->zero]) ||
	    ebpfmm_json_add_string(object, "compact", compact_names[record->compact]))
		return NULL;
	return take_ptr(object);
}

struct json_object *ebpfmm_costs_json(const struct ebpfmm_measurement *record)
{
	struct json_object *object = json_object_new_object();
	char date[EBPFMM_DATE_SIZE];

	ebpfmm_costs_date(&record->costs, date);
	if (object && !ebpfmm_json_add_number(object, "version", FILE_VERSION) &&
	    !ebpfmm_json_add_string(object, "measured", date) &&
	    !ebpfmm_json_add_string(object, "kernel", record->node.kernel) &&
	    !ebpfmm_json_add(object, "machine", machine_json(&record->node)) &&
	    !ebpfmm_costs_add(object, &record->costs) &&
	    !ebpfmm_json_add(object, "methods", methods_json(record)) &&
	    !ebpfmm_walks_add(object, record))
		return object;
	json_object_put(object);
	return NULL;
}

/* The text of the file; allocated. */
static char *to_text(const struct ebpfmm_measurement *record)
{
	struct json_object *object = ebpfmm_costs_json(record);
	char *text = NULL;

	if (!object)
		return NULL;
	if (asprintf(&text, "%s\n", json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
				JSON_C_TO_STRING_NOSLASHESCAPE)) < 0)
		text = NULL;
	json_object_put(object);
	return text;
}

int ebpfmm_costs_write(const char *dir, const struct ebpfmm_measurement *record,
		       struct ebpfmm_error *err)
{
	/* The file outlives the boot. */
	struct ebpfmm_new_file file = { .name = FILE_NAME, .tmp = TMP_NAME, .mode = 0644,
					.durable = true };
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int dirfd = -1;

	if (ebpfmm_costs_check(&record->costs, err))
		return -1;
	if (mkdir(dir, 0755) && errno != EEXIST)
		return ebpfmm_fail(err, errno, "create `%s`", dir);
	dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return ebpfmm_fail(err, errno, "open `%s`", dir);
	text = to_text(record);
	if (!text)
		return ebpfmm_fail(err, ENOMEM, "write `%s/" FILE_NAME "`", dir);
	file.dirfd = dirfd;
	if (ebpfmm_file_replace(&file, text, strlen(text)))
		return ebpfmm_fail(err, errno, "write `%s/" FILE_NAME "`", dir);
	return 0;
}

/* --- reading ------------------------------------------------------------------ */

/* The index of a string in a list of names, or -1. */
static int read_name(struct json_object *value, const char *key,
		     const char *const *names, size_t count, struct ebpfmm_error *err)
{
	const char *text = json_object_get_string(value);

	for (size_t i = 0; i < count; i++)
		if (!strcmp(text, names[i]))
			return (int)i;
	return ebpfmm_fail(err, 0, "%s: `%.40s` is unknown", key, text);
}

static int read_text(struct json_object *value, const char *key, char *to,
		     size_t size, struct ebpfmm_error *err)
{
	const char *text = json_object_get_string(value);

	if (!text[0] || strlen(text) >= size)
		return ebpfmm_fail(err, 0, "%s: must have 1 to %zu bytes", key, size - 1);
	strcpy(to, text);
	return 0;
}

static int read_ns(struct json_object *value, const char *key, uint32_t *ns,
		   struct ebpfmm_error *err)
{
	int64_t number = json_object_get_int64(value);

	if (number < 0 || number > UINT32_MAX)
		return ebpfmm_fail(err, 0, "%s: not a time in nanoseconds", key);
	*ns = (uint32_t)number;
	return 0;
}

static int read_date(struct json_object *value, struct ebpfmm_costs *costs,
		     struct ebpfmm_error *err)
{
	const char *text = json_object_get_string(value), *end;
	struct ebpfmm_costs back = {};
	char again[EBPFMM_DATE_SIZE];
	struct tm tm = {};
	time_t when;

	end = strptime(text, DATE_FORMAT, &tm);
	when = end && !*end ? timegm(&tm) : 0;
	back.measured = when > 0 ? (uint64_t)when : 0;
	ebpfmm_costs_date(&back, again);
	/* A date that timegm() had to correct is not valid (31 February). */
	if (!back.measured || strcmp(again, text))
		return ebpfmm_fail(err, 0,
				   "measured: `%.40s` is not a date like 2026-10-01T12:00:00Z",
				   text);
	costs->measured = back.measured;
	return 0;
}

static int read_compact(struct json_object *object, struct ebpfmm_costs *costs,
			struct ebpfmm_error *err)
{
	struct json_object *value;

	json_object_object_foreach(object, key, member) {
		int order = ebpfmm_parse_order(key);

		if (order <= 0)
			return ebpfmm_fail(err, 0, "compact_ns.%.40s: unknown key", key);
		if (ebpfmm_json_type(member, EBPFMM_JSON_INTEGER, err))
			return ebpfmm_prefix(err, "compact_ns.%s: ", key);
		if (read_ns(member, key, &costs->compact_ns[order], err))
			return ebpfmm_prefix(err, "compact_ns.");
	}
	for (unsigned int o = 1; o < EBPFMM_ORDERS; o++)
		if (EBPFMM_SUPPORTED_ORDERS & 1U << o &&
		    !json_object_object_get_ex(object, ebpfmm_order_name(o), &value))
			return ebpfmm_fail(err, 0, "compact_ns.%s: missing",
					   ebpfmm_order_name(o));
	return 0;
}

static int read_machine(struct json_object *object, struct ebpfmm_node *node,
			struct ebpfmm_error *err)
{
	struct json_object *cpu, *memory;
	const struct ebpfmm_json_member members[] = {
		{ "cpu", EBPFMM_JSON_STRING, true, &cpu },
		{ "memory", EBPFMM_JSON_INTEGER, true, &memory },
	};

	if (ebpfmm_json_members(object, members, 2, err) ||
	    read_text(cpu, "cpu", node->cpu, sizeof(node->cpu), err))
		return ebpfmm_prefix(err, "machine.");
	node->memory = json_object_get_uint64(memory);
	return 0;
}

static int read_methods(struct json_object *object,
			struct ebpfmm_measurement *record, struct ebpfmm_error *err)
{
	struct json_object *zero, *compact;
	const struct ebpfmm_json_member members[] = {
		{ "zero", EBPFMM_JSON_STRING, true, &zero },
		{ "compact", EBPFMM_JSON_STRING, true, &compact },
	};
	int from_zero, from_compact;

	if (ebpfmm_json_members(object, members, 2, err))
		return ebpfmm_prefix(err, "methods.");
	from_zero = read_name(zero, "zero", zero_names, 2, err);
	if (from_zero < 0)
		return ebpfmm_prefix(err, "methods.");
	from_compact = read_name(compact, "compact", compact_names, 2, err);
	if (from_compact < 0)
		return ebpfmm_prefix(err, "methods.");
	record->zero = from_zero;
	record->compact = from_compact;
	return 0;
}

static int from_json(struct json_object *root, struct ebpfmm_measurement *record,
		     struct ebpfmm_error *err)
{
	struct json_object *version, *measured, *kernel, *machine, *zero, *fault,
		*compact, *methods, *walk;
	const struct ebpfmm_json_member members[] = {
		{ "version", EBPFMM_JSON_INTEGER, true, &version },
		{ "measured", EBPFMM_JSON_STRING, true, &measured },
		{ "kernel", EBPFMM_JSON_STRING, true, &kernel },
		{ "machine", EBPFMM_JSON_OBJECT, true, &machine },
		{ "zero_ns", EBPFMM_JSON_INTEGER, true, &zero },
		{ "fault_ns", EBPFMM_JSON_INTEGER, true, &fault },
		{ "compact_ns", EBPFMM_JSON_OBJECT, true, &compact },
		{ "methods", EBPFMM_JSON_OBJECT, true, &methods },
		{ "walk", EBPFMM_JSON_OBJECT, false, &walk },
	};
	struct ebpfmm_costs *costs = &record->costs;

	if (ebpfmm_json_type(root, EBPFMM_JSON_OBJECT, err) ||
	    ebpfmm_json_members(root, members, sizeof(members) / sizeof(members[0]),
				 err))
		return -1;
	if (json_object_get_int64(version) != FILE_VERSION)
		return ebpfmm_fail(err, 0, "version: must be %d", FILE_VERSION);
	if (read_date(measured, costs, err) ||
	    read_text(kernel, "kernel", record->node.kernel,
		      sizeof(record->node.kernel), err) ||
	    read_machine(machine, &record->node, err) ||
	    read_ns(zero, "zero_ns", &costs->zero_ns, err) ||
	    read_ns(fault, "fault_ns", &costs->fault_ns, err) ||
	    read_compact(compact, costs, err) || read_methods(methods, record, err) ||
	    (walk && walk_read(walk, record->walk, err)))
		return -1;
	return ebpfmm_costs_check(costs, err);
}

int ebpfmm_costs_load(const char *path, struct ebpfmm_measurement *record,
		      struct ebpfmm_error *err)
{
	_cleanup_(json_object_putp) struct json_object *root = NULL;
	_cleanup_free_ char *text = NULL;
	size_t length;

	*record = (struct ebpfmm_measurement){};
	text = ebpfmm_file_read(AT_FDCWD, path, 0, FILE_MAX_BYTES, &length, err);
	if (!text)
		return -1;
	if (ebpfmm_json_strict(text, length, &root, err) || from_json(root, record, err))
		return ebpfmm_prefix(err, "%s: ", path);
	return 0;
}

int ebpfmm_costs_read(const char *dir, struct ebpfmm_measurement *record,
		      struct ebpfmm_error *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/" FILE_NAME, dir);
	return ebpfmm_costs_load(path, record, err);
}

/* --- judging ------------------------------------------------------------------ */

enum ebpfmm_costs_state ebpfmm_costs_judge(const struct ebpfmm_measurement *record,
					   const struct ebpfmm_node *node,
					   uint64_t now, struct ebpfmm_error *why)
{
	char date[EBPFMM_DATE_SIZE];

	ebpfmm_costs_date(&record->costs, date);
	if (!ebpfmm_node_same_machine(&record->node, node)) {
		ebpfmm_fail(why, 0, "measured on another machine (%s, %" PRIu64 " MiB)",
			    record->node.cpu, record->node.memory >> 20);
		return EBPFMM_COSTS_OTHER_MACHINE;
	}
	if (strcmp(record->node.kernel, node->kernel)) {
		ebpfmm_fail(why, 0, "measured under another kernel (%s)",
			    record->node.kernel);
		return EBPFMM_COSTS_OTHER_KERNEL;
	}
	if (record->costs.measured > now + CLOCK_ERROR) {
		ebpfmm_fail(why, 0, "measured in the future (%s)", date);
		return EBPFMM_COSTS_OLD;
	}
	if (record->costs.measured + EBPFMM_COSTS_DAYS * DAY < now) {
		ebpfmm_fail(why, 0, "measured more than %d days ago (%s)",
			    EBPFMM_COSTS_DAYS, date);
		return EBPFMM_COSTS_OLD;
	}
	why->message[0] = '\0';
	return EBPFMM_COSTS_CURRENT;
}

enum ebpfmm_costs_state ebpfmm_costs_find(const char *dir,
					  struct ebpfmm_measurement *record,
					  struct ebpfmm_error *why)
{
	enum ebpfmm_costs_state state;
	struct ebpfmm_node node;

	if (ebpfmm_costs_read(dir, record, why)) {
		state = why->code == ENOENT ? EBPFMM_COSTS_MISSING : EBPFMM_COSTS_BROKEN;
		if (state == EBPFMM_COSTS_MISSING)
			ebpfmm_fail(why, 0, "never measured");
	} else if (ebpfmm_node_read(&node, why)) {
		state = EBPFMM_COSTS_BROKEN;
	} else {
		state = ebpfmm_costs_judge(record, &node, (uint64_t)time(NULL), why);
	}
	if (state >= EBPFMM_COSTS_OTHER_MACHINE) {
		*record = (struct ebpfmm_measurement){
			.compact = EBPFMM_COMPACT_DEFAULT };
		ebpfmm_costs_default(&record->costs);
	}
	return state;
}
