// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recordings of real processes, with a DAMON that knows what is hot: which pages a process has
 * accessed is made up here, all else is as it is. Takes 15 seconds, most of it waiting.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "recording/set.h"
#include "watch/listen.h"
#include "watch/watch.h"

#define MIB		(1UL << 20)
#define BLOCK		512U	/* pages */
#define SAMPLES		10U
#define INTERVAL_MS	20
#define CHILDREN	40U
#define OUTPUT		"/tmp/ebpfmm-watching-%d"

/* --- DAMON, as it could be ------------------------------------------------------------ */

/**
 * struct hot - memory that is accessed
 * @start: the first address
 * @end: the address behind
 * @percent: in how many of a hundred samples
 */
struct hot {
	uint64_t start;
	uint64_t end;
	unsigned int percent;
};

/**
 * struct watched - a process as DAMON has it
 * @pid: the process
 * @cells: a copy of what is watched
 * @count: how many
 */
struct watched {
	pid_t pid;
	struct ebpfmm_cell *cells;
	size_t count;
};

static struct watched watched[EBPFMM_FAMILY_MAX];
static size_t nwatched, ncells;
static int refusals, intervals;
/* So many more intervals are told, and then the recording ends. */
static uint64_t left;
static volatile sig_atomic_t enough;
static const struct hot *hot;
static size_t nhot;
static uint64_t seed = 1;
/* Is called before each interval. */
static void (*on_turn)(void);

struct ebpfmm_listen {
	ebpfmm_seen_fn *fn;
	void *data;
	uint64_t sequence;
};

static uint64_t draw(uint64_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % below;
}

int ebpfmm_damon_open(struct ebpfmm_damon *damon, const struct ebpfmm_damon_rate *rate,
		      struct ebpfmm_error *err)
{
	(void)rate;
	(void)err;
	*damon = (struct ebpfmm_damon){ .dir = -1, .lock = -1 };
	intervals = 0;
	return 0;
}

static void forget(void)
{
	for (size_t i = 0; i < nwatched; i++)
		free(watched[i].cells);
	nwatched = ncells = 0;
}

int ebpfmm_damon_watch(struct ebpfmm_damon *damon, const struct ebpfmm_damon_target *targets,
		       size_t count, struct ebpfmm_error *err)
{
	(void)damon;
	forget();
	if (refusals) {
		refusals--;
		return ebpfmm_fail(err, ESRCH, "refused");
	}
	for (size_t i = 0; i < count; i++) {
		struct watched *process = &watched[nwatched++];

		process->pid = targets[i].pid;
		process->count = targets[i].grid->count;
		process->cells = calloc(process->count + 1, sizeof(*process->cells));
		if (process->count)
			memcpy(process->cells, targets[i].grid->cells,
			       process->count * sizeof(*process->cells));
		ncells += process->count;
	}
	return 0;
}

/* It ends when all of its processes have ended. */
pid_t ebpfmm_damon_thread(const struct ebpfmm_damon *damon)
{
	(void)damon;
	for (size_t i = 0; i < nwatched; i++)
		if (!kill(watched[i].pid, 0))
			return 1;
	return 0;
}

uint64_t ebpfmm_damon_cpu_ns(const struct ebpfmm_damon *damon)
{
	(void)damon;
	return 0;
}

void ebpfmm_damon_close(struct ebpfmm_damon *damon)
{
	(void)damon;
	forget();
}

void ebpfmm_damon_note(const struct ebpfmm_damon *damon, const char *text)
{
	(void)damon;
	(void)text;
}

int ebpfmm_listen_open(ebpfmm_seen_fn *fn, void *data, struct ebpfmm_listen **out,
		       struct ebpfmm_error *err)
{
	static struct ebpfmm_listen listen;

	(void)err;
	listen = (struct ebpfmm_listen){ fn, data, 0 };
	*out = &listen;
	return 0;
}

void ebpfmm_listen_to(struct ebpfmm_listen *listen, pid_t thread)
{
	(void)listen;
	(void)thread;
}

uint64_t ebpfmm_listen_lost(const struct ebpfmm_listen *listen)
{
	(void)listen;
	return 0;
}

void ebpfmm_listen_close(struct ebpfmm_listen *listen)
{
	(void)listen;
}

/* One page of the cell for each sample. */
static uint32_t look_at(const struct ebpfmm_cell *cell)
{
	uint32_t count = 0;

	for (unsigned int i = 0; i < SAMPLES; i++) {
		uint64_t at = cell->start + draw(cell->end - 4096 - cell->start);

		for (size_t h = 0; h < nhot; h++)
			count += at >= hot[h].start && at < hot[h].end &&
				 draw(100) < hot[h].percent;
	}
	return count;
}

