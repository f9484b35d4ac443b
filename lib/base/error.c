// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

void ebpfmm_printable(char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			*text = '?';
	}
}

/* The cause as it is appended; empty for code 0. */
static void describe(int code, char *cause, size_t size)
{
	const char *name = strerrordesc_np(code);

	if (!code)
		cause[0] = '\0';
	else if (name)
		snprintf(cause, size, ": %s", name);
	else
		snprintf(cause, size, ": error %d", code);
}

int ebpfmm_fail(struct ebpfmm_error *err, int code, const char *format, ...)
{
	char text[EBPFMM_ERROR_SIZE];
	char cause[80];
	va_list args;

	if (!err)
		return -1;

	describe(code, cause, sizeof(cause));
	va_start(args, format);
	if (vsnprintf(text, sizeof(text) - strlen(cause), format, args) < 0)
		text[0] = '\0';
	va_end(args);
	strcat(text, cause);

	ebpfmm_printable(text);
	strcpy(err->message, text);
	err->code = code;
	return -1;
}

int ebpfmm_prefix(struct ebpfmm_error *err, const char *format, ...)
{
	char text[EBPFMM_ERROR_SIZE] = "";
	va_list args;
	int length;

	if (!err)
		return -1;

	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= sizeof(text))
		length = (int)strlen(text);

	snprintf(text + length, sizeof(text) - length, "%s", err->message);
	ebpfmm_printable(text);
	strcpy(err->message, text);
	return -1;
}

int ebpfmm_pass(struct ebpfmm_error *err, const struct ebpfmm_error *from)
{
	if (err)
		*err = *from;
	return -1;
}
