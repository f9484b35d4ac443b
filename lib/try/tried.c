// SPDX-License-Identifier: GPL-2.0-only
/* What comes of a trial. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "try/try.h"

#define MAX_NOTES	32U

static bool has_note(const struct ebpfmm_tried *tried, const char *text)
{
	for (size_t i = 0; i < tried->nnotes; i++)
		if (!strcmp(tried->notes[i], text))
			return true;
	return false;
}

void ebpfmm_tried_note(struct ebpfmm_tried *tried, const char *format, ...)
{
	char *text = NULL, **larger;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	larger = text && !has_note(tried, text) && tried->nnotes < MAX_NOTES ?
		 reallocarray(tried->notes, tried->nnotes + 1, sizeof(*larger)) : NULL;
	if (!larger) {
		free(text);
		return;
	}
	tried->notes = larger;
	tried->notes[tried->nnotes++] = text;
}

void ebpfmm_tried_free(struct ebpfmm_tried *tried)
{
	for (size_t i = 0; i < tried->nnotes; i++)
		free(tried->notes[i]);
	free(tried->notes);
	free(tried->table);
	ebpfmm_usage_free(&tried->usage);
	*tried = (struct ebpfmm_tried){};
}
