// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings: a worked example, what is said of each kind of damage, files that were cut
 * off anywhere, and that what is written is what is read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recording/read.h"
#include "recording/write.h"

/* Texts have ' for ", for the sake of the reader. */
#define HEADER	"{'recording':{'version':1,'minor':1,'tool':'0.1.0','start_ns':1700000000," \
		"'machine':{'kernel':'6.12.1','cpu':'a CPU','memory':4096}," \
		"'page_size':4096,'sampling_us':5000,'aggregation_us':100000}}\n"
#define NEWER	"{'recording':{'version':1,'minor':7,'page_size':4096,'sampling_us':1," \
		"'aggregation_us':1,'later':[{}]}}\n"
#define PROGRAM	"{'program':{'id':0,'path':'/usr/bin/x','size':10,'mtime_ns':-5," \
		"'build_id':'00ff'}}\n"
#define HEAP	"{'space':{'id':0,'program':0,'kind':'heap','seen':'4K'}}\n"
#define OBJECT	"{'space':{'id':1,'program':0,'kind':'object','name':'/lib/y'," \
		"'seen':'2M'}}\n"
#define MAPPING	"{'space':{'id':2,'program':0,'kind':'mapping','name':'p\xef\xbf\xbd" \
		"80l','size':8192,'rank':2,'seen':'unknown'}}\n"
#define ROW	"{'interval':{'us':100000,'space':0,'runs':[3,2,20,0,1,7,4,1,1]}}\n"
#define EMPTY	"{'interval':{'us':200000,'space':1,'runs':[]}}\n"
#define RESIDENT "{'resident':{'us':200000,'space':2,'runs':[0,2,1]}}\n"
#define END	"{'end':{'us':300000,'intervals':2,'runs':3,'lost':4,'processes':5}}\n"
#define SPACES	HEADER PROGRAM HEAP OBJECT MAPPING
#define WHOLE	SPACES ROW EMPTY RESIDENT END

/* What is told, as text. */
struct told {
	char text[8192];
	size_t length;
};

__attribute__((format(printf, 2, 3)))
static int tell(void *ctx, const char *format, ...)
{
	struct told *told = ctx;
	va_list args;

	va_start(args, format);
	told->length += vsnprintf(told->text + told->length,
				  sizeof(told->text) - told->length, format, args);
	va_end(args);
	assert_true(told->length < sizeof(told->text));
	return 0;
}

static int on_header(void *ctx, const struct ebpfmm_recording_header *header,
		     struct ebpfmm_error *err)
{
	(void)err;
	return tell(ctx, "header %u.%u %s %" PRIu64 " %s, %s, %" PRIu64 "; %u %" PRIu64
		    "/%" PRIu64 "\n", header->version, header->minor,
		    header->tool ? header->tool : "-", header->start_ns,
		    header->kernel ? header->kernel : "-", header->cpu ? header->cpu : "-",
		    header->memory, header->page_size, header->sampling_us,
		    header->aggregation_us);
}

static int on_program(void *ctx, const struct ebpfmm_recording_program *program,
		      struct ebpfmm_error *err)
{
	(void)err;
	return tell(ctx, "program %s %" PRIu64 " %" PRId64 " %s\n", program->path,
		    program->size, program->mtime_ns,
		    program->build_id ? program->build_id : "-");
}

static int on_space(void *ctx, const struct ebpfmm_recording_space *space,
		    struct ebpfmm_error *err)
{
	(void)err;
	return tell(ctx, "space %zu %s %s %" PRIu64 " %u %d\n", space->program,
		    ebpfmm_space_kind_name(space->kind), space->name ? space->name : "-",
		    space->size, space->rank, space->seen);
}

static int tell_row(void *ctx, const char *kind, const struct ebpfmm_recording_row *row)
{
	tell(ctx, "%s %" PRIu64 " %zu", kind, row->time_us, row->space);
	for (size_t i = 0; i < row->nruns && i < 8; i++)
		tell(ctx, " %" PRIu64 "+%" PRIu32 ":%" PRIu32, row->runs[i].first,
		     row->runs[i].pages, row->runs[i].count);
	return tell(ctx, " (%zu)\n", row->nruns);
}

