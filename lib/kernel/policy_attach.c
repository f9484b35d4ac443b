// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy on a cgroup: its storage, and the order in which that and its link change.
 *
 * The fault policy looks for a cgroup's table first in the small storage, then
 * in the large one. Each write is atomic for it, so a table is replaced by
 * writing the new one where it is seen first, or by removing what hides it.
 */
#include "kernel/policy_internal.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

/* Storage comes from a cache that an interrupt on this CPU refills. */
#define STORE_TRIES 200

/* --- storage ------------------------------------------------------------------ */

static int store(struct ebpfmm_policy *policy, enum ebpfmm_pin pin,
		 const struct ebpfmm_cgroup *cgroup, const struct ebpfmm_large *value,
		 struct ebpfmm_error *err)
{
	int map = ebpfmm_policy_pin(policy, pin, err), rc = -ENOMEM;

	if (map < 0)
		return -1;
	for (int i = 0; i < STORE_TRIES && rc == -ENOMEM; i++) {
		if (i)
			sched_yield();
		rc = bpf_map_update_elem(map, &cgroup->fd, value, BPF_ANY);
	}
	if (rc)
		return ebpfmm_fail(err, -rc, "store the policy of `%s`", cgroup->path);
	return 0;
}

/* Also returns 0 when there was nothing. */
static int erase(struct ebpfmm_policy *policy, enum ebpfmm_pin pin,
		 const struct ebpfmm_cgroup *cgroup, struct ebpfmm_error *err)
{
	int map = ebpfmm_policy_pin(policy, pin, err), rc;

	if (map < 0)
		return -1;
	rc = bpf_map_delete_elem(map, &cgroup->fd);
	if (rc && rc != -ENOENT)
		return ebpfmm_fail(err, -rc, "remove the policy of `%s`", cgroup->path);
	return 0;
}

/*
 * Removes what another version has stored for a cgroup, from all pinned maps that are
 * cgroup storages according to the kernel.
 */
static int erase_others(struct ebpfmm_policy *policy,
			const struct ebpfmm_cgroup *cgroup, struct ebpfmm_error *err)
{
	_cleanup_closedir_ DIR *dir = ebpfmm_dir_open(policy->dirfd, ".");
	struct dirent *entry;

	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return ebpfmm_fail(err, errno, "list `%s`", policy->path);
	while ((entry = readdir(dir))) {
		struct bpf_map_info info = {};
		__u32 size = sizeof(info);
		_cleanup_close_ int fd = -1;

		if (entry->d_type != DT_DIR && !ebpfmm_link_id(entry->d_name))
			fd = ebpfmm_pin_get(policy->dirfd, entry->d_name);
		if (fd < 0)
			continue;
		/* Fails for a program, and removes nothing. */
		if (!bpf_map_get_info_by_fd(fd, &info, &size) &&
		    info.type == BPF_MAP_TYPE_CGRP_STORAGE)
			bpf_map_delete_elem(fd, &cgroup->fd);
	}
	return 0;
}

static int erase_both(struct ebpfmm_policy *policy,
		      const struct ebpfmm_cgroup *cgroup, struct ebpfmm_error *err)
{
	int rc = erase(policy, EBPFMM_PIN_SMALL, cgroup, err);

	return erase(policy, EBPFMM_PIN_LARGE, cgroup, err) ? -1 : rc;
}

/*
 * Returns 1 with the stored table in @value, 0 when there is none, or -1 on error. A small
 * table fills in only the smaller layout. @pin is set to its storage.
 */
static int fetch(struct ebpfmm_policy *policy, const struct ebpfmm_cgroup *cgroup,
		 struct ebpfmm_large *value, enum ebpfmm_pin *pin,
		 struct ebpfmm_error *err)
{
	static const enum ebpfmm_pin pins[] = { EBPFMM_PIN_SMALL, EBPFMM_PIN_LARGE };

	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++) {
		int map = ebpfmm_policy_pin(policy, pins[i], err), rc;

		if (map < 0)
			return -1;
		*pin = pins[i];
		rc = bpf_map_lookup_elem(map, &cgroup->fd, value);
		if (!rc)
			return 1;
		if (rc != -ENOENT)
			return ebpfmm_fail(err, -rc, "read the policy of `%s`",
					   cgroup->path);
	}
	return 0;
}

/**
 * struct stored - what a cgroup has in storage
 * @table: the table; a small one fills in only the smaller layout
 * @pin: its storage
 */
struct stored {
	struct ebpfmm_large table;
	enum ebpfmm_pin pin;
};

/* As fetch(), allocated in @out; NULL there unless it returns 1. */
static int remember(struct ebpfmm_policy *policy, const struct ebpfmm_cgroup *cgroup,
		    struct stored **out, struct ebpfmm_error *err)
{
	int had;

	*out = malloc(sizeof(**out));
	if (!*out)
		return ebpfmm_fail(err, ENOMEM, "attach to `%s`", cgroup->path);
	had = fetch(policy, cgroup, &(*out)->table, &(*out)->pin, err);
	if (had != 1) {
		free(*out);
		*out = NULL;
	}
	return had;
}

static enum ebpfmm_pin other(enum ebpfmm_pin pin)
{
	return pin == EBPFMM_PIN_SMALL ? EBPFMM_PIN_LARGE : EBPFMM_PIN_SMALL;
}

/*
 * Restores the old table after a change that failed with the new one in storage. Without
 * memory for the old table, the new one stays, so that the cgroup keeps a policy.
 */
