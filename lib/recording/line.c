// SPDX-License-Identifier: GPL-2.0-only
#include "recording/line_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/page_size.h"
#include "recording/value_private.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define INTEGER	EBPFMM_JSON_INTEGER
#define BOOLEAN	EBPFMM_JSON_BOOLEAN
#define STRING	EBPFMM_JSON_STRING
#define ARRAY	EBPFMM_JSON_ARRAY
#define OBJECT	EBPFMM_JSON_OBJECT

/* --- the header ------------------------------------------------------------------- */

static int parse_machine(struct json_object *object, bool newer,
			 struct ebpfmm_recording_header *header, struct ebpfmm_error *err)
{
	struct json_object *kernel, *cpu, *memory;
	const struct ebpfmm_json_member members[] = {
		{ "kernel", STRING, false, &kernel },
		{ "cpu", STRING, false, &cpu },
		{ "memory", INTEGER, false, &memory },
	};

	if (!object)
		return 0;
	if (value_members(object, newer, members, COUNT(members), err) ||
	    value_text(kernel, "kernel", &header->kernel, err) ||
	    value_text(cpu, "cpu", &header->cpu, err) ||
	    value_number(memory, "memory", 0, UINT64_MAX, &header->memory, err))
		return ebpfmm_prefix(err, "machine.");
	return 0;
}

/* Before the keys are looked at, as it says which keys there may be. */
static int parse_version(struct json_object *object,
			 struct ebpfmm_recording_header *header, struct ebpfmm_error *err)
{
	struct json_object *version = json_object_object_get(object, "version");
	struct json_object *minor = json_object_object_get(object, "minor");
	uint64_t number = 0;

	if (!json_object_is_type(version, json_type_int) ||
	    !json_object_is_type(minor, json_type_int))
		return ebpfmm_fail(err, 0, "version, minor: must be there and be integers");
	number = json_object_get_uint64(version);
	if (number != EBPFMM_RECORDING_VERSION)
		return ebpfmm_fail(err, 0, "version: %" PRIu64 " is not supported, only %u",
				   number, EBPFMM_RECORDING_VERSION);
	header->version = (unsigned int)number;
	if (value_number(minor, "minor", 0, UINT32_MAX, &number, err))
		return -1;
	header->minor = (unsigned int)number;
	return 0;
}

static int parse_header(struct json_object *object, struct recording_line *line,
			struct ebpfmm_error *err)
{
	struct ebpfmm_recording_header *header = &line->header;
	struct json_object *version, *minor, *tool, *start, *machine, *page_size;
	struct json_object *sampling, *aggregation;
	const struct ebpfmm_json_member members[] = {
		{ "version", INTEGER, true, &version },
		{ "minor", INTEGER, true, &minor },
		{ "tool", STRING, false, &tool },
		{ "start_ns", INTEGER, false, &start },
		{ "machine", OBJECT, false, &machine },
		{ "page_size", INTEGER, true, &page_size },
		{ "sampling_us", INTEGER, true, &sampling },
		{ "aggregation_us", INTEGER, true, &aggregation },
	};
	uint64_t page = 0;
	bool newer;

	*header = (struct ebpfmm_recording_header){};
	if (parse_version(object, header, err))
		return -1;
	newer = header->minor > EBPFMM_RECORDING_MINOR;
	if (value_members(object, newer, members, COUNT(members), err) ||
	    value_text(tool, "tool", &header->tool, err) ||
	    value_number(start, "start_ns", 0, INT64_MAX, &header->start_ns, err) ||
	    parse_machine(machine, newer, header, err) ||
	    value_number(page_size, "page_size", 4096, 1 << 16, &page, err) ||
	    value_number(sampling, "sampling_us", 1, UINT32_MAX, &header->sampling_us, err) ||
	    value_number(aggregation, "aggregation_us", 1, UINT32_MAX,
			 &header->aggregation_us, err))
		return -1;
	if (page & (page - 1))
		return ebpfmm_fail(err, 0, "page_size: is no power of two");
	if (header->aggregation_us < header->sampling_us)
		return ebpfmm_fail(err, 0, "aggregation_us: is less than sampling_us");
	header->page_size = (uint32_t)page;
	return 0;
}

