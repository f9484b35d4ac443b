// SPDX-License-Identifier: GPL-2.0-only
#include "recording/damo.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/json_read.h"
#include "recording/places.h"
#include "recording/rows.h"

/* The byte that zlib's format begins with, in which damo writes by default. */
#define ZLIB	0x78

/* Addresses and times are below, so that nothing overflows. */
#define MAX_NUMBER	((uint64_t)INT64_MAX)
#define MAX_TIME	(EBPFMM_RECORDING_MAX_US * 1000)

/**
 * struct import - what is known while damo's records are gone through
 * @ops: who is told
 * @ctx: of @ops
 * @places: what is mapped
 * @target: target_id of the process
 * @sampling_us: of the records
 * @aggregation_us: likewise
 * @start_ns: when the first snapshot begins
 * @time_us: how long was recorded
 * @regions: of the snapshot at hand
 * @rows: of it
 */
struct import {
	const struct ebpfmm_recording_ops *ops;
	void *ctx;
	struct ebpfmm_places places;
	const char *target;
	uint64_t sampling_us;
	uint64_t aggregation_us;
	uint64_t start_ns;
	uint64_t time_us;
	struct ebpfmm_damon_region *regions;
	struct ebpfmm_rows rows;
};

/* --- values ----------------------------------------------------------------------- */

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, key, &value);
	return value;
}

/* damo writes some numbers as strings, with commas where a person could read them. */
static bool text_number(const char *text, uint64_t *out)
{
	uint64_t number = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text; text++) {
		if (*text == ',')
			continue;
		if (*text < '0' || *text > '9' || number > (MAX_NUMBER - 9) / 10)
			return false;
		number = number * 10 + (uint64_t)(*text - '0');
	}
	*out = number;
	return true;
}

static int number(struct json_object *object, const char *key, uint64_t max, uint64_t *out,
		  struct ebpfmm_error *err)
{
	struct json_object *value = member(object, key);
	bool found = false;

	if (json_object_is_type(value, json_type_int)) {
		found = json_object_get_int64(value) >= 0;
		*out = json_object_get_uint64(value);
	} else if (json_object_is_type(value, json_type_string)) {
		found = text_number(json_object_get_string(value), out);
	}
	if (found && *out <= max)
		return 0;
	return ebpfmm_fail(err, 0, "%s: must be a number from 0 to %" PRIu64, key, max);
}

static int array(struct json_object *object, const char *key, struct json_object **out,
		 struct ebpfmm_error *err)
{
	*out = member(object, key);
	if (json_object_is_type(*out, json_type_array))
		return 0;
	return ebpfmm_fail(err, 0, "%s: must be an array", key);
}

/* --- a snapshot ------------------------------------------------------------------- */

static int parse_count(const struct import *import, struct json_object *object,
		       uint64_t *count, struct ebpfmm_error *err)
{
	static const char key[] = "nr_accesses";
	struct json_object *value = member(object, key);

	if (!json_object_is_type(value, json_type_object))
		return number(object, key, UINT32_MAX, count, err);
	if (member(value, "samples")) {
		if (number(value, "samples", UINT32_MAX, count, err))
			return ebpfmm_prefix(err, "%s.", key);
		return 0;
	}
	/* The other unit that damo knows. */
	if (number(value, "percent", 100, count, err))
		return ebpfmm_prefix(err, "%s.", key);
	*count = *count * (import->aggregation_us / import->sampling_us) / 100;
	return 0;
}

static int parse_region(const struct import *import, struct json_object *object,
			struct ebpfmm_damon_region *region, struct ebpfmm_error *err)
{
	uint64_t count = 0;

	if (number(object, "start", EBPFMM_RECORDING_MAX_BYTES, &region->start, err) ||
	    number(object, "end", EBPFMM_RECORDING_MAX_BYTES, &region->end, err) ||
	    parse_count(import, object, &count, err))
		return -1;
	if (region->end < region->start)
		return ebpfmm_fail(err, 0, "end: is below the start");
	region->count = (uint32_t)count;
	return 0;
}

