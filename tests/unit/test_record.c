// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/lock.h"
#include "records.h"
#include "worker.h"

static void put_file(struct fixture *fixture, const char *name, const char *text)
{
	int fd = openat(fixture->records.dirfd, name, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static bool has_file(struct fixture *fixture, const char *name)
{
	return !faccessat(fixture->records.dirfd, name, F_OK, 0);
}

static void ids(void **state)
{
	char longest[EBPFMM_CONTAINER_ID_MAX + 2];

	(void)state;
	assert_true(ebpfmm_container_id_valid("a"));
	assert_true(ebpfmm_container_id_valid("0123456789abcdef_.-+Z"));
	assert_true(ebpfmm_container_id_valid(".."));
	assert_false(ebpfmm_container_id_valid(""));
	assert_false(ebpfmm_container_id_valid("a/b"));
	assert_false(ebpfmm_container_id_valid("../a"));
	assert_false(ebpfmm_container_id_valid("@12"));
	assert_false(ebpfmm_container_id_valid("a b"));
	assert_false(ebpfmm_container_id_valid("a\n"));
	assert_false(ebpfmm_container_id_valid("\xc3\xa4"));
	memset(longest, 'x', sizeof(longest));
	longest[EBPFMM_CONTAINER_ID_MAX] = '\0';
	assert_true(ebpfmm_container_id_valid(longest));
	longest[EBPFMM_CONTAINER_ID_MAX] = 'x';
	longest[EBPFMM_CONTAINER_ID_MAX + 1] = '\0';
	assert_false(ebpfmm_container_id_valid(longest));
}

static void written_and_read(void **state)
{
	struct fixture *fixture = *state;
	char id[] = "0f3a..+b";
	struct ebpfmm_record record = sample(id), back;
	struct ebpfmm_error err;

	assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err), 0);
	assert_true(has_file(fixture, "0f3a..+b.json"));
	assert_false(has_file(fixture, "0f3a..+b.json.tmp"));
	assert_int_equal(ebpfmm_record_read(&fixture->records, id, &back, &err), 0);
	assert_string_equal(back.id, record.id);
	assert_string_equal(back.cgroup_path, record.cgroup_path);
	assert_string_equal(back.profile, record.profile);
	assert_true(back.cgroup_id == record.cgroup_id);
	assert_true(back.digest == record.digest);
	ebpfmm_record_free(&back);

	record.profile = (char *)"other";
	assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err), 0);
	assert_int_equal(ebpfmm_record_read(&fixture->records, id, &back, &err), 0);
	assert_string_equal(back.profile, "other");
	ebpfmm_record_free(&back);

	assert_int_equal(ebpfmm_record_remove(&fixture->records, &record, &err), 0);
	assert_int_equal(ebpfmm_record_remove(&fixture->records, &record, &err), 0);
	assert_int_equal(ebpfmm_record_read(&fixture->records, id, &back, &err), -1);
	assert_int_equal(err.code, ENOENT);
}

static void operators_record(void **state)
{
	struct fixture *fixture = *state;
	char *id = ebpfmm_record_operator_id(UINT64_MAX);
	struct ebpfmm_record record = sample(id), back;
	struct ebpfmm_error err;

	assert_string_equal(id, "@18446744073709551615");
	record.cgroup_id = UINT64_MAX;
	assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err), 0);
	assert_int_equal(ebpfmm_record_read(&fixture->records, id, &back, &err), 0);
	assert_true(back.cgroup_id == UINT64_MAX);
	ebpfmm_record_free(&back);
	free(id);
}

static void hostile_id(void **state)
{
	static char *const bad[] = { "", "../x", "a/b", "@", "@1x", "@/etc/x",
				     "@123456789012345678901" };
	struct fixture *fixture = *state;
	struct ebpfmm_record back;
	struct ebpfmm_error err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ebpfmm_record record = sample(bad[i]);

		assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err),
				 -1);
		assert_int_equal(ebpfmm_record_read(&fixture->records, bad[i], &back,
						    &err), -1);
		assert_int_equal(ebpfmm_record_remove(&fixture->records, &record,
						      &err), -1);
	}
}

