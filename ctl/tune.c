// SPDX-License-Identifier: GPL-2.0-only
/*
 * tune: measure what 2M pages bring, record, derive a profile, leave out of it what it does not
 * need, and prove it.
 */
#include "tune.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "command.h"
#include "output.h"
#include "try/try.h"
#include "tune_derive.h"

#define RUNS		5U
#define RUNS_MAX	(EBPFMM_RUNS_MAX / 2)
#define PARTS		8U
#define LARGE_PAGE	(UINT64_C(2) << 20)

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = signal;
}

/* Those that the caller ignores stay ignored, as nohup(1) requires. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = stop }, old;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
}

/**
 * struct tuning - state of the command
 * @args: the arguments
 * @count: runs of each layout
 * @null: /dev/null
 * @done: runs that were made
 * @noted: it was said what is not imitated
 * @tuned: what was measured
 * @derived: the profile
 */
struct tuning {
	const struct ctl_args *args;
	unsigned int count;
	int null;
	unsigned int done;
	bool noted;
	struct tuned tuned;
	struct tune_derived derived;
};

static void free_tuning(struct tuning *tuning)
{
	json_object_put(tuning->tuned.profile);
	tune_derived_free(&tuning->derived);
	closep(&tuning->null);
}

static void show_progress(const struct tuning *tuning, const char *what)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%u runs done; now %-32s", tuning->done, what);
}

static void end_progress(void)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%60s\r", "");
}

/* --- runs ------------------------------------------------------------------------------------- */

static int check_end(const struct tuning *tuning, const struct ebpfmm_tried *tried,
		     const char *what, struct ebpfmm_error *err)
{
	const char *name = tuning->args->operands[0];

	if (tried->signal)
		stopped = tried->signal;
	if (stopped)
		return ebpfmm_fail(err, EINTR, "%s", name);
	if (WIFSIGNALED(tried->status))
		return ebpfmm_fail(err, 0, "%s was ended by signal %d, with %s", name,
				   WTERMSIG(tried->status), what);
	if (WEXITSTATUS(tried->status))
		return ebpfmm_fail(err, 0, "%s ended with status %d, with %s", name,
				   WEXITSTATUS(tried->status), what);
	return 0;
}

static uint64_t large_of(const struct ebpfmm_usage *usage)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < usage->count; i++)
		bytes += usage->rows[i].bytes[EBPFMM_USAGE_2M];
	return bytes;
}

static void log_notes(struct tuning *tuning, const struct ebpfmm_tried *tried)
{
	if (tuning->noted)
		return;
	tuning->noted = true;
	end_progress();
	for (size_t i = 0; i < tried->nnotes; i++)
		ebpfmm_log(LOG_NOTICE, "tune: note: %s", tried->notes[i]);
}

static int run(struct tuning *tuning, enum ebpfmm_try_answer answer,
	       const struct ebpfmm_profile *profile, struct ebpfmm_runs *runs,
	       struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_tried_free) struct ebpfmm_tried tried = {};
	const char *what = profile ? "the profile" :
			   answer == EBPFMM_ANSWER_2M ? "2M pages" : "4K pages";
	const struct ebpfmm_trial trial = {
		.argv = tuning->args->operands, .input = tuning->null, .output = tuning->null,
		.answer = answer, .profile = profile,
	};

	show_progress(tuning, what);
	if (stopped)
		return ebpfmm_fail(err, EINTR, "%s", trial.argv[0]);
	if (ebpfmm_try(&trial, &tried, err) || check_end(tuning, &tried, what, err))
		return -1;
	if (profile)
		log_notes(tuning, &tried);
	runs->ns[runs->count] = (uint64_t)(tuning->args->cpu ? tried.user_ns + tried.system_ns :
					   tried.ns);
	runs->large[runs->count] = large_of(&tried.usage);
	runs->peak[runs->count++] = tried.peak;
	tuning->done++;
	return 0;
}

/**
 * struct turn - a layout that takes turns with others
 * @answer: how the command is run
 * @profile: under which profile; NULL for none
 * @runs: where its runs go
 */
struct turn {
	enum ebpfmm_try_answer answer;
	const struct ebpfmm_profile *profile;
	struct ebpfmm_runs *runs;
};

/*
 * Layouts take turns, as machines change their speed, until each has had so many runs, with those
 * that it has already.
 */
static int take_turns(struct tuning *tuning, const struct turn *turns, unsigned int layouts,
		      unsigned int count, struct ebpfmm_error *err)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < layouts; i++)
		left += count - (unsigned int)turns[i].runs->count;
	for (unsigned int i = 0; left; i++) {
		const struct turn *turn = &turns[ebpfmm_runs_turn(layouts, i)];

		if (turn->runs->count == count)
			continue;
		if (run(tuning, turn->answer, turn->profile, turn->runs, err))
			return -1;
		left--;
	}
	return 0;
}

