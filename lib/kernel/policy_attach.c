// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy on a cgroup: its storage and its link. All that depends on how a
 * struct_ops link names a cgroup is here.
 *
 * The fault policy looks for a cgroup's table first in the small storage, then
 * in the large one. Each write is atomic for it, so a table is replaced by
 * writing the new one where it is seen first, or by removing what hides it.
 */
#include "kernel/policy_internal.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINK_NAME_SIZE 32
/* Storage comes from a cache that an interrupt on this CPU refills. */
#define STORE_TRIES 200

/* --- links -------------------------------------------------------------------- */

static void link_name(uint64_t id, char name[LINK_NAME_SIZE])
{
	snprintf(name, LINK_NAME_SIZE, EBPFMM_LINK_PREFIX "%" PRIu64, id);
}

/*
 * A link that lost its cgroup stays pinned; its fdinfo then names neither the
 * map nor the cgroup (bpf_struct_ops_map_link_show_fdinfo). 1, 0, or -1 with
 * errno.
 */
static int link_is_attached(int fd)
{
	unsigned long long map = 0, cgroup = 0;
	char path[40], line[128];
	bool failed;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "map_id: %llu", &map) == 1)
			continue;
		if (sscanf(line, "cgroup_id: %llu", &cgroup) == 1)
			continue;
	}
	failed = ferror(file);
	fclose(file);
	return failed ? -1 : map && cgroup;
}

/*
 * 1, 0, or -1 with @err set: whoever takes a link that cannot be looked at for a
 * detached one would clear away somebody's policy.
 */
static int pin_is_attached(const struct ebpfmm_policy *policy, const char *name,
			   struct ebpfmm_error *err)
{
	int fd = ebpfmm_pin_get(policy->dirfd, name), rc;

	if (fd < 0 && errno == ENOENT)
		return 0;
	rc = fd < 0 ? -1 : link_is_attached(fd);
	if (rc < 0)
		ebpfmm_fail(err, errno, "look at `%s/%s`", policy->path, name);
	if (fd >= 0)
		close(fd);
	return rc;
}

int ebpfmm_policy_is_attached(struct ebpfmm_policy *policy, uint64_t id,
			      struct ebpfmm_error *err)
{
	char name[LINK_NAME_SIZE];

	link_name(id, name);
	return pin_is_attached(policy, name, err);
}

/* The id in the name of a pinned link; 0 for other pins. */
static uint64_t id_of_pin(const char *name)
{
	const size_t prefix = strlen(EBPFMM_LINK_PREFIX);
	char *end;
	uint64_t id;

	if (strncmp(name, EBPFMM_LINK_PREFIX, prefix))
		return 0;
	errno = 0;
	id = strtoull(name + prefix, &end, 10);
	return errno || *end ? 0 : id;
}

int ebpfmm_policy_each(struct ebpfmm_policy *policy,
		       int (*fn)(uint64_t id, bool attached, void *data),
		       void *data, struct ebpfmm_error *err)
{
	DIR *dir = ebpfmm_pin_list(policy->dirfd, ".");
	struct dirent *entry;
	int rc = 0;

	/* A directory that was removed is empty. */
	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return ebpfmm_fail(err, errno, "list `%s`", policy->path);
	while (!rc && (errno = 0, entry = readdir(dir))) {
		uint64_t id = id_of_pin(entry->d_name);
		int attached;

		if (id) {
			attached = pin_is_attached(policy, entry->d_name, err);
			rc = attached < 0 ? -1 : fn(id, attached, data);
		}
		errno = 0;
	}
	if (!rc && errno && errno != ENOENT)
		rc = ebpfmm_fail(err, errno, "list `%s`", policy->path);
	closedir(dir);
	return rc;
}

static int link_and_pin(struct ebpfmm_policy *policy,
			const struct ebpfmm_cgroup *cgroup, struct ebpfmm_error *err)
{
	int ops = ebpfmm_policy_pin(policy, EBPFMM_PIN_OPS, err);
	char name[LINK_NAME_SIZE];
	int fd, rc = 0;

	if (ops < 0)
		return -1;
	link_name(cgroup->id, name);
	if (unlinkat(policy->dirfd, name, 0) && errno != ENOENT)
		return ebpfmm_fail(err, errno, "remove `" EBPFMM_PIN_DIR "/%s`", name);
	fd = bpf_link_create(ops, cgroup->fd, BPF_STRUCT_OPS, NULL);
	if (fd == -EEXIST)
		return ebpfmm_fail(err, 0, "%s: has a policy that is not ours",
				   cgroup->path);
	if (fd < 0)
		return ebpfmm_fail(err, -fd, "attach to `%s`", cgroup->path);
	if (ebpfmm_pin_put(policy->dirfd, name, fd))
		rc = ebpfmm_fail(err, errno, "pin `" EBPFMM_PIN_DIR "/%s`", name);
	close(fd);
	return rc;
}

/*
 * Makes the kernel forget the answers that it keeps for threads, as any update of
 * a link does: they are of the table that was replaced.
 */
