// SPDX-License-Identifier: GPL-2.0-only
#include "watch/targets.h"

static bool is_in(const struct ebpfmm_family *family, pid_t pid)
{
	for (size_t i = 0; i < family->count; i++)
		if (family->pids[i] == pid)
			return true;
	return false;
}

static bool is_watched(const struct ebpfmm_targets *targets, pid_t pid)
{
	for (size_t i = 0; i < targets->count; i++)
		if (targets->list[i].pid == pid)
			return true;
	return false;
}

static void remove_ended(struct ebpfmm_targets *targets, const struct ebpfmm_family *family,
			 bool *changed)
{
	for (size_t i = 0; i < targets->count;) {
		if (is_in(family, targets->list[i].pid) &&
		    ebpfmm_process_lives(&targets->list[i])) {
			i++;
			continue;
		}
		ebpfmm_process_close(&targets->list[i]);
		targets->list[i] = targets->list[--targets->count];
		*changed = true;
	}
}

int ebpfmm_targets_update(struct ebpfmm_targets *targets, const struct ebpfmm_family *family,
			  struct ebpfmm_book *book, bool *changed, struct ebpfmm_error *err)
{
	*changed = false;
	remove_ended(targets, family, changed);
	for (size_t i = 0; i < family->count && targets->count < EBPFMM_FAMILY_MAX; i++) {
		struct ebpfmm_process *process = &targets->list[targets->count];
		struct ebpfmm_error why = {};
		int rc;

		if (is_watched(targets, family->pids[i]))
			continue;
		rc = ebpfmm_process_open(family->pids[i], process);
		if (!rc)
			rc = ebpfmm_process_refresh(process, true, book, &why);
		if (rc < 0 && process->proc >= 0) {
			ebpfmm_process_close(process);
			if (err)
				*err = why;
			return -1;
		}
		/* It has ended already, or has no memory, as threads of the kernel. */
		if (rc) {
			if (why.message[0])
				targets->why = why;
			ebpfmm_process_close(process);
			continue;
		}
		targets->count++;
		targets->seen++;
		*changed = true;
	}
	return 0;
}

void ebpfmm_targets_free(struct ebpfmm_targets *targets)
{
	while (targets->count)
		ebpfmm_process_close(&targets->list[--targets->count]);
}