/* Whether there is something to gain. If half of the runs say so, but may by chance, all decide. */
static int run_first(struct tuning *tuning, struct ebpfmm_error *err)
{
	struct ebpfmm_runs *small = &tuning->tuned.first[TUNE_4K];
	struct ebpfmm_runs *large = &tuning->tuned.first[TUNE_2M];
	const struct turn turns[] = {
		{ EBPFMM_ANSWER_4K, NULL, small },
		{ EBPFMM_ANSWER_2M, NULL, large },
	};

	if (take_turns(tuning, turns, 2, (tuning->count + 1) / 2, err))
		return -1;
	tuning->tuned.gain = ebpfmm_runs_gain(small, large);
	if (tuning->tuned.gain || ebpfmm_runs_median(large) >= ebpfmm_runs_median(small))
		return 0;
	if (take_turns(tuning, turns, 2, tuning->count, err))
		return -1;
	tuning->tuned.gain = ebpfmm_runs_gain(small, large);
	return 0;
}

/* Whether the gain of the whole profile is kept by the @count best regions. */
static int keeps(struct tuning *tuning, const struct ebpfmm_profile *whole, size_t count,
		 struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_profile_freep) struct ebpfmm_profile *profile = NULL;
	struct ebpfmm_runs all = {}, own = {};
	struct turn turns[] = {
		{ EBPFMM_ANSWER_KERNEL, whole, &all },
		{ EBPFMM_ANSWER_KERNEL, NULL, &own },
	};

	if (tune_best(&tuning->derived, count, &profile, NULL, err))
		return -1;
	turns[1].profile = profile;
	if (take_turns(tuning, turns, 2, tuning->count, err))
		return -1;
	return ebpfmm_runs_keep(&all, &own, tuning->tuned.gain);
}

/*
 * The least memory in 2M pages that keeps the gain, in eighths of what was derived: what all
 * of a recording is worth does not tell which part of a region brings it. If so much does not
 * keep it, less does not either, so it is found by halving.
 */
static int narrow(struct tuning *tuning, const struct ebpfmm_profile *whole, bool *narrowed,
		  struct ebpfmm_error *err)
{
	struct tune_derived *derived = &tuning->derived;
	const uint64_t pages = derived->derived->large / LARGE_PAGE;
	const uint64_t parts = pages < PARTS ? pages : PARTS;
	uint64_t least = 0, most = parts;

	while (most > least + 1) {
		uint64_t middle = (least + most) / 2;
		int kept = 0;

		if (tune_narrow(derived, pages * middle / parts * LARGE_PAGE, err))
			return -1;
		if (tune_regions(derived))
			kept = keeps(tuning, whole, tune_regions(derived), err);
		if (kept < 0)
			return -1;
		if (kept)
			most = middle;
		else
			least = middle;
	}
	*narrowed = most < parts;
	return tune_narrow(derived, *narrowed ? pages * most / parts * LARGE_PAGE : UINT64_MAX,
			   err);
}

/*
 * The fewest regions that keep the gain, those first that bring most for a page. If so many do not
 * keep it, fewer do not either.
 */
static int prune(struct tuning *tuning, const struct ebpfmm_profile *whole,
		 struct ebpfmm_error *err)
{
	size_t least = 0, most = tune_regions(&tuning->derived);

	while (most - least > 1) {
		size_t middle = (least + most) / 2;
		int kept = keeps(tuning, whole, middle, err);

		if (kept < 0)
			return -1;
		if (kept)
			most = middle;
		else
			least = middle;
	}
	tuning->tuned.kept = most;
	return 0;
}

/*
 * All layouts in turn. Of the many comparisons on the way, one may have been chance; if the rest
 * does not keep the gain now, nothing is left out.
 */