/* --- programs and spaces ---------------------------------------------------------- */

static int parse_number(struct json_object *value, const char *key, size_t count,
			size_t *out, struct ebpfmm_error *err)
{
	uint64_t number = 0;

	if (value_number(value, key, 0, count - 1, &number, err))
		return -1;
	*out = number;
	return 0;
}

static int parse_program(struct json_object *object, bool newer,
			 struct recording_line *line, struct ebpfmm_error *err)
{
	struct ebpfmm_recording_program *program = &line->program;
	struct json_object *id, *path, *size, *mtime, *build_id;
	const struct ebpfmm_json_member members[] = {
		{ "id", INTEGER, true, &id },
		{ "path", STRING, true, &path },
		{ "size", INTEGER, false, &size },
		{ "mtime_ns", INTEGER, false, &mtime },
		{ "build_id", STRING, false, &build_id },
	};

	*program = (struct ebpfmm_recording_program){};
	if (value_members(object, newer, members, COUNT(members), err) ||
	    parse_number(id, "id", EBPFMM_RECORDING_MAX_PROGRAMS, &line->number, err) ||
	    value_path(path, "path", &program->path, err) ||
	    value_number(size, "size", 0, INT64_MAX, &program->size, err) ||
	    value_build_id(build_id, "build_id", &program->build_id, err))
		return -1;
	program->mtime_ns = json_object_get_int64(mtime);
	return 0;
}

/* Which keys there are depends on the kind. */
static int check_space_keys(enum ebpfmm_space_kind kind, bool name, bool size, bool rank,
			    bool down, struct ebpfmm_error *err)
{
	bool mapping = kind == EBPFMM_SPACE_MAPPING, object = kind == EBPFMM_SPACE_OBJECT;
	const struct {
		const char *key;
		bool given;
		bool needed;
		bool allowed;
	} keys[] = {
		{ "name", name, object, object || mapping },
		{ "size", size, mapping, mapping },
		{ "rank", rank, mapping, mapping },
		{ "down", down, false, mapping },
	};

	for (size_t i = 0; i < COUNT(keys); i++) {
		if (keys[i].needed && !keys[i].given)
			return ebpfmm_fail(err, 0, "%s: a space of this kind needs it",
					   keys[i].key);
		if (keys[i].given && !keys[i].allowed)
			return ebpfmm_fail(err, 0, "%s: a space of this kind has none",
					   keys[i].key);
	}
	return 0;
}

static int parse_seen(struct json_object *value, int *seen, struct ebpfmm_error *err)
{
	const char *text = json_object_get_string(value);

	*seen = EBPFMM_SEEN_UNKNOWN;
	if (!strcmp(text, "unknown"))
		return 0;
	*seen = ebpfmm_parse_order(text);
	if (*seen < 0)
		return ebpfmm_fail(err, 0, "seen: `%.16s` is no page size", text);
	return 0;
}

static int parse_space(struct json_object *object, bool newer, struct recording_line *line,
		       struct ebpfmm_error *err)
{
	struct ebpfmm_recording_space *space = &line->space;
	struct json_object *id, *program, *kind, *name, *size, *rank, *down, *seen;
	const struct ebpfmm_json_member members[] = {
		{ "id", INTEGER, true, &id },
		{ "program", INTEGER, true, &program },
		{ "kind", STRING, true, &kind },
		{ "name", STRING, false, &name },
		{ "size", INTEGER, false, &size },
		{ "rank", INTEGER, false, &rank },
		{ "down", BOOLEAN, false, &down },
		{ "seen", STRING, true, &seen },
	};
	uint64_t ranked = 0;
	int found;

