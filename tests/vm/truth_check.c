// SPDX-License-Identifier: GPL-2.0-only
/*
 * truth_check STARTS TRUTH TRACE EXE…: compare what programs said of their
 * memory (truth.c) with what the policy decided (ebpfmm trace --json). EXE are
 * the programs of the profile, in its order.
 *
 * Every decision must be for the right program and region, with the region's
 * right bounds, and there must be one for each page that was empty until the
 * program touched it, if the kernel had any choice there: in anonymous memory,
 * where an aligned 16K fits into the mapping.
 *
 * Prints the counts in one line, and what is wrong on standard error.
 */
#include <err.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096UL
/* The smallest page that the kernel has besides 4K. */
#define LARGER 16384UL

#define MAX_RANGES 32
#define MAX_VMAS 128
#define MAX_THREADS 8
#define MAX_PROGRAMS 16
#define NONE (-1)
#define SHOWN 20

/* A region: what the program said, and the pages that are its own. */
struct range {
	uint64_t start;
	uint64_t end;
	int region;
	uint64_t first;
	uint64_t last;
};

/* A mapping; a page's letter becomes 'd' when it is decided. */
struct vma {
	uint64_t start;
	uint64_t end;
	char kind;
	char *pages;
};

/* What one process image said of itself. */
struct image {
	char *path;
	int pid;
	int program;
	uint64_t begin;
	uint64_t end;
	struct range ranges[MAX_RANGES];
	size_t nranges;
	struct vma vmas[MAX_VMAS];
	size_t nvmas;
	int threads[MAX_THREADS];
	size_t nthreads;
};

struct event {
	uint64_t time;
	uint64_t address;
	uint64_t start;
	uint64_t end;
	int pid;
	int tid;
	int program;
	int region;
	const char *size;
	const char *reason;
	const char *asked;
};

static struct image *images;
static size_t nimages;
static bool seen[MAX_PROGRAMS][MAX_RANGES];

static struct {
	size_t decisions;	/* that were traced */
	size_t inside;		/* of those, in a region */
	size_t pages;		/* that had to be decided */
	size_t touched;		/* of those, in a region */
	size_t no_choice;	/* touched, and nothing to decide */
	size_t shared;		/* pages of two regions */
	size_t regions;		/* different ones */
	size_t wrong;
} count;

__attribute__((format(printf, 1, 2)))
static void wrong(const char *format, ...)
{
	va_list arguments;

	if (++count.wrong > SHOWN)
		return;
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

/* --- what the programs said ----------------------------------------------------- */

static struct image *add_image(void)
{
	images = reallocarray(images, nimages + 1, sizeof(*images));
	if (!images)
		err(EXIT_FAILURE, "memory");
	memset(&images[nimages], 0, sizeof(*images));
	return &images[nimages++];
}

static struct vma *vma_of(struct image *image, uint64_t address)
{
	size_t i;

	for (i = 0; i < image->nvmas; i++)
		if (address >= image->vmas[i].start &&
		    address < image->vmas[i].end)
			return &image->vmas[i];
	return NULL;
}

static const struct range *range_of(const struct image *image, uint64_t address)
{
	size_t i;

	for (i = 0; i < image->nranges; i++)
		if (address >= image->ranges[i].first &&
		    address < image->ranges[i].last)
			return &image->ranges[i];
	return NULL;
}

static int by_address(const void *a, const void *b)
{
	const struct range *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

/*
 * Find out which pages belong to which region, as documented: a page of two is
 * the first one's, and pages of a file are none's.
 */
static void settle(struct image *image)
{
	uint64_t taken = 0;
	size_t i;

	qsort(image->ranges, image->nranges, sizeof(image->ranges[0]), by_address);
	for (i = 0; i < image->nranges; i++) {
		struct range *range = &image->ranges[i];
		struct vma *vma;

		range->first = range->start / PAGE * PAGE;
		range->last = (range->end + PAGE - 1) / PAGE * PAGE;
		if (range->first < taken) {
			count.shared += (taken - range->first) / PAGE;
			range->first = taken;
		}
		taken = range->last;
		vma = vma_of(image, range->first);
		if (vma && vma->kind == 'f')
			range->first = vma->end;
		if (range->first >= range->last)
			wrong("%s: region %d has no page", image->path,
			      range->region);
		if (range->region >= MAX_RANGES)
			errx(EXIT_FAILURE, "region %d", range->region);
		count.regions += !seen[image->program][range->region];
		seen[image->program][range->region] = true;
	}
}

static int program_of(const char *path, char **programs)
{
	int i;

	for (i = 0; programs[i]; i++)
		if (!strcmp(programs[i], path))
			return i;
	return NONE;
}

static void read_line(const char *line, char **programs)
{
	struct image *image = nimages ? &images[nimages - 1] : NULL;
	struct range *range;
	struct vma *vma;
	char kind[16];

	if (!strncmp(line, "program ", 8)) {
		image = add_image();
		if (sscanf(line, "program %ms %d %lu", &image->path, &image->pid,
			   &image->begin) != 3)
			errx(EXIT_FAILURE, "%s", line);
		image->program = program_of(image->path, programs);
	} else if (image && !strncmp(line, "range ", 6) &&
		   image->nranges < MAX_RANGES) {
		range = &image->ranges[image->nranges++];
		if (sscanf(line, "range %d %lx %lx", &range->region,
			   &range->start, &range->end) != 3)
			errx(EXIT_FAILURE, "%s", line);
	} else if (image && !strncmp(line, "vma ", 4) && image->nvmas < MAX_VMAS) {
		vma = &image->vmas[image->nvmas++];
		if (sscanf(line, "vma %lx %lx %15s %ms", &vma->start, &vma->end,
			   kind, &vma->pages) != 4 ||
		    strlen(vma->pages) != (vma->end - vma->start) / PAGE)
			errx(EXIT_FAILURE, "%s", line);
		vma->kind = kind[0];
	} else if (image && sscanf(line, "end %lu", &image->end) == 1) {
		if (image->program == NONE)
			image->nranges = 0;
		settle(image);
	} else {
		errx(EXIT_FAILURE, "%s", line);
	}
}

/* --- what was decided ------------------------------------------------------------ */

static int64_t member(struct json_object *event, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(event, name, &value))
		errx(EXIT_FAILURE, "a decision without %s", name);
	return value ? json_object_get_int64(value) : NONE;
}

static const char *text(struct json_object *event, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(event, name, &value))
		errx(EXIT_FAILURE, "a decision without %s", name);
	return json_object_get_string(value);
}