static int on_interval(void *ctx, const struct ebpfmm_recording_row *row,
		       struct ebpfmm_error *err)
{
	(void)err;
	return tell_row(ctx, "interval", row);
}

static int on_resident(void *ctx, const struct ebpfmm_recording_row *row,
		       struct ebpfmm_error *err)
{
	(void)err;
	return tell_row(ctx, "resident", row);
}

static int on_end(void *ctx, const struct ebpfmm_recording_end *end,
		  struct ebpfmm_error *err)
{
	(void)err;
	return tell(ctx, "end %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " of %" PRIu64 "\n",
		    end->time_us, end->intervals, end->runs, end->lost, end->processes);
}

static const struct ebpfmm_recording_ops ops = {
	.header = on_header, .program = on_program, .space = on_space,
	.interval = on_interval, .resident = on_resident, .end = on_end,
};

/* Return: as text, to be freed. */
static char *quoted(const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	for (char *at = copy; *at; at++)
		if (*at == '\'')
			*at = '"';
	return copy;
}

static int read_bytes(const char *bytes, size_t length,
		      const struct ebpfmm_recording_ops *to, void *ctx,
		      struct ebpfmm_recording_extent *extent, struct ebpfmm_error *err)
{
	FILE *file = length ? fmemopen((void *)bytes, length, "r") :
			      fopen("/dev/null", "r");
	int ret;

	assert_non_null(file);
	ret = ebpfmm_recording_read(file, to, ctx, extent, err);
	fclose(file);
	return ret;
}

static int read_text(const char *text, struct told *told,
		     struct ebpfmm_recording_extent *extent, struct ebpfmm_error *err)
{
	char *copy = quoted(text);
	int ret;

	*told = (struct told){};
	ret = read_bytes(copy, strlen(copy), &ops, told, extent, err);
	free(copy);
	return ret;
}

static const char whole_told[] =
	"header 1.1 0.1.0 1700000000 6.12.1, a CPU, 4096; 4096 5000/100000\n"
	"program /usr/bin/x 10 -5 00ff\n"
	"space 0 heap - 0 0 0\n"
	"space 0 object /lib/y 0 0 9\n"
	"space 0 mapping p\xef\xbf\xbd" "80l 8192 2 -1\n"
	"interval 100000 0 3+2:20 5+1:7 10+1:1 (3)\n"
	"interval 200000 1 (0)\n"
	"resident 200000 2 0+2:1 (1)\n"
	"end 300000 2 3 4 of 5\n";

static void test_example(void **state)
{
	struct ebpfmm_recording_extent extent;
	struct ebpfmm_error err;
	struct told told;

	(void)state;
	if (read_text(WHOLE, &told, &extent, &err))
		fail_msg("%s", err.message);
	assert_string_equal(told.text, whole_told);
	assert_int_equal(extent.lines, 9);
	assert_true(extent.ended);
	assert_false(extent.truncated);
}

/* A recording that was cut off anywhere is what was written until then. */
static void test_cut_off(void **state)
{
	char *bytes = quoted(WHOLE);
	size_t length = strlen(bytes), header = strchr(bytes, '\n') - bytes + 1;

	(void)state;
	for (size_t cut = 0; cut < length; cut++) {
		/* Its own memory, so that ASan sees a read beyond. */
		char *part = malloc(cut ? cut : 1);
		struct ebpfmm_recording_extent extent;
		struct ebpfmm_error err = {};
		struct told told = {};
		int ret;

		assert_non_null(part);
		memcpy(part, bytes, cut);
		ret = read_bytes(part, cut, &ops, &told, &extent, &err);
		free(part);
		if (cut < header) {
			assert_int_equal(ret, -1);
			assert_string_equal(err.message, "line 1: is no recording: it has no "
					    "complete first line");
			continue;
		}
		if (ret)
			fail_msg("at %zu: %s", cut, err.message);
		assert_int_equal(extent.truncated, bytes[cut - 1] != '\n');
		assert_false(extent.ended);
		assert_memory_equal(told.text, whole_told, told.length);
	}
	free(bytes);
}

