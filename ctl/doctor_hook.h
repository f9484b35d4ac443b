/* SPDX-License-Identifier: GPL-2.0-only */
/* What a file in hooks.d, or a base spec of containerd, says of the hook; see oci-hooks(5). */
#ifndef EBPFMM_CTL_DOCTOR_HOOK_H
#define EBPFMM_CTL_DOCTOR_HOOK_H

#include <stdbool.h>

/**
 * struct doctor_hook - what a file says of the hook
 * @fault: what is wrong with the file; NULL for nothing, and then the others are set
 * @binary: path of the hook
 * @stages: the stages at which it is called, such as "createRuntime and poststop"
 * @when: for which containers, such as "for annotations that match `^x$`"
 */
struct doctor_hook {
	char *fault;
	char *binary;
	char *stages;
	char *when;
};

/**
 * doctor_hook_read - read a hook file
 * @path: the file
 * @out: to be freed with doctor_hook_free()
 *
 * That the hook is missing is a fault of the file, too.
 */
void doctor_hook_read(const char *path, struct doctor_hook *out);

/**
 * doctor_hook_read_spec - read a runtime specification
 * @path: the file
 * @out: as for doctor_hook_read()
 */
void doctor_hook_read_spec(const char *path, struct doctor_hook *out);

/**
 * doctor_hook_free - free what was read
 * @hook: not itself freed; may be all zero
 */
void doctor_hook_free(struct doctor_hook *hook);

#endif /* EBPFMM_CTL_DOCTOR_HOOK_H */
