// SPDX-License-Identifier: GPL-2.0-only
/*
 * pagesizes [--json] PID [FILE]: print the sizes of the pages that back the
 * memory of a process.
 *
 * FILE ("-" is standard input) has a range in each line: a name, the first
 * byte, the byte after the last, and the page size that was asked for or "-".
 * Without FILE the ranges are the anonymous mappings in /proc/PID/maps.
 *
 * The data are the kernel's own. /proc/PID/pagemap has the page frame of
 * each page, /proc/kpageflags has whether a frame is the head or a tail of a
 * compound page: a head and the tails behind it are one folio, and their
 * number is its size (Documentation/admin-guide/mm/pagemap.rst). A page is
 * counted under the size of its folio, and only if it is mapped in the range.
 * The process is not stopped; figures of memory that changes are approximate.
 *
 * Exit status: 0, 1 when something cannot be read, 2 for wrong usage. Page
 * frames are shown to root only.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE_SHIFT	12
#define BATCH		512		/* entries read at once */
#define ORDERS		19		/* up to 1G */
#define NAME_SIZE	64

/* Bits of a pagemap entry. */
#define PM_PRESENT	(1ULL << 63)
#define PM_SWAPPED	(1ULL << 62)
#define PM_FRAME	((1ULL << 55) - 1)

/* Bits of kpageflags: include/uapi/linux/kernel-page-flags.h. */
#define KPF_HEAD	(1ULL << 15)
#define KPF_TAIL	(1ULL << 16)
#define KPF_ZERO_PAGE	(1ULL << 24)

struct range {
	char name[NAME_SIZE];
	char asked[8];
	uint64_t start;
	uint64_t end;
};

/*
 * struct count - bytes of a range
 * @order: present, by the order of the folio
 * @zero: the shared page of zeros, of whatever size
 * @swapped: in swap
 * @absent: not there
 */
struct count {
	uint64_t order[ORDERS];
	uint64_t zero;
	uint64_t swapped;
	uint64_t absent;
};

/* A file of 64-bit entries, of which the last batch that was read is kept. */
struct table {
	int fd;
	const char *path;
	uint64_t first;
	size_t count;
	uint64_t entries[BATCH];
};

static void open_table(struct table *table, const char *path)
{
	table->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (table->fd < 0)
		err(EXIT_FAILURE, "%s", path);
	table->path = path;
	table->first = 0;
	table->count = 0;
}

/* The entry with an index; false past the end of the file. */
static bool entry_at(struct table *table, uint64_t index, uint64_t *entry)
{
	if (index < table->first || index - table->first >= table->count) {
		ssize_t got;

		table->first = index - index % BATCH;
		got = pread(table->fd, table->entries, sizeof(table->entries),
			    (off_t)(table->first * sizeof(*table->entries)));
		if (got < 0)
			err(EXIT_FAILURE, "%s", table->path);
		table->count = (size_t)got / sizeof(*table->entries);
		if (index - table->first >= table->count)
			return false;
	}
	*entry = table->entries[index - table->first];
	return true;
}

/* A folio: page frames [first, end), or no folio at all when they are equal. */
struct folio {
	uint64_t first;
	uint64_t end;
	bool zero;
};

static uint64_t flags_of(struct table *flags, uint64_t frame)
{
	uint64_t entry;

	return entry_at(flags, frame, &entry) ? entry : 0;
}

static struct folio folio_of(struct table *flags, uint64_t frame)
{
	struct folio folio = { .first = frame, .end = frame + 1 };
	uint64_t entry = flags_of(flags, frame);

	folio.zero = entry & KPF_ZERO_PAGE;
	if (!(entry & (KPF_HEAD | KPF_TAIL)))
		return folio;
	while (folio.first && flags_of(flags, folio.first) & KPF_TAIL)
		folio.first--;
	while (flags_of(flags, folio.end) & KPF_TAIL)
		folio.end++;
	return folio;
}

static unsigned int order_of(const struct folio *folio)
{
	uint64_t pages = folio->end - folio->first;
	unsigned int order = 0;

	while (order < ORDERS - 1 && pages >> (order + 1))
		order++;
	return order;
}