static void test_newer(void **state)
{
	struct ebpfmm_recording_extent extent;
	struct ebpfmm_error err;
	struct told told;

	(void)state;
	if (read_text(NEWER "{'weather':{'us':1}}\n"
		      "{'program':{'id':0,'path':'/x','colour':null}}\n", &told, &extent, &err))
		fail_msg("%s", err.message);
	assert_string_equal(told.text, "header 1.7 - 0 -, -, 0; 4096 1/1\n"
			    "program /x 0 0 -\n");
	assert_int_equal(extent.lines, 3);
}

/* --- damage ----------------------------------------------------------------------- */

#define PROGRAMS(members) HEADER "{'program':{" members "}}\n"
#define SPACE(members)	HEADER PROGRAM "{'space':{'id':0,'program':0," members "}}\n"
#define RUNS(runs)	SPACES "{'interval':{'us':1,'space':0,'runs':[" runs "]}}\n"
#define START(members)	"{'recording':{" members "}}\n"
#define PLAIN		"'version':1,'minor':0,'page_size':4096,"

static const struct {
	const char *text;
	const char *message;
} damaged[] = {
	/* lines */
	{ "\n", "line 1: column 1: unexpected end of data" },
	{ HEADER "\n", "line 2: column 1: unexpected end of data" },
	{ HEADER "{'program':\n", "line 2: column 12: unexpected end of data" },
	{ HEADER "{'program':{}} x\n", "line 2: column 16: unexpected character" },
	{ HEADER "{'program':{'id':0,'id':0}}\n", "line 2: column 20: duplicate key" },
	{ HEADER "[]\n", "line 2: must be an object, not an array" },
	{ HEADER "{}\n", "line 2: must be about one thing" },
	{ HEADER "{'program':{},'end':{}}\n", "line 2: must be about one thing" },
	{ HEADER "{'spaces':{}}\n",
	  "line 2: spaces: unknown key, did you mean `space`?" },
	{ HEADER "{'end':[]}\n", "line 2: end: must be an object, not an array" },
	{ PROGRAM, "line 1: is no recording: its first line must be about `recording`" },
	{ HEADER PROGRAM HEADER, "line 3: recording: is there once, as the first line" },
	/* the header */
	{ START(""), "line 1: recording.version, minor: must be there and be integers" },
	{ START("'version':2,'minor':0,'new':0"),
	  "line 1: recording.version: 2 is not supported, only 1" },
	{ START("'version':1,'minor':-1"),
	  "line 1: recording.minor: must be from 0 to 4294967295" },
	{ START(PLAIN "'sampling_us':1"), "line 1: recording.aggregation_us: missing" },
	{ START(PLAIN "'sampling_us':2,'aggregation_us':1"),
	  "line 1: recording.aggregation_us: is less than sampling_us" },
	{ START(PLAIN "'sampling_us':0,'aggregation_us':1"),
	  "line 1: recording.sampling_us: must be from 1 to 4294967295" },
	{ START(PLAIN "'sampling_us':1,'aggregation_us':1,'later':0"),
	  "line 1: recording.later: unknown key" },
	{ START(PLAIN "'sampling_us':1,'aggregation_us':1,'machine':{'cpu':''}"),
	  "line 1: recording.machine.cpu: is empty" },
	{ START("'version':1,'minor':0,'page_size':5000,'sampling_us':1,'aggregation_us':1"),
	  "line 1: recording.page_size: is no power of two" },
	/* programs */
	{ PROGRAMS("'id':1,'path':'/x'"), "line 2: program.id: must be 0, the next one" },
	{ PROGRAMS("'id':1024,'path':'/x'"), "line 2: program.id: must be from 0 to 1023" },
	{ PROGRAMS("'id':0,'path':'x'"), "line 2: program.path: is no absolute path" },
	{ PROGRAMS("'id':0,'path':'/x\\n'"),
	  "line 2: program.path: has a control character in it" },
	{ PROGRAMS("'id':0,'path':'/x\\u009b'"),
	  "line 2: program.path: has a control character in it" },
	{ PROGRAMS("'id':0,'path':'/x','size':-1"),
	  "line 2: program.size: must be from 0 to 9223372036854775807" },
	{ PROGRAMS("'id':0,'path':'/x','size':1.0"), "line 2: program.size: must be an "
	  "integer, not a number with a fraction or an exponent" },
	{ PROGRAMS("'id':0,'path':'/x','build_id':'abc'"),
	  "line 2: program.build_id: must be 2 to 128 digits from 0 to f, in pairs" },
	{ PROGRAMS("'id':0,'path':'/x','build_id':'AB'"),
	  "line 2: program.build_id: must be 2 to 128 digits from 0 to f, in pairs" },
	/* spaces */
	{ HEADER HEAP, "line 2: space.program: no program 0 came before" },
	{ HEADER PROGRAM OBJECT, "line 3: space.id: must be 0, the next one" },
	{ SPACE("'kind':'heap'"), "line 3: space.seen: missing" },
	{ SPACE("'kind':'heap','seen':'8K'"), "line 3: space.seen: `8K` is no page size" },
	{ SPACE("'kind':'pile','seen':'4K'"),
	  "line 3: space.kind: `pile` is no kind of space" },
	{ SPACE("'kind':'heap','seen':'4K','name':'a'"),
	  "line 3: space.name: a space of this kind has none" },
	{ SPACE("'kind':'object','seen':'4K'"),
	  "line 3: space.name: a space of this kind needs it" },
	{ SPACE("'kind':'object','name':'y','seen':'4K'"),
	  "line 3: space.name: is no absolute path" },
	{ SPACE("'kind':'object','name':'/y','rank':1,'seen':'4K'"),
	  "line 3: space.rank: a space of this kind has none" },
	{ SPACE("'kind':'heap','down':false,'seen':'4K'"),
	  "line 3: space.down: a space of this kind has none" },
	{ SPACE("'kind':'mapping','size':1,'rank':1,'down':1,'seen':'4K'"),
	  "line 3: space.down: must be a boolean, not an integer" },
	{ SPACE("'kind':'mapping','rank':1,'seen':'4K'"),
	  "line 3: space.size: a space of this kind needs it" },
	{ SPACE("'kind':'mapping','size':0,'rank':1,'seen':'4K'"),
	  "line 3: space.size: must be from 1 to 144115188075855872" },
	/* rows */
	{ HEADER ROW, "line 2: interval.space: no space 0 came before" },
	{ HEADER RESIDENT, "line 2: resident.space: no space 2 came before" },
	{ RUNS("0,1"), "line 6: interval.runs: must have three numbers for each run" },
	{ RUNS("0,1,1,0,'a',1"),
	  "line 6: interval.runs[1]: pages: must be an integer, not a string" },
	{ RUNS("0,0,1"), "line 6: interval.runs[0]: has no pages" },
	{ RUNS("0,1,1,-1,1,1"),
	  "line 6: interval.runs[1]: gap: must be from 0 to 35184372088832" },
	{ RUNS("0,4294967296,1"),
	  "line 6: interval.runs[0]: pages: must be from 0 to 4294967295" },
	{ RUNS("0,1,1,35184372088831,1,1"),
	  "line 6: interval.runs[1]: ends beyond any address space" },
	{ SPACES "{'resident':{'us':1,'space':0,'runs':[0,1,2]}}\n",
	  "line 6: resident.runs[0]: has more resident pages than pages" },
	{ SPACES "{'interval':{'us':18446744073709551615,'space':0,'runs':[]}}\n",
	  "line 6: interval.us: must be from 0 to 9007199254740991" },
	/* the end */
	{ SPACES ROW END, "line 7: end: tells of 2 intervals with 3 runs, but 1 with 3 came" },
	{ WHOLE EMPTY, "line 10: something follows the end" },
	{ WHOLE "{", "line 10: something follows the end" },
};