static int forget_answers(struct ebpfmm_policy *policy,
			  const struct ebpfmm_cgroup *cgroup,
			  struct ebpfmm_error *err)
{
	int ops = ebpfmm_policy_pin(policy, EBPFMM_PIN_OPS, err);
	char name[LINK_NAME_SIZE];
	int fd, rc;

	if (ops < 0)
		return -1;
	link_name(cgroup->id, name);
	fd = ebpfmm_pin_get(policy->dirfd, name);
	if (fd < 0)
		return ebpfmm_fail(err, errno, "open `" EBPFMM_PIN_DIR "/%s`", name);
	rc = bpf_link_update(fd, ops, NULL);
	close(fd);
	/* The cgroup, and with it the link, may have gone meanwhile. */
	if (rc && rc != -ENOLINK)
		return ebpfmm_fail(err, -rc, "update the link to `%s`",
				   cgroup->path);
	return 0;
}

/* The map that a link has now: its number, 0 for none. Or -1 with errno set. */
static int64_t map_of_link(int link)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);
	int rc = bpf_link_get_info_by_fd(link, &info, &size);

	if (!rc)
		return info.struct_ops.map_id;
	errno = -rc;
	return -1;
}

/*
 * Has a link of another format call our program: an update takes any map of the type.
 * Who dies before the pin is moved leaves a link that does what its record says, in
 * the other format's directory, for ebpfmm_policy_adopt().
 */
static int move_link(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
		     const struct ebpfmm_cgroup *cgroup, struct ebpfmm_error *err)
{
	int ops = ebpfmm_policy_pin(policy, EBPFMM_PIN_OPS, err), fd, before, rc;
	char name[LINK_NAME_SIZE];
	int64_t map;

	if (ops < 0)
		return -1;
	link_name(cgroup->id, name);
	fd = ebpfmm_pin_get(from->dirfd, name);
	if (fd < 0)
		return ebpfmm_fail(err, errno, "open `%s/%s`", from->path, name);
	map = map_of_link(fd);
	before = map < 0 ? -errno : bpf_map_get_fd_by_id((__u32)map);
	rc = before < 0 ? before : bpf_link_update(fd, ops, NULL);
	if (rc) {
		rc = ebpfmm_fail(err, -rc, "replace the policy of `%s`", cgroup->path);
	} else if (renameat(from->dirfd, name, policy->dirfd, name)) {
		rc = ebpfmm_fail(err, errno, "pin `%s/%s`", policy->path, name);
		bpf_link_update(fd, before, NULL);
	}
	if (before >= 0)
		close(before);
	close(fd);
	return rc;
}

int ebpfmm_policy_adopt(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
			uint64_t id, struct ebpfmm_error *err)
{
	int ops = ebpfmm_policy_pin(policy, EBPFMM_PIN_OPS, err), fd;
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	char name[LINK_NAME_SIZE];
	int64_t map;

	if (ops < 0)
		return -1;
	link_name(id, name);
	fd = ebpfmm_pin_get(from->dirfd, name);
	map = fd < 0 ? -1 : map_of_link(fd);
	if (fd >= 0)
		close(fd);
	if (map < 0)
		return errno == ENOENT ? 0 :
		       ebpfmm_fail(err, errno, "look at `%s/%s`", from->path, name);
	if (bpf_map_get_info_by_fd(ops, &info, &size) || map != info.id)
		return 0;
	if (renameat(from->dirfd, name, policy->dirfd, name))
		return ebpfmm_fail(err, errno, "pin `%s/%s`", policy->path, name);
	return 0;
}

/*
 * 1, 0 when there is no such link, -1 on error. Detached before it is unpinned:
 * the last reference to a link is dropped at some later time, and until then
 * the cgroup could not get another one.
 */
static int unpin_link(struct ebpfmm_policy *policy, uint64_t id,
		      struct ebpfmm_error *err)
{
	char name[LINK_NAME_SIZE];
	int fd;

	link_name(id, name);
	fd = ebpfmm_pin_get(policy->dirfd, name);
	if (fd < 0 && errno != ENOENT)
		return ebpfmm_fail(err, errno, "open `%s/%s`", policy->path, name);
	if (fd >= 0) {
		bpf_link_detach(fd);
		close(fd);
	}
	if (!unlinkat(policy->dirfd, name, 0))
		return 1;
	if (errno == ENOENT)
		return 0;
	return ebpfmm_fail(err, errno, "remove `%s/%s`", policy->path, name);
}

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

/* 0 too when there was nothing. */
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
 * What another version has stored for a cgroup, wherever: that it is a storage of
 * cgroups the kernel says.
 */
