/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Profiles that must be refused, each with what must be said of it. Texts are
 * written with ' for ", for the sake of the reader.
 */
#ifndef EBPFMM_TESTS_REFUSAL_H
#define EBPFMM_TESTS_REFUSAL_H

#include "profile/profile.h"

/* A text and the message that it gets. */
struct refusal {
	const char *text;
	const char *message;
};

/* Without a NUL at its end, so that ASan sees a read beyond. */
static inline int parse(const char *text, struct ebpfmm_profile **out,
		 struct ebpfmm_error *err)
{
	size_t length = strlen(text), i;
	char *copy = malloc(length ? length : 1);
	int ret;

	assert_non_null(copy);
	for (i = 0; i < length; i++)
		copy[i] = text[i] == '\'' ? '"' : text[i];
	ret = ebpfmm_profile_parse(copy, length, out, err);
	free(copy);
	return ret;
}

static inline void expect_refused(const char *text, const char *message)
{
	struct ebpfmm_profile *profile = NULL;
	struct ebpfmm_error err = { .code = 99 };

	if (!parse(text, &profile, &err))
		fail_msg("accepted: %s", text);
	if (strcmp(err.message, message))
		fail_msg("%s\n  says: %s\n  not:  %s", text, err.message, message);
	assert_int_equal(err.code, 0);
	assert_null(profile);
	assert_int_equal(parse(text, &profile, NULL), -1);
}

#endif /* EBPFMM_TESTS_REFUSAL_H */
