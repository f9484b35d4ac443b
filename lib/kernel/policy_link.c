// SPDX-License-Identifier: GPL-2.0-only
/*
 * The link that attaches the policy to a cgroup, and its pin. Only this file depends on how
 * a struct_ops link names a cgroup.
 */
#include "kernel/policy_internal.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define LINK_NAME_SIZE 32

static void link_name(uint64_t id, char name[LINK_NAME_SIZE])
{
	snprintf(name, LINK_NAME_SIZE, EBPFMM_LINK_PREFIX "%" PRIu64, id);
}

/* Opens the link that is pinned for a cgroup; @name gets the name of its pin. */
static int link_open(const struct ebpfmm_policy *policy, uint64_t id,
		     char name[LINK_NAME_SIZE], struct ebpfmm_error *err)
{
	int fd;

	link_name(id, name);
	fd = ebpfmm_pin_get(policy->dirfd, name);
	if (fd < 0)
		ebpfmm_fail(err, errno, "open `%s/%s`", policy->path, name);
	return fd;
}

/*
 * A link whose cgroup was removed stays pinned; its fdinfo then has neither map_id nor
 * cgroup_id (bpf_struct_ops_map_link_show_fdinfo). Returns 1, 0, or -1 with errno set.
 */
static int link_is_attached(int fd)
{
	unsigned long long map = 0, cgroup = 0;
	_cleanup_fclose_ FILE *file = NULL;
	char path[40], line[128];

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
	return ferror(file) ? -1 : map && cgroup;
}

/*
 * Returns 1, 0, or -1 with @err set. The caller must not treat an error as detached, or it
 * would remove a policy that is in use.
 */
static int pin_is_attached(const struct ebpfmm_policy *policy, const char *name,
			   struct ebpfmm_error *err)
{
	_cleanup_close_ int fd = ebpfmm_pin_get(policy->dirfd, name);
	int rc;

	if (fd < 0 && errno == ENOENT)
		return 0;
	rc = fd < 0 ? -1 : link_is_attached(fd);
	if (rc < 0)
		ebpfmm_fail(err, ebpfmm_own_fd_error(errno), "inspect `%s/%s`",
			    policy->path, name);
	return rc;
}

int ebpfmm_policy_is_attached(struct ebpfmm_policy *policy, uint64_t id,
			      struct ebpfmm_error *err)
{
	char name[LINK_NAME_SIZE];

	link_name(id, name);
	return pin_is_attached(policy, name, err);
}

uint64_t ebpfmm_link_id(const char *name)
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
	_cleanup_closedir_ DIR *dir = ebpfmm_dir_open(policy->dirfd, ".");
	struct dirent *entry;
	int rc = 0;

	/* A directory that was removed is empty. */
	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return ebpfmm_fail(err, errno, "list `%s`", policy->path);
	while (!rc && (errno = 0, entry = readdir(dir))) {
		uint64_t id = ebpfmm_link_id(entry->d_name);
		int attached;

		if (id) {
			attached = pin_is_attached(policy, entry->d_name, err);
			rc = attached < 0 ? -1 : fn(id, attached, data);
		}
		errno = 0;
	}
	if (!rc && errno && errno != ENOENT)
		rc = ebpfmm_fail(err, errno, "list `%s`", policy->path);
	return rc;
}

int ebpfmm_link_make(struct ebpfmm_policy *policy, const struct ebpfmm_cgroup *cgroup,
		     struct ebpfmm_error *err)
{
	int ops = ebpfmm_policy_pin(policy, EBPFMM_PIN_OPS, err);
	_cleanup_close_ int fd = -1;
	char name[LINK_NAME_SIZE];

	if (ops < 0)
		return -1;
	link_name(cgroup->id, name);
	if (unlinkat(policy->dirfd, name, 0) && errno != ENOENT)
		return ebpfmm_fail(err, errno, "remove `" EBPFMM_PIN_DIR "/%s`", name);
	fd = bpf_link_create(ops, cgroup->fd, BPF_STRUCT_OPS, NULL);
	if (fd == -EEXIST)
		return ebpfmm_fail(err, 0, "%s: has a policy that ebpfmm did not attach: remove that one first (see `bpftool link`)",
				   cgroup->path);
	if (fd < 0)
		return ebpfmm_fail(err, -fd, "attach to `%s`", cgroup->path);
	if (ebpfmm_pin_put(policy->dirfd, name, fd))
		return ebpfmm_fail(err, errno, "pin `" EBPFMM_PIN_DIR "/%s`", name);
	return 0;
}

