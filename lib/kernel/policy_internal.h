/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files behind policy.h and policies.h share. */
#ifndef EBPFMM_POLICY_INTERNAL_H
#define EBPFMM_POLICY_INTERNAL_H


#include "kernel/policy.h"
#include "kernel/policy_object.h"

/* The same for all formats: they see each other's. */
#define EBPFMM_BPF_FS "/sys/fs/bpf"
#define EBPFMM_TOP_NAME "ebpfmm"
#define EBPFMM_NEW_NAME "ebpfmm-new"
#define EBPFMM_OLD_NAME "ebpfmm-old"
#define EBPFMM_LINK_PREFIX "cgroup-"

/**
 * struct ebpfmm_policy - a loaded policy
 * @dirfd: the pin directory, which stays that of these objects
 * @fd: those that were needed so far; -1: not yet
 * @format: EBPFMM_FORMAT of who loaded it
 * @unnumbered: it is of a version that pinned right below EBPFMM_PIN_TOP
 * @path: of the pin directory
 */
struct ebpfmm_policy {
	int dirfd;
	int fd[EBPFMM_PINS];
	uint32_t format;
	bool unnumbered;
	char path[sizeof(EBPFMM_PIN_TOP) + 16];
};

/**
 * ebpfmm_policy_new - what is pinned in a directory
 * @dirfd: the directory, which is the policy's then
 * @format: its format
 *
 * Return: to be closed with ebpfmm_policy_close(), or NULL without memory.
 */
struct ebpfmm_policy *ebpfmm_policy_new(int dirfd, uint32_t format);

/**
 * ebpfmm_policy_unnumber - it is that of a version that knew of no directory for each
 * @policy: its directory is EBPFMM_PIN_TOP; its format is looked up, 0 if it has none
 */
void ebpfmm_policy_unnumber(struct ebpfmm_policy *policy);

/**
 * ebpfmm_policy_remove - unpin all of a policy
 * @policy: the policy
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_remove(struct ebpfmm_policy *policy, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_take_over - give a cgroup our policy instead of that of another format
 * @policy: ours
 * @from: what the cgroup has
 * @cgroup: the cgroup
 * @table: the translated profile
 * @err: what failed; the cgroup is as it was then
 *
 * Atomic for faults: its link is updated, and then its pin moved. Counters begin anew.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_take_over(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
			    const struct ebpfmm_cgroup *cgroup,
			    const struct ebpfmm_table *table, struct ebpfmm_error *err);

/**
 * ebpfmm_link_id - the cgroup of a pinned link
 * @name: of the pin
 *
 * Return: the cgroup's id, 0 for other pins.
 */
uint64_t ebpfmm_link_id(const char *name);

/**
 * ebpfmm_link_make - put the policy on a cgroup that has none
 * @policy: the policy
 * @cgroup: the cgroup
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_link_make(struct ebpfmm_policy *policy, const struct ebpfmm_cgroup *cgroup,
		     struct ebpfmm_error *err);

/**
 * ebpfmm_link_renew - make the kernel forget the answers that it keeps for threads
 * @policy: the policy
 * @cgroup: a cgroup that has it, whose table was replaced
 * @err: what failed
 *
 * Any update of a link does.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_link_renew(struct ebpfmm_policy *policy, const struct ebpfmm_cgroup *cgroup,
		      struct ebpfmm_error *err);

/**
 * ebpfmm_link_move - have a link of another format call our program
 * @policy: ours
 * @from: what the cgroup has
 * @cgroup: the cgroup
 * @err: what failed; the link is as it was then
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_link_move(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
		     const struct ebpfmm_cgroup *cgroup, struct ebpfmm_error *err);

/**
 * ebpfmm_link_unpin - take the policy from a cgroup
 * @policy: the policy
 * @id: of the cgroup, which may be gone
 * @err: what failed
 *
 * Return: 1, 0 when there is no such link, or -1 with @err set.
 */
int ebpfmm_link_unpin(struct ebpfmm_policy *policy, uint64_t id,
		      struct ebpfmm_error *err);

/**
 * ebpfmm_bpf_fs_open - open where everything is pinned
 * @err: what failed, such as that it is not mounted
 *
 * Return: a descriptor, or -1 with @err set.
 */
int ebpfmm_bpf_fs_open(struct ebpfmm_error *err);

/**
 * ebpfmm_pin_get - open a pinned object
 * @dirfd: the pin directory
 * @name: its name there
 *
 * Return: a descriptor, or -1 with errno set.
 */
int ebpfmm_pin_get(int dirfd, const char *name);

/**
 * ebpfmm_pin_put - pin an object
 * @dirfd: the pin directory
 * @name: its name there
 * @fd: the object
 *
 * Return: 0, or -1 with errno set.
 */
int ebpfmm_pin_put(int dirfd, const char *name, int fd);

/**
 * ebpfmm_pin_remove_dir - remove a directory of pins
 * @fsfd: from ebpfmm_bpf_fs_open()
 * @name: its name there
 * @err: what failed
 *
 * Return: 0 (also when it was not there), or -1 with @err set.
 */
int ebpfmm_pin_remove_dir(int fsfd, const char *name, struct ebpfmm_error *err);

/**
 * ebpfmm_pin_format - the format that a directory's name is
 * @name: the name
 *
 * Return: the number, or 0 when the name is something else.
 */
uint32_t ebpfmm_pin_format(const char *name);

#endif /* EBPFMM_POLICY_INTERNAL_H */