static void test_damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		struct ebpfmm_recording_extent extent;
		struct ebpfmm_error err = {};
		struct told told;

		if (!read_text(damaged[i].text, &told, &extent, &err))
			fail_msg("accepted: %s", damaged[i].text);
		if (strcmp(err.message, damaged[i].message))
			fail_msg("%s\n  says: %s\n  not:  %s", damaged[i].text, err.message,
				 damaged[i].message);
		assert_int_equal(read_text(damaged[i].text, &told, &extent, NULL), -1);
	}
}

/* Neither a line nor what is in it grows without end. */
static void test_limits(void **state)
{
	size_t length = EBPFMM_RECORDING_MAX_LINE + 10, at;
	char *bytes = malloc(length);
	struct ebpfmm_recording_extent extent;
	struct ebpfmm_error err = {};
	struct told told = {};

	(void)state;
	assert_non_null(bytes);
	memset(bytes, ' ', length);
	assert_int_equal(read_bytes(bytes, length, &ops, &told, &extent, &err), -1);
	assert_string_equal(err.message, "line 1: is longer than 1048576 bytes");
	free(bytes);

	bytes = quoted(SPACES "{'interval':{'us':1,'space':0,'runs':[");
	at = strlen(bytes);
	bytes = realloc(bytes, at + 6 * (EBPFMM_RECORDING_MAX_RUNS + 1) + 8);
	assert_non_null(bytes);
	for (size_t i = 0; i <= EBPFMM_RECORDING_MAX_RUNS; i++, at += 6)
		memcpy(bytes + at, "0,1,1,", 6);
	at += sprintf(bytes + at - 1, "]}}\n") - 1;
	assert_int_equal(read_bytes(bytes, at, &ops, &told, &extent, &err), -1);
	assert_string_equal(err.message, "line 6: interval.runs: more than 16384");
	free(bytes);
}