/* Which image of its process made it? @surely: while it touched its memory. */
static struct image *image_of(const struct event *event, bool *surely)
{
	struct image *image, *found = NULL;

	*surely = false;
	for (image = images; image < images + nimages; image++) {
		if (image->pid != event->pid)
			continue;
		if (event->time >= image->begin && event->time <= image->end) {
			*surely = true;
			return image;
		}
		/*
		 * Before main(), or when it ended: what the policy says must be
		 * true of one of them.
		 */
		if (image->program == event->program &&
		    (!found || event->time > found->end))
			found = image;
	}
	return found;
}

static void unlike(const struct event *event, const struct image *image,
		   const char *truth)
{
	wrong("%s, process %d: %#lx %s, not of program %d, region %d, %#lx to %#lx, %s, %s",
	      image ? image->path : "?", event->pid, event->address, truth,
	      event->program, event->region, event->start, event->end,
	      event->reason, event->size);
}

/* Is a decision for a program of the profile one for the right region? */
static void check_place(const struct event *event, struct image *image)
{
	const struct range *range = range_of(image, event->address);
	const struct vma *vma = vma_of(image, event->address);

	if (event->region != (range ? range->region : NONE)) {
		unlike(event, image, range ? "is in a region" : "is in no region");
	} else if (vma && vma->kind == 'f') {
		unlike(event, image, "is of a file");
	} else if (!range) {
		if (strcmp(event->reason, "outside"))
			unlike(event, image, "is outside");
	} else {
		count.inside++;
		if (event->start != range->first || event->end != range->last)
			unlike(event, image, "has other bounds");
		if (strcmp(event->reason, "best") || strcmp(event->size, "4K"))
			unlike(event, image, "is best in 4K");
	}
}

static void mark(const struct event *event, struct image *image)
{
	struct vma *vma = vma_of(image, event->address);
	size_t i;

	if (vma && vma->pages[(event->address - vma->start) / PAGE] == '1')
		vma->pages[(event->address - vma->start) / PAGE] = 'd';
	for (i = 0; i < image->nthreads; i++)
		if (image->threads[i] == event->tid)
			return;
	if (image->nthreads < MAX_THREADS)
		image->threads[image->nthreads++] = event->tid;
}

static void check_event(const struct event *event)
{
	struct image *image;
	bool surely;

	image = image_of(event, &surely);
	count.decisions++;
	if (!image) {
		/* The shell, or what a process is before it calls exec. */
		if (event->program != NONE || event->region != NONE)
			unlike(event, image, "is of no program");
		return;
	}
	if (event->program != image->program) {
		unlike(event, image, "is of another program");
		return;
	}
	if (surely)
		mark(event, image);
	if (event->program != NONE)
		check_place(event, image);
	else if (event->region != NONE || strcmp(event->reason, "other-program"))
		unlike(event, image, "is of no program");
}

