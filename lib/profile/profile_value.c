// SPDX-License-Identifier: GPL-2.0-only
/*
 * The values of a profile: sizes, page sizes, benefits, names, paths.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/page_size.h"
#include "profile/profile_internal.h"

int profile_order(const char *key, struct ebpfmm_error *err)
{
	int order = ebpfmm_parse_order(key);
	char names[80] = "";
	uint64_t bytes;

	if (order >= 0)
		return order;
	if (profile_guess_size(key, &bytes)) {
		for (order = 0; order < EBPFMM_ORDERS; order++) {
			if (EBPFMM_SUPPORTED_ORDERS & 1U << order &&
			    bytes == 1ULL << (EBPFMM_PAGE_SHIFT + order))
				return ebpfmm_fail(err, 0, "%.80s: not a page size, "
						   "did you mean `%s`?",
						   key, ebpfmm_order_name(order));
		}
	}
	for (order = 0; order < EBPFMM_ORDERS; order++) {
		if (!(EBPFMM_SUPPORTED_ORDERS & 1U << order))
			continue;
		strcat(names, " ");
		strcat(names, ebpfmm_order_name(order));
	}
	return ebpfmm_fail(err, 0,
			   "%.80s: not a page size of anonymous memory: use one of%s",
			   key, names);
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return INT_MAX;
}

int ebpfmm_profile_bytes(const char *text, uint64_t *bytes, struct ebpfmm_error *err)
{
	bool hexadecimal = !strncmp(text, "0x", 2);
	int base = hexadecimal ? 16 : 10;
	const char *s = text + (hexadecimal ? 2 : 0), *digits = s;
	uint64_t value = 0, unit = 1;
	bool overflow = false;

	for (; digit_value(*s) < base; s++) {
		overflow |= __builtin_mul_overflow(value, base, &value);
		overflow |= __builtin_add_overflow(value, digit_value(*s), &value);
	}
	if (s == digits)
		goto malformed;
	if (!hexadecimal) {
		switch (*s++) {
		case 'K':
			unit = 1ULL << 10;
			break;
		case 'M':
			unit = 1ULL << 20;
			break;
		case 'G':
			unit = 1ULL << 30;
			break;
		default:
			goto malformed;
		}
	}
	if (*s)
		goto malformed;
	overflow |= __builtin_mul_overflow(value, unit, &value);
	if (overflow)
		return ebpfmm_fail(err, 0, "\"%.80s\" does not fit in 64 bits", text);
	*bytes = value;
	return 0;
malformed:
	if (profile_guess_size(text, &value)) {
		char better[PROFILE_SIZE_TEXT];

		profile_write_size(value, better);
		return ebpfmm_fail(err, 0, "\"%.80s\" is not a size, did you mean %s?",
				   text, better);
	}
	return ebpfmm_fail(err, 0, "\"%.80s\" is not a size: write bytes as a number, "
			   "or a string like \"64K\", \"2M\", \"1G\" or \"0x1000\"",
			   text);
}

int profile_size(struct json_object *value, uint64_t *bytes,
		 struct ebpfmm_error *err)
{
	if (json_object_is_type(value, json_type_string))
		return ebpfmm_profile_bytes(json_object_get_string(value), bytes, err);
	if (json_object_get_int64(value) < 0)
		return ebpfmm_fail(err, 0, "%s is negative",
				   json_object_get_string(value));
	*bytes = json_object_get_uint64(value);
	return 0;
}

static int benefit_of(struct json_object *value, uint32_t *ns,
		      struct ebpfmm_error *err)
{
	if (ebpfmm_json_type(value, EBPFMM_JSON_INTEGER, err))
		return -1;
	if (json_object_get_int64(value) < 0)
		return ebpfmm_fail(err, 0, "%s is negative",
				   json_object_get_string(value));
	if (json_object_get_uint64(value) > UINT32_MAX)
		return ebpfmm_fail(err, 0, "%s is more than %u nanoseconds",
				   json_object_get_string(value), UINT32_MAX);
	*ns = (uint32_t)json_object_get_uint64(value);
	return 0;
}

int profile_benefit(struct json_object *ns, struct json_object *touched,
		    struct ebpfmm_benefit *benefit, struct ebpfmm_error *err)
{
	double share = touched ? json_object_get_double(touched) : 1;

	memset(benefit, 0, sizeof(*benefit));
	benefit->sizes = 1;
	json_object_object_foreach(ns, key, value) {
		int order = profile_order(key, err);

		if (order < 0)
			return ebpfmm_prefix(err, "benefit_ns.");
		if (benefit_of(value, &benefit->ns[order], err))
			return ebpfmm_prefix(err, "benefit_ns.%s: ", key);
		benefit->sizes |= 1U << order;
	}

	/* Written so that a NaN is outside, too. */
	if (!(share >= 0 && share <= 1))
		return ebpfmm_fail(err, 0, "touched: %.40s is not between 0 and 1",
				   json_object_get_string(touched));
	benefit->touched = (uint16_t)(share * EBPFMM_TOUCHED_ONE + 0.5);
	return 0;
}

int ebpfmm_profile_check_name(const char *name, const char *what, struct ebpfmm_error *err)
{
	size_t length = strlen(name);

	if (!length || length >= EBPFMM_NAME_SIZE || name[0] == '.' ||
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			 "0123456789._-") != length)
		return ebpfmm_fail(err, 0, "\"%.80s\" is not a valid %s name: use 1 to "
				   "%d letters, digits, '.', '_' and '-', without '.' at the start",
				   name, what, EBPFMM_NAME_SIZE - 1);
	return 0;
}

int profile_check_path(const char *path, struct ebpfmm_error *err)
{
	const char *s = path;

	if (path[0] != '/')
		return ebpfmm_fail(err, 0, "\"%.80s\" is not an absolute path", path);
	if (strlen(path) >= PATH_MAX)
		return ebpfmm_fail(err, 0, "\"%.80s...\" is longer than a path can be",
				   path);
	while (*s) {
		size_t length = strcspn(++s, "/");

		if (!length || (length == 1 && s[0] == '.') ||
		    (length == 2 && s[0] == '.' && s[1] == '.'))
			return ebpfmm_fail(err, 0, "\"%.80s\" must not have "
					   "\"//\", \".\", \"..\" or a slash at its end",
					   path);
		s += length;
	}
	return 0;
}

int profile_anon_name(const char *name, char **out, struct ebpfmm_error *err)
{
	const char *s;

	if (!*name || !strcmp(name, " "))
		return ebpfmm_fail(err, 0, "is empty");
	if (strlen(name) >= EBPFMM_ANON_NAME_SIZE)
		return ebpfmm_fail(err, 0, "\"%.80s\" is longer than %d bytes", name,
				   EBPFMM_ANON_NAME_SIZE - 1);
	/* As the kernel checks PR_SET_VMA_ANON_NAME: is_valid_name_char(). */
	for (s = name; *s; s++) {
		if (*s < ' ' || *s > '~' || strchr("\\`$[]", *s))
			return ebpfmm_fail(err, 0, "\"%.80s\" has a character that "
					   "the name of a mapping cannot have", name);
	}
	/* The policy skips the space as well, which glibc begins its names with. */
	*out = strdup(name + (name[0] == ' '));
	return *out ? 0 : ebpfmm_fail(err, ENOMEM, "profile");
}
