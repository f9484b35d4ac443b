// SPDX-License-Identifier: GPL-2.0-only
#include "engine/toml.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 256
/* The maximum nesting of brackets. */
#define DEPTH_MAX 32

/**
 * struct reader - a file that is being read
 * @at: the next byte
 * @line: its line, from 1
 * @err: what is wrong
 */
struct reader {
	const char *at;
	unsigned int line;
	struct ebpfmm_error *err;
};

static int wrong(struct reader *reader, const char *what)
{
	return ebpfmm_fail(reader->err, EBADMSG, "line %u: %s", reader->line, what);
}

static void next(struct reader *reader)
{
	if (*reader->at == '\n')
		reader->line++;
	reader->at++;
}

static bool accept(struct reader *reader, char byte)
{
	if (*reader->at != byte)
		return false;
	next(reader);
	return true;
}

static void skip_blanks(struct reader *reader)
{
	while (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\r')
		next(reader);
}

/* Skips blanks, comments and newlines, as between lines and in arrays. */
static void skip_space(struct reader *reader)
{
	for (;;) {
		skip_blanks(reader);
		if (*reader->at == '#')
			while (*reader->at && *reader->at != '\n')
				next(reader);
		if (*reader->at != '\n')
			return;
		next(reader);
	}
}

/* --- strings ---------------------------------------------------------------------- */

/* Paths need no other escapes. */
static int escape(char byte)
{
	switch (byte) {
	case '"':
	case '\\':
		return byte;
	case 'n':
		return '\n';
	case 't':
		return '\t';
	default:
		return -1;
	}
}

/* Reads a single-line string; allocated, or NULL with the error set. */
static char *read_string(struct reader *reader)
{
	char quote = *reader->at, *text = malloc(strlen(reader->at));
	size_t length = 0;
	int byte;

	if (!text) {
		ebpfmm_fail(reader->err, ENOMEM, "configuration");
		return NULL;
	}
	next(reader);
	while (*reader->at != quote) {
		byte = (unsigned char)*reader->at;
		if (byte == '\\' && quote == '"') {
			next(reader);
			byte = escape(*reader->at);
		}
		if (!*reader->at || *reader->at == '\n' || byte < 0) {
			wrong(reader, byte < 0 ? "unknown escape sequence" :
						 "unterminated string");
			free(text);
			return NULL;
		}
		text[length++] = (char)byte;
		next(reader);
	}
	next(reader);
	text[length] = '\0';
	return text;
}

/* Skips a string of any kind. */
static int skip_string(struct reader *reader)
{
	char quote = *reader->at;
	bool many = reader->at[1] == quote && reader->at[2] == quote;
	unsigned int quotes = 0, ends = many ? 3 : 1;

	for (unsigned int i = 0; i < ends; i++)
		next(reader);
	while (quotes < ends) {
		if (!*reader->at || (!many && *reader->at == '\n'))
			return wrong(reader, "unterminated string");
		quotes = *reader->at == quote ? quotes + 1 : 0;
		if (*reader->at == '\\' && quote == '"' && reader->at[1])
			next(reader);
		next(reader);
	}
	/* A multi-line string may end with up to two quotes of its own. */
	for (int i = 0; many && i < 2; i++)
		accept(reader, quote);
	return 0;
}

/* --- keys ------------------------------------------------------------------------- */

static bool is_bare(char byte)
{
	return isalnum((unsigned char)byte) || byte == '_' || byte == '-';
}

/* Appends a key, dotted or not, to @name, with a dot between. */
static int read_key(struct reader *reader, char name[NAME_MAX_BYTES])
{
	do {
		const char *start = reader->at;
		char *quoted = NULL;
		size_t length, used = strlen(name);

		skip_blanks(reader);
		start = reader->at;
		if (*start == '"' || *start == '\'') {
			quoted = read_string(reader);
			if (!quoted)
				return -1;
			start = quoted;
			length = strlen(quoted);
		} else {
			while (is_bare(*reader->at))
				next(reader);
			length = (size_t)(reader->at - start);
		}
		if (used + length + 2 > NAME_MAX_BYTES || (!length && !quoted)) {
			free(quoted);
			return wrong(reader, length ? "key is too long" :
						      "key is missing");
		}
		if (used)
			name[used++] = '.';
		memcpy(name + used, start, length);
		name[used + length] = '\0';
		free(quoted);
		skip_blanks(reader);
	} while (accept(reader, '.'));
	return 0;
}

/* --- values ----------------------------------------------------------------------- */

/* Skips a value, which may continue on further lines in brackets. */
static int skip_value(struct reader *reader)
{
	unsigned int depth = 0;

	while (*reader->at && (depth || *reader->at != '\n')) {
		switch (*reader->at) {
		case '"':
		case '\'':
			if (skip_string(reader))
				return -1;
			continue;
		case '#':
			while (*reader->at && *reader->at != '\n')
				next(reader);
			continue;
		case '[':
		case '{':
			if (++depth > DEPTH_MAX)
				return wrong(reader, "brackets are nested too deeply");
			break;
		case ']':
		case '}':
			if (!depth--)
				return wrong(reader, "unmatched closing bracket");
			break;
		default:
			break;
		}
		next(reader);
	}
	return depth ? wrong(reader, "unclosed bracket") : 0;
}

static int add(struct reader *reader, struct ebpfmm_toml_array *out)
{
	char **strings = reallocarray(out->strings, out->count + 1, sizeof(*strings));

	if (!strings)
		return ebpfmm_fail(reader->err, ENOMEM, "configuration");
	out->strings = strings;
	strings[out->count] = read_string(reader);
	if (!strings[out->count])
		return -1;
	out->count++;
	return 0;
}

static bool word(struct reader *reader, const char *text)
{
	size_t length = strlen(text);

	if (strncmp(reader->at, text, length) || is_bare(reader->at[length]))
		return false;
	reader->at += length;
	return true;
}

/* Reads {append = true}, the only attribute. */
static int read_attribute(struct reader *reader, struct ebpfmm_toml_array *out)
{
	char name[NAME_MAX_BYTES] = "";

	next(reader);
	if (read_key(reader, name))
		return -1;
	if (strcmp(name, "append") || !accept(reader, '='))
		return wrong(reader, "unknown attribute, only `append` is allowed");
	skip_blanks(reader);
	if (word(reader, "true"))
		out->append = 1;
	else if (word(reader, "false"))
		out->append = 0;
	else
		return wrong(reader, "`append` must be true or false");
	skip_blanks(reader);
	return accept(reader, '}') ? 0 : wrong(reader, "unclosed bracket");
}

static int read_array(struct reader *reader, struct ebpfmm_toml_array *out)
{
	skip_blanks(reader);
	if (!accept(reader, '['))
		return wrong(reader, "not an array of strings");
	out->found = true;
	for (;;) {
		int rc;

		skip_space(reader);
		if (accept(reader, ']'))
			return 0;
		if (*reader->at == '"' || *reader->at == '\'')
			rc = add(reader, out);
		else if (*reader->at == '{')
			rc = read_attribute(reader, out);
		else
			rc = wrong(reader, "not an array of strings");
		if (rc)
			return -1;
		skip_space(reader);
		if (!accept(reader, ',') && *reader->at != ']')
			return wrong(reader, "not an array of strings");
	}
}

/* --- lines ------------------------------------------------------------------------ */

/* [table] or [[table]]. */
static int read_table(struct reader *reader, char name[NAME_MAX_BYTES])
{
	bool twice;

	name[0] = '\0';
	next(reader);
	twice = accept(reader, '[');
	if (read_key(reader, name))
		return -1;
	if (!accept(reader, ']') || (twice && !accept(reader, ']')))
		return wrong(reader, "unclosed bracket");
	return 0;
}

static int read_pair(struct reader *reader, const char *table, const char *wanted,
		     struct ebpfmm_toml_array *out)
{
	char name[NAME_MAX_BYTES];

	strcpy(name, table);
	if (read_key(reader, name))
		return -1;
	if (!accept(reader, '='))
		return wrong(reader, "`=` is missing");
	if (strcmp(name, wanted))
		return skip_value(reader);
	if (out->found)
		return wrong(reader, "duplicate key");
	return read_array(reader, out);
}

int ebpfmm_toml_strings(const char *text, const char *table, const char *key,
			struct ebpfmm_toml_array *out, struct ebpfmm_error *err)
{
	struct reader reader = { .at = text, .line = 1, .err = err };
	char current[NAME_MAX_BYTES] = "", wanted[NAME_MAX_BYTES] = "";

	*out = (struct ebpfmm_toml_array){ .append = -1 };
	strcat(strcat(strcat(wanted, table), "."), key);
	for (;;) {
		int rc;

		skip_space(&reader);
		if (!*reader.at)
			return 0;
		if (*reader.at == '[')
			rc = read_table(&reader, current);
		else
			rc = read_pair(&reader, current, wanted, out);
		if (rc)
			return -1;
		skip_blanks(&reader);
		if (*reader.at && *reader.at != '\n' && *reader.at != '#')
			return wrong(&reader, "trailing characters on the line");
	}
}

void ebpfmm_toml_free(struct ebpfmm_toml_array *array)
{
	for (size_t i = 0; i < array->count; i++)
		free(array->strings[i]);
	free(array->strings);
	*array = (struct ebpfmm_toml_array){ .append = -1 };
}