static void put_back(struct ebpfmm_policy *policy, const struct ebpfmm_cgroup *cgroup,
		     const struct stored *before)
{
	if (!before)
		erase_both(policy, cgroup, NULL);
	else if (!store(policy, before->pin, cgroup, &before->table, NULL))
		erase(policy, other(before->pin), cgroup, NULL);
}

/* A copy of @table with the counters of the stored one; NULL on error. */
static struct ebpfmm_table *with_counters(const struct ebpfmm_table *table,
					  const struct stored *before,
					  const struct ebpfmm_cgroup *cgroup,
					  struct ebpfmm_error *err)
{
	const struct ebpfmm_large *old = &before->table;
	struct ebpfmm_table *copy = malloc(sizeof(*copy));

	if (!copy) {
		ebpfmm_fail(err, ENOMEM, "attach to `%s`", cgroup->path);
		return NULL;
	}
	*copy = *table;
	memcpy(copy->large.header.counters, old->header.counters,
	       sizeof(copy->large.header.counters));
	copy->large.header.lost = old->header.lost;
	return copy;
}

/* --- what policy.h promises ----------------------------------------------------- */

/*
 * Stores @table so that the fault policy uses it, and removes any other one. @attached: the
 * cgroup has this version's policy; @from: it has that one, of another format.
 */
static int replace(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
		   const struct ebpfmm_cgroup *cgroup, const struct ebpfmm_table *table,
		   bool attached, const struct stored *before, struct ebpfmm_error *err)
{
	enum ebpfmm_pin into = ebpfmm_table_is_small(table) ? EBPFMM_PIN_SMALL :
							      EBPFMM_PIN_LARGE;
	int rc;

	/* First the steps that leave nothing behind if they fail. */
	if (ebpfmm_policy_pin(policy, other(into), err) < 0 ||
	    ebpfmm_policy_pin(policy, EBPFMM_PIN_OPS, err) < 0 ||
	    store(policy, into, cgroup, &table->large, err))
		return -1;
	rc = erase(policy, other(into), cgroup, err);
	if (!rc && attached)
		rc = ebpfmm_link_renew(policy, cgroup, err);
	else if (!rc)
		rc = from ? ebpfmm_link_move(policy, from, cgroup, err) :
			    ebpfmm_link_make(policy, cgroup, err);
	if (rc)
		put_back(policy, cgroup, before);
	return rc;
}

int ebpfmm_policy_attach(struct ebpfmm_policy *policy,
			 const struct ebpfmm_cgroup *cgroup,
			 const struct ebpfmm_table *table,
			 struct ebpfmm_error *err)
{
	_cleanup_free_ struct ebpfmm_table *new = NULL;
	_cleanup_free_ struct stored *before = NULL;
	int attached;

	attached = ebpfmm_policy_is_attached(policy, cgroup->id, err);
	if (attached < 0 || (attached && remember(policy, cgroup, &before, err) < 0))
		return -1;
	if (before) {
		new = with_counters(table, before, cgroup, err);
		if (!new)
			return -1;
		table = new;
	}
	return replace(policy, NULL, cgroup, table, attached, before, err);
}

int ebpfmm_policy_take_over(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
			    const struct ebpfmm_cgroup *cgroup,
			    const struct ebpfmm_table *table, struct ebpfmm_error *err)
{
	if (replace(policy, from, cgroup, table, false, NULL, err))
		return -1;
	/* It is no longer used, and is freed with the cgroup. */
	erase_others(from, cgroup, NULL);
	return 0;
}

int ebpfmm_policy_detach(struct ebpfmm_policy *policy, uint64_t id,
			 struct ebpfmm_error *err)
{
	struct ebpfmm_cgroup cgroup = {};
	struct ebpfmm_error local;
	int had, rc;

	had = ebpfmm_link_unpin(policy, id, err);
	if (had < 0)
		return -1;
	/* The storage was freed with the cgroup, if that no longer exists. */
	if (!ebpfmm_cgroup_open_id(id, &cgroup, &local)) {
		rc = ebpfmm_policy_is_ours(policy) ? erase_both(policy, &cgroup, err) :
						     erase_others(policy, &cgroup, err);
		ebpfmm_cgroup_close(&cgroup);
		if (rc)
			return rc;
	} else if (local.code != ENOENT && local.code != ESTALE) {
		return ebpfmm_pass(err, &local);
	}
	if (!had)
		return ebpfmm_fail(err, ENOENT, "cgroup %" PRIu64 " has no policy", id);
	return 0;
}

int ebpfmm_policy_get(struct ebpfmm_policy *policy,
		      const struct ebpfmm_cgroup *cgroup,
		      struct ebpfmm_table *table, struct ebpfmm_error *err)
{
	enum ebpfmm_pin pin;
	int rc;

	if (ebpfmm_policy_check_format(policy, err))
		return -1;
	memset(table, 0, sizeof(*table));
	rc = ebpfmm_policy_is_attached(policy, cgroup->id, err);
	if (rc > 0)
		rc = fetch(policy, cgroup, &table->large, &pin, err);
	if (!rc)
		return ebpfmm_fail(err, ENOENT, "%s: has no policy", cgroup->path);
	/* What prints it relies on its end. */
	table->large.header.name[sizeof(table->large.header.name) - 1] = '\0';
	return rc < 0 ? -1 : 0;
}
