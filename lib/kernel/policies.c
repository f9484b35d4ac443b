// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/policies.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "kernel/policy_internal.h"

/* --- opening ------------------------------------------------------------------ */

static int add(struct ebpfmm_policies *policies, struct ebpfmm_policy *policy,
	       struct ebpfmm_error *err)
{
	struct ebpfmm_policy **each;

	each = reallocarray(policies->each, policies->count + 1, sizeof(*each));
	if (!each)
		return ebpfmm_fail(err, ENOMEM, "open the policies");
	policies->each = each;
	each[policies->count++] = policy;
	if (ebpfmm_policy_is_ours(policy)) {
		each[policies->count - 1] = each[0];
		each[0] = policy;
		policies->ours = policy;
	}
	return 0;
}

/* Without the lock, a listed directory may be removed before it is opened. */
static int add_dir(struct ebpfmm_policies *policies, int topfd, const char *name,
		   bool unnumbered, struct ebpfmm_error *err)
{
	int fd = openat(topfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct ebpfmm_policy *policy;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return ebpfmm_fail(err, errno, "open `" EBPFMM_PIN_TOP "/%s`", name);
	policy = ebpfmm_policy_new(fd, unnumbered ? 0 : ebpfmm_pin_format(name));
	if (!policy) {
		close(fd);
		return ebpfmm_fail(err, ENOMEM, "open the policies");
	}
	if (unnumbered)
		ebpfmm_policy_unnumber(policy);
	if (add(policies, policy, err)) {
		ebpfmm_policy_close(policy);
		return -1;
	}
	return 0;
}

/* An earlier pin of the same name has another inode, because this one is open. */
static bool is_dir_of(const struct dirent *entry, const struct ebpfmm_policy *policy)
{
	struct stat st;

	return ebpfmm_pin_format(entry->d_name) == policy->format &&
	       !fstat(policy->dirfd, &st) && st.st_ino == entry->d_ino;
}

static int add_entry(struct ebpfmm_policies *policies, int topfd,
		     const struct dirent *entry, struct ebpfmm_policy *policy,
		     struct ebpfmm_error *err)
{
	if (!ebpfmm_pin_format(entry->d_name))
		return 0;
	if (!policy || !is_dir_of(entry, policy))
		return add_dir(policies, topfd, entry->d_name, false, err);
	policies->lent = true;
	return add(policies, policy, err);
}

int ebpfmm_policies_open_beside(struct ebpfmm_policy *policy, struct ebpfmm_policies *out,
				struct ebpfmm_error *err)
{
	_cleanup_closedir_ DIR *dir = ebpfmm_dir_open(AT_FDCWD, EBPFMM_PIN_TOP);
	struct dirent *entry;
	bool unnumbered = false;
	int rc = 0;

	*out = (struct ebpfmm_policies){};
	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return ebpfmm_fail(err, errno, "open `" EBPFMM_PIN_TOP "`");
	while (!rc && (errno = 0, entry = readdir(dir))) {
		if (entry->d_type != DT_DIR)
			unnumbered = true;
		else
			rc = add_entry(out, dirfd(dir), entry, policy, err);
		errno = 0;
	}
	if (!rc && errno)
		rc = ebpfmm_fail(err, errno, "list `" EBPFMM_PIN_TOP "`");
	if (!rc && unnumbered)
		rc = add_dir(out, dirfd(dir), ".", true, err);
	return rc;
}

int ebpfmm_policies_open(struct ebpfmm_policies *out, struct ebpfmm_error *err)
{
	return ebpfmm_policies_open_beside(NULL, out, err);
}

void ebpfmm_policies_close(struct ebpfmm_policies *policies)
{
	for (size_t i = 0; i < policies->count; i++)
		if (!policies->lent || policies->each[i] != policies->ours)
			ebpfmm_policy_close(policies->each[i]);
	free(policies->each);
	*policies = (struct ebpfmm_policies){};
}

/* --- looking ------------------------------------------------------------------ */

int ebpfmm_policies_find(const struct ebpfmm_policies *policies, uint64_t id,
			 struct ebpfmm_policy **out, struct ebpfmm_error *err)
{
	for (size_t i = 0; i < policies->count; i++) {
		int rc = ebpfmm_policy_is_attached(policies->each[i], id, err);

		*out = policies->each[i];
		if (rc)
			return rc;
	}
	*out = NULL;
	return 0;
}

static int count_attached(uint64_t id, bool attached, void *data)
{
	int *count = data;

	(void)id;
	*count += attached;
	return 0;
}

int ebpfmm_policies_count(struct ebpfmm_policy *policy, struct ebpfmm_error *err)
{
	int count = 0;

	return ebpfmm_policy_each(policy, count_attached, &count, err) ? -1 : count;
}

/* --- changing ----------------------------------------------------------------- */

/* Stops at the first link, as there may be a thousand. */
static int stop_at_link(uint64_t id, bool attached, void *data)
{
	(void)id;
	(void)attached;
	(void)data;
	return 1;
}

/* Another version's policy is removed with its last link. */
static int end_others(struct ebpfmm_policy *policy, struct ebpfmm_error *err)
{
	int rc;

	if (ebpfmm_policy_is_ours(policy))
		return 0;
	rc = ebpfmm_policy_each(policy, stop_at_link, NULL, err);
	if (rc)
		return rc < 0 ? -1 : 0;
	return ebpfmm_policy_remove(policy, err);
}

int ebpfmm_policies_attach(const struct ebpfmm_policies *policies,
			   const struct ebpfmm_cgroup *cgroup,
			   const struct ebpfmm_table *table, struct ebpfmm_error *err)
{
	struct ebpfmm_policy *now;
	int found = ebpfmm_policies_find(policies, cgroup->id, &now, err);

	if (found < 0)
		return -1;
	if (!found || ebpfmm_policy_is_ours(now))
		return ebpfmm_policy_attach(policies->ours, cgroup, table, err);
	if (ebpfmm_policy_take_over(policies->ours, now, cgroup, table, err))
		return -1;
	/* It is attached; gc removes what could not be removed now. */
	end_others(now, NULL);
	return 0;
}

int ebpfmm_policies_detach(const struct ebpfmm_policies *policies, uint64_t id,
			   struct ebpfmm_error *err)
{
	bool had = false, failed = false;
	struct ebpfmm_error local;

	for (size_t i = 0; i < policies->count; i++) {
		struct ebpfmm_policy *policy = policies->each[i];

		if (ebpfmm_policy_detach(policy, id, &local)) {
			if (local.code == ENOENT)
				continue;
		} else {
			had = true;
			if (!end_others(policy, &local))
				continue;
		}
		if (err && !failed)
			*err = local;
		failed = true;
	}
	if (failed)
		return -1;
	return had ? 0 : ebpfmm_fail(err, ENOENT, "cgroup %" PRIu64 " has no policy", id);
}

int ebpfmm_policies_sweep(const struct ebpfmm_policies *policies, bool remove,
			  struct ebpfmm_error *err)
{
	int found = 0;

	for (size_t i = 0; i < policies->count; i++) {
		struct ebpfmm_policy *policy = policies->each[i];
		int count;

		if (ebpfmm_policy_is_ours(policy))
			continue;
		count = ebpfmm_policies_count(policy, err);
		if (count < 0 || (!count && remove && ebpfmm_policy_remove(policy, err)))
			return -1;
		found += !count;
	}
	return found;
}

static int unload(const struct ebpfmm_policies *policies, struct ebpfmm_error *err)
{
	for (size_t i = 0; i < policies->count; i++) {
		struct ebpfmm_policy *policy = policies->each[i];
		int count = ebpfmm_policies_count(policy, err);

		if (count < 0)
			return -1;
		if (count && ebpfmm_policy_is_ours(policy))
			return ebpfmm_fail(err, EBUSY, "the policy is attached to %d cgroup%s: see `ebpfmm list`, and detach it there first",
					   count, count == 1 ? "" : "s");
		if (count)
			ebpfmm_log(LOG_NOTICE,
				   "keeping the policy of format %" PRIu32 ", from another version: it is attached to %d cgroup%s",
				   ebpfmm_policy_format(policy), count,
				   count == 1 ? "" : "s");
		else if (ebpfmm_policy_remove(policy, err))
			return -1;
	}
	return 0;
}

int ebpfmm_policies_unload(struct ebpfmm_error *err)
{
	int fsfd = ebpfmm_bpf_fs_open(err), rc;
	struct ebpfmm_policies policies;

	if (fsfd < 0)
		return -1;
	close(fsfd);
	rc = ebpfmm_policies_open(&policies, err);
	if (!rc)
		rc = unload(&policies, err);
	ebpfmm_policies_close(&policies);
	return rc;
}