int ebpfmm_listen_wait(struct ebpfmm_listen *listen, int ms, struct ebpfmm_error *err)
{
	bool first = true;

	(void)err;
	if (!ms)
		return 0;
	if (on_turn)
		on_turn();
	poll(NULL, 0, INTERVAL_MS);
	intervals++;
	enough = !left || !--left;
	listen->sequence++;
	for (size_t i = 0; i < nwatched; i++)
		for (size_t j = 0; j < watched[i].count; j++) {
			const struct ebpfmm_cell *cell = &watched[i].cells[j];
			const struct ebpfmm_seen seen = {
				.sequence = listen->sequence,
				.time_ns = (uint64_t)ebpfmm_clock_ns(CLOCK_MONOTONIC),
				.start = cell->start, .end = cell->end - 4096,
				.target = (__u32)i, .count = look_at(cell),
			};

			if (!first && !seen.count)
				continue;
			first = false;
			if (listen->fn(&seen, listen->data))
				return -ECANCELED;
		}
	return 0;
}

/* --- recordings ----------------------------------------------------------------------- */

static pid_t child;

static void find(void *data, struct ebpfmm_family *family)
{
	(void)data;
	family->count = 0;
	if (!waitpid(child, NULL, WNOHANG))
		ebpfmm_family_of_process(child, true, family);
}

static const char *output(void)
{
	static char name[sizeof(OUTPUT) + 16];

	snprintf(name, sizeof(name), OUTPUT, (int)getpid());
	return name;
}

/*
 * Record the child for as many intervals as @ms have, however long these take on a machine that
 * is busy with others, and read that.
 */
static int record(unsigned int regions, uint64_t ms, struct ebpfmm_set *set,
		  struct ebpfmm_watched *result, struct ebpfmm_error *err)
{
	const struct ebpfmm_watching watching = {
		.find = find, .stop = &enough, .output = output(), .time_us = UINT64_MAX,
		.rate = { INTERVAL_MS * 1000 / SAMPLES, INTERVAL_MS * 1000, regions },
	};
	FILE *file;
	int rc;

	left = ms / INTERVAL_MS;
	enough = 0;
	rc = ebpfmm_watch(&watching, result, err);
	*set = (struct ebpfmm_set){};
	if (rc)
		return rc;
	file = fopen(output(), "r");
	assert_non_null(file);
	assert_int_equal(ebpfmm_set_add(set, "recording", file, err), 0);
	fclose(file);
	return 0;
}

static void end(void)
{
	if (child <= 0)
		return;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	child = 0;
}

static int tear_down(void **state)
{
	(void)state;
	end();
	on_turn = NULL;
	nhot = 0;
	refusals = 0;
	unlink(output());
	return 0;
}

