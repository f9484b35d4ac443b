// SPDX-License-Identifier: GPL-2.0-only
#include "recording/write.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/page_size.h"

#define FORMAT	(JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static int check(struct ebpfmm_recording_writer *writer, struct ebpfmm_error *err)
{
	if (ferror(writer->file))
		return ebpfmm_fail(err, errno ? errno : EIO, "recording cannot be written");
	return 0;
}

/* --- lines that are made of JSON objects ------------------------------------------ */

/* The text lives as long as @line. Return: NULL without memory. */
static const char *line_text(struct json_object *line, const char *kind,
			     struct json_object *value)
{
	if (!line || ebpfmm_json_add(line, kind, value))
		return NULL;
	return json_object_to_json_string_ext(line, FORMAT);
}

/* @value is taken over; NULL: there was no memory for it. */
static int put_line(struct ebpfmm_recording_writer *writer, const char *kind,
		    struct json_object *value, struct ebpfmm_error *err)
{
	_cleanup_(json_object_putp) struct json_object *line = json_object_new_object();
	const char *text;

	if (!line) {
		json_object_put(value);
		return ebpfmm_fail(err, ENOMEM, "recording");
	}
	text = line_text(line, kind, value);
	if (!text)
		return ebpfmm_fail(err, ENOMEM, "recording");
	errno = 0;
	fprintf(writer->file, "%s\n", text);
	return check(writer, err);
}

/* A reader refuses what is too long, so nobody gets to write it. */
static int check_name(const char *name, bool path, struct ebpfmm_error *err)
{
	if (!*name || (path && *name != '/'))
		return ebpfmm_fail(err, 0, "recording: `%.128s` is no %s", name,
				   path ? "absolute path" : "name");
	/* Each byte can become the replacement character and two digits. */
	if (strlen(name) > EBPFMM_RECORDING_MAX_TEXT / 5)
		return ebpfmm_fail(err, 0, "recording: `%.128s` is too long", name);
	return 0;
}

static int add_name(struct json_object *object, const char *key, const char *name,
		    bool copied)
{
	if (!name)
		return 0;
	if (copied)
		return ebpfmm_json_add(object, key, json_object_new_string(name));
	return ebpfmm_json_add_string(object, key, name);
}

static int add_known(struct json_object *object, const char *key, const char *value)
{
	return value ? ebpfmm_json_add_string(object, key, value) : 0;
}

static struct json_object *machine_json(const struct ebpfmm_recording_header *header)
{
	struct json_object *machine = json_object_new_object();

	if (!machine)
		return NULL;
	if (!add_known(machine, "kernel", header->kernel) &&
	    !add_known(machine, "cpu", header->cpu) &&
	    !ebpfmm_json_add_number(machine, "memory", header->memory))
		return machine;
	json_object_put(machine);
	return NULL;
}

static struct json_object *header_json(const struct ebpfmm_recording_header *header)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	if (!ebpfmm_json_add_number(object, "version", EBPFMM_RECORDING_VERSION) &&
	    !ebpfmm_json_add_number(object, "minor", EBPFMM_RECORDING_MINOR) &&
	    !add_known(object, "tool", header->tool) &&
	    !ebpfmm_json_add_number(object, "start_ns", header->start_ns) &&
	    !ebpfmm_json_add(object, "machine", machine_json(header)) &&
	    !ebpfmm_json_add_number(object, "page_size", header->page_size) &&
	    !ebpfmm_json_add_number(object, "sampling_us", header->sampling_us) &&
	    !ebpfmm_json_add_number(object, "aggregation_us", header->aggregation_us))
		return object;
	json_object_put(object);
	return NULL;
}

int ebpfmm_recording_start(struct ebpfmm_recording_writer *writer, FILE *file,
			   const struct ebpfmm_recording_header *header,
			   struct ebpfmm_error *err)
{
	*writer = (struct ebpfmm_recording_writer){ .file = file, .copies = writer->copies };
	return put_line(writer, "recording", header_json(header), err);
}

static struct json_object *program_json(const struct ebpfmm_recording_program *program,
					size_t number, bool copied)
{
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	if (!ebpfmm_json_add_number(object, "id", number) &&
	    !add_name(object, "path", program->path, copied) &&
	    !ebpfmm_json_add_number(object, "size", program->size) &&
	    !ebpfmm_json_add(object, "mtime_ns", json_object_new_int64(program->mtime_ns)) &&
	    !add_known(object, "build_id", program->build_id))
		return object;
	json_object_put(object);
	return NULL;
}

