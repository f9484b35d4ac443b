/* SPDX-License-Identifier: GPL-2.0-only */
/* What fuzz targets hold what they get against. */
#ifndef TESTS_FUZZ_REQUIRE_H
#define TESTS_FUZZ_REQUIRE_H

#include <stdbool.h>
#include <stdlib.h>

#include "base/error.h"

static inline void require(bool condition)
{
	if (!condition)
		abort();
}

/* An error is one line that is safe to be shown. */
static inline void require_message(const struct ebpfmm_error *err)
{
	require(err->message[0]);
	for (const char *at = err->message; *at; at++)
		require(*at >= ' ' && *at <= '~');
}

#endif /* TESTS_FUZZ_REQUIRE_H */