/* --- writing ---------------------------------------------------------------------- */

static void test_round_trip(void **state)
{
	struct ebpfmm_recording_writer writer = {};
	char *bytes = quoted(WHOLE), *copy = NULL;
	struct ebpfmm_recording_extent extent;
	struct ebpfmm_error err = {};
	size_t length;

	(void)state;
	writer.file = open_memstream(&copy, &length);
	assert_non_null(writer.file);
	if (read_bytes(bytes, strlen(bytes), &ebpfmm_recording_writer_ops, &writer, &extent,
		       &err))
		fail_msg("%s", err.message);
	fclose(writer.file);
	/* The end tells of the lost ones, the writer counts the rest itself. */
	assert_string_equal(copy, bytes);
	free(copy);
	free(bytes);
}

static const struct ebpfmm_recording_header plain = {
	.page_size = 4096, .sampling_us = 5000, .aggregation_us = 100000,
};

/* Any bytes may be in a name; many runs become several lines. */
static void test_write(void **state)
{
	const struct ebpfmm_recording_program program = { .path = "/\x80\n\"" };
	const struct ebpfmm_recording_space space = { .kind = EBPFMM_SPACE_HEAP };
	static struct ebpfmm_recording_run runs[EBPFMM_RECORDING_MAX_RUNS + 2];
	struct ebpfmm_recording_row row = { .runs = runs, .nruns = EBPFMM_RECORDING_MAX_RUNS + 2 };
	struct ebpfmm_recording_writer writer = {};
	struct ebpfmm_recording_extent extent;
	struct ebpfmm_error err = {};
	struct told told = {};
	size_t number = 9, length;
	char *bytes = NULL;
	FILE *file = open_memstream(&bytes, &length);

	(void)state;
	assert_non_null(file);
	for (size_t i = 0; i < row.nruns; i++)
		runs[i] = (struct ebpfmm_recording_run){ 2 * i, 1, 1 };
	assert_int_equal(ebpfmm_recording_start(&writer, file, &plain, &err), 0);
	assert_int_equal(ebpfmm_recording_put_interval(&writer, &row, &err), -1);
	assert_string_equal(err.message, "recording: no space 0 came before");
	assert_int_equal(ebpfmm_recording_put_program(&writer, &program, &number, &err), 0);
	assert_int_equal(number, 0);
	assert_int_equal(ebpfmm_recording_put_space(&writer, &space, NULL, &err), 0);
	assert_int_equal(ebpfmm_recording_put_interval(&writer, &row, &err), 0);
	runs[1].first = 0;
	assert_int_equal(ebpfmm_recording_put_interval(&writer, &row, &err), -1);
	assert_string_equal(err.message, "recording: runs[1]: begins before the end of the "
			    "one before");
	assert_int_equal(ebpfmm_recording_finish(&writer, 7, 0, &err), 0);
	fclose(file);
	if (read_bytes(bytes, length, &ops, &told, &extent, &err))
		fail_msg("%s", err.message);
	assert_non_null(strstr(told.text, "program /\xef\xbf\xbd" "80\xef\xbf\xbd" "0a\" 0 0 -\n"));
	assert_non_null(strstr(told.text, " (16384)\ninterval 0 0 32768+1:1 32770+1:1 (2)\n"
			       "end 7 2 16386 0 of 0\n"));
	free(bytes);
}

