// SPDX-License-Identifier: GPL-2.0-only
/*
 * What people should know besides the profile.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "derive/derive_private.h"

const char *derive_label(const struct ebpfmm_derive_input *input, size_t space,
			 char buffer[DERIVE_LABEL])
{
	const char *label = input->spaces[space].label;

	if (label)
		return label;
	snprintf(buffer, DERIVE_LABEL, "space %zu", space);
	return buffer;
}

int derive_note(struct ebpfmm_derived *out, const char *format, ...)
{
	char **notes = reallocarray(out->notes, out->nnotes + 1, sizeof(*notes));
	va_list args;
	char *note;
	int ret;

	if (!notes)
		return -1;
	out->notes = notes;
	va_start(args, format);
	ret = vasprintf(&note, format, args);
	va_end(args);
	if (ret < 0)
		return -1;
	ebpfmm_printable(note);
	notes[out->nnotes++] = note;
	return 0;
}
