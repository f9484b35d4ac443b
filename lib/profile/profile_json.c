// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON text to a tree, and objects of the tree to their members.
 *
 * json-c builds the tree, but even with JSON_TOKENER_STRICT it takes more than
 * RFC 8259 allows (NaN, Infinity, "-01", "1.", lone surrogates), and of two
 * members with the same key it keeps the last one. A profile that means
 * something else to its author than to us is worse than none, so before the tree
 * is built the text is checked for bytes that have no place in JSON, for syntax
 * (by json-c, strictly), and, being well-formed by then, for the above.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/profile_internal.h"

/* The deepest place of the format is 7 levels down. */
#define MAX_DEPTH	16
/* The largest object of the format has one key for each page size. */
#define MAX_KEYS	32
/* The most keys that an object may have by their names. */
#define MAX_MEMBERS	8

static int fail_at(struct ebpfmm_error *err, const char *text, size_t offset,
		   const char *what)
{
	size_t line = 1, column = 1, i;

	for (i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else if ((text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	return ebpfmm_fail(err, 0, "line %zu, column %zu: %s", line, column, what);
}

/* Length of the UTF-8 sequence at @s, 0 if there is none. RFC 3629, section 4. */
static size_t utf8_length(const char *s, size_t room)
{
	static const struct {
		unsigned char first, last, second_first, second_last, length;
	} forms[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	const unsigned char *u = (const unsigned char *)s;
	size_t i, j;

	if (u[0] < 0x80)
		return 1;
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (u[0] < forms[i].first || u[0] > forms[i].last)
			continue;
		if (forms[i].length > room || u[1] < forms[i].second_first ||
		    u[1] > forms[i].second_last)
			return 0;
		for (j = 2; j < forms[i].length; j++) {
			if ((u[j] & 0xc0) != 0x80)
				return 0;
		}
		return forms[i].length;
	}
	return 0;
}

static int check_bytes(const char *text, size_t length, struct ebpfmm_error *err)
{
	size_t offset, n;

	if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		return fail_at(err, text, 0, "byte order mark");
	for (offset = 0; offset < length; offset += n) {
		unsigned char c = text[offset];

		if (c < ' ' && c != '\t' && c != '\n' && c != '\r')
			return fail_at(err, text, offset, "control character");
		n = utf8_length(text + offset, length - offset);
		if (!n)
			return fail_at(err, text, offset, "invalid UTF-8");
	}
	return 0;
}

/* Let json-c parse; on an error, @end is how far it came. */
static enum json_tokener_error tokenise(const char *text, size_t length,
					int flags, struct json_object **root,
					size_t *end)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);
	enum json_tokener_error status;

	*root = NULL;
	*end = 0;
	if (!tokener)
		return json_tokener_error_memory;
	json_tokener_set_flags(tokener, flags);

	*root = json_tokener_parse_ex(tokener, text, (int)length);
	status = json_tokener_get_error(tokener);
	*end = json_tokener_get_parse_end(tokener);
	if (status == json_tokener_continue) {
		/* A NUL tells that no more will come. */
		*root = json_tokener_parse_ex(tokener, "", 1);
		status = json_tokener_get_error(tokener);
		*end = length;
	}
	json_tokener_free(tokener);
	return status;
}

/*
 * JSON_TOKENER_STRICT of json-c 0.18 takes a byte above 0x7f in a string for a
 * control character, where char is signed. So a copy without such bytes is
 * checked, and the tree is then built from the text itself.
 */
static const char *syntax_error(enum json_tokener_error status)
{
	/* Also said of a number that is well-formed. */
	if (status == json_tokener_error_parse_number)
		return "not a JSON number, or one that does not fit 64 bits";
	return json_tokener_error_desc(status);
}

static int check_syntax(const char *text, size_t length,
			struct ebpfmm_error *err)
{
	enum json_tokener_error status;
	struct json_object *tree;
	char *copy = malloc(length + 1);
	size_t i, end;

	if (!copy)
		return ebpfmm_fail(err, ENOMEM, "JSON");
	for (i = 0; i < length; i++)
		copy[i] = text[i] & 0x80 ? 'x' : text[i];
	status = tokenise(copy, length, JSON_TOKENER_STRICT, &tree, &end);
	json_object_put(tree);
	free(copy);
	if (status != json_tokener_success)
		return fail_at(err, text, end, syntax_error(status));
	return 0;
}

struct scan {
	const char *at;
	const char *end;
	const char *wrong;
};

/* Each of these returns false with ->wrong set, and ->at where that is. */

static bool wrong(struct scan *scan, const char *at, const char *what)
{
	scan->at = at;
	scan->wrong = what;
	return false;
}

static const char *skip_digits(const char *s, const char *end)
{
	while (s < end && isdigit((unsigned char)*s))
		s++;
	return s;
}

/* RFC 8259, section 6. */
static bool scan_number(struct scan *scan)
{
	const char *s = scan->at, *end = scan->end, *digits;
	bool zero;

	if (s < end && *s == '-')
		s++;
	digits = s;
	s = skip_digits(s, end);
	if (s == digits || (*digits == '0' && s > digits + 1))
		goto bad;
	zero = *digits == '0';
	if (s < end && *s == '.') {
		digits = ++s;
		s = skip_digits(s, end);
		if (s == digits)
			goto bad;
		while (zero && digits < s)
			zero = *digits++ == '0';
	}
	if (s < end && (*s == 'e' || *s == 'E')) {
		s++;
		if (s < end && (*s == '+' || *s == '-'))
			s++;
		digits = s;
		s = skip_digits(s, end);
		if (s == digits)
			goto bad;
	}
	if (zero && *scan->at == '-')
		return wrong(scan, scan->at, "negative zero");
	scan->at = s;
	return true;
bad:
	return wrong(scan, scan->at, "not a JSON number");
}

/* The code unit of an escape "\uXXXX" at @s, or -1 if there is none. */
static long code_unit(const char *s, const char *end)
{
	long unit = 0;
	int i;

	if (end - s < 6 || s[0] != '\\' || s[1] != 'u')
		return -1;
	for (i = 2; i < 6; i++) {
		if (!isxdigit((unsigned char)s[i]))
			return -1;
		unit = unit * 16 + (isdigit((unsigned char)s[i]) ?
				    s[i] - '0' : tolower(s[i]) - 'a' + 10);
	}
	return unit;
}

static bool scan_string(struct scan *scan, bool *escapes)
{
	const char *s = scan->at + 1, *end = scan->end;

	*escapes = false;
	while (s < end && *s != '"') {
		long unit = code_unit(s, end);

		if (*s != '\\') {
			s++;
			continue;
		}
		*escapes = true;
		if (unit == 0)
			return wrong(scan, s, "NUL in a string");
		if (unit >= 0xd800 && unit <= 0xdbff) {
			long low = code_unit(s + 6, end);

			if (low < 0xdc00 || low > 0xdfff)
				return wrong(scan, s, "lone surrogate");
			s += 12;
		} else if (unit >= 0xdc00 && unit <= 0xdfff) {
			return wrong(scan, s, "lone surrogate");
		} else {
			s += 2;
		}
	}
	if (s >= end)
		return wrong(scan, scan->at, "string without end");
	scan->at = s + 1;
	return true;
}

struct keys {
	size_t count;
	struct {
		const char *text;
		size_t length;
	} key[MAX_KEYS];
};

static bool add_key(struct scan *scan, struct keys *keys, const char *key,
		    bool escapes)
{
	size_t length = scan->at - key, i;

	/* No key of the format needs one, so keys can be compared as they are. */
	if (escapes)
		return wrong(scan, key, "escape in a key");
	for (i = 0; i < keys->count; i++) {
		if (keys->key[i].length == length &&
		    !memcmp(keys->key[i].text, key, length))
			return wrong(scan, key, "duplicate key");
	}
	if (keys->count == MAX_KEYS)
		return wrong(scan, key, "too many keys in one object");
	keys->key[i].text = key;
	keys->key[i].length = length;
	keys->count++;
	return true;
}

static bool is_key(const struct scan *scan)
{
	const char *s = scan->at;

	while (s < scan->end && isspace((unsigned char)*s))
		s++;
	return s < scan->end && *s == ':';
}

static bool scan_text(struct scan *scan)
{
	struct keys levels[MAX_DEPTH];
	size_t depth = 0;

	while (scan->at < scan->end) {
		const char *start = scan->at;
		bool escapes;

		switch (*start) {
		case '{':
		case '[':
			if (depth == MAX_DEPTH)
				return wrong(scan, start, "nesting too deep");
			levels[depth++].count = 0;
			scan->at++;
			break;
		case '}':
		case ']':
			if (!depth)
				return wrong(scan, start, "unexpected character");
			depth--;
			scan->at++;
			break;
		case '"':
			if (!scan_string(scan, &escapes))
				return false;
			if (depth && is_key(scan) &&
			    !add_key(scan, &levels[depth - 1], start, escapes))
				return false;
			break;
		case '-':
		case '0' ... '9':
			if (!scan_number(scan))
				return false;
			break;
		case 'N':
		case 'I':
			return wrong(scan, start, "not a JSON number");
		default:
			scan->at++;
		}
	}
	return true;
}

int profile_json_parse(const char *text, size_t length,
		       struct json_object **root, struct ebpfmm_error *err)
{
	struct scan scan = { .at = text, .end = text + length };
	enum json_tokener_error status;
	size_t end;

	if (length > EBPFMM_PROFILE_MAX_BYTES)
		return ebpfmm_fail(err, 0, "more than %u bytes",
				   EBPFMM_PROFILE_MAX_BYTES);
	if (check_bytes(text, length, err) || check_syntax(text, length, err))
		return -1;
	if (!scan_text(&scan))
		return fail_at(err, text, scan.at - text, scan.wrong);

	status = tokenise(text, length, 0, root, &end);
	if (status != json_tokener_success) {
		json_object_put(*root);
		*root = NULL;
		return fail_at(err, text, end, json_tokener_error_desc(status));
	}
	return 0;
}

static const char *types_name(unsigned int types)
{
	switch (types) {
	case PROFILE_INTEGER:
		return "an integer";
	case PROFILE_NUMBER:
		return "a number";
	case PROFILE_STRING:
		return "a string";
	case PROFILE_SIZE:
		return "an integer or a string";
	case PROFILE_ARRAY:
		return "an array";
	case PROFILE_OBJECT:
		return "an object";
	case 1U << json_type_boolean:
		return "a boolean";
	case 1U << json_type_double:
		return "a number with a fraction or an exponent";
	default:
		return "null";
	}
}

int profile_json_type(struct json_object *value, unsigned int types,
		      struct ebpfmm_error *err)
{
	unsigned int type = 1U << json_object_get_type(value);

	if (type & types)
		return 0;
	return ebpfmm_fail(err, 0, "must be %s, not %s", types_name(types),
			   types_name(type));
}

static int fail_unknown(const char *key, const struct profile_member *members,
			size_t count, struct ebpfmm_error *err)
{
	const char *keys[MAX_MEMBERS], *nearest;
	size_t i;

	for (i = 0; i < count && i < MAX_MEMBERS; i++)
		keys[i] = members[i].key;
	nearest = profile_nearest(key, keys, i);
	if (nearest)
		return ebpfmm_fail(err, 0, "%.80s: unknown key, did you mean `%s`?",
				   key, nearest);
	return ebpfmm_fail(err, 0, "%.80s: unknown key", key);
}

int profile_json_members(struct json_object *object,
			 const struct profile_member *members, size_t count,
			 struct ebpfmm_error *err)
{
	size_t i;

	for (i = 0; i < count; i++)
		*members[i].value = NULL;

	json_object_object_foreach(object, key, value) {
		for (i = 0; i < count; i++) {
			if (!strcmp(key, members[i].key))
				break;
		}
		if (i == count)
			return fail_unknown(key, members, count, err);
		if (profile_json_type(value, members[i].types, err))
			return ebpfmm_prefix(err, "%s: ", key);
		*members[i].value = value;
	}

	for (i = 0; i < count; i++) {
		if (members[i].required && !*members[i].value)
			return ebpfmm_fail(err, 0, "%s: missing",
					   members[i].key);
	}
	return 0;
}
