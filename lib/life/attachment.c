// SPDX-License-Identifier: GPL-2.0-only
#include "life/attachment.h"

#include "base/cleanup.h"
#include "base/paths.h"
#include "image/cache.h"
#include "image/debug_file.h"
#include "life/lifecycle.h"
#include "table/translate.h"

static void end_step(const struct ebpfmm_attachment *attachment, const char *name)
{
	if (attachment->step)
		attachment->step(attachment->data, name);
}

static int open_policy(const struct ebpfmm_attachment *attachment,
		       struct ebpfmm_policy **out, struct ebpfmm_error *err)
{
	int rc;

	if (ebpfmm_policy_peek(out, err))
		return -1;
	if (*out)
		return 0;
	rc = attachment->load ? attachment->load(attachment->data, err) :
				ebpfmm_life_load(false, err);
	if (rc || ebpfmm_policy_peek(out, err))
		return -1;
	if (!*out)
		return ebpfmm_fail(err, 0, "another process has just unloaded the policy: try again");
	return 0;
}

static int translate(const struct ebpfmm_attachment *attachment, int debugfd,
		     struct ebpfmm_policy *policy, struct ebpfmm_table **out,
		     struct ebpfmm_error *err)
{
	const struct ebpfmm_root how = {
		.rootfd = attachment->rootfd,
		.debugfd = debugfd,
		.identify = ebpfmm_policy_identify,
		.data = policy,
		.cache = ebpfmm_cache_open(EBPFMM_CACHE_DIR, EBPFMM_CACHE_DEVICES),
	};
	int rc = ebpfmm_translate(attachment->profile, &how, out, err);

	ebpfmm_cache_close(how.cache);
	return rc ? ebpfmm_prefix(err, "profile `%s`: ", attachment->profile->name) : 0;
}

int ebpfmm_attach_profile(const struct ebpfmm_attachment *attachment,
			  struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_policy_closep) struct ebpfmm_policy *policy = NULL;
	_cleanup_free_ struct ebpfmm_table *table = NULL;
	_cleanup_close_ int debugfd = -1;

	if (ebpfmm_debug_dir_open(attachment->debug_dir, &debugfd, err) ||
	    open_policy(attachment, &policy, err))
		return -1;
	end_step(attachment, "policy");
	if (translate(attachment, debugfd, policy, &table, err))
		return -1;
	end_step(attachment, "translation");
	if ((attachment->confirm && attachment->confirm(attachment->data, err)) ||
	    ebpfmm_life_attach(attachment->container, attachment->cgroup,
			       attachment->profile->name, table, policy, err))
		return -1;
	end_step(attachment, "attaching");
	return 0;
}