static int parse_regions(struct import *import, struct json_object *list, size_t *count,
			 struct ebpfmm_error *err)
{
	size_t n = json_object_array_length(list), i;
	void *larger;

	if (n > EBPFMM_DAMO_MAX_REGIONS)
		return ebpfmm_fail(err, 0, "regions: more than %u", EBPFMM_DAMO_MAX_REGIONS);
	larger = reallocarray(import->regions, n + 1, sizeof(*import->regions));
	if (!larger)
		return ebpfmm_fail(err, ENOMEM, "regions");
	import->regions = larger;
	for (i = 0; i < n; i++)
		if (parse_region(import, json_object_array_get_idx(list, i),
				 &import->regions[i], err))
			return ebpfmm_prefix(err, "regions[%zu].", i);
	*count = n;
	return 0;
}

static int parse_times(struct json_object *snapshot, uint64_t *start, uint64_t *end,
		       struct ebpfmm_error *err)
{
	if (number(snapshot, "start_time", MAX_TIME, start, err) ||
	    number(snapshot, "end_time", MAX_TIME, end, err))
		return -1;
	if (*end < *start)
		return ebpfmm_fail(err, 0, "end_time: is before start_time");
	return 0;
}

static int tell_snapshot(struct import *import, struct json_object *snapshot,
			 struct ebpfmm_error *err)
{
	struct json_object *regions;
	uint64_t start = 0, end = 0, time_us;
	size_t count = 0;

	if (parse_times(snapshot, &start, &end, err) ||
	    array(snapshot, "regions", &regions, err) ||
	    parse_regions(import, regions, &count, err))
		return -1;
	time_us = (end - import->start_ns) / 1000;
	if (time_us > import->time_us)
		import->time_us = time_us;
	return ebpfmm_rows_tell(&import->rows, &import->places, import->regions, count, time_us,
				err);
}

/* --- records ---------------------------------------------------------------------- */

static const char *target_of(struct json_object *record)
{
	struct json_object *target = member(record, "target_id");

	return target ? json_object_get_string(target) : "null";
}

static int check_target(struct import *import, struct json_object *record, bool given,
			bool *wanted, struct ebpfmm_error *err)
{
	const char *target = target_of(record);

	if (!import->target)
		import->target = target;
	*wanted = !strcmp(import->target, target);
	if (*wanted || given)
		return 0;
	return ebpfmm_fail(err, 0, "target_id: is `%.32s` here and `%.32s` before: the maps "
			   "are of one process, so say which", target, import->target);
}

static int check_intervals(struct import *import, struct json_object *record,
			   struct ebpfmm_error *err)
{
	struct json_object *intervals = member(record, "intervals");
	uint64_t sampling = 0, aggregation = 0;

	if (number(intervals, "sample_us", UINT32_MAX, &sampling, err) ||
	    number(intervals, "aggr_us", UINT32_MAX, &aggregation, err))
		return ebpfmm_prefix(err, "intervals.");
	if (!sampling || aggregation < sampling)
		return ebpfmm_fail(err, 0, "intervals: aggr_us is less than sample_us, or "
				   "both are 0");
	if (!import->sampling_us) {
		import->sampling_us = sampling;
		import->aggregation_us = aggregation;
	}
	if (import->sampling_us != sampling || import->aggregation_us != aggregation)
		return ebpfmm_fail(err, 0, "intervals: are not those of the record before");
	return 0;
}

static int check_snapshots(struct import *import, struct json_object *record,
			   struct ebpfmm_error *err)
{
	struct json_object *snapshots;
	uint64_t start = 0, end = 0;
	size_t count, i;

	if (array(record, "snapshots", &snapshots, err))
		return -1;
	count = json_object_array_length(snapshots);
	for (i = 0; i < count; i++) {
		if (parse_times(json_object_array_get_idx(snapshots, i), &start, &end, err))
			return ebpfmm_prefix(err, "snapshots[%zu].", i);
		if (start < import->start_ns)
			import->start_ns = start;
	}
	return 0;
}

/* What must be known before anything is told. */
static int check_records(struct import *import, struct json_object *records,
			 struct ebpfmm_error *err)
{
	size_t count = json_object_array_length(records);
	bool given = import->target, wanted;