/* What a reader would refuse is not written. */
static void test_write_refused(void **state)
{
	struct ebpfmm_recording_program program = { .path = "(unreachable)/x" };
	struct ebpfmm_recording_writer writer = {};
	struct ebpfmm_error err = {};
	char *bytes = NULL, *path;
	size_t length, before;

	(void)state;
	assert_non_null(writer.file = open_memstream(&bytes, &length));
	assert_int_equal(ebpfmm_recording_start(&writer, writer.file, &plain, &err), 0);
	fflush(writer.file);
	before = length;
	assert_int_equal(ebpfmm_recording_put_program(&writer, &program, NULL, &err), -1);
	assert_string_equal(err.message, "recording: `(unreachable)/x` is no absolute path");
	path = malloc(5000);
	assert_non_null(path);
	memset(path, '/', 4999);
	path[4999] = '\0';
	program.path = path;
	assert_int_equal(ebpfmm_recording_put_program(&writer, &program, NULL, &err), -1);
	assert_non_null(strstr(err.message, "is too long"));
	fflush(writer.file);
	assert_int_equal(length, before);
	fclose(writer.file);
	free(path);
	free(bytes);
}

/* A full disk is told, at the latest at the end. */
static void test_full(void **state)
{
	struct ebpfmm_recording_writer writer = {};
	struct ebpfmm_error err = {};
	FILE *file = fopen("/dev/full", "w");
	int ret;

	(void)state;
	assert_non_null(file);
	ret = ebpfmm_recording_start(&writer, file, &plain, &err);
	if (!ret)
		ret = ebpfmm_recording_finish(&writer, 0, 0, &err);
	assert_int_equal(ret, -1);
	assert_int_equal(err.code, ENOSPC);
	fclose(file);
}

static void test_create(void **state)
{
	char directory[] = "/tmp/ebpfmm-recording-XXXXXX";
	struct ebpfmm_recording_writer writer;
	struct ebpfmm_recording_extent extent;
	struct ebpfmm_error err = {};
	struct told told = {};
	struct stat st;
	FILE *file;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(directory));
	fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	if (ebpfmm_recording_create(&writer, fd, "r", &plain, &err))
		fail_msg("%s", err.message);
	/* Its first line is there before anything is flushed. */
	assert_int_equal(fstatat(fd, "r", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(st.st_size > 50);
	assert_int_equal(fstatat(fd, "r.new", &st, 0), -1);
	assert_int_equal(ebpfmm_recording_finish(&writer, 5, 1, &err), 0);
	fclose(writer.file);
	file = fdopen(openat(fd, "r", O_RDONLY | O_CLOEXEC), "r");
	assert_non_null(file);
	if (ebpfmm_recording_read(file, &ops, &told, &extent, &err))
		fail_msg("%s", err.message);
	assert_string_equal(told.text, "header 1.1 - 0 -, -, 0; 4096 5000/100000\nend 5 0 0 1 of 0\n");
	fclose(file);
	assert_int_equal(unlinkat(fd, "r", 0), 0);
	assert_int_equal(ebpfmm_recording_create(&writer, fd, "no/r", &plain, &err), -1);
	assert_string_equal(err.message, "no/r: No such file or directory");
	close(fd);
	assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_newer),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_refused),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_create),
	};

	return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}