static int erase_others(struct ebpfmm_policy *policy,
			const struct ebpfmm_cgroup *cgroup, struct ebpfmm_error *err)
{
	DIR *dir = ebpfmm_pin_list(policy->dirfd, ".");
	struct dirent *entry;

	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return ebpfmm_fail(err, errno, "list `%s`", policy->path);
	while ((entry = readdir(dir))) {
		struct bpf_map_info info = {};
		__u32 size = sizeof(info);
		int fd = -1;

		if (entry->d_type != DT_DIR && !id_of_pin(entry->d_name))
			fd = ebpfmm_pin_get(policy->dirfd, entry->d_name);
		if (fd < 0)
			continue;
		/* Of a program it is no map's, and nothing is removed. */
		if (!bpf_map_get_info_by_fd(fd, &info, &size) &&
		    info.type == BPF_MAP_TYPE_CGRP_STORAGE)
			bpf_map_delete_elem(fd, &cgroup->fd);
		close(fd);
	}
	closedir(dir);
	return 0;
}

static int erase_both(struct ebpfmm_policy *policy,
		      const struct ebpfmm_cgroup *cgroup, struct ebpfmm_error *err)
{
	int rc = erase(policy, EBPFMM_PIN_SMALL, cgroup, err);

	return erase(policy, EBPFMM_PIN_LARGE, cgroup, err) ? -1 : rc;
}

/*
 * 1 with the stored table in @value, 0 when there is none, -1 on error. Of a small
 * table only the smaller layout is written. Says in @pin where it is.
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
 * @table: of a small one only the smaller layout is filled in
 * @pin: the storage that it is in
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
 * After a change that failed when the new table was in storage. Where there is no
 * memory for the old one the new one stays: who had a policy is not left without.
 */
static void put_back(struct ebpfmm_policy *policy, const struct ebpfmm_cgroup *cgroup,
		     const struct stored *before)
{
	if (!before)
		erase_both(policy, cgroup, NULL);
	else if (!store(policy, before->pin, cgroup, &before->table, NULL))
		erase(policy, other(before->pin), cgroup, NULL);
}

/* A copy of @table that goes on counting where what is stored is; NULL on error. */
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
 * Puts @table where the fault policy sees it, and nothing else beside it. @attached: the
 * cgroup has our policy; @from: it has that one, of another format.
 */
static int replace(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
		   const struct ebpfmm_cgroup *cgroup, const struct ebpfmm_table *table,
		   bool attached, const struct stored *before, struct ebpfmm_error *err)
{
	enum ebpfmm_pin into = ebpfmm_table_is_small(table) ? EBPFMM_PIN_SMALL :
							      EBPFMM_PIN_LARGE;
	int rc;

	/* What can fail without a trace fails first. */
	if (ebpfmm_policy_pin(policy, other(into), err) < 0 ||
	    ebpfmm_policy_pin(policy, EBPFMM_PIN_OPS, err) < 0 ||
	    store(policy, into, cgroup, &table->large, err))
		return -1;
	rc = erase(policy, other(into), cgroup, err);
	if (!rc && attached)
		rc = forget_answers(policy, cgroup, err);
	else if (!rc)
		rc = from ? move_link(policy, from, cgroup, err) :
			    link_and_pin(policy, cgroup, err);
	if (rc)
		put_back(policy, cgroup, before);
	return rc;
}

int ebpfmm_policy_attach(struct ebpfmm_policy *policy,
			 const struct ebpfmm_cgroup *cgroup,
			 const struct ebpfmm_table *table,
			 struct ebpfmm_error *err)
{
	struct ebpfmm_table *new = NULL;
	struct stored *before = NULL;
	int attached, rc = -1;

	attached = ebpfmm_policy_is_attached(policy, cgroup->id, err);
	if (attached < 0 || (attached && remember(policy, cgroup, &before, err) < 0))
		return -1;
	if (before) {
		new = with_counters(table, before, cgroup, err);
		if (!new)
			goto out;
		table = new;
	}
	rc = replace(policy, NULL, cgroup, table, attached, before, err);
out:
	free(before);
	free(new);
	return rc;
}

int ebpfmm_policy_take_over(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
			    const struct ebpfmm_cgroup *cgroup,
			    const struct ebpfmm_table *table, struct ebpfmm_error *err)
{
	if (replace(policy, from, cgroup, table, false, NULL, err))
		return -1;
	/* Nobody looks at it any more, and it ends with the cgroup. */
	erase_others(from, cgroup, NULL);
	return 0;
}

int ebpfmm_policy_detach(struct ebpfmm_policy *policy, uint64_t id,
			 struct ebpfmm_error *err)
{
	struct ebpfmm_cgroup cgroup = {};
	struct ebpfmm_error local;
	int had, rc;

	had = unpin_link(policy, id, err);
	if (had < 0)
		return -1;
	/* The storage of a cgroup that is gone went with it. */
	if (!ebpfmm_cgroup_open_id(id, &cgroup, &local)) {
		rc = ebpfmm_policy_is_ours(policy) ? erase_both(policy, &cgroup, err) :
						     erase_others(policy, &cgroup, err);
		ebpfmm_cgroup_close(&cgroup);
		if (rc)
			return rc;
	} else if (local.code != ENOENT && local.code != ESTALE) {
		if (err)
			*err = local;
		return -1;
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
	return rc < 0 ? -1 : 0;
}