int ebpfmm_recording_put_program(struct ebpfmm_recording_writer *writer,
				 const struct ebpfmm_recording_program *program,
				 size_t *number, struct ebpfmm_error *err)
{
	if (writer->programs == EBPFMM_RECORDING_MAX_PROGRAMS)
		return ebpfmm_fail(err, 0, "recording: more than %u programs",
				   EBPFMM_RECORDING_MAX_PROGRAMS);
	if ((!writer->copies && check_name(program->path, true, err)) ||
	    put_line(writer, "program",
		     program_json(program, writer->programs, writer->copies), err))
		return -1;
	if (number)
		*number = writer->programs;
	writer->programs++;
	return 0;
}

static struct json_object *space_json(const struct ebpfmm_recording_space *space,
				      size_t number, bool copied)
{
	struct json_object *object = json_object_new_object();
	bool mapping = space->kind == EBPFMM_SPACE_MAPPING;

	if (!object)
		return NULL;
	if (!ebpfmm_json_add_number(object, "id", number) &&
	    !ebpfmm_json_add_number(object, "program", space->program) &&
	    !ebpfmm_json_add_string(object, "kind", ebpfmm_space_kind_name(space->kind)) &&
	    !add_name(object, "name", space->name, copied) &&
	    (!mapping || (!ebpfmm_json_add_number(object, "size", space->size) &&
			  !ebpfmm_json_add_number(object, "rank", space->rank))) &&
	    (!space->down ||
	     !ebpfmm_json_add(object, "down", json_object_new_boolean(true))) &&
	    !ebpfmm_json_add_string(object, "seen", space->seen == EBPFMM_SEEN_UNKNOWN ?
				    "unknown" : ebpfmm_order_name(space->seen)))
		return object;
	json_object_put(object);
	return NULL;
}

int ebpfmm_recording_put_space(struct ebpfmm_recording_writer *writer,
			       const struct ebpfmm_recording_space *space,
			       size_t *number, struct ebpfmm_error *err)
{
	if (writer->spaces == EBPFMM_RECORDING_MAX_SPACES)
		return ebpfmm_fail(err, 0, "recording: more than %u spaces",
				   EBPFMM_RECORDING_MAX_SPACES);
	if ((!writer->copies && space->name &&
	     check_name(space->name, space->kind == EBPFMM_SPACE_OBJECT, err)) ||
	    put_line(writer, "space", space_json(space, writer->spaces, writer->copies), err))
		return -1;
	if (number)
		*number = writer->spaces;
	writer->spaces++;
	return 0;
}

/* --- rows, of which there are many ------------------------------------------------ */

static void print_row(FILE *file, const char *kind, const struct ebpfmm_recording_row *row,
		      size_t first, size_t end)
{
	uint64_t next = 0;

	fprintf(file, "{\"%s\":{\"us\":%" PRIu64 ",\"space\":%zu,\"runs\":[", kind,
		row->time_us, row->space);
	for (size_t i = first; i < end; i++) {
		const struct ebpfmm_recording_run *run = &row->runs[i];

		fprintf(file, "%s%" PRIu64 ",%" PRIu32 ",%" PRIu32, i > first ? "," : "",
			run->first - next, run->pages, run->count);
		next = run->first + run->pages;
	}
	fputs("]}}\n", file);
}

static int put_row(struct ebpfmm_recording_writer *writer, const char *kind, bool resident,
		   const struct ebpfmm_recording_row *row, struct ebpfmm_error *err)
{
	size_t first = 0, end;

	if (row->space >= writer->spaces)
		return ebpfmm_fail(err, 0, "recording: no space %zu came before", row->space);
	if (ebpfmm_recording_row_check(row, resident, err))
		return ebpfmm_prefix(err, "recording: ");
	errno = 0;
	do {
		end = row->nruns - first > EBPFMM_RECORDING_MAX_RUNS ?
		      first + EBPFMM_RECORDING_MAX_RUNS : row->nruns;
		print_row(writer->file, kind, row, first, end);
		if (!resident) {
			writer->intervals++;
			writer->runs += end - first;
		}
		first = end;
	} while (first < row->nruns);
	return check(writer, err);
}

