/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is a page valid OpenMetrics 1.0, as far as counters and gauges go? Written from
 * the specification, not from what writes such pages, and used on pages that are
 * made up and on those of a running policy.
 */
#ifndef TESTS_OPENMETRICS_H
#define TESTS_OPENMETRICS_H

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OM_SERIES 4096

/**
 * struct openmetrics - a page that is being checked
 * @family: name of the family that samples belong to
 * @counter: its type
 * @unit: its unit, empty if it has none
 * @sampled: whether it has samples, after which no metadata may come
 * @families: names of all families so far
 * @nfamilies: their number
 * @series: names and labels of all samples so far
 * @nseries: their number
 * @why: what is wrong
 */
struct openmetrics {
	char family[128];
	bool counter;
	char unit[32];
	bool sampled;
	char *families[64];
	size_t nfamilies;
	char *series[OM_SERIES];
	size_t nseries;
	const char *why;
};

static inline bool om_fail(struct openmetrics *om, const char *why)
{
	if (!om->why)
		om->why = why;
	return false;
}

static inline size_t om_name(const char *at)
{
	size_t length = 0;

	while (isalpha((unsigned char)at[length]) || at[length] == '_' ||
	       (length && (isdigit((unsigned char)at[length]) || at[length] == ':')))
		length++;
	return length;
}

static inline bool om_remember(char **list, size_t *count, size_t max,
			       const char *from, size_t length)
{
	char *one = strndup(from, length);

	for (size_t i = 0; i < *count; i++)
		if (!strcmp(list[i], one)) {
			free(one);
			return false;
		}
	if (*count == max) {
		free(one);
		return false;
	}
	list[(*count)++] = one;
	return true;
}

/* Is it one character of UTF-8? Its length, or 0. */
static inline size_t om_utf8(const unsigned char *at)
{
	size_t length = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 :
			*at < 0xf0 ? 3 : *at < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	/* Longer than need be, a half of UTF-16, or too high. */
	if ((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xf0 && at[1] < 0x90) ||
	    (*at == 0xed && at[1] > 0x9f) || (*at == 0xf4 && at[1] > 0x8f))
		return 0;
	return length;
}

static inline bool om_metadata(struct openmetrics *om, const char *line)
{
	char keyword[8], name[128], rest[512];

	if (sscanf(line, "# %7s %127s %511[^\n]", keyword, name, rest) != 3)
		return om_fail(om, "malformed metadata");
	if (om_name(name) != strlen(name))
		return om_fail(om, "no name of a family");
	if (strcmp(name, om->family)) {
		if (!om_remember(om->families, &om->nfamilies, 64, name,
				 strlen(name)))
			return om_fail(om, "a family twice");
		strcpy(om->family, name);
		om->counter = false;
		om->unit[0] = '\0';
		om->sampled = false;
	}
	if (om->sampled)
		return om_fail(om, "metadata behind samples");
	if (!strcmp(keyword, "TYPE")) {
		om->counter = !strcmp(rest, "counter");
		/* Of others, readers of the older format have no notion. */
		if (!om->counter && strcmp(rest, "gauge"))
			return om_fail(om, "a type that is not for all readers");
	} else if (!strcmp(keyword, "UNIT")) {
		size_t length = strlen(name), unit = strlen(rest);

		if (length <= unit || name[length - unit - 1] != '_' ||
		    strcmp(name + length - unit, rest))
			return om_fail(om, "the unit is not at the end of the name");
	} else if (strcmp(keyword, "HELP")) {
		return om_fail(om, "unknown metadata");
	}
	return true;
}

/* From behind the opening brace to behind the closing one, or NULL. */
static inline const char *om_labels(struct openmetrics *om, const char *at)
{
	char *names[32];
	size_t nnames = 0, length;
	bool fine = true;

	while (fine && *at != '}') {
		length = om_name(at);
		fine = length && om_remember(names, &nnames, 32, at, length) &&
		       at[length] == '=' && at[length + 1] == '"';
		if (!fine)
			break;
		for (at += length + 2; fine && *at != '"'; at += length) {
			length = om_utf8((const unsigned char *)at);
			fine = length && (unsigned char)*at >= ' ';
			if (*at == '\\') {
				fine = strchr("\\\"n", at[1]) && at[1];
				length = 2;
			}
		}
		at++;
		if (fine && *at == ',')
			at++;
		else
			fine = fine && *at == '}';
	}
	while (nnames)
		free(names[--nnames]);
	if (!fine) {
		om_fail(om, "malformed labels");
		return NULL;
	}
	return at + 1;
}

static inline bool om_sample(struct openmetrics *om, const char *line)
{
	size_t length = om_name(line), family = strlen(om->family);
	const char *at = line + length, *suffix = om->counter ? "_total" : "";
	double value;
	char *end;

	if (!family || strncmp(line, om->family, family) ||
	    length != family + strlen(suffix) ||
	    strncmp(line + family, suffix, strlen(suffix)))
		return om_fail(om, "a sample of another family");
	om->sampled = true;
	if (*at == '{')
		at = om_labels(om, at + 1);
	if (!at)
		return false;
	if (!om_remember(om->series, &om->nseries, OM_SERIES, line,
			 (size_t)(at - line)))
		return om_fail(om, "a series twice, or too many");
	if (*at++ != ' ')
		return om_fail(om, "no space before the value");
	value = strtod(at, &end);
	if (end == at || *end)
		return om_fail(om, "no value");
	if (om->counter && !(value >= 0))
		return om_fail(om, "a counter below 0");
	return true;
}

static inline bool om_page(struct openmetrics *om, char *page)
{
	bool ended = false;
	char *line, *next;

	for (line = page; *line; line = next) {
		next = strchr(line, '\n');
		if (!next)
			return om_fail(om, "the last line does not end");
		*next++ = '\0';
		if (ended)
			return om_fail(om, "something behind the end");
		if (!strcmp(line, "# EOF"))
			ended = true;
		else if (!(line[0] == '#' ? om_metadata(om, line) : om_sample(om, line)))
			return false;
	}
	return ended || om_fail(om, "no end");
}

/**
 * openmetrics_check - check a page
 * @text: the page
 *
 * Return: what is wrong with it, or NULL.
 */
static inline const char *openmetrics_check(const char *text)
{
	struct openmetrics om = {};
	char *page = strdup(text);

	om_page(&om, page);
	while (om.nfamilies)
		free(om.families[--om.nfamilies]);
	while (om.nseries)
		free(om.series[--om.nseries]);
	free(page);
	return om.why;
}

#endif /* TESTS_OPENMETRICS_H */