/* Begin a process that does @work and then waits. */
static void begin(void (*work)(void))
{
	int ready[2];
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		work();
		if (write(ready[1], "", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
}

/* --- tests ---------------------------------------------------------------------------- */

#define LARGE (512 * MIB)

static volatile char *large;

static void touch_large(void)
{
	for (size_t i = 0; i < LARGE; i += 4096)
		large[i] = 1;
}

/* Accesses of each block of the mapping. */
static void sum_up(const struct ebpfmm_set *set, double heat[LARGE / 4096 / BLOCK])
{
	for (size_t i = 0; i < set->nrows; i++) {
		const struct ebpfmm_set_row *row = &set->rows[i];

		if (row->resident || set->spaces[row->space].space.size != LARGE)
			continue;
		for (uint32_t r = 0; r < row->nruns; r++) {
			const struct ebpfmm_recording_run *run = &set->runs[row->first_run + r];

			for (uint64_t p = run->first; p < run->first + run->pages; p++)
				heat[p / BLOCK] += run->count;
		}
	}
}

/* With 128 regions, each has 4M or more in the beginning. */
static void the_neighbours_of_hot_memory_stay_cold(void **state)
{
	double heat[LARGE / 4096 / BLOCK] = {};
	struct ebpfmm_watched result;
	struct ebpfmm_set set;

	(void)state;
	large = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(large != MAP_FAILED);
	/* Another one beside it must not make it a larger one. */
	mprotect((void *)large, LARGE, PROT_READ | PROT_WRITE | PROT_EXEC);
	const struct hot spots[] = {
		{ (uintptr_t)large + 100 * MIB, (uintptr_t)large + 116 * MIB, 60 },
		{ (uintptr_t)large + 202 * MIB, (uintptr_t)large + 204 * MIB, 100 },
	};
	hot = spots;
	nhot = 2;
	begin(touch_large);
	assert_int_equal(record(128, 6000, &set, &result, NULL), 0);
	sum_up(&set, heat);
	for (size_t i = 0; i < LARGE / 4096 / BLOCK; i++) {
		bool is_hot = (i >= 50 && i < 58) || i == 101;

		if (is_hot != !!heat[i])
			fail_msg("block %zu has %.0f accesses", i, heat[i]);
	}
	assert_true(heat[101] > heat[50]);
	assert_int_equal(result.lost, 0);
	ebpfmm_set_free(&set);
	munmap((void *)large, LARGE);
}

static void a_short_recording_has_what_is_coarse(void **state)
{
	double heat[LARGE / 4096 / BLOCK] = {};
	struct ebpfmm_watched result;
	struct ebpfmm_set set;

	(void)state;
	large = mmap(NULL, LARGE, PROT_READ | PROT_WRITE | PROT_EXEC,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(large != MAP_FAILED);
	const struct hot spot = { (uintptr_t)large + 202 * MIB, (uintptr_t)large + 204 * MIB, 100 };

	hot = &spot;
	nhot = 1;
	begin(touch_large);
	assert_int_equal(record(128, 1000, &set, &result, NULL), 0);
	sum_up(&set, heat);
	assert_true(heat[101] > 0);
	ebpfmm_set_free(&set);
	munmap((void *)large, LARGE);
}

static void nothing(void)
{
}

static void kill_it(void)
{
	if (intervals == 10)
		kill(child, SIGKILL);
}

static void the_end_of_the_process_is_the_end(void **state)
{
	struct ebpfmm_watched result;
	struct ebpfmm_set set;

	(void)state;
	begin(nothing);
	on_turn = kill_it;
	assert_int_equal(record(512, 60000, &set, &result, NULL), 0);
	assert_true(result.time_us < 30000000);
	assert_true(set.files[0].ended);
	ebpfmm_set_free(&set);
}

static void on_signal(int signal)
{
	(void)signal;
	execlp("tail", "tail", "-f", "/dev/null", NULL);
	_exit(1);
}

static void await_signal(void)
{
	signal(SIGUSR1, on_signal);
}

static void signal_it(void)
{
	if (intervals == 10)
		kill(child, SIGUSR1);
}

static void another_program_is_recorded_as_well(void **state)
{
	struct ebpfmm_watched result;
	struct ebpfmm_set set;
	bool found = false;

	(void)state;
	begin(await_signal);
	on_turn = signal_it;
	assert_int_equal(record(512, 3000, &set, &result, NULL), 0);
	for (size_t i = 0; i < set.nprograms; i++)
		found |= !!strstr(set.programs[i].path, "/tail") ||
			 !!strstr(set.programs[i].path, "coreutils");
	assert_true(found);
	assert_int_equal(set.nprograms, 2);
	ebpfmm_set_free(&set);
}

static void fork_many(void)
{
	for (unsigned int i = 0; i < CHILDREN; i++) {
		if (fork())
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
}

static void many_children_are_watched(void **state)
{
	struct ebpfmm_watched result;
	struct ebpfmm_set set;

	(void)state;
	begin(fork_many);
	assert_int_equal(record(512, 1000, &set, &result, NULL), 0);
	assert_int_equal(result.processes, CHILDREN + 1);
	assert_true(set.files[0].ended);
	ebpfmm_set_free(&set);
}

static void damon_that_refuses_is_told_again(void **state)
{
	struct ebpfmm_watched result;
	struct ebpfmm_error err = {};
	struct ebpfmm_set set;

	(void)state;
	begin(nothing);
	refusals = 3;
	assert_int_equal(record(512, 200, &set, &result, &err), 0);
	ebpfmm_set_free(&set);
	refusals = 1000;
	assert_int_equal(record(512, 200, &set, &result, &err), -1);
	assert_string_equal(err.message, "refused: No such process");
}

static void a_process_that_does_not_exist_makes_no_file(void **state)
{
	struct ebpfmm_watched result;
	struct ebpfmm_error err = {};
	struct ebpfmm_set set;

	(void)state;
	begin(nothing);
	end();
	child = 0;
	assert_int_equal(record(512, 200, &set, &result, &err), -1);
	assert_non_null(strstr(err.message, "there is no process to record"));
	assert_int_equal(access(output(), F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_neighbours_of_hot_memory_stay_cold, tear_down),
		cmocka_unit_test_teardown(a_short_recording_has_what_is_coarse, tear_down),
		cmocka_unit_test_teardown(the_end_of_the_process_is_the_end, tear_down),
		cmocka_unit_test_teardown(another_program_is_recorded_as_well, tear_down),
		cmocka_unit_test_teardown(many_children_are_watched, tear_down),
		cmocka_unit_test_teardown(damon_that_refuses_is_told_again, tear_down),
		cmocka_unit_test_teardown(a_process_that_does_not_exist_makes_no_file,
					  tear_down),
	};

	return cmocka_run_group_tests_name("watching", tests, NULL, NULL);
}