int ebpfmm_recording_put_interval(struct ebpfmm_recording_writer *writer,
				  const struct ebpfmm_recording_row *row,
				  struct ebpfmm_error *err)
{
	return put_row(writer, "interval", false, row, err);
}

int ebpfmm_recording_put_resident(struct ebpfmm_recording_writer *writer,
				  const struct ebpfmm_recording_row *row,
				  struct ebpfmm_error *err)
{
	return put_row(writer, "resident", true, row, err);
}

int ebpfmm_recording_finish(struct ebpfmm_recording_writer *writer, uint64_t time_us,
			    uint64_t lost, struct ebpfmm_error *err)
{
	errno = 0;
	fprintf(writer->file, "{\"end\":{\"us\":%" PRIu64 ",\"intervals\":%" PRIu64
		",\"runs\":%" PRIu64 ",\"lost\":%" PRIu64,
		time_us, writer->intervals, writer->runs, lost);
	if (writer->processes)
		fprintf(writer->file, ",\"processes\":%" PRIu64, writer->processes);
	fputs("}}\n", writer->file);
	fflush(writer->file);
	return check(writer, err);
}

/* --- the file --------------------------------------------------------------------- */

static int replace(int dirfd, const char *name, const char *line, struct ebpfmm_error *err)
{
	_cleanup_free_ char *tmp = NULL;
	struct ebpfmm_new_file file = { .dirfd = dirfd, .name = name, .mode = 0600 };

	if (ebpfmm_file_may_replace(dirfd, name, err))
		return -1;
	if (asprintf(&tmp, "%s.new", name) < 0) {
		tmp = NULL;
		return ebpfmm_fail(err, ENOMEM, "%s", name);
	}
	file.tmp = tmp;
	if (ebpfmm_file_replace(&file, line, strlen(line)))
		return ebpfmm_fail(err, errno, "%s", name);
	return 0;
}

int ebpfmm_recording_create(struct ebpfmm_recording_writer *writer, int dirfd,
			    const char *name, const struct ebpfmm_recording_header *header,
			    struct ebpfmm_error *err)
{
	_cleanup_(json_object_putp) struct json_object *object = json_object_new_object();
	const char *text = line_text(object, "recording", header_json(header));
	_cleanup_close_ int fd = -1;
	_cleanup_free_ char *line = NULL;
	FILE *file;

	if (!text || asprintf(&line, "%s\n", text) < 0) {
		line = NULL;
		return ebpfmm_fail(err, ENOMEM, "%s", name);
	}
	if (replace(dirfd, name, line, err))
		return -1;
	fd = openat(dirfd, name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "a");
	if (!file)
		return ebpfmm_fail(err, errno, "%s", name);
	take_fd(&fd);
	*writer = (struct ebpfmm_recording_writer){ .file = file };
	return 0;
}

/* --- as who is told --------------------------------------------------------------- */

static int on_header(void *ctx, const struct ebpfmm_recording_header *header,
		     struct ebpfmm_error *err)
{
	struct ebpfmm_recording_writer *writer = ctx;

	writer->copies = true;
	return ebpfmm_recording_start(writer, writer->file, header, err);
}

static int on_program(void *ctx, const struct ebpfmm_recording_program *program,
		      struct ebpfmm_error *err)
{
	return ebpfmm_recording_put_program(ctx, program, NULL, err);
}

static int on_space(void *ctx, const struct ebpfmm_recording_space *space,
		    struct ebpfmm_error *err)
{
	return ebpfmm_recording_put_space(ctx, space, NULL, err);
}

static int on_interval(void *ctx, const struct ebpfmm_recording_row *row,
		       struct ebpfmm_error *err)
{
	return ebpfmm_recording_put_interval(ctx, row, err);
}

static int on_resident(void *ctx, const struct ebpfmm_recording_row *row,
		       struct ebpfmm_error *err)
{
	return ebpfmm_recording_put_resident(ctx, row, err);
}

static int on_end(void *ctx, const struct ebpfmm_recording_end *end,
		  struct ebpfmm_error *err)
{
	struct ebpfmm_recording_writer *writer = ctx;

	writer->processes = end->processes;
	return ebpfmm_recording_finish(writer, end->time_us, end->lost, err);
}

const struct ebpfmm_recording_ops ebpfmm_recording_writer_ops = {
	.header = on_header,
	.program = on_program,
	.space = on_space,
	.interval = on_interval,
	.resident = on_resident,
	.end = on_end,
};
