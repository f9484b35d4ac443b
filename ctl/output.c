// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
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

int ctl_replace(const char *path, const void *bytes, size_t size, mode_t mode,
		struct ebpfmm_error *err)
{
	struct ebpfmm_new_file file = { .dirfd = AT_FDCWD, .name = path, .mode = mode };
	_cleanup_free_ char *tmp = NULL;

	if (ebpfmm_file_may_replace(AT_FDCWD, path, err))
		return -1;
	if (asprintf(&tmp, "%s.new", path) < 0) {
		tmp = NULL;
		return ebpfmm_fail(err, ENOMEM, "%s", path);
	}
	file.tmp = tmp;
	if (ebpfmm_file_replace(&file, bytes, size))
		return ebpfmm_fail(err, errno, "%s", path);
	return 0;
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