static struct count count_range(struct table *map, struct table *flags,
				const struct range *range)
{
	const uint64_t page_size = 1ULL << PAGE_SHIFT;
	uint64_t end = (range->end + page_size - 1) >> PAGE_SHIFT;
	struct folio folio = { 0 };
	struct count count = { 0 };
	uint64_t page, entry, frame;

	for (page = range->start >> PAGE_SHIFT; page < end; page++) {
		if (!entry_at(map, page, &entry))
			entry = 0;
		if (!(entry & PM_PRESENT)) {
			if (entry & PM_SWAPPED)
				count.swapped += page_size;
			else
				count.absent += page_size;
			continue;
		}
		frame = entry & PM_FRAME;
		if (!frame)
			errx(EXIT_FAILURE, "%s: the kernel hides page frames: run this as root",
			     map->path);
		if (frame < folio.first || frame >= folio.end)
			folio = folio_of(flags, frame);
		if (folio.zero)
			count.zero += page_size;
		else
			count.order[order_of(&folio)] += page_size;
	}
	return count;
}

/* "4K" … "1G"; the buffer is as large as the largest of them. */
static const char *order_name(unsigned int order, char name[8])
{
	const char units[] = "KMG";
	uint64_t size = 4ULL << order;
	int unit = 0;

	while (size >= 1024) {
		size /= 1024;
		unit++;
	}
	snprintf(name, 8, "%u%c", (unsigned int)size, units[unit]);
	return name;
}

static int parse_order(const char *text)
{
	char name[8];
	unsigned int order;

	for (order = 0; order < ORDERS; order++) {
		if (!strcmp(order_name(order, name), text))
			return (int)order;
	}
	return -1;
}

/* Is this the name of a mapping that has anonymous memory and nothing else? */
static bool is_anonymous(const char *inode, const char *name)
{
	if (strcmp(inode, "0"))
		return false;
	return !*name || !strncmp(name, "[anon:", 6) ||
	       !strcmp(name, "[heap]") || !strcmp(name, "[stack]");
}

/* One line of /proc/PID/maps; false if it is not an anonymous mapping. */
static bool parse_mapping(const char *line, struct range *range)
{
	char inode[24];
	char name[NAME_SIZE] = "";
	int fields;
	char *c;

	fields = sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %23s %63[^\n]",
			&range->start, &range->end, inode, name);
	if (fields < 3 || !is_anonymous(inode, name))
		return false;
	for (c = name; *c; c++) {
		if (*c == ' ')
			*c = '_';
	}
	snprintf(range->name, sizeof(range->name), "%s",
		 *name ? name : "(unnamed)");
	strcpy(range->asked, "-");
	return true;
}

/* One line of FILE; ends the program if it makes no sense. */
static bool parse_range(const char *line, struct range *range)
{
	if (*line == '#' || *line == '\n')
		return false;
	if (sscanf(line, "%63s %" SCNx64 " %" SCNx64 " %7s", range->name,
		   &range->start, &range->end, range->asked) != 4 ||
	    range->start > range->end)
		errx(EXIT_FAILURE, "not a range (NAME START END SIZE): %.*s",
		     (int)strcspn(line, "\n"), line);
	if (strcmp(range->asked, "-") && parse_order(range->asked) < 0)
		errx(EXIT_FAILURE, "%s: not a page size: %s", range->name,
		     range->asked);
	return true;
}

/* Reads a whole file of ranges; returns how many. */
static size_t read_ranges(FILE *in, const char *path,
			  bool (*parse)(const char *, struct range *),
			  struct range **ranges)
{
	size_t count = 0, room = 0, length = 0;
	struct range range;
	char *line = NULL;

	*ranges = NULL;
	while (getline(&line, &length, in) >= 0) {
		if (!parse(line, &range))
			continue;
		if (count == room) {
			room = room ? 2 * room : 64;
			*ranges = reallocarray(*ranges, room, sizeof(range));
			if (!*ranges)
				err(EXIT_FAILURE, "%s", path);
		}
		(*ranges)[count++] = range;
	}
	if (ferror(in))
		err(EXIT_FAILURE, "%s", path);
	free(line);
	return count;
}

/* Bytes in pages of the size that was asked for, and of larger ones. */
static void compare(const struct range *range, const struct count *count,
		    uint64_t *in_asked, uint64_t *larger)
{
	int asked = parse_order(range->asked);
	int order;

	*in_asked = 0;
	*larger = 0;
	for (order = 0; order < ORDERS && asked >= 0; order++) {
		if (order == asked)
			*in_asked = count->order[order];
		else if (order > asked)
			*larger += count->order[order];
	}
}

