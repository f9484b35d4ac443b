// SPDX-License-Identifier: GPL-2.0-only
/*
 * ebpfmm-oci-hook: called by a container runtime with the container's state on
 * stdin; see ebpfmm-oci-hook(8).
 *
 * After a failure, a container starts without a policy, unless its annotations require
 * one: only then the exit status is not 0. Either way, one line names the container and the
 * reason. After a container has ended, there is nothing to refuse.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "attach.h"
#include "base/log.h"
#include "bundle.h"
#include "choice.h"
#include "inherited.h"
#include "kernel/privilege.h"
#include "life/lifecycle.h"
#include "permit.h"
#include "record.h"
#include "state.h"
#include "steps.h"
#include "watch.h"
#include "worker.h"

/*
 * Below the timeout in oci/ebpfmm.json.in, so that the hook can report the reason; far
 * above the time to load the policy on an emulated CPU.
 */
#define DEADLINE_MS 20000

/* The limit of address space, of which little is used; the reader of files has its own. */
#define MEMORY_MAX (1ULL << 30)

/* Unused pages of it are never allocated. */
static char state_text[EBPFMM_STATE_MAX_BYTES + 1];

/* Reads stdin to its end, or one byte beyond the maximum size of a state. */
static int read_stdin(size_t *length, int64_t deadline, struct ebpfmm_error *err)
{
	struct pollfd poll_fd = { .fd = STDIN_FILENO, .events = POLLIN };
	size_t used = 0;
	ssize_t n;
	int rc;

	while (used < sizeof(state_text)) {
		rc = poll(&poll_fd, 1, ebpfmm_time_left(deadline));
		if (rc < 0 && errno == EINTR)
			continue;
		if (rc <= 0)
			return ebpfmm_fail(err, rc ? errno : ETIMEDOUT,
					   "state: read stdin");
		n = read(STDIN_FILENO, state_text + used, sizeof(state_text) - used);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return ebpfmm_fail(err, errno, "state: read stdin");
		if (!n)
			break;
		used += n;
	}
	*length = used;
	return 0;
}

/**
 * struct told - what to report about a start that fails, hangs or crashes
 * @id: id of the container; NULL if it is not known
 * @required: whether it must not run without a policy
 * @no_required: see struct ebpfmm_choice
 * @decided: whether only its recording is still to be started
 */
struct told {
	const char *id;
	bool required;
	struct ebpfmm_error no_required;
	bool decided;
};

static const char *name_of(const char *id)
{
	return id ?: "(unknown)";
}

static int report(const struct told *told, const char *message)
{
	const char *added = told->no_required.message;

	ebpfmm_log(told->required ? LOG_ERR : LOG_WARNING, "container %s: %s: %s%s%s",
		   name_of(told->id),
		   told->required ? "refused" : "runs without a policy", message,
		   added[0] ? "; " : "", added);
	return told->required ? 1 : 0;
}

static void permit(const struct ebpfmm_state *state, struct json_object *fallback,
		   struct ebpfmm_choice *choice, struct told *told)
{
	ebpfmm_permit(state, fallback, choice);
	told->required = choice->required;
	told->no_required = choice->no_required;
}

/* What a container asks for, and may; what it requires is also valid after an error. */
static int choose(const struct ebpfmm_state *state, struct json_object *fallback,
		  struct ebpfmm_choice *choice, struct told *told, struct ebpfmm_error *err)
{
	int rc = ebpfmm_choose(state->annotations, fallback, choice, err);

	if (choice->required || ebpfmm_chosen(choice))
		permit(state, fallback, choice, told);
	return rc;
}

static void report_unrecorded(const char *id, const char *message)
{
	ebpfmm_log(LOG_WARNING, "container %s: is not recorded: %s", id, message);
}

static int give_up(const char *why, void *data)
{
	const struct told *told = data;

	if (told->decided) {
		report_unrecorded(told->id, why);
		return 0;
	}
	return report(told, why);
}

static int begin(struct ebpfmm_steps *steps, int64_t deadline, struct told *told,
		 struct ebpfmm_error *err)
{
	if (ebpfmm_privileged(err))
		return -1;
	ebpfmm_step(steps, "state");
	return ebpfmm_limit_memory(MEMORY_MAX, err) ||
	       ebpfmm_watch_begin(deadline, give_up, told, err) ? -1 : 0;
}

/* A recording that fails is no reason to refuse a container. */
static void record(const struct ebpfmm_job *job, const struct ebpfmm_choice *choice)
{
	struct ebpfmm_error err = choice->no_record;

	if (err.message[0] ||
	    (job->record && ebpfmm_hook_may_record(job, &err))) {
		report_unrecorded(job->id, err.message);
		return;
	}
	if (!job->record)
		return;
	/* A kernel without the policy can have larger pages, which the recording tells. */
	if (!job->profile && ebpfmm_hook_attach_small(job, &err))
		ebpfmm_log(LOG_INFO, "container %s: is recorded with whatever pages it gets: %s",
			   job->id, err.message);
	if (!ebpfmm_hook_record(job, &err))
		return;
	report_unrecorded(job->id, err.message);
	if (!job->profile)
		ebpfmm_life_end(job->id, &err);
}

