/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of the file of costs that is about page walks. */
#ifndef EBPFMM_WALK_JSON_H
#define EBPFMM_WALK_JSON_H

#include "costs/costs_file.h"

/* Fill in what the object says; the others stay as they are. 0, or -1 with @err set. */
int walk_read(struct json_object *object, struct ebpfmm_walk walks[EBPFMM_ORDERS],
	      struct ebpfmm_error *err);

#endif /* EBPFMM_WALK_JSON_H */
