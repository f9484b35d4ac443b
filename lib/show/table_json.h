/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EBPFMM_TABLE_JSON_H
#define EBPFMM_TABLE_JSON_H

#include <stdio.h>

#include "table/table_rows.h"

/**
 * table_print_json - print a translated profile as JSON
 * @view: the table and its profile
 * @out: output stream
 */
void table_print_json(const struct ebpfmm_view *view, FILE *out);

#endif /* EBPFMM_TABLE_JSON_H */
