// SPDX-License-Identifier: GPL-2.0-only
/* report */
#include "show/heat_print.h"

#include <errno.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "output.h"
#include "page.h"
#include "recordings.h"

int ctl_report(const struct ctl_args *args, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_set_free) struct ebpfmm_set set = {};
	_cleanup_(ebpfmm_heat_free) struct ebpfmm_heat heat = {};
	struct json_object *object;

	if (ctl_recordings(args, &set, err) || ebpfmm_heat_find(&set, &heat, err))
		return -1;
	if (args->html)
		return ctl_page(args, &set, &heat, err);
	if (!args->json) {
		ebpfmm_heat_print(&set, &heat, stdout);
		return 0;
	}
	object = ebpfmm_heat_json(&set, &heat);
	if (!object)
		return ebpfmm_fail(err, ENOMEM, "recordings");
	ctl_print_json(object);
	return 0;
}