static int prove(struct tuning *tuning, const struct ebpfmm_profile *whole,
		 const struct ebpfmm_profile *profile, struct ebpfmm_error *err)
{
	struct ebpfmm_runs *runs = tuning->tuned.runs;
	const struct turn turns[] = {
		{ EBPFMM_ANSWER_4K, NULL, &runs[TUNE_4K] },
		{ EBPFMM_ANSWER_2M, NULL, &runs[TUNE_2M] },
		{ EBPFMM_ANSWER_KERNEL, whole, &runs[TUNE_ALL] },
		{ EBPFMM_ANSWER_KERNEL, profile, &runs[TUNE_PROFILE] },
	};

	if (take_turns(tuning, turns, profile ? 4 : 3, tuning->count, err))
		return -1;
	tuning->tuned.gain = ebpfmm_runs_gain(&runs[TUNE_4K], &runs[TUNE_2M]);
	if (!tuning->tuned.gain) {
		tuning->tuned.kept = 0;
		return 0;
	}
	if (!profile || ebpfmm_runs_keep(&runs[TUNE_ALL], &runs[TUNE_PROFILE],
					 tuning->tuned.gain))
		return 0;
	end_progress();
	ebpfmm_log(LOG_NOTICE, "tune: what was left out is needed after all, so nothing is");
	runs[TUNE_PROFILE].count = 0;
	if (tune_narrow(&tuning->derived, UINT64_MAX, err))
		return -1;
	tuning->tuned.kept = tune_regions(&tuning->derived);
	return 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* Return: to be freed, or NULL without memory. */
static char *text_of(struct json_object *profile)
{
	const char *text = json_object_to_json_string_ext(profile, JSON_C_TO_STRING_PRETTY |
							  JSON_C_TO_STRING_SPACED |
							  JSON_C_TO_STRING_NOSLASHESCAPE);
	char *line;

	return text && asprintf(&line, "%s\n", text) >= 0 ? line : NULL;
}

static int write_profile(const struct tuning *tuning, struct ebpfmm_error *err)
{
	_cleanup_free_ char *text = NULL;

	if (!tuning->args->output)
		return 0;
	text = text_of(tuning->tuned.profile);
	return text ? ctl_replace(tuning->args->output, text, strlen(text), 0644, err) :
		      ebpfmm_fail(err, ENOMEM, "profile");
}

static void print_text(const struct tuning *tuning)
{
	const struct tuned *tuned = &tuning->tuned;
	_cleanup_free_ char *text = NULL;

	tune_print(tuned);
	if (!tuned->profile)
		return;
	putchar('\n');
	if (tuning->args->output) {
		ctl_print("%s: %zu region%s\n", tuning->args->output, tuned->kept,
			  tuned->kept == 1 ? "" : "s");
		return;
	}
	text = text_of(tuned->profile);
	fputs(text ?: "", stdout);
}

static int tune(struct tuning *tuning, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_profile_freep) struct ebpfmm_profile *profile = NULL, *whole = NULL;
	struct tuned *tuned = &tuning->tuned;
	bool narrowed = false;
	uint64_t median;

	if (run_first(tuning, err))
		return -1;
	if (!tuned->gain)
		return 0;
	show_progress(tuning, "recording");
	if (tune_record(tuning->args, tuning->null, &tuning->derived, err))
		return stopped ? ebpfmm_fail(err, EINTR, "record") : -1;
	median = ebpfmm_runs_median(&tuned->first[TUNE_4K]);
	if (tune_derive(tuning->args, tuned->gain, median, &tuning->derived, err))
		return -1;
	tuned->regions = tune_regions(&tuning->derived);
	if (tune_best(&tuning->derived, tuned->regions, &whole, NULL, err) ||
	    narrow(tuning, whole, &narrowed, err) || prune(tuning, whole, err))
		return -1;
	if ((narrowed || tuned->kept < tuned->regions) &&
	    tune_best(&tuning->derived, tuned->kept, &profile, NULL, err))
		return -1;
	if (prove(tuning, whole, profile, err))
		return -1;
	if (!tuned->gain)
		return 0;
	ebpfmm_profile_free(take_ptr(profile));
	if (tune_best(&tuning->derived, tuned->kept, &profile, &tuned->profile, err))
		return -1;
	end_progress();
	if (!tuning->args->json)
		tune_log_notes(&tuning->derived);
	if (stopped)
		return ebpfmm_fail(err, EINTR, "%s", tuning->args->operands[0]);
	return write_profile(tuning, err);
}

static int parse(const struct ctl_args *args, struct tuning *tuning, struct ebpfmm_error *err)
{
	unsigned long count = RUNS;
	char *end;

	if (args->runs) {
		errno = 0;
		count = strtoul(args->runs, &end, 10);
		if (errno || *end || args->runs[0] < '0' || args->runs[0] > '9' || !count ||
		    count > RUNS_MAX)
			return ebpfmm_fail(err, 0, "--runs: `%s` is not a number from 1 to %u",
					   args->runs, RUNS_MAX);
	}
	tuning->count = (unsigned int)count;
	return 0;
}

int ctl_tune(const struct ctl_args *args, struct ebpfmm_error *err)
{
	_cleanup_(free_tuning) struct tuning tuning = { .args = args, .null = -1 };
	int rc;

	if (parse(args, &tuning, err))
		return CTL_USAGE;
	if (args->output && ebpfmm_file_may_replace(AT_FDCWD, args->output, err))
		return -1;
	tuning.null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (tuning.null < 0)
		return ebpfmm_fail(err, errno, "/dev/null");
	catch_signals();
	rc = tune(&tuning, err);
	end_progress();
	if (stopped)
		return CTL_ENDED + stopped;
	if (rc)
		return -1;
	if (!tuning.tuned.runs[TUNE_4K].count) {
		memcpy(tuning.tuned.runs, tuning.tuned.first, sizeof(tuning.tuned.first));
		memset(tuning.tuned.first, 0, sizeof(tuning.tuned.first));
	}
	if (args->json)
		tune_print_json(&tuning.tuned);
	else
		print_text(&tuning);
	if (tuning.tuned.profile)
		return 0;
	ebpfmm_log(LOG_NOTICE, "tune: nothing to gain: what 2M pages save may be chance, so there "
		   "is no profile");
	return 1;
}