static void broken_files(void **state)
{
	static const char *const texts[] = {
		"", "{", "[]", "1", "null", "{}", "{\"version\":1}",
		"{\"version\":0,\"id\":\"x\",\"cgroup_id\":1,\"cgroup_path\":\"\",\"profile\":\"\"}",
		"{\"version\":\"2\",\"id\":\"x\",\"cgroup_id\":1}",
		"{\"version\":1,\"id\":\"y\",\"cgroup_id\":1,\"cgroup_path\":\"\",\"profile\":\"\"}",
		"{\"version\":1,\"id\":\"x\",\"cgroup_id\":\"1\",\"cgroup_path\":\"\",\"profile\":\"\"}",
		"{\"version\":1,\"id\":\"x\",\"cgroup_id\":1,\"cgroup_path\":1,\"profile\":\"\"}",
		"{\"version\":1,\"id\":\"x\",\"cgroup_id\":1,\"cgroup_path\":\"\"}",
	};
	struct fixture *fixture = *state;
	struct ebpfmm_record back;
	struct ebpfmm_error err;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put_file(fixture, "x.json", texts[i]);
		assert_int_equal(ebpfmm_record_read(&fixture->records, "x", &back, &err),
				 -1);
		assert_int_equal(err.code, EBADMSG);
		assert_int_equal(ebpfmm_record_sweep(&fixture->records, false, &err), 1);
		assert_true(has_file(fixture, "x.json"));
		assert_int_equal(ebpfmm_record_sweep(&fixture->records, true, &err), 1);
		assert_false(has_file(fixture, "x.json"));
	}
}

static void no_regular_file(void **state)
{
	struct fixture *fixture = *state;
	struct ebpfmm_record back;
	struct ebpfmm_error err;

	assert_int_equal(mkfifoat(fixture->records.dirfd, "f.json", 0600), 0);
	assert_int_equal(symlinkat("/etc/passwd", fixture->records.dirfd, "l.json"), 0);
	assert_int_equal(ebpfmm_record_read(&fixture->records, "f", &back, &err), -1);
	assert_int_equal(ebpfmm_record_read(&fixture->records, "l", &back, &err), -1);
	assert_int_equal(ebpfmm_record_sweep(&fixture->records, true, &err), 2);
}

static void no_descriptors(void **state)
{
	struct fixture *fixture = *state;
	char id[] = "box";
	struct ebpfmm_record record = sample(id);
	struct rlimit before, limit;
	struct ebpfmm_error err;
	int lowest, rc;

	assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err), 0);
	lowest = dup(fixture->records.dirfd);
	close(lowest);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	/* For the directory, and none for what is in it. */
	limit.rlim_cur = lowest + 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	rc = ebpfmm_record_sweep(&fixture->records, true, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(rc, -1);
	assert_int_equal(err.code, EMFILE);
	expect_of_cgroup(fixture, record.cgroup_id, id);
}

/* Nothing of a record that cannot be written takes the place of the one before. */
static void not_written(void **state)
{
	struct fixture *fixture = *state;
	char id[] = "box";
	struct ebpfmm_record record = sample(id), back;
	struct ebpfmm_error err;

	record.cgroup_id = 7;
	assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err), 0);
	assert_int_equal(mkdirat(fixture->records.dirfd, "@7.json.tmp", 0700), 0);
	record.profile = (char *)"other";
	assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err), -1);
	assert_false(has_file(fixture, "box.json.tmp"));
	assert_int_equal(ebpfmm_record_of_cgroup(&fixture->records, 7, &back, &err), 1);
	assert_string_equal(back.profile, "redis.json");
	ebpfmm_record_free(&back);
}

static int count(const struct ebpfmm_record *record, void *data)
{
	unsigned int *seen = data;

	*seen += 1;
	assert_non_null(record->id);
	return 0;
}

static int stop_at_first(const struct ebpfmm_record *record, void *data)
{
	(void)record;
	(void)data;
	return 7;
}

