/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which page sizes sysfs allows, and allowing another one for as long as a trial takes.
 *
 * Who changes a setting first writes down what it was, and holds a shared lock. The last one
 * to release that lock restores the settings. If all were killed, ebpfmm_settings_sweep() does.
 */
#ifndef EBPFMM_TRY_SETTINGS_H
#define EBPFMM_TRY_SETTINGS_H

#include <stdbool.h>

#include "base/error.h"

/**
 * struct ebpfmm_settings - the settings of a trial
 * @users: descriptor of the shared lock; below 0 for none
 */
struct ebpfmm_settings {
	int users;
};

/**
 * struct ebpfmm_allowed - what sysfs allows
 * @asked: bitmap of the orders that memory can have that asks for large pages
 * @always: likewise, memory that does not ask
 */
struct ebpfmm_allowed {
	unsigned int asked;
	unsigned int always;
};

/**
 * ebpfmm_settings_read - find what sysfs allows
 *
 * Return: it.
 */
struct ebpfmm_allowed ebpfmm_settings_read(void);

/**
 * ebpfmm_settings_need - see to it that a page size is allowed
 * @settings: with @users below 0, or from an earlier call; to be released with
 *	ebpfmm_settings_end() in any case
 * @order: of the page size
 * @err: it is not, and cannot be
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_settings_need(struct ebpfmm_settings *settings, unsigned int order,
			 struct ebpfmm_error *err);

/**
 * ebpfmm_settings_end - restore what nobody else needs
 * @settings: from ebpfmm_settings_need()
 */
void ebpfmm_settings_end(struct ebpfmm_settings *settings);

/**
 * ebpfmm_settings_sweep - restore what killed trials have left
 * @clear: if false, only look
 *
 * Return: whether there was something.
 */
bool ebpfmm_settings_sweep(bool clear);

#endif /* EBPFMM_TRY_SETTINGS_H */
