// SPDX-License-Identifier: GPL-2.0-only
#include "life/lifecycle.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/paths.h"
#include "costs/costs.h"
#include "costs/costs_file.h"
#include "kernel/policies.h"

/* The number of record files that an attachment checks; each container has two. */
#define GC_FEW 8

/* --- loading ------------------------------------------------------------------ */

/*
 * Gives the measured costs to the policy that was just loaded. @all: also log if the costs
 * are missing or outdated.
 */
static int use_costs(bool all, struct ebpfmm_error *err)
{
	struct ebpfmm_policy *policy = NULL;
	struct ebpfmm_measurement record;
	enum ebpfmm_costs_state state;
	struct ebpfmm_error why;
	int rc = 0;

	if (ebpfmm_policy_peek(&policy, err))
		return -1;
	if (!policy)
		return 0;
	state = ebpfmm_costs_find(EBPFMM_COSTS_DIR, &record, &why);
	if (state == EBPFMM_COSTS_OTHER_MACHINE || state == EBPFMM_COSTS_BROKEN ||
	    (all && state != EBPFMM_COSTS_CURRENT))
		ebpfmm_log(LOG_NOTICE, "costs of pages: %s; %s: run `ebpfmm calibrate`",
			   why.message, record.costs.measured ?
			   "used anyway" : "defaults are used");
	rc = ebpfmm_costs_use(policy, &record.costs, err);
	ebpfmm_policy_close(policy);
	return rc;
}

int ebpfmm_life_load(bool all, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_records_close) struct ebpfmm_records records = EBPFMM_NO_RECORDS;

	if (ebpfmm_records_open(EBPFMM_RUN_DIR, &records, err))
		return -1;
	return ebpfmm_policy_load(err) ?: use_costs(all, err);
}

int ebpfmm_life_unload(struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_records_close) struct ebpfmm_records records = EBPFMM_NO_RECORDS;

	if (ebpfmm_records_open(EBPFMM_RUN_DIR, &records, err))
		return -1;
	return ebpfmm_policies_unload(err);
}

/* --- leftovers ---------------------------------------------------------------- */

/**
 * struct gc - one search for leftovers
 * @records: the locked records
 * @policies: the loaded policies
 * @policy: the one being checked
 * @clear: if false, only count
 * @found: what was found
 * @err: what failed first
 */
struct gc {
	const struct ebpfmm_records *records;
	const struct ebpfmm_policies *policies;
	struct ebpfmm_policy *policy;
	bool clear;
	struct ebpfmm_leftovers *found;
	struct ebpfmm_error *err;
};

/* It is not a failure if there is nothing to detach. */
static int detach_rest(const struct ebpfmm_policies *policies, uint64_t id,
		       struct ebpfmm_error *err)
{
	struct ebpfmm_error local;

	if (!ebpfmm_policies_detach(policies, id, &local) || local.code == ENOENT)
		return 0;
	return ebpfmm_pass(err, &local);
}

static int gc_link(uint64_t id, bool attached, void *data)
{
	struct ebpfmm_error local;
	struct gc *gc = data;
	struct ebpfmm_policy *ours = gc->policies->ours;

	if (attached && gc->clear && ours && gc->policy != ours)
		return ebpfmm_policy_adopt(ours, gc->policy, id, gc->err);
	if (attached)
		return 0;
	gc->found->links++;
	if (!gc->clear || !ebpfmm_policy_detach(gc->policy, id, &local) ||
	    local.code == ENOENT)
		return 0;
	if (gc->err)
		*gc->err = local;
	return -1;
}

static int gc_record(const struct ebpfmm_record *record, void *data)
{
	struct gc *gc = data;
	struct ebpfmm_policy *policy;
	int attached = ebpfmm_policies_find(gc->policies, record->cgroup_id, &policy,
					    gc->err);

	if (attached)
		return attached < 0 ? -1 : 0;
	gc->found->records++;
	if (!gc->clear)
		return 0;
	if (detach_rest(gc->policies, record->cgroup_id, gc->err))
		return -1;
	return ebpfmm_record_remove(gc->records, record, gc->err);
}

static int gc_all(struct gc *gc)
{
	const struct ebpfmm_policies *policies = gc->policies;
	int formats, files;

	for (size_t i = 0; i < policies->count; i++) {
		gc->policy = policies->each[i];
		if (ebpfmm_policy_each(gc->policy, gc_link, gc, gc->err))
			return -1;
	}
	if (ebpfmm_record_each(gc->records, gc_record, gc, gc->err))
		return -1;
	files = ebpfmm_record_sweep(gc->records, gc->clear, gc->err);
	formats = files < 0 ? -1 : ebpfmm_policies_sweep(policies, gc->clear, gc->err);
	if (formats < 0)
		return -1;
	gc->found->files += files;
	gc->found->formats = formats;
	return 0;
}