static void each_and_sweep(void **state)
{
	struct fixture *fixture = *state;
	char first[] = "first", second[] = "@12";
	struct ebpfmm_record record = sample(first);
	struct ebpfmm_error err;
	unsigned int seen = 0;

	assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err), 0);
	record = sample(second);
	assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err), 0);
	put_file(fixture, "half.json.tmp", "{\"ver");
	put_file(fixture, "broken.json", "{\"ver");
	put_file(fixture, "notes.txt", "not ours");
	assert_int_equal(ebpfmm_record_each(&fixture->records, count, &seen, &err), 0);
	assert_int_equal(seen, 2);
	assert_int_equal(ebpfmm_record_each(&fixture->records, stop_at_first, NULL, &err),
			 7);
	assert_int_equal(ebpfmm_record_sweep(&fixture->records, true, &err), 2);
	assert_int_equal(ebpfmm_record_sweep(&fixture->records, true, &err), 0);
	assert_true(has_file(fixture, "notes.txt"));
	assert_true(has_file(fixture, "lock"));
	assert_true(has_file(fixture, "first.json"));
}

static void put(struct fixture *fixture, const char *id, uint64_t cgroup_id)
{
	struct ebpfmm_record record = sample((char *)id);
	struct ebpfmm_error err;

	record.cgroup_id = cgroup_id;
	assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err), 0);
}

static void take(struct fixture *fixture, const char *id, uint64_t cgroup_id)
{
	const struct ebpfmm_record record = { .id = (char *)id,
					      .cgroup_id = cgroup_id };
	struct ebpfmm_error err;

	assert_int_equal(ebpfmm_record_remove(&fixture->records, &record, &err), 0);
}

static void of_cgroup(void **state)
{
	struct fixture *fixture = *state;
	struct ebpfmm_error err;
	unsigned int seen = 0;

	expect_of_cgroup(fixture, 5, "");
	put(fixture, "@5", 5);
	expect_of_cgroup(fixture, 5, "@5");
	/* A container's is then the only one. */
	put(fixture, "box", 5);
	expect_of_cgroup(fixture, 5, "box");
	put(fixture, "other", 6);
	assert_int_equal(ebpfmm_record_each(&fixture->records, count, &seen, &err), 0);
	assert_int_equal(seen, 2);
	assert_int_equal(ebpfmm_record_sweep(&fixture->records, true, &err), 0);

	take(fixture, "box", 5);
	assert_false(has_file(fixture, "@5.json"));
	expect_of_cgroup(fixture, 5, "");
	expect_of_cgroup(fixture, 6, "other");

	/* Of two containers of one cgroup, the last; the other one's end is its own. */
	put(fixture, "box", 6);
	expect_of_cgroup(fixture, 6, "box");
	take(fixture, "other", 6);
	expect_of_cgroup(fixture, 6, "box");
}

/* What all versions have in common is enough to undo what was done. */
static void of_a_later_version(void **state)
{
	struct fixture *fixture = *state;
	struct ebpfmm_record back;
	struct ebpfmm_error err;
	unsigned int seen = 0;

	put_file(fixture, "x.json",
		 "{\"version\":9,\"id\":\"x\",\"cgroup_id\":7,\"profile\":[\"a\"],\"new\":{}}");
	assert_int_equal(symlinkat("x.json", fixture->records.dirfd, "@7.json"), 0);
	assert_int_equal(ebpfmm_record_sweep(&fixture->records, true, &err), 0);
	assert_int_equal(ebpfmm_record_read(&fixture->records, "x", &back, &err), 0);
	assert_true(back.cgroup_id == 7);
	assert_null(back.profile);
	assert_null(back.cgroup_path);
	/* An attempt that failed puts it back. */
	assert_int_equal(ebpfmm_record_write(&fixture->records, &back, &err), 0);
	ebpfmm_record_free(&back);
	expect_of_cgroup(fixture, 7, "x");
	assert_int_equal(ebpfmm_record_each(&fixture->records, count, &seen, &err), 0);
	assert_int_equal(seen, 1);
	take(fixture, "x", 7);
	assert_false(has_file(fixture, "x.json"));
	assert_false(has_file(fixture, "@7.json"));
}