static void print_json(const struct range *ranges, const struct count *counts,
		       size_t n)
{
	uint64_t in_asked, larger;
	unsigned int order;
	char name[8];
	size_t i;

	printf("[");
	for (i = 0; i < n; i++) {
		const char *c;

		printf("%s\n  { \"name\": \"", i ? "," : "");
		for (c = ranges[i].name; *c; c++)
			putchar(*c == '"' || *c == '\\' || *c < ' ' ? '?' : *c);
		printf("\", \"start\": %" PRIu64 ", \"end\": %" PRIu64,
		       ranges[i].start, ranges[i].end);
		printf(", \"asked\": \"%s\", \"bytes\": {", ranges[i].asked);
		for (order = 0; order < ORDERS; order++)
			printf("%s \"%s\": %" PRIu64, order ? "," : "",
			       order_name(order, name), counts[i].order[order]);
		compare(&ranges[i], &counts[i], &in_asked, &larger);
		printf(" }, \"zero\": %" PRIu64 ", \"swapped\": %" PRIu64
		       ", \"absent\": %" PRIu64 ", \"in_asked\": %" PRIu64
		       ", \"larger\": %" PRIu64 " }",
		       counts[i].zero, counts[i].swapped, counts[i].absent,
		       in_asked, larger);
	}
	printf("\n]\n");
}

static void print_size(uint64_t bytes)
{
	if (!bytes)
		printf(" %9s", ".");
	else if (bytes % (1 << 20))
		printf(" %8" PRIu64 "K", bytes >> 10);
	else
		printf(" %8" PRIu64 "M", bytes >> 20);
}

/* 4K, 64K and 2M always have a column, other sizes when they occur. */
static bool has_column(unsigned int order, const struct count *counts, size_t n)
{
	size_t i;

	if (order == 0 || order == 4 || order == 9)
		return true;
	for (i = 0; i < n; i++) {
		if (counts[i].order[order])
			return true;
	}
	return false;
}

static void print_table(const struct range *ranges, const struct count *counts,
			size_t n)
{
	uint64_t in_asked, larger, size;
	unsigned int order;
	char name[8];
	size_t i;

	printf("%-20s %5s %9s", "region", "asked", "size");
	for (order = 0; order < ORDERS; order++) {
		if (has_column(order, counts, n))
			printf(" %9s", order_name(order, name));
	}
	printf(" %9s %9s\n", "absent", "as asked");
	for (i = 0; i < n; i++) {
		size = ranges[i].end - ranges[i].start;
		printf("%-20s %5s", ranges[i].name, ranges[i].asked);
		print_size(size);
		for (order = 0; order < ORDERS; order++) {
			if (has_column(order, counts, n))
				print_size(counts[i].order[order]);
		}
		print_size(counts[i].absent + counts[i].swapped +
			   counts[i].zero);
		compare(&ranges[i], &counts[i], &in_asked, &larger);
		size -= counts[i].absent;
		if (!strcmp(ranges[i].asked, "-") || !size)
			printf(" %9s\n", "-");
		else
			printf(" %8.1f%%\n",
			       100.0 * (double)in_asked / (double)size);
	}
}

static void usage(int status)
{
	fprintf(status ? stderr : stdout,
		"usage: pagesizes [--json] PID [FILE]\n");
	exit(status);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	bool (*parse)(const char *, struct range *) = parse_range;
	char pagemap[PATH_MAX], maps[PATH_MAX];
	static struct table map, flags;
	struct range *ranges;
	struct count *counts;
	bool json = false;
	const char *path;
	char *rest;
	size_t n, i;
	FILE *in;
	long pid;
	int c;

	while ((c = getopt_long(argc, argv, "jh", options, NULL)) != -1) {
		if (c == 'h')
			usage(EXIT_SUCCESS);
		if (c != 'j')
			usage(2);
		json = true;
	}
	if (argc - optind < 1 || argc - optind > 2)
		usage(2);
	pid = strtol(argv[optind], &rest, 10);
	if (*rest || pid <= 0)
		usage(2);

	snprintf(pagemap, sizeof(pagemap), "/proc/%ld/pagemap", pid);
	snprintf(maps, sizeof(maps), "/proc/%ld/maps", pid);
	open_table(&map, pagemap);
	open_table(&flags, "/proc/kpageflags");
	path = argv[optind + 1];
	if (!path) {
		path = maps;
		parse = parse_mapping;
	}
	in = strcmp(path, "-") ? fopen(path, "re") : stdin;
	if (!in)
		err(EXIT_FAILURE, "%s", path);
	n = read_ranges(in, path, parse, &ranges);
	counts = calloc(n ? n : 1, sizeof(*counts));
	if (!counts)
		err(EXIT_FAILURE, "%s", path);
	for (i = 0; i < n; i++)
		counts[i] = count_range(&map, &flags, &ranges[i]);
	if (json)
		print_json(ranges, counts, n);
	else
		print_table(ranges, counts, n);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
