// SPDX-License-Identifier: GPL-2.0-only
/* version */
#include <stdio.h>

#include "base/json.h"
#include "command.h"
#include "output.h"

int ctl_version(const struct ctl_args *args, struct ebpfmm_error *err)
{
	struct json_object *object;

	(void)err;
	if (args->json) {
		object = json_object_new_object();
		ebpfmm_json_add_string(object, "version", EBPFMM_VERSION);
		ctl_print_json(object);
	} else {
		puts("ebpfmm " EBPFMM_VERSION);
	}
	return 0;
}
