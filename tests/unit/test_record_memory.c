// SPDX-License-Identifier: GPL-2.0-only
/* Records where memory lacks: none is lost, and none is taken for broken. */
#include <errno.h>
#include <json-c/json.h>
#include <sanitizer/lsan_interface.h>

#include "records.h"

/* Which of the calls below has no memory, from now on; 0: none. */
static unsigned int no_memory_at;

/* In the place of libc's, also for json-c. */
char *strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = NULL;

	if (!no_memory_at || --no_memory_at)
		copy = malloc(size);
	if (copy)
		memcpy(copy, text, size);
	return copy;
}

struct json_object *json_object_new_string(const char *text)
{
	if (no_memory_at && !--no_memory_at)
		return NULL;
	return json_object_new_string_len(text, (int)strlen(text));
}

/* A record that cannot be read now is not taken for a broken one. */
static void no_memory(void **state)
{
	struct fixture *fixture = *state;
	char id[] = "box";
	struct ebpfmm_record record = sample(id), back;
	struct ebpfmm_error err;
	unsigned int n, failed = 0;

	assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err), 0);
	for (n = 1; n < 100; n++) {
		no_memory_at = n;
		/* json-c loses what it has parsed until then. */
		__lsan_disable();
		if (ebpfmm_record_sweep(&fixture->records, true, &err)) {
			assert_int_equal(err.code, ENOMEM);
			failed++;
		}
		__lsan_enable();
		no_memory_at = 0;
		assert_int_equal(ebpfmm_record_read(&fixture->records, id, &back, &err),
				 0);
		ebpfmm_record_free(&back);
		expect_of_cgroup(fixture, record.cgroup_id, id);
	}
	/* At each of the record's three strings at least. */
	assert_true(failed >= 3);
}

/* Nor is there one without its names, or a new one instead of the old one. */
static void no_memory_to_write(void **state)
{
	struct fixture *fixture = *state;
	char id[] = "box", other[] = "other.json";
	struct ebpfmm_record record = sample(id), back;
	unsigned int failed = 0;
	struct ebpfmm_error err;
	int rc;

	assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err), 0);
	record.profile = other;
	for (;;) {
		no_memory_at = failed + 1;
		rc = ebpfmm_record_write(&fixture->records, &record, &err);
		no_memory_at = 0;
		if (!rc)
			break;
		assert_int_equal(err.code, ENOMEM);
		failed++;
		assert_int_equal(ebpfmm_record_read(&fixture->records, id, &back, &err),
				 0);
		assert_string_not_equal(back.profile, other);
		ebpfmm_record_free(&back);
	}
	/* For each of its three strings and for the whole at least. */
	assert_true(failed >= 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_memory, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_memory_to_write, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("record memory", tests, NULL, NULL);
}
