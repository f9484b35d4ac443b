// SPDX-License-Identifier: GPL-2.0-only
/*
 * A profile that is written is the one that was read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "profile/profile_write.h"

static struct ebpfmm_profile *parse(const char *text)
{
	struct ebpfmm_profile *profile = NULL;
	struct ebpfmm_error err = {};

	if (ebpfmm_profile_parse(text, strlen(text), &profile, &err))
		fail_msg("refused: %s: %s", err.message, text);
	return profile;
}

static void same_text(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

static void same_benefit(const struct ebpfmm_benefit *a, const struct ebpfmm_benefit *b)
{
	assert_int_equal(a->sizes, b->sizes);
	assert_int_equal(a->touched, b->touched);
	assert_memory_equal(a->ns, b->ns, sizeof(a->ns));
}

static void same_region(const struct ebpfmm_profile_region *a,
			const struct ebpfmm_profile_region *b)
{
	assert_int_equal(a->kind, b->kind);
	same_text(a->name, b->name);
	same_text(a->object, b->object);
	assert_true(a->min_size == b->min_size);
	assert_true(a->max_size == b->max_size);
	assert_int_equal(a->nth, b->nth);
	assert_true(a->offset == b->offset);
	assert_int_equal(a->has_length, b->has_length);
	assert_true(!a->has_length || a->length == b->length);
	same_benefit(&a->benefit, &b->benefit);
}

static void same_profile(const struct ebpfmm_profile *a, const struct ebpfmm_profile *b)
{
	size_t i, j;

	same_text(a->name, b->name);
	assert_int_equal(a->nprograms, b->nprograms);
	assert_memory_equal(a->limit, b->limit, sizeof(a->limit));
	for (i = 0; i < a->nprograms; i++) {
		const struct ebpfmm_profile_program *x = &a->programs[i], *y = &b->programs[i];

		same_text(x->exe, y->exe);
		assert_int_equal(x->nregions, y->nregions);
		for (j = 0; j < x->nregions; j++)
			same_region(&x->regions[j], &y->regions[j]);
		assert_int_equal(x->has_default, y->has_default);
		same_benefit(&x->fallback, &y->fallback);
	}
}

/* Each kind of anchor, with little and with much; sizes of every unit, and of none. */
static const char *const texts[] = {
	"{\"version\":1,\"name\":\"l\",\"limits\":{\"2M\":\"1G\",\"64K\":0,\"16K\":4097}}",
	"{\"version\":1,\"name\":\"a\",\"programs\":[{\"exe\":\"/bin/a\",\"regions\":["
	"{\"anchor\":{\"symbol\":\"s\"},\"benefit_ns\":{}},"
	"{\"anchor\":{\"symbol\":\"a\\\"\\u00fc\",\"object\":\"/lib/x.so\"},"
	"\"offset\":\"4K\",\"length\":123457,\"benefit_ns\":{\"4K\":7,\"2M\":4294967295}},"
	"{\"anchor\":{\"section\":\".bss\"},\"touched\":0,\"benefit_ns\":{\"64K\":0}},"
	"{\"anchor\":{\"area\":\"heap\"},\"length\":\"3G\",\"touched\":0.001,"
	"\"benefit_ns\":{\"16K\":1,\"2M\":2}},"
	"{\"anchor\":{\"area\":\"stack\"},\"offset\":\"1M\",\"benefit_ns\":{\"32K\":1}},"
	"{\"anchor\":{\"mapping\":{\"name\":\" glibc: malloc\",\"nth\":3}},"
	"\"benefit_ns\":{\"2M\":9}},"
	"{\"anchor\":{\"mapping\":{\"min_size\":\"1M\",\"max_size\":\"0xffffffffffffffff\"}},"
	"\"benefit_ns\":{\"2M\":9}}]},"
	"{\"exe\":\"/bin/b\",\"default\":{\"benefit_ns\":{},\"touched\":0.5}}]}",
	"{\"version\":1,\"name\":\"m\",\"programs\":[{\"exe\":\"/bin/a\",\"regions\":["
	"{\"anchor\":{\"mapping\":{\"min_size\":0}},\"benefit_ns\":{\"2M\":9}}]}]}",
};

static void check(const char *text)
{
	_cleanup_(json_object_putp) struct json_object *json = NULL;
	_cleanup_(ebpfmm_profile_freep) struct ebpfmm_profile *first = parse(text);
	_cleanup_(ebpfmm_profile_freep) struct ebpfmm_profile *second = NULL;

	json = ebpfmm_profile_json(first);
	assert_non_null(json);
	second = parse(json_object_to_json_string(json));
	same_profile(first, second);
}

static void test_written(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check(texts[i]);
}

/* The parser keeps 1024 steps. */
static void test_touched(void **state)
{
	char text[256];
	int i;

	(void)state;
	for (i = 0; i <= EBPFMM_TOUCHED_ONE; i++) {
		snprintf(text, sizeof(text), "{\"version\":1,\"name\":\"t\",\"programs\":["
			 "{\"exe\":\"/b\",\"default\":{\"benefit_ns\":{},\"touched\":%.10f}}]}",
			 (double)i / EBPFMM_TOUCHED_ONE);
		check(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_touched),
	};

	return cmocka_run_group_tests_name("profile_write", tests, NULL, NULL);
}
