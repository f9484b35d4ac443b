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

enum ebpfmm_thp ebpfmm_thp_setting(unsigned int order)
{
	char path[96], own[16], all[16];
	bool has_own, has_all;

	snprintf(path, sizeof(path), EBPFMM_THP_DIR "/hugepages-%ukB/enabled", 4U << order);
	has_own = read_word(path, own);
	has_all = read_word(ALL, all);
	if (!has_all || (!has_own && order != EBPFMM_ORDERS - 1))
		return EBPFMM_THP_ABSENT;
	return setting_of(has_own && strcmp(own, "inherit") ? own : all);
}
