// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

void ctl_print_json(struct json_object *value)
{
	puts(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
						   JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(value);
}

struct json_object *ctl_error(const char *message, const char *code)
{
	struct json_object *object = json_object_new_object();

	ebpfmm_json_add_string(object, "message", message);
	ebpfmm_json_add_string(object, "code", code);
	return object;
}

const char *ctl_error_code(const struct ebpfmm_error *err)
{
	const char *name = err->code ? strerrorname_np(err->code) : NULL;

	return name ? name : "failed";
}

char *ctl_format(const char *format, va_list args)
{
	char *text;

	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

void ctl_print(const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list args;
	size_t length;

	va_start(args, format);
	text = ctl_format(format, args);
	va_end(args);
	if (!text)
		return;
	length = strlen(text);
	if (length && text[length - 1] == '\n')
		text[--length] = '\0';
	ebpfmm_printable(text);
	puts(text);
}
