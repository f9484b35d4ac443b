// SPDX-License-Identifier: GPL-2.0-only
#include "base/duration.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SECOND		1000000ULL
#define LONGEST		(SECOND * 3600 * 24 * 365 * 100)

int ebpfmm_parse_duration(const char *text, uint64_t *us, struct ebpfmm_error *err)
{
	static const struct {
		const char *name;
		uint64_t us;
	} units[] = {
		{ "us", 1 },		{ "ms", 1000 },		{ "s", SECOND },
		{ "m", 60 * SECOND },	{ "h", 3600 * SECOND },	{ "d", 86400 * SECOND },
	};
	unsigned long long value;
	char *unit;

	errno = 0;
	value = strtoull(text, &unit, 10);
	/* strtoull() would take a sign and blanks. */
	for (size_t i = 0; isdigit((unsigned char)*text) && i < sizeof(units) / sizeof(*units);
	     i++) {
		if (strcmp(unit, units[i].name))
			continue;
		if (errno || !value || value > LONGEST / units[i].us)
			return ebpfmm_fail(err, 0, "\"%.80s\" is 0 or too long", text);
		*us = value * units[i].us;
		return 0;
	}
	return ebpfmm_fail(err, 0, "\"%.80s\" is not a duration: write a number and one of us, "
			   "ms, s, m, h and d, such as 10m", text);
}
