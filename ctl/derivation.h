/* SPDX-License-Identifier: GPL-2.0-only */
/* What comes of recordings on the command line, for a profile or to be shown. */
#ifndef EBPFMM_CTL_DERIVATION_H
#define EBPFMM_CTL_DERIVATION_H

#include "command.h"
#include "derive/derive_recorded.h"
#include "files.h"

/**
 * struct ctl_derivation - what is asked for, and what came of it
 * @args: the arguments
 * @name: of the profile
 * @files: of recorded programs
 * @input: what a profile is derived from
 * @recorded: its memory
 * @derived: the profile
 */
struct ctl_derivation {
	const struct ctl_args *args;
	char *name;
	struct ctl_files files;
	struct ebpfmm_derive_input input;
	struct ebpfmm_recorded recorded;
	struct ebpfmm_derived *derived;
};

/**
 * ctl_derivation_options - see what is asked for
 * @args: the arguments of `profile`; those that are missing have a default
 * @result: filled in, to be released with ctl_derivation_free() in any case; its address
 *	must not change
 * @err: names the option or the directory
 *
 * Return: 0, CTL_USAGE, or -1, with @err set.
 */
int ctl_derivation_options(const struct ctl_args *args, struct ctl_derivation *result,
			   struct ebpfmm_error *err);

/**
 * ctl_derivation_make - derive a profile
 * @args: likewise
 * @set: the recordings; must live as long as @result
 * @result: filled in further
 * @err: what is of no use
 *
 * Return: 0, also if there is nothing to gain, or -1 with @err set.
 */
int ctl_derivation_make(const struct ctl_args *args, const struct ebpfmm_set *set,
			struct ctl_derivation *result, struct ebpfmm_error *err);

/**
 * ctl_derivation_free - release what it has
 * @result: zeroed or filled in
 */
void ctl_derivation_free(struct ctl_derivation *result);

/**
 * ctl_derive_name - name a derived profile
 * @args: the arguments: --name, or else --output without directory and ".json"
 * @otherwise: its name if there is neither
 *
 * Return: to be freed, or NULL without memory.
 */
char *ctl_derive_name(const struct ctl_args *args, const char *otherwise);

#endif /* EBPFMM_CTL_DERIVATION_H */