static void read_event(const char *line)
{
	struct json_object *json = json_tokener_parse(line);
	struct event event;

	if (!json)
		errx(EXIT_FAILURE, "no JSON: %s", line);
	event.time = (uint64_t)member(json, "time");
	event.pid = (int)member(json, "pid");
	event.tid = (int)member(json, "tid");
	event.program = (int)member(json, "program");
	event.region = (int)member(json, "region");
	event.address = strtoull(text(json, "address"), NULL, 16);
	event.start = strtoull(text(json, "start"), NULL, 16);
	event.end = strtoull(text(json, "end"), NULL, 16);
	event.size = text(json, "size");
	event.reason = text(json, "reason");
	event.asked = text(json, "asked");
	if (!strcmp(event.asked, "fault"))
		check_event(&event);
	json_object_put(json);
}

/* --- was all of it decided? -------------------------------------------------------- */

static void check_page(const struct image *image, const struct vma *vma, size_t i)
{
	uint64_t page = vma->start + i * PAGE;
	uint64_t block = page / LARGER * LARGER;
	const struct range *range = range_of(image, page);

	if (vma->pages[i] == '0')
		return;
	if (vma->kind != 'a' || block < vma->start || block + LARGER > vma->end) {
		count.no_choice++;
		return;
	}
	count.pages++;
	count.touched += range ? 1 : 0;
	if (vma->pages[i] != 'd')
		wrong("%s, process %d: no decision at %#lx, in region %d",
		      image->path, image->pid, page, range ? range->region : NONE);
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

static size_t different(uint64_t *values, size_t n)
{
	size_t i, found = n ? 1 : 0;

	qsort(values, n, sizeof(*values), by_value);
	for (i = 1; i < n; i++)
		found += values[i] != values[i - 1];
	return found;
}

/* Were there as many starts as there should be, each at another place? */
static void check_starts(size_t starts)
{
	uint64_t *pids = calloc(nimages + 1, sizeof(*pids));
	uint64_t *stacks = calloc(nimages + 1, sizeof(*stacks));
	size_t i, found;

	if (!pids || !stacks)
		err(EXIT_FAILURE, "memory");
	for (i = 0; i < nimages; i++) {
		pids[i] = (uint64_t)images[i].pid;
		if (images[i].nvmas)
			stacks[i] = images[i].vmas[images[i].nvmas - 1].end;
	}
	found = different(pids, nimages);
	if (found < starts)
		wrong("%zu processes in %zu starts", found, starts);
	found = different(stacks, nimages);
	if (found < starts / 2)
		wrong("only %zu places of the stack", found);
	free(pids);
	free(stacks);
}

static void read_lines(const char *path, void (*each)(const char *line, char **data),
		       char **data)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	if (!file)
		err(EXIT_FAILURE, "%s", path);
	while ((length = getline(&line, &size, file)) > 0) {
		line[length - 1] = '\0';
		each(line, data);
	}
	if (ferror(file))
		err(EXIT_FAILURE, "%s", path);
	free(line);
	fclose(file);
}

static void each_event(const char *line, char **data)
{
	(void)data;
	read_event(line);
}

int main(int argc, char **argv)
{
	size_t i, v, page, threads = 0, starts;

	if (argc < 5 || argc > 4 + MAX_PROGRAMS)
		errx(2, "STARTS TRUTH TRACE EXE...");
	starts = strtoul(argv[1], NULL, 10);
	read_lines(argv[2], read_line, argv + 4);
	read_lines(argv[3], each_event, NULL);
	for (i = 0; i < nimages; i++) {
		const struct image *image = &images[i];

		if (image->nthreads > threads)
			threads = image->nthreads;
		for (v = 0; v < image->nvmas; v++)
			for (page = 0; image->vmas[v].pages[page]; page++)
				check_page(image, &image->vmas[v], page);
	}
	check_starts(starts);

	printf("%zu starts, %zu images, %zu threads: %zu pages checked (%zu in %zu regions, %zu shared by two), %zu without choice; %zu decisions (%zu in regions), %zu mismatches\n",
	       starts, nimages, threads, count.pages, count.touched,
	       count.regions, count.shared, count.no_choice, count.decisions,
	       count.inside, count.wrong);
	return count.wrong || !count.touched ? EXIT_FAILURE : EXIT_SUCCESS;
}
