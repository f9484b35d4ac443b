/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings in memory, from text. */
#ifndef SET_TEXT_H
#define SET_TEXT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording/set.h"

/* Add a recording whose text has ' for ", for the sake of the reader. */
static inline void set_text(struct ebpfmm_set *set, const char *name, const char *text)
{
	struct ebpfmm_error err = {};
	char *copy = strdup(text);
	FILE *file;

	for (char *at = copy; *at; at++)
		if (*at == '\'')
			*at = '"';
	file = fmemopen(copy, strlen(copy), "r");
	if (ebpfmm_set_add(set, name, file, &err))
		fail_msg("%s", err.message);
	fclose(file);
	free(copy);
}

#endif /* SET_TEXT_H */