	*space = (struct ebpfmm_recording_space){};
	if (value_members(object, newer, members, COUNT(members), err))
		return -1;
	found = ebpfmm_parse_space_kind(json_object_get_string(kind));
	if (found < 0)
		return ebpfmm_fail(err, 0, "kind: `%.32s` is no kind of space",
				   json_object_get_string(kind));
	space->kind = (enum ebpfmm_space_kind)found;
	if (parse_number(id, "id", EBPFMM_RECORDING_MAX_SPACES, &line->number, err) ||
	    parse_number(program, "program", EBPFMM_RECORDING_MAX_PROGRAMS,
			 &space->program, err) ||
	    check_space_keys(space->kind, name, size, rank, down, err) ||
	    (space->kind == EBPFMM_SPACE_OBJECT ?
	     value_path(name, "name", &space->name, err) :
	     value_text(name, "name", &space->name, err)) ||
	    value_number(size, "size", 1, EBPFMM_RECORDING_MAX_BYTES, &space->size, err) ||
	    value_number(rank, "rank", 1, EBPFMM_RECORDING_MAX_RANK, &ranked, err))
		return -1;
	space->rank = (unsigned int)ranked;
	space->down = json_object_get_boolean(down);
	return parse_seen(seen, &space->seen, err);
}

/* --- rows ------------------------------------------------------------------------- */

/*
 * The three numbers of a run, of which the first counts from the end of the one before.
 * Runs are too few for their sum to overflow; how far it may go is checked later.
 */
static int parse_run(struct json_object *runs, size_t i, uint64_t *next,
		     struct ebpfmm_recording_run *run, struct ebpfmm_error *err)
{
	static const char *const names[] = { "gap", "pages", "count" };
	const uint64_t max[] = { EBPFMM_RECORDING_MAX_PAGE, UINT32_MAX, UINT32_MAX };
	uint64_t number[3] = {};

	for (size_t j = 0; j < 3; j++) {
		struct json_object *value = json_object_array_get_idx(runs, 3 * i + j);

		if (ebpfmm_json_type(value, INTEGER, err))
			return ebpfmm_prefix(err, "runs[%zu]: %s: ", i, names[j]);
		if (value_number(value, names[j], 0, max[j], &number[j], err))
			return ebpfmm_prefix(err, "runs[%zu]: ", i);
	}
	run->first = *next + number[0];
	run->pages = (uint32_t)number[1];
	run->count = (uint32_t)number[2];
	*next = run->first + run->pages;
	return 0;
}

static int parse_row(struct json_object *object, bool newer, struct recording_line *line,
		     struct ebpfmm_error *err)
{
	struct ebpfmm_recording_row *row = &line->row;
	struct json_object *time, *space, *runs;
	const struct ebpfmm_json_member members[] = {
		{ "us", INTEGER, true, &time },
		{ "space", INTEGER, true, &space },
		{ "runs", ARRAY, true, &runs },
	};
	uint64_t next = 0;
	size_t length;

	*row = (struct ebpfmm_recording_row){};
	if (value_members(object, newer, members, COUNT(members), err) ||
	    value_number(time, "us", 0, EBPFMM_RECORDING_MAX_US, &row->time_us, err) ||
	    parse_number(space, "space", EBPFMM_RECORDING_MAX_SPACES, &row->space, err))
		return -1;
	length = json_object_array_length(runs);
	if (length % 3)
		return ebpfmm_fail(err, 0, "runs: must have three numbers for each run");
	if (length / 3 > EBPFMM_RECORDING_MAX_RUNS)
		return ebpfmm_fail(err, 0, "runs: more than %u", EBPFMM_RECORDING_MAX_RUNS);
	row->runs = line->runs;
	row->nruns = length / 3;
	for (size_t i = 0; i < row->nruns; i++)
		if (parse_run(runs, i, &next, &line->runs[i], err))
			return -1;
	return ebpfmm_recording_row_check(row, line->kind == RECORDING_RESIDENT, err);
}

