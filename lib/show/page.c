// SPDX-License-Identifier: GPL-2.0-only
#include "show/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

/* The Makefile makes these of the files in page/: their text, and the hash of it. */
static const char template_text[] =
#include "show/page.html.inc"
	;
static const char style[] =
#include "show/page.css.inc"
	;
static const char style_hash[] =
#include "show/page.css.hash"
	;
static const char script[] =
#include "show/page.js.inc"
	;
static const char script_hash[] =
#include "show/page.js.hash"
	;

char *ebpfmm_page_script(const char *json)
{
	size_t size;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (const char *at = json; *at; at++) {
		if (*at == '<' || *at == '>' || *at == '&')
			fprintf(out, "\\u%04x", (unsigned int)*at);
		else
			fputc(*at, out);
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/* The template, with what stands for each mark in it. */
static void fill_in(const char *data, FILE *out)
{
	const struct {
		const char *mark;
		const char *text;
	} marks[] = {
		{ "@STYLE-HASH@", style_hash },
		{ "@SCRIPT-HASH@", script_hash },
		{ "@STYLE@", style },
		{ "@DATA@", data },
		{ "@SCRIPT@", script },
	};
	const char *at = template_text;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *found = strstr(at, marks[i].mark);

		fwrite(at, 1, (size_t)(found - at), out);
		fputs(marks[i].text, out);
		at = found + strlen(marks[i].mark);
	}
	fputs(at, out);
}

char *ebpfmm_page_html(const struct ebpfmm_page *page)
{
	_cleanup_(json_object_putp) struct json_object *object = ebpfmm_page_json(page);
	const char *json = object ? json_object_to_json_string_ext(object,
			JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE) : NULL;
	_cleanup_free_ char *data = json ? ebpfmm_page_script(json) : NULL;
	char *text = NULL;
	size_t size;
	FILE *out;

	if (!data)
		return NULL;
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fill_in(data, out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