int ebpfmm_link_renew(struct ebpfmm_policy *policy, const struct ebpfmm_cgroup *cgroup,
		      struct ebpfmm_error *err)
{
	int ops = ebpfmm_policy_pin(policy, EBPFMM_PIN_OPS, err);
	_cleanup_close_ int fd = -1;
	char name[LINK_NAME_SIZE];
	int rc;

	if (ops < 0)
		return -1;
	fd = link_open(policy, cgroup->id, name, err);
	if (fd < 0)
		return -1;
	rc = bpf_link_update(fd, ops, NULL);
	/* The cgroup, and the link with it, may have been removed in the meantime. */
	if (rc && rc != -ENOLINK)
		return ebpfmm_fail(err, -rc, "update the link to `%s`",
				   cgroup->path);
	return 0;
}

/* The id of the map that a link has now, 0 for none, or -1 with errno set. */
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
 * A link can be updated to any map of the type. If the process is killed before it moves
 * the pin, the link is right but in the other format's directory, and
 * ebpfmm_policy_adopt() moves it.
 */
int ebpfmm_link_move(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
		     const struct ebpfmm_cgroup *cgroup, struct ebpfmm_error *err)
{
	int ops = ebpfmm_policy_pin(policy, EBPFMM_PIN_OPS, err), rc;
	_cleanup_close_ int before = -1;
	_cleanup_close_ int fd = -1;
	char name[LINK_NAME_SIZE];
	int64_t map;

	if (ops < 0)
		return -1;
	fd = link_open(from, cgroup->id, name, err);
	if (fd < 0)
		return -1;
	map = map_of_link(fd);
	before = map < 0 ? -errno : bpf_map_get_fd_by_id((__u32)map);
	rc = before < 0 ? before : bpf_link_update(fd, ops, NULL);
	if (rc) {
		rc = ebpfmm_fail(err, -rc, "replace the policy of `%s`", cgroup->path);
	} else if (renameat(from->dirfd, name, policy->dirfd, name)) {
		rc = ebpfmm_fail(err, errno, "pin `%s/%s`", policy->path, name);
		bpf_link_update(fd, before, NULL);
	}
	return rc;
}

int ebpfmm_policy_adopt(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
			uint64_t id, struct ebpfmm_error *err)
{
	int ops = ebpfmm_policy_pin(policy, EBPFMM_PIN_OPS, err);
	_cleanup_close_ int fd = -1;
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);
	char name[LINK_NAME_SIZE];
	int64_t map;

	if (ops < 0)
		return -1;
	link_name(id, name);
	fd = ebpfmm_pin_get(from->dirfd, name);
	map = fd < 0 ? -1 : map_of_link(fd);
	if (map < 0)
		return errno == ENOENT ? 0 :
		       ebpfmm_fail(err, errno, "inspect `%s/%s`", from->path, name);
	if (bpf_map_get_info_by_fd(ops, &info, &size) || map != info.id)
		return 0;
	if (renameat(from->dirfd, name, policy->dirfd, name))
		return ebpfmm_fail(err, errno, "pin `%s/%s`", policy->path, name);
	return 0;
}

/*
 * Detaches the link before it unpins it: the kernel releases the last reference later, and
 * until then the cgroup could not get another link.
 */
int ebpfmm_link_unpin(struct ebpfmm_policy *policy, uint64_t id,
		      struct ebpfmm_error *err)
{
	struct ebpfmm_error local;
	_cleanup_close_ int fd = -1;
	char name[LINK_NAME_SIZE];

	fd = link_open(policy, id, name, &local);
	if (fd < 0 && local.code != ENOENT)
		return ebpfmm_pass(err, &local);
	if (fd >= 0)
		bpf_link_detach(fd);
	if (!unlinkat(policy->dirfd, name, 0))
		return 1;
	if (errno == ENOENT)
		return 0;
	return ebpfmm_fail(err, errno, "remove `%s/%s`", policy->path, name);
}