/* Where not even that is there, it is told, and left to who can read it. */
static void of_a_later_version_unreadable(void **state)
{
	static const char *const texts[] = {
		"{\"version\":9}", "{\"version\":9,\"id\":\"x\"}",
		"{\"version\":9,\"id\":\"y\",\"cgroup_id\":1}",
		"{\"version\":9,\"id\":\"x\",\"cgroup_id\":\"1\"}",
	};
	struct fixture *fixture = *state;
	struct ebpfmm_record back;
	struct ebpfmm_error err;
	unsigned int seen = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put_file(fixture, "x.json", texts[i]);
		assert_int_equal(ebpfmm_record_read(&fixture->records, "x", &back, &err),
				 -1);
		assert_int_equal(err.code, EPROTONOSUPPORT);
		assert_int_equal(ebpfmm_record_each(&fixture->records, count, &seen,
						    &err), 0);
		assert_int_equal(ebpfmm_record_sweep(&fixture->records, true, &err), 0);
		assert_int_equal(ebpfmm_record_sweep_few(&fixture->records, 9, count,
							 &seen, &err), 0);
		assert_int_equal(seen, 0);
		assert_true(has_file(fixture, "x.json"));
		unlinkat(fixture->records.dirfd, "x.json", 0);
	}
}

/* A link that does not lead to a record of its cgroup is none, and is swept. */
static void stray_links(void **state)
{
	static const char *const targets[] = { "gone.json", "box.json", "@9.json",
		"../box.json", "box", ".json", "/etc/passwd" };
	struct fixture *fixture = *state;
	struct ebpfmm_error err;
	char name[8];

	put(fixture, "box", 5);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		assert_int_equal(symlinkat(targets[i], fixture->records.dirfd,
					   "@7.json"), 0);
		expect_of_cgroup(fixture, 7, "");
		assert_int_equal(ebpfmm_record_sweep(&fixture->records, true, &err), 1);
		assert_int_equal(readlinkat(fixture->records.dirfd, "@7.json",
					    name, sizeof(name)), -1);
	}
	expect_of_cgroup(fixture, 5, "box");
}

/**
 * struct visits - how often each record was seen
 * @of: by the number in its id
 */
struct visits {
	unsigned int of[64];
};

static int visit(const struct ebpfmm_record *record, void *data)
{
	struct visits *visits = data;

	visits->of[record->cgroup_id]++;
	return 0;
}

static int take_it(const struct ebpfmm_record *record, void *data)
{
	struct fixture *fixture = data;
	struct ebpfmm_error err;

	return ebpfmm_record_remove(&fixture->records, record, &err);
}

/* With a record goes the link to it, which the walk may come to later. */
static void removed_on_the_way(void **state)
{
	struct fixture *fixture = *state;
	struct ebpfmm_error err;
	unsigned int seen = 0;
	char id[8];

	for (unsigned int n = 0; n < 20; n++) {
		snprintf(id, sizeof(id), "box%u", n);
		put(fixture, id, n);
	}
	assert_int_equal(ebpfmm_record_sweep_few(&fixture->records, 100, take_it,
						 fixture, &err), 0);
	assert_int_equal(ebpfmm_record_each(&fixture->records, count, &seen, &err), 0);
	assert_int_equal(seen, 0);
	assert_int_equal(ebpfmm_record_sweep(&fixture->records, false, &err), 0);
}

static void few_at_a_time(void **state)
{
	struct fixture *fixture = *state;
	struct visits visits = {};
	struct ebpfmm_error err;
	unsigned int call, n, sum;
	char id[8];

	for (n = 0; n < 6; n++) {
		snprintf(id, sizeof(id), "@%u", n);
		put(fixture, id, n);
	}
	for (call = 1; call <= 3; call++) {
		assert_int_equal(ebpfmm_record_sweep_few(&fixture->records, 6, visit,
							 &visits, &err), 0);
		for (n = 0; n < 6; n++)
			assert_int_equal(visits.of[n], call);
	}

	/* All have their turn, with others that come and go meanwhile. */
	for (n = 6; n < 63; n++) {
		snprintf(id, sizeof(id), "@%u", n);
		put(fixture, id, n);
	}
	put_file(fixture, "broken.json", "{");
	put_file(fixture, "half.json.tmp", "{");
	visits = (struct visits){};
	for (call = 0; call < 2 * 66 / 6; call++) {
		put(fixture, "@63", 63);
		assert_int_equal(ebpfmm_record_sweep_few(&fixture->records, 6, visit,
							 &visits, &err), 0);
		take(fixture, "@63", 63);
		sum = 0;
		for (n = 0; n <= 63; n++)
			sum += visits.of[n];
		assert_true(sum <= 6 * (call + 1));
	}
	for (n = 0; n < 63; n++)
		assert_true(visits.of[n]);
	assert_false(has_file(fixture, "broken.json"));
	assert_false(has_file(fixture, "half.json.tmp"));

	/* From a place that is none, too. */
	visits = (struct visits){};
	assert_int_equal(pwrite(fixture->records.lockfd, "\377\377\377\377\377\377\377\377",
				8, 0), 8);
	for (call = 0; call < 2 * 64 / 6; call++)
		assert_int_equal(ebpfmm_record_sweep_few(&fixture->records, 6, visit,
							 &visits, &err), 0);
	for (n = 0; n < 63; n++)
		assert_true(visits.of[n]);
}

