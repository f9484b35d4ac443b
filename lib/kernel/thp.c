// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/thp.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"

#define ALL EBPFMM_THP_DIR "/enabled"

/* Copies the word in brackets; false if there is no such file. */
static bool read_word(const char *path, char word[16])
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	char text[128] = "", *start;

	word[0] = '\0';
	if (!file)
		return false;
	start = fgets(text, sizeof(text), file) ? strchr(text, '[') : NULL;
	if (start)
		sscanf(start + 1, "%15[^]]", word);
	return true;
}

static enum ebpfmm_thp setting_of(const char *word)
{
	return strcmp(word, "never") ? EBPFMM_THP_ALLOWED : EBPFMM_THP_NEVER;
}

/* The file that decides, and its word; false if the kernel does not have the size. */
static bool find(unsigned int order, char path[EBPFMM_THP_PATH], char word[16])
{
	char all[16];
	bool has_own, has_all;

	snprintf(path, EBPFMM_THP_PATH, EBPFMM_THP_DIR "/hugepages-%ukB/enabled", 4U << order);
	has_own = read_word(path, word);
	has_all = read_word(ALL, all);
	if (!has_all || (!has_own && order != EBPFMM_ORDERS - 1))
		return false;
	if (!has_own || !strcmp(word, "inherit")) {
		strcpy(path, ALL);
		strcpy(word, all);
	}
	return true;
}

enum ebpfmm_thp ebpfmm_thp_setting(unsigned int order)
{
	char path[EBPFMM_THP_PATH], word[16];

	return find(order, path, word) ? setting_of(word) : EBPFMM_THP_ABSENT;
}

void ebpfmm_thp_file(unsigned int order, char path[EBPFMM_THP_PATH])
{
	char word[16];

	if (!find(order, path, word))
		path[0] = '\0';
}
