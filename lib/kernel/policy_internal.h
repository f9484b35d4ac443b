/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files behind policy.h and policies.h share. */
#ifndef EBPFMM_POLICY_INTERNAL_H
#define EBPFMM_POLICY_INTERNAL_H


#include "kernel/policy.h"
#include "kernel/policy_object.h"

/* The same for all formats: each version sees the pins of the others. */
#define EBPFMM_BPF_FS "/sys/fs/bpf"
#define EBPFMM_TOP_NAME "ebpfmm"
#define EBPFMM_NEW_NAME "ebpfmm-new"
#define EBPFMM_OLD_NAME "ebpfmm-old"
#define EBPFMM_LINK_PREFIX "cgroup-"

/**
 * struct ebpfmm_policy - a loaded policy
 * @dirfd: the pin directory, also after another one has replaced it
 * @fd: the pinned objects that were opened so far, or -1
 * @format: EBPFMM_FORMAT of the version that loaded it
 * @unnumbered: loaded by a version that pins directly below EBPFMM_PIN_TOP
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
 * ebpfmm_policy_new - open the policy that is pinned in a directory
 * @dirfd: the directory, which then belongs to the policy
 * @format: its format
 *
 * Return: to be closed with ebpfmm_policy_close(), or NULL without memory.
 */
struct ebpfmm_policy *ebpfmm_policy_new(int dirfd, uint32_t format);

/**
 * ebpfmm_policy_unnumber - mark a policy of a version without a directory per format
 * @policy: its directory is EBPFMM_PIN_TOP; its format is looked up, 0 if it has none
 */
void ebpfmm_policy_unnumber(struct ebpfmm_policy *policy);

/**
 * ebpfmm_policy_remove - remove all pins of a policy
 * @policy: the policy
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_policy_remove(struct ebpfmm_policy *policy, struct ebpfmm_error *err);

/**
 * ebpfmm_policy_take_over - replace a cgroup's policy of another format
 * @policy: the policy of this version
 * @from: the policy that the cgroup has
 * @cgroup: the cgroup
 * @table: the translated profile
 * @err: what failed; the cgroup is unchanged then
 *
 * Atomic for page faults: the link is updated, and then its pin moved. Counters restart
 * at zero.
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
 * ebpfmm_link_make - attach the policy to a cgroup that has none
 * @policy: the policy
 * @cgroup: the cgroup
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_link_make(struct ebpfmm_policy *policy, const struct ebpfmm_cgroup *cgroup,
		     struct ebpfmm_error *err);

/**
 * ebpfmm_link_renew - invalidate the answers that the kernel keeps for threads
 * @policy: the policy
 * @cgroup: a cgroup that has it, whose table was replaced
 * @err: what failed
 *
 * Any update of a link does so.
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_link_renew(struct ebpfmm_policy *policy, const struct ebpfmm_cgroup *cgroup,
		      struct ebpfmm_error *err);

/**
 * ebpfmm_link_move - make a link of another format call this version's program
 * @policy: the policy of this version
 * @from: the policy that the cgroup has
 * @cgroup: the cgroup
 * @err: what failed; the link is unchanged then
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_link_move(struct ebpfmm_policy *policy, struct ebpfmm_policy *from,
		     const struct ebpfmm_cgroup *cgroup, struct ebpfmm_error *err);

/**
 * ebpfmm_link_unpin - detach the policy from a cgroup
 * @policy: the policy
 * @id: id of the cgroup, which may no longer exist
 * @err: what failed
 *
 * Return: 1, 0 when there is no such link, or -1 with @err set.
 */
int ebpfmm_link_unpin(struct ebpfmm_policy *policy, uint64_t id,
		      struct ebpfmm_error *err);

/**
 * ebpfmm_bpf_fs_open - open the bpffs mount that everything is pinned in
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
 * Return: 0 (also when it did not exist), or -1 with @err set.
 */
int ebpfmm_pin_remove_dir(int fsfd, const char *name, struct ebpfmm_error *err);

/**
 * ebpfmm_pin_format - parse the name of a format's directory
 * @name: the name
 *
 * Return: the format, or 0 when the name is not one.
 */
uint32_t ebpfmm_pin_format(const char *name);

#endif /* EBPFMM_POLICY_INTERNAL_H */
