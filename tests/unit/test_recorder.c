// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is watched: this process and its children, as /proc tells of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch/family.h"
#include "watch/process.h"
#include "watch/targets.h"

#define PAGE	4096UL
/* No other mapping here has these sizes, in pages. */
#define SIZE	12345UL
#define OTHER	12347UL

static void test_book(void **state)
{
	const struct ebpfmm_recording_program program = { .path = "/bin/x", .size = 1 };
	struct ebpfmm_recording_space pool = { .kind = EBPFMM_SPACE_MAPPING, .name = "pool",
					       .size = 4096, .rank = 1 };
	const struct ebpfmm_recording_space heap = { .kind = EBPFMM_SPACE_HEAP };
	struct ebpfmm_recording_writer writer = {};
	struct ebpfmm_recording_header header = { .page_size = 4096, .sampling_us = 1,
						  .aggregation_us = 2 };
	struct ebpfmm_error err = {};
	struct ebpfmm_book book = {};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(ebpfmm_book_program(&book, &program, &err), 0);
	assert_int_equal(ebpfmm_book_program(&book, &program, &err), 0);
	assert_int_equal(ebpfmm_book_space(&book, &heap, &err), 0);
	assert_int_equal(ebpfmm_book_space(&book, &pool, &err), 1);
	pool.rank = 2;
	assert_int_equal(ebpfmm_book_space(&book, &pool, &err), 2);
	pool.rank = 1;
	assert_int_equal(ebpfmm_book_space(&book, &pool, &err), 1);
	/* More than one step of the list. */
	for (unsigned int i = 3; i < 50; i++) {
		pool.rank = i;
		assert_int_equal(ebpfmm_book_space(&book, &pool, &err), i);
	}
	/* They are numbered in the order in which they are needed, and written once. */
	assert_int_equal(ebpfmm_recording_start(&writer, file, &header, &err), 0);
	assert_int_equal(ebpfmm_book_put(&book, 1, 9, &writer, &err), 0);
	assert_int_equal(ebpfmm_book_put(&book, 0, 0, &writer, &err), 0);
	assert_int_equal(ebpfmm_book_put(&book, 1, 0, &writer, &err), 0);
	assert_int_equal(book.spaces.list[1]->number, 0);
	assert_int_equal(book.spaces.list[0]->number, 1);
	assert_int_equal(writer.programs, 1);
	assert_int_equal(writer.spaces, 2);
	/* More than a recording can have are not written, which is no error. */
	writer.spaces = EBPFMM_RECORDING_MAX_SPACES;
	assert_int_equal(ebpfmm_book_put(&book, 7, 0, &writer, &err), EBPFMM_BOOK_FULL);
	assert_int_equal(err.message[0], 0);
	/* Nor are there ever more in the book than it may have. */
	for (unsigned int i = 50; i < EBPFMM_BOOK_SPACES; i++) {
		pool.size = 4096 * i;
		assert_int_equal(ebpfmm_book_space(&book, &pool, &err), i);
	}
	pool.size = 1;
	assert_int_equal(ebpfmm_book_space(&book, &pool, &err), EBPFMM_BOOK_FULL);
	pool.size = 4096 * 51;
	assert_int_equal(ebpfmm_book_space(&book, &pool, &err), 51);
	fclose(file);
	assert_non_null(strstr(text, "\"name\":\"pool\""));
	assert_non_null(strstr(text, "\"seen\":\"2M\""));
	free(text);
	ebpfmm_book_free(&book);
}

static void *map(size_t pages)
{
	void *start = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(start != MAP_FAILED);
	return start;
}

/* Index in the places, or -1. */
static int find_space(const struct ebpfmm_process *process, const void *start)
{
	for (size_t i = 0; i < process->places.nspaces; i++)
		if (process->places.bases[i] == (uintptr_t)start)
			return (int)i;
	return -1;
}

static void refresh(struct ebpfmm_process *process, struct ebpfmm_book *book)
{
	struct ebpfmm_error err = {};

	if (ebpfmm_process_refresh(process, true, book, &err))
		fail_msg("%s", err.message);
}

