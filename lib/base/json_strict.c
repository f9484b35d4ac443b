// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rejecting what json-c accepts although it is not valid JSON.
 *
 * Even with JSON_TOKENER_STRICT, json-c accepts more than RFC 8259 allows (NaN, Infinity,
 * "-01", "1.", lone surrogates), and of two members with the same key it keeps the last
 * one. A misunderstood profile is worse than an error. So before the tree is built, the
 * text is checked for bytes that JSON does not allow, for syntax (by json-c, strictly), and
 * then, being well-formed, for the above.
 */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/json_private.h"
#include "base/text.h"

/* The largest objects have one key for each page size. */
#define MAX_KEYS	32

int ebpfmm_json_fail_at(struct ebpfmm_error *err, const char *text, size_t offset,
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

int ebpfmm_json_check_bytes(const char *text, size_t length, struct ebpfmm_error *err)
{
	uint32_t character;
	size_t offset, n;

	if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		return ebpfmm_json_fail_at(err, text, 0, "byte order mark");
	for (offset = 0; offset < length; offset += n) {
		unsigned char c = text[offset];

		if (c < ' ' && c != '\t' && c != '\n' && c != '\r')
			return ebpfmm_json_fail_at(err, text, offset, "control character");
		n = c < 0x80 ? 1 : ebpfmm_utf8(text + offset, length - offset, &character);
		if (!n)
			return ebpfmm_json_fail_at(err, text, offset, "invalid UTF-8");
	}
	return 0;
}

struct scan {
	const char *at;
	const char *end;
	const char *wrong;
};

/* On error, each of these returns false with ->wrong and ->at set. */

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
		return wrong(scan, scan->at, "unterminated string");
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

	/* No valid key needs one, so keys can be compared as they are. */
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
	struct keys levels[JSON_STRICT_DEPTH];
	size_t depth = 0;

	while (scan->at < scan->end) {
		const char *start = scan->at;
		bool escapes;

		switch (*start) {
		case '{':
		case '[':
			if (depth == JSON_STRICT_DEPTH)
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

int ebpfmm_json_check_meaning(const char *text, size_t length, struct ebpfmm_error *err)
{
	struct scan scan = { .at = text, .end = text + length };

	if (scan_text(&scan))
		return 0;
	return ebpfmm_json_fail_at(err, text, scan.at - text, scan.wrong);
}