	import->start_ns = UINT64_MAX;
	for (size_t i = 0; i < count; i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		if (check_target(import, record, given, &wanted, err) ||
		    (wanted && (check_intervals(import, record, err) ||
				check_snapshots(import, record, err))))
			return ebpfmm_prefix(err, "records[%zu].", i);
	}
	if (!import->sampling_us)
		return ebpfmm_fail(err, 0, "records: there is none%s%.32s",
				   given ? " with the target_id " : "",
				   given ? import->target : "");
	return 0;
}

static int tell_record(struct import *import, struct json_object *record,
		       struct ebpfmm_error *err)
{
	struct json_object *snapshots = member(record, "snapshots");
	size_t count = json_object_array_length(snapshots);

	for (size_t i = 0; i < count; i++)
		if (tell_snapshot(import, json_object_array_get_idx(snapshots, i), err))
			return ebpfmm_prefix(err, "snapshots[%zu].", i);
	return 0;
}

static int tell_places(struct import *import, struct ebpfmm_error *err)
{
	const struct ebpfmm_recording_header header = {
		.version = EBPFMM_RECORDING_VERSION,
		.minor = EBPFMM_RECORDING_MINOR,
		.tool = "damo",
		.page_size = EBPFMM_PLACES_PAGE,
		.sampling_us = import->sampling_us,
		.aggregation_us = import->aggregation_us,
	};
	const struct ebpfmm_recording_program program = { .path = import->places.exe };

	if (import->ops->header(import->ctx, &header, err) ||
	    import->ops->program(import->ctx, &program, err))
		return -1;
	for (size_t i = 0; i < import->places.nspaces; i++)
		if (import->ops->space(import->ctx, &import->places.spaces[i], err))
			return -1;
	return 0;
}

static int tell(struct import *import, struct json_object *records,
		struct ebpfmm_error *err)
{
	size_t count = json_object_array_length(records);
	struct ebpfmm_recording_end end;

	if (check_records(import, records, err) || tell_places(import, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct json_object *record = json_object_array_get_idx(records, i);

		if (!strcmp(import->target, target_of(record)) &&
		    tell_record(import, record, err))
			return ebpfmm_prefix(err, "records[%zu].", i);
	}
	end = (struct ebpfmm_recording_end){ import->time_us, import->rows.intervals,
					     import->rows.runs, import->rows.lost, 1 };
	return import->ops->end(import->ctx, &end, err);
}

static int parse_records(const struct ebpfmm_damo *source, struct json_object **records,
			 struct ebpfmm_error *err)
{
	if (source->length && source->text[0] == ZLIB)
		return ebpfmm_fail(err, 0, "is compressed: have damo write it with "
				   "--output_type json");
	if (source->length > EBPFMM_DAMO_MAX_SIZE || source->maps_length > EBPFMM_DAMO_MAX_SIZE)
		return ebpfmm_fail(err, EFBIG, "records");
	if (ebpfmm_json_strict(source->text, source->length, records, err))
		return -1;
	if (json_object_is_type(*records, json_type_array))
		return 0;
	return ebpfmm_fail(err, 0, "records: must be an array, as damo writes it");
}

int ebpfmm_damo_read(const struct ebpfmm_damo *source,
		     const struct ebpfmm_recording_ops *ops, void *ctx,
		     struct ebpfmm_error *err)
{
	_cleanup_(json_object_putp) struct json_object *records = NULL;
	struct import *import;
	int ret = -1;

	if (parse_records(source, &records, err))
		return -1;
	import = calloc(1, sizeof(*import));
	if (!import)
		return ebpfmm_fail(err, ENOMEM, "records");
	import->ops = ops;
	import->ctx = ctx;
	import->target = source->target;
	import->rows.ops = ops;
	import->rows.ctx = ctx;
	if (!ebpfmm_places_parse(source->maps, source->maps_length, source->exe,
				 &import->places, err))
		ret = tell(import, records, err);
	ebpfmm_places_free(&import->places);
	free(import->regions);
	ebpfmm_rows_free(&import->rows);
	free(import);
	return ret;
}
