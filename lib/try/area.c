// SPDX-License-Identifier: GPL-2.0-only
#include "try/area.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"

#define MAX_TEXT	(64U << 20)	/* bytes; a kernel permits fewer mappings */
#define BLOCK		65536U

/* Memory of no file that belongs to the program: not [vdso] and the like. */
static bool is_own(const char *name)
{
	return !*name || !strcmp(name, "[heap]") || !strncmp(name, "[stack", 6) ||
	       !strncmp(name, "[anon:", 6);
}

/* A number up to a given byte, which is skipped. Return: whether there is one. */
static bool take_number(char **at, int base, char end, uint64_t *number)
{
	char *behind;

	*number = strtoull(*at, &behind, base);
	if (behind == *at || *behind != end)
		return false;
	*at = behind + 1;
	return true;
}

/* Not by sscanf(3), which takes several times as long: a process has thousands of lines. */
static bool take_fields(char **line, struct ebpfmm_try_area *area, char flags[4])
{
	uint64_t major, minor;

	if (!take_number(line, 16, '-', &area->start) ||
	    !take_number(line, 16, ' ', &area->end) || strnlen(*line, 5) < 5 ||
	    (*line)[4] != ' ')
		return false;
	memcpy(flags, *line, 4);
	*line += 5;
	if (!take_number(line, 16, ' ', &area->offset) ||
	    !take_number(line, 16, ':', &major) || !take_number(line, 16, ' ', &minor))
		return false;
	area->inode = strtoull(*line, line, 10);
	area->device = makedev((unsigned int)major, (unsigned int)minor);
	*line += strspn(*line, " ");
	return area->start < area->end;
}

bool ebpfmm_try_area_parse(char *line, struct ebpfmm_try_area *area)
{
	size_t length;
	char flags[4];

	*area = (struct ebpfmm_try_area){};
	if (!take_fields(&line, area, flags))
		return false;
	memcpy(area->access, flags, sizeof(area->access) - 1);
	area->usable = strncmp(flags, "---", 3);
	area->anonymous = !area->inode && flags[3] == 'p' && is_own(line);
	length = strlen(line);
	if (area->anonymous && !strncmp(line, "[anon:", 6) && line[length - 1] == ']') {
		line[length - 1] = '\0';
		line += 6;
		/* As glibc names its memory. */
		if (*line == ' ')
			line++;
	}
	area->name = line;
	return true;
}

int ebpfmm_try_areas_parse(char *text, struct ebpfmm_try_areas *areas)
{
	size_t lines = 0;
	char *line, *rest = text;

	*areas = (struct ebpfmm_try_areas){ .text = text };
	if (!text)
		return -1;
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	areas->list = calloc(lines + 1, sizeof(*areas->list));
	if (!areas->list)
		return -1;
	while ((line = strsep(&rest, "\n")))
		if (ebpfmm_try_area_parse(line, &areas->list[areas->count]))
			areas->count++;
	return 0;
}

/* Return: to be freed, or NULL. */
static char *read_all(pid_t tid, const char *name)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int fd = -1;
	size_t room = 0, used = 0;
	ssize_t got = 1;
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && got > 0 && used < MAX_TEXT) {
		if (room - used <= BLOCK / 2) {
			char *larger = realloc(text, room += BLOCK);

			if (!larger)
				return NULL;
			text = larger;
		}
		got = read(fd, text + used, room - used - 1);
		if (got > 0)
			used += (size_t)got;
	}
	if (!used || got)
		return NULL;
	text[used] = '\0';
	return take_ptr(text);
}

int ebpfmm_try_areas_read(pid_t tid, struct ebpfmm_try_areas *areas)
{
	return ebpfmm_try_areas_parse(read_all(tid, "maps"), areas);
}

void ebpfmm_try_areas_free(struct ebpfmm_try_areas *areas)
{
	free(areas->text);
	free(areas->list);
	*areas = (struct ebpfmm_try_areas){};
}

/* Fields are numbered as in proc_pid_stat(5); the second may have blanks in it. */
int ebpfmm_try_memory_parse(const char *text, struct ebpfmm_try_memory *memory)
{
	const char *at = strrchr(text, ')');

	*memory = (struct ebpfmm_try_memory){};
	for (int field = 2; at && field < 47; field++) {
		at = strchr(at, ' ');
		if (!at)
			break;
		at++;
		if (field + 1 == 26)
			memory->start_code = strtoull(at, NULL, 10);
		else if (field + 1 == 28)
			memory->start_stack = strtoull(at, NULL, 10);
		else if (field + 1 == 47)
			memory->start_brk = strtoull(at, NULL, 10);
	}
	return memory->start_code && memory->start_stack ? 0 : -1;
}

int ebpfmm_try_memory_read(pid_t tid, struct ebpfmm_try_memory *memory)
{
	_cleanup_free_ char *text = read_all(tid, "stat");

	return text ? ebpfmm_try_memory_parse(text, memory) : -1;
}

bool ebpfmm_try_read(pid_t tid, uint64_t address, void *bytes, size_t size)
{
	_cleanup_close_ int fd = -1;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && pread(fd, bytes, size, (off_t)address) == (ssize_t)size;
}