static int gc_locked(const struct ebpfmm_records *records, bool clear,
		     struct ebpfmm_leftovers *found, struct ebpfmm_error *err)
{
	struct ebpfmm_policies policies;
	struct gc gc = { .records = records, .policies = &policies, .clear = clear,
			 .found = found, .err = err };
	int halves, rc;

	*found = (struct ebpfmm_leftovers){};
	halves = ebpfmm_policy_sweep(clear, err);
	if (halves < 0)
		return -1;
	found->files = halves;
	rc = ebpfmm_policies_open(&policies, err);
	if (!rc)
		rc = gc_all(&gc);
	ebpfmm_policies_close(&policies);
	return rc;
}

/*
 * Runs before each attachment, so that leftovers are removed automatically. It checks only a
 * few records, so that its cost does not depend on the number of containers.
 */
static int gc_few(const struct ebpfmm_records *records,
		  const struct ebpfmm_policies *policies, struct ebpfmm_error *err)
{
	struct ebpfmm_leftovers found = {};
	struct gc gc = { .records = records, .policies = policies, .clear = true,
			 .found = &found, .err = err };

	return ebpfmm_record_sweep_few(records, GC_FEW, gc_record, &gc, err);
}

int ebpfmm_life_gc(bool clear, struct ebpfmm_leftovers *found,
		   struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_records_close) struct ebpfmm_records records = EBPFMM_NO_RECORDS;
	int rc;

	rc = clear ? ebpfmm_records_open(EBPFMM_RUN_DIR, &records, err) :
		     ebpfmm_records_hold(EBPFMM_RUN_DIR, &records, err);
	if (rc)
		return -1;
	return gc_locked(&records, clear, found, err);
}

/* --- records by cgroup ---------------------------------------------------------- */

static int remove_records(const struct ebpfmm_records *records, uint64_t cgroup_id,
			  struct ebpfmm_error *err)
{
	struct ebpfmm_record record;
	int rc;

	while ((rc = ebpfmm_record_of_cgroup(records, cgroup_id, &record, err)) == 1) {
		rc = ebpfmm_record_remove(records, &record, err);
		ebpfmm_record_free(&record);
		if (rc)
			break;
	}
	return rc;
}

int ebpfmm_life_owner(uint64_t cgroup_id, struct ebpfmm_record *out,
		      struct ebpfmm_error *err)
{
	struct ebpfmm_records records;
	int rc;

	if (ebpfmm_records_peek(EBPFMM_RUN_DIR, &records, err))
		return -1;
	rc = ebpfmm_record_of_cgroup(&records, cgroup_id, out, err);
	ebpfmm_records_close(&records);
	if (!rc)
		return ebpfmm_fail(err, ENOENT, "read the record of cgroup %" PRIu64, cgroup_id);
	return rc < 0 ? -1 : 0;
}

/* --- attaching and detaching ------------------------------------------------------ */

/* @known: its record if it was read already, or NULL. */
static int detach_locked(const struct ebpfmm_records *records, uint64_t id,
			 const struct ebpfmm_record *known, struct ebpfmm_error *err)
{
	struct ebpfmm_policies policies;
	struct ebpfmm_error local;
	int rc;

	rc = ebpfmm_policies_open(&policies, &local);
	if (!rc)
		rc = ebpfmm_policies_detach(&policies, id, &local);
	ebpfmm_policies_close(&policies);
	if (!rc || local.code == ENOENT) {
		if (known && ebpfmm_record_remove(records, known, err))
			return -1;
		if (remove_records(records, id, err))
			return -1;
	}
	if (rc && err)
		*err = local;
	return rc;
}

/*
 * The id of the record for an attachment. A cgroup keeps its record, so that when an
 * operator replaces a container's profile, the record still belongs to the container.
 */
static char *record_id(const struct ebpfmm_records *records, const char *container,
		       uint64_t cgroup_id, struct ebpfmm_error *err)
{
	struct ebpfmm_record present;
	char *id;

	if (container) {
		id = strdup(container);
	} else {
		switch (ebpfmm_record_of_cgroup(records, cgroup_id, &present, err)) {
		case 0:
			id = ebpfmm_record_operator_id(cgroup_id);
			break;
		case 1:
			id = strdup(present.id);
			ebpfmm_record_free(&present);
			break;
		default:
			return NULL;
		}
	}
	if (!id)
		ebpfmm_fail(err, ENOMEM, "read the record of cgroup %" PRIu64, cgroup_id);
	return id;
}

/*
 * Undoes the attachment of a container's record. If containers share a cgroup, it has the
 * policy of the last one, which is removed with that container and not with the others.
 */
