/* SPDX-License-Identifier: GPL-2.0-only */
/* Printing one decision that the policy reported, as columns and as JSON. */
#ifndef EBPFMM_EVENT_H
#define EBPFMM_EVENT_H

#include <json-c/json.h>
#include <stdio.h>

#include "base/bpf_types.h"

/**
 * ebpfmm_event_titles - print the titles of the columns of ebpfmm_event_columns()
 * @out: output stream
 */
void ebpfmm_event_titles(FILE *out);

/**
 * ebpfmm_event_columns - print a decision in columns
 * @event: the decision
 * @out: output stream
 */
void ebpfmm_event_columns(const struct ebpfmm_event *event, FILE *out);

/**
 * ebpfmm_event_json - convert a decision to JSON
 * @event: the decision
 *
 * Return: an object, which the caller owns.
 */
struct json_object *ebpfmm_event_json(const struct ebpfmm_event *event);

/**
 * ebpfmm_event_ruled_out - get a reason that rules out an order
 * @event: the decision
 * @order: one of its candidates
 * @i: index of the reason, from 0
 *
 * Return: the name of the reason, or NULL if there are no more.
 */
const char *ebpfmm_event_ruled_out(const struct ebpfmm_event *event,
				   unsigned int order, unsigned int i);

#endif /* EBPFMM_EVENT_H */