static void test_mappings(void **state)
{
	struct ebpfmm_process process;
	struct ebpfmm_book book = {};
	char *start, *other;
	size_t space;
	int at;

	(void)state;
	/* Apart from others, with which it would be one. */
	start = map(SIZE + 2);
	munmap(start, PAGE);
	munmap(start + (SIZE + 1) * PAGE, PAGE);
	start += PAGE;
	assert_int_equal(ebpfmm_process_open(getpid(), &process), 0);
	assert_true(ebpfmm_process_lives(&process));
	refresh(&process, &book);
	at = find_space(&process, start);
	assert_true(at >= 0);
	space = process.spaces[at];
	assert_int_equal(book.spaces.list[space]->space.size, SIZE * PAGE);
	assert_int_equal(book.spaces.list[space]->space.kind, EBPFMM_SPACE_MAPPING);
	assert_non_null(strstr(book.programs.list[0]->program.path, "test_recorder"));
	/* It becomes shorter, and stays what it is. */
	munmap(start + (SIZE - 5) * PAGE, 5 * PAGE);
	refresh(&process, &book);
	at = find_space(&process, start);
	assert_true(at >= 0);
	assert_int_equal(process.spaces[at], space);
	/* A second one of its first size has another rank. */
	other = mmap(start - (SIZE + 64) * PAGE, SIZE * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(other != MAP_FAILED);
	refresh(&process, &book);
	at = find_space(&process, other);
	if (at >= 0 && process.places.spaces[at].size == SIZE * PAGE) {
		assert_int_not_equal(process.spaces[at], space);
		assert_int_equal(book.spaces.list[process.spaces[at]]->space.rank, 2);
	}
	munmap(other, SIZE * PAGE);
	munmap(start, (SIZE - 5) * PAGE);
	ebpfmm_process_close(&process);
	ebpfmm_book_free(&book);
}

/* What on_resident() is to find of a space. */
struct found {
	size_t space;
	int seen;
	uint64_t pages;
	size_t runs;
	uint64_t first;
	uint64_t end;
};

static int on_resident(size_t space, int seen, const struct ebpfmm_recording_run *runs,
		       size_t nruns, void *data, struct ebpfmm_error *err)
{
	struct found *found = data;
	const struct ebpfmm_recording_row row = { 0, 0, runs, nruns };

	if (ebpfmm_recording_row_check(&row, true, err))
		return -1;
	if (space != found->space)
		return 0;
	found->seen = seen;
	found->runs = nruns;
	found->first = nruns ? runs[0].first : 0;
	found->end = nruns ? runs[nruns - 1].first + runs[nruns - 1].pages : 0;
	for (size_t i = 0; i < nruns; i++)
		found->pages += runs[i].count;
	return 0;
}

static void test_resident(void **state)
{
	struct ebpfmm_process process;
	struct ebpfmm_book book = {};
	struct ebpfmm_error err = {};
	struct found found = { .seen = EBPFMM_SEEN_UNKNOWN };
	char *start;
	int at;

	(void)state;
	start = map(OTHER + 2);
	munmap(start, PAGE);
	munmap(start + (OTHER + 1) * PAGE, PAGE);
	start += PAGE;
	madvise(start, OTHER * PAGE, MADV_NOHUGEPAGE);
	/* Blocks 1, 2 and 3 of 512 pages, of which the first and the last are not whole. */
	memset(start + 1000 * PAGE, 1, 600 * PAGE);
	/* The last block is one of 59 pages. */
	memset(start + (OTHER - 2) * PAGE, 1, 2 * PAGE);
	assert_int_equal(ebpfmm_process_open(getpid(), &process), 0);
	refresh(&process, &book);
	at = find_space(&process, start);
	assert_true(at >= 0);
	found.space = (size_t)at;
	if (ebpfmm_process_resident(&process, on_resident, &found, &err))
		fail_msg("%s", err.message);
	/* Before Linux 6.7 nothing tells. */
	if (ebpfmm_process_pages(&process, found.space) == EBPFMM_SEEN_UNKNOWN) {
		assert_int_equal(found.runs, 0);
	} else {
		assert_int_equal(ebpfmm_process_pages(&process, found.space), 0);
		assert_int_equal(found.seen, 0);
		assert_int_equal(found.pages, 602);
		assert_int_equal(found.runs, 4);
		assert_int_equal(found.end, OTHER);
		assert_int_equal(found.first, 512);
	}
	munmap(start, OTHER * PAGE);
	ebpfmm_process_close(&process);
	ebpfmm_book_free(&book);
}

static pid_t spawn(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	pause();
	_exit(0);
}

static void test_targets(void **state)
{
	struct ebpfmm_targets *targets = calloc(1, sizeof(*targets));
	struct ebpfmm_family family;
	struct ebpfmm_book book = {};
	struct ebpfmm_error err = {};
	pid_t pids[3];
	bool changed;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		pids[i] = spawn();
	ebpfmm_family_of_process(getpid(), true, &family);
	assert_int_equal(family.count, 4);
	assert_int_equal(family.pids[0], getpid());
	ebpfmm_family_of_process(getpid(), false, &family);
	assert_int_equal(family.count, 3);
	assert_int_equal(ebpfmm_targets_update(targets, &family, &book, &changed, &err), 0);
	assert_true(changed);
	assert_int_equal(targets->count, 3);
	/* They run one program, and have the same spaces. */
	assert_int_equal(book.programs.count, 1);
	assert_int_equal(ebpfmm_targets_update(targets, &family, &book, &changed, &err), 0);
	assert_false(changed);
	/* Nobody waits for it, so that it stays in the list; the last one gets its place. */
	kill(pids[0], SIGKILL);
	while (ebpfmm_process_lives(&targets->list[0]))
		;
	ebpfmm_family_of_process(getpid(), false, &family);
	assert_int_equal(family.count, 3);
	assert_int_equal(ebpfmm_targets_update(targets, &family, &book, &changed, &err), 0);
	assert_true(changed);
	assert_int_equal(targets->count, 2);
	assert_int_equal(targets->list[0].pid, pids[2]);
	assert_int_equal(targets->list[1].pid, pids[1]);
	assert_int_equal(targets->seen, 3);
	family.count = 0;
	assert_int_equal(ebpfmm_targets_update(targets, &family, &book, &changed, &err), 0);
	assert_int_equal(targets->count, 0);
	for (size_t i = 1; i < 3; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	ebpfmm_family_of_process(pids[1], true, &family);
	assert_int_equal(family.count, 0);
	ebpfmm_targets_free(targets);
	ebpfmm_book_free(&book);
	free(targets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_book),
		cmocka_unit_test(test_mappings),
		cmocka_unit_test(test_resident),
		cmocka_unit_test(test_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
