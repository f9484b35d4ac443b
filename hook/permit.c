// SPDX-License-Identifier: GPL-2.0-only
#include "permit.h"

#include "base/cleanup.h"
#include "kernel/cgroup.h"
#include "kernel/privilege.h"

/* It is not recorded, for this reason. If it cannot be anyway, that reason stays. */
static void deny_record(struct ebpfmm_choice *choice, const struct ebpfmm_error *why)
{
	if (choice->record)
		choice->no_record = *why;
	choice->record = NULL;
}

static void deny_all(struct ebpfmm_choice *choice, struct ebpfmm_error *why)
{
	ebpfmm_prefix(why, "nothing is permitted: ");
	if (choice->profile)
		choice->no_profile = *why;
	else if (choice->required)
		choice->no_required = *why;
	choice->required = false;
	deny_record(choice, why);
}

/* What is known of the container; @cgroup is set to what has to be freed, or NULL. */
static int find_asker(const struct ebpfmm_state *state, struct json_object *fallback,
		      const struct ebpfmm_permissions *permissions, char **cgroup,
		      struct ebpfmm_asker *asker, struct ebpfmm_error *err)
{
	if (permissions->by_cgroup) {
		*cgroup = ebpfmm_cgroup_name(state->pid, state->id ?: "", err);
		if (!*cgroup)
			return -1;
		asker->cgroup = *cgroup;
	}
	return ebpfmm_choose_asker(state->annotations, fallback, asker, err);
}

static void apply(const struct ebpfmm_permissions *permissions,
		  const struct ebpfmm_asker *asker, struct ebpfmm_choice *choice)
{
	struct ebpfmm_error why = {};

	if (choice->profile)
		ebpfmm_permissions_profile(permissions, asker, choice->profile,
					   &choice->no_profile);
	if (choice->required && ebpfmm_permissions_required(permissions, asker, &why)) {
		/* The same rule, which the line need not have twice. */
		if (choice->no_profile.message[0])
			ebpfmm_fail(&why, 0, "nor is `ebpfmm.required`");
		choice->no_required = why;
		choice->required = false;
	}
	if (choice->record && ebpfmm_permissions_record(permissions, asker, &why))
		deny_record(choice, &why);
}

void ebpfmm_permit(const struct ebpfmm_state *state, struct json_object *fallback,
		   struct ebpfmm_choice *choice)
{
	_cleanup_(ebpfmm_permissions_free) struct ebpfmm_permissions permissions = {};
	_cleanup_free_ char *cgroup = NULL;
	struct ebpfmm_asker asker = {};
	struct ebpfmm_error why = {};
	int rc = ebpfmm_permissions_load(&permissions, &why);

	if (!rc && !permissions.root)
		return;
	/* Nothing is attached then anyway, so only what it requires would change. */
	if (choice->required && ebpfmm_privileged(NULL))
		return;
	if (rc || find_asker(state, fallback, &permissions, &cgroup, &asker, &why))
		deny_all(choice, &why);
	else
		apply(&permissions, &asker, choice);
}