static int parse_end(struct json_object *object, bool newer, struct recording_line *line,
		     struct ebpfmm_error *err)
{
	struct ebpfmm_recording_end *end = &line->end;
	struct json_object *time, *intervals, *runs, *lost, *processes;
	const struct ebpfmm_json_member members[] = {
		{ "us", INTEGER, true, &time },
		{ "intervals", INTEGER, true, &intervals },
		{ "runs", INTEGER, true, &runs },
		{ "lost", INTEGER, true, &lost },
		{ "processes", INTEGER, false, &processes },
	};

	*end = (struct ebpfmm_recording_end){};
	if (value_members(object, newer, members, COUNT(members), err) ||
	    value_number(time, "us", 0, EBPFMM_RECORDING_MAX_US, &end->time_us, err) ||
	    value_number(intervals, "intervals", 0, INT64_MAX, &end->intervals, err) ||
	    value_number(runs, "runs", 0, INT64_MAX, &end->runs, err) ||
	    value_number(lost, "lost", 0, INT64_MAX, &end->lost, err))
		return -1;
	return value_number(processes, "processes", 0, INT64_MAX, &end->processes, err);
}

/* --- lines ------------------------------------------------------------------------ */

static int parse_kind(struct json_object *object, bool newer, struct recording_line *line,
		      struct ebpfmm_error *err)
{
	switch (line->kind) {
	case RECORDING_HEADER:
		return parse_header(object, line, err);
	case RECORDING_PROGRAM:
		return parse_program(object, newer, line, err);
	case RECORDING_SPACE:
		return parse_space(object, newer, line, err);
	case RECORDING_INTERVAL:
	case RECORDING_RESIDENT:
		return parse_row(object, newer, line, err);
	case RECORDING_END:
		return parse_end(object, newer, line, err);
	default:
		return 0;
	}
}

/* The position of an error in JSON, where the line is not the first one. */
static int fail_syntax(struct ebpfmm_error *err)
{
	static const char first[] = "line 1, ";
	size_t length = strlen(first);

	if (err && !strncmp(err->message, first, length))
		memmove(err->message, err->message + length,
			strlen(err->message + length) + 1);
	return -1;
}

int recording_line_parse(const char *text, size_t length, bool newer,
			 struct recording_line *line, struct ebpfmm_error *err)
{
	struct json_object *value[RECORDING_UNKNOWN];
	const struct ebpfmm_json_member members[] = {
		{ "recording", OBJECT, false, &value[RECORDING_HEADER] },
		{ "program", OBJECT, false, &value[RECORDING_PROGRAM] },
		{ "space", OBJECT, false, &value[RECORDING_SPACE] },
		{ "interval", OBJECT, false, &value[RECORDING_INTERVAL] },
		{ "resident", OBJECT, false, &value[RECORDING_RESIDENT] },
		{ "end", OBJECT, false, &value[RECORDING_END] },
	};
	size_t kind, kinds = 0;

	line->root = NULL;
	line->kind = RECORDING_UNKNOWN;
	line->number = 0;
	if (ebpfmm_json_strict(text, length, &line->root, err))
		return fail_syntax(err);
	if (ebpfmm_json_type(line->root, OBJECT, err) ||
	    value_members(line->root, newer, members, COUNT(members), err))
		return -1;
	for (kind = 0; kind < RECORDING_UNKNOWN; kind++) {
		if (!value[kind])
			continue;
		line->kind = (enum recording_kind)kind;
		kinds++;
	}
	if (kinds > 1 || (!kinds && !newer))
		return ebpfmm_fail(err, 0, "must be about one thing");
	if (!kinds)
		return 0;
	kind = line->kind;
	if (!parse_kind(value[kind], newer, line, err))
		return 0;
	return ebpfmm_prefix(err, "%s.", members[kind].key);
}

void recording_line_clear(struct recording_line *line)
{
	json_object_put(line->root);
	line->root = NULL;
}
