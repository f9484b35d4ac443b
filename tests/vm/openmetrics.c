// SPDX-License-Identifier: GPL-2.0-only
/* openmetrics <PAGE: is it a valid page? Says why not. */
#include "../openmetrics.h"

#include <err.h>

int main(void)
{
	char *page = NULL;
	const char *why;
	size_t size = 0;

	if (getdelim(&page, &size, '\0', stdin) < 0)
		errx(1, "no page");
	why = openmetrics_check(page);
	if (why)
		errx(1, "%s", why);
	free(page);
	return 0;
}