static void lock_excludes(void **state)
{
	struct fixture *fixture = *state;
	struct ebpfmm_records again;
	struct ebpfmm_error err;
	struct stat st;
	int status;
	pid_t pid;

	assert_int_equal(fstat(fixture->records.dirfd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	pid = fork();
	if (!pid) {
		alarm(1);
		ebpfmm_records_open(fixture->dir, &again, NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
	ebpfmm_records_close(&fixture->records);
	assert_int_equal(ebpfmm_records_open(fixture->dir, &fixture->records, &err), 0);
}

/* Another process, as the kernel does not let one wait for itself alone. */
static void lock_in_child(struct fixture *fixture, int operation, int expected)
{
	char named[64];
	int status;
	pid_t pid;

	snprintf(named, sizeof(named), "process %d (", (int)getpid());
	pid = fork();
	if (!pid) {
		struct ebpfmm_error err = {};
		int fd = openat(fixture->records.dirfd, "lock", O_RDWR);
		int rc = ebpfmm_lock(fd, operation, 50, "the-lock", &err);

		if (err.message[0])
			fprintf(stderr, "# %s\n", err.message);
		if (!rc)
			_exit(!!expected);
		_exit(err.code != expected || !strstr(err.message, "the-lock") ||
		      !strstr(err.message, named));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void lock_names_holder(void **state)
{
	struct fixture *fixture = *state;

	lock_in_child(fixture, LOCK_EX, ETIMEDOUT);
	lock_in_child(fixture, LOCK_SH, ETIMEDOUT);
	assert_int_equal(flock(fixture->records.lockfd, LOCK_SH), 0);
	lock_in_child(fixture, LOCK_SH, 0);
	lock_in_child(fixture, LOCK_EX, ETIMEDOUT);
}

static void reader_needs_no_lock(void **state)
{
	struct fixture *fixture = *state;
	struct ebpfmm_record record = sample((char *)"a"), back;
	struct ebpfmm_records reader;
	struct ebpfmm_error err;

	assert_int_equal(ebpfmm_record_write(&fixture->records, &record, &err), 0);
	assert_int_equal(ebpfmm_records_peek(fixture->dir, &reader, &err), 0);
	assert_int_equal(ebpfmm_record_of_cgroup(&reader, record.cgroup_id, &back, &err), 1);
	assert_string_equal(back.id, "a");
	ebpfmm_record_free(&back);
	ebpfmm_records_close(&reader);
	assert_int_equal(ebpfmm_records_peek("/nowhere", &reader, &err), -1);
	assert_int_equal(err.code, ENOENT);
}

/* poststop's: it must not wait for ever, whoever holds the lock. */
static void deadline_ends_wait(void **state)
{
	struct fixture *fixture = *state;
	struct ebpfmm_records again;
	struct ebpfmm_error err;
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		ebpfmm_interrupt_at(ebpfmm_deadline(1));
		_exit(!ebpfmm_records_open(fixture->dir, &again, &err) ||
		      err.code != EINTR);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids),
		cmocka_unit_test_setup_teardown(written_and_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(operators_record, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hostile_id, set_up, tear_down),
		cmocka_unit_test_setup_teardown(broken_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_a_later_version, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_a_later_version_unreadable, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(no_regular_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_descriptors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_and_sweep, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_cgroup, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stray_links, set_up, tear_down),
		cmocka_unit_test_setup_teardown(removed_on_the_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(few_at_a_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lock_excludes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lock_names_holder, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reader_needs_no_lock, set_up, tear_down),
		cmocka_unit_test_setup_teardown(deadline_ends_wait, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