static int leave(const struct ebpfmm_records *records,
		 const struct ebpfmm_record *record, struct ebpfmm_error *err)
{
	struct ebpfmm_record owner;
	bool shared;

	if (ebpfmm_record_of_cgroup(records, record->cgroup_id, &owner, err) < 0)
		return -1;
	shared = owner.id && strcmp(owner.id, record->id);
	ebpfmm_record_free(&owner);
	if (shared)
		return ebpfmm_record_remove(records, record, err);
	return detach_locked(records, record->cgroup_id, record, err);
}

/* 1 with @out filled in, 0 if there is no valid record of that id, -1 on error. */
static int read_whole(const struct ebpfmm_records *records, const char *id,
		      struct ebpfmm_record *out, struct ebpfmm_error *err)
{
	struct ebpfmm_error local;

	if (!ebpfmm_record_read(records, id, out, &local))
		return 1;
	if (local.code == ENOENT || local.code == EBADMSG)
		return 0;
	return ebpfmm_pass(err, &local);
}

/* A container that restarts with the same id in another cgroup leaves its old one. */
static int leave_other_cgroup(const struct ebpfmm_records *records, const char *id,
			      uint64_t cgroup_id, struct ebpfmm_error *err)
{
	struct ebpfmm_record present;
	struct ebpfmm_error local;
	int rc = read_whole(records, id, &present, err);

	if (rc != 1)
		return rc;
	rc = 0;
	if (present.cgroup_id != cgroup_id &&
	    leave(records, &present, &local) && local.code != ENOENT) {
		*err = local;
		rc = -1;
	}
	ebpfmm_record_free(&present);
	return rc;
}

static int attach_locked(const struct ebpfmm_records *records, const char *container,
			 const struct ebpfmm_cgroup *cgroup, const char *profile,
			 const struct ebpfmm_table *table,
			 struct ebpfmm_policy *policy, struct ebpfmm_error *err)
{
	struct ebpfmm_record record = { .cgroup_id = cgroup->id,
					.cgroup_path = cgroup->path,
					.profile = (char *)profile,
					.digest = table->digest };
	_cleanup_(ebpfmm_policies_close) struct ebpfmm_policies policies = {};
	_cleanup_(ebpfmm_record_free) struct ebpfmm_record before = {};
	_cleanup_free_ char *id = NULL;
	int found;

	if (ebpfmm_policy_sweep(true, err) < 0)
		return -1;
	if (ebpfmm_policies_open_beside(policy, &policies, err))
		return -1;
	if (!policies.ours)
		return ebpfmm_fail(err, 0, "another process has just unloaded the policy: try again");
	if (gc_few(records, &policies, err))
		return -1;
	id = record_id(records, container, cgroup->id, err);
	record.id = id;
	if (!id || leave_other_cgroup(records, id, cgroup->id, err))
		return -1;
	found = read_whole(records, id, &before, err);
	if (!found)
		found = ebpfmm_record_of_cgroup(records, cgroup->id, &before, err);
	if (found < 0)
		return -1;
	if (!ebpfmm_record_write(records, &record, err) &&
	    !ebpfmm_policies_attach(&policies, cgroup, table, err))
		return 0;
	if (!before.id || strcmp(before.id, id))
		ebpfmm_record_remove(records, &record, NULL);
	if (before.id)
		ebpfmm_record_write(records, &before, NULL);
	return -1;
}

int ebpfmm_life_attach(const char *container, const struct ebpfmm_cgroup *cgroup,
		       const char *profile, const struct ebpfmm_table *table,
		       struct ebpfmm_policy *policy, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_records_close) struct ebpfmm_records records = EBPFMM_NO_RECORDS;

	if (ebpfmm_records_open(EBPFMM_RUN_DIR, &records, err))
		return -1;
	return attach_locked(&records, container, cgroup, profile, table, policy, err);
}

int ebpfmm_life_detach(uint64_t id, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_records_close) struct ebpfmm_records records = EBPFMM_NO_RECORDS;

	if (ebpfmm_records_open(EBPFMM_RUN_DIR, &records, err))
		return -1;
	return detach_locked(&records, id, NULL, err);
}

static int end_locked(const struct ebpfmm_records *records, const char *container,
		      struct ebpfmm_error *err)
{
	struct ebpfmm_record record;
	struct ebpfmm_error local;
	int rc;

	if (ebpfmm_record_read(records, container, &record, &local)) {
		if (local.code == ENOENT)
			return 0;
		return ebpfmm_pass(err, &local);
	}
	rc = leave(records, &record, &local);
	ebpfmm_record_free(&record);
	if (rc && local.code != ENOENT)
		return ebpfmm_pass(err, &local);
	return 1;
}

int ebpfmm_life_end(const char *container, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_records_close) struct ebpfmm_records records = EBPFMM_NO_RECORDS;

	if (!ebpfmm_container_id_valid(container))
		return ebpfmm_fail(err, 0, "container id `%.128s` is not valid", container);
	if (ebpfmm_records_open(EBPFMM_RUN_DIR, &records, err))
		return -1;
	return end_locked(&records, container, err);
}