static int start(const struct ebpfmm_state *state, const char *root,
		 const struct ebpfmm_choice *choice, struct ebpfmm_steps *steps,
		 int64_t deadline, struct told *told, struct ebpfmm_error *err)
{
	struct ebpfmm_job job = { .id = state->id, .pid = state->pid, .root = root,
				  .profile = choice->profile, .record = choice->record,
				  .deadline = deadline, .steps = steps };
	int rc;

	told->decided = !choice->profile;
	rc = begin(steps, deadline, told, err);
	if (rc && choice->profile)
		return -1;
	if (rc) {
		report_unrecorded(state->id, err->message);
		return 0;
	}
	if (choice->no_profile.message[0])
		rc = ebpfmm_pass(err, &choice->no_profile);
	else if (choice->profile)
		rc = ebpfmm_hook_attach(&job, err);
	/* If it is refused, there is nothing to record. */
	if (!rc || !choice->required) {
		told->decided = true;
		record(&job, choice);
	}
	ebpfmm_watch_end();
	return rc;
}

/* Uses config.json for what the state lacks. */
static int start_bundle(const struct ebpfmm_state *state, struct ebpfmm_steps *steps,
			int64_t deadline, struct told *told, struct ebpfmm_error *err)
{
	struct ebpfmm_error config_err = {};
	struct ebpfmm_bundle bundle;
	struct ebpfmm_choice choice;
	int no_config, rc;

	no_config = ebpfmm_bundle_load(state->bundle, &bundle, &config_err);
	rc = choose(state, bundle.annotations, &choice, told, err);
	if (!rc && no_config && (choice.profile || !state->annotations)) {
		/* Without privilege, the bundle may not be accessible either. */
		if (!ebpfmm_privileged(err))
			*err = config_err;
		rc = -1;
	} else if (!rc && ebpfmm_chosen(&choice)) {
		rc = start(state, bundle.root, &choice, steps, deadline, told, err);
	}
	ebpfmm_bundle_free(&bundle);
	return rc;
}

/* createRuntime, prestart: 0, or not 0 with @err and @told set. */
static int handle_start(const struct ebpfmm_state *state, struct ebpfmm_steps *steps,
			int64_t deadline, struct told *told, struct ebpfmm_error *err)
{
	struct ebpfmm_choice choice;

	/* Parsing config.json takes as long as everything else before find_target(). */
	if (!state->root || ebpfmm_choose(state->annotations, NULL, &choice, NULL) ||
	    !ebpfmm_chosen(&choice) || choice.no_record.message[0])
		return start_bundle(state, steps, deadline, told, err);
	permit(state, NULL, &choice, told);
	return start(state, state->root, &choice, steps, deadline, told, err);
}

/*
 * poststop: without privilege, nothing was attached. It opens no file of a tenant, so it
 * needs no watchdog; it can only wait for the lock.
 */
static int handle_stop(const struct ebpfmm_state *state, int64_t deadline,
		       struct ebpfmm_error *err)
{
	int rc;

	if (ebpfmm_privileged(NULL))
		return 0;
	ebpfmm_interrupt_at(deadline);
	rc = ebpfmm_life_end(state->id, err);
	if (rc < 0 && err->code == EINTR)
		ebpfmm_prefix(err, "timed out: ");
	if (rc > 0)
		ebpfmm_log(LOG_INFO, "container %s: its policy was removed", state->id);
	return rc < 0 ? -1 : 0;
}

/*
 * An invalid state must not override the container's annotations. If they could not be
 * read from the state, config.json has them.
 */
static void find_required(const struct ebpfmm_state *state, struct told *told)
{
	struct ebpfmm_bundle bundle;
	struct ebpfmm_choice choice;

	ebpfmm_bundle_load(state->bundle, &bundle, NULL);
	choose(state, bundle.annotations, &choice, told, NULL);
	ebpfmm_bundle_free(&bundle);
}

static int handle(const char *argument, struct ebpfmm_state *state, int64_t deadline,
		  struct told *told, bool *ended, struct ebpfmm_error *err)
{
	struct ebpfmm_steps steps;
	enum ebpfmm_stage stage;
	size_t length = 0;
	int rc;

	ebpfmm_steps_begin(&steps);
	rc = read_stdin(&length, deadline, err);
	if (!rc)
		rc = ebpfmm_state_parse(state_text, length, state, err);
	told->id = state->id;
	if (ebpfmm_state_stage(argument, state->status, &stage, rc ? NULL : err))
		rc = -1;
	else
		*ended = stage == EBPFMM_STAGE_STOP;
	if (rc) {
		find_required(state, told);
		return -1;
	}
	if (stage == EBPFMM_STAGE_STOP)
		return handle_stop(state, deadline, err);
	return handle_start(state, &steps, deadline, told, err);
}

static int report_end(const char *id, const char *message)
{
	ebpfmm_log(LOG_WARNING,
		   "container %s has ended, but its policy could not be removed (`ebpfmm gc` does so): %s",
		   id, message);
	return 0;
}

int main(int argc, char **argv)
{
	int64_t deadline = ebpfmm_deadline(DEADLINE_MS);
	struct ebpfmm_state state = {};
	struct ebpfmm_error err = {};
	struct told told = {};
	bool ended = false;
	int rc;

	ebpfmm_forget_inherited();
	/* The caller may not read stderr; SIGPIPE must not kill the hook. */
	signal(SIGPIPE, SIG_IGN);
	ebpfmm_log_open("ebpfmm-oci-hook", 1);
	if (argc > 1 && !strcmp(argv[1], "--version")) {
		puts("ebpfmm-oci-hook " EBPFMM_VERSION);
		return 0;
	}
	rc = handle(argc > 1 ? argv[1] : NULL, &state, deadline, &told, &ended, &err);
	if (rc && ended)
		rc = report_end(name_of(told.id), err.message);
	else if (rc)
		rc = report(&told, err.message);
	ebpfmm_state_free(&state);
	return rc;
}
