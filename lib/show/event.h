/* SPDX-License-Identifier: GPL-2.0-only */
/* One decision, as the policy tells it, for people and programs. */
#ifndef EBPFMM_EVENT_H
#define EBPFMM_EVENT_H

#include <json-c/json.h>
#include <stdio.h>

#include "base/bpf_types.h"

/**
 * ebpfmm_event_titles - what the columns of ebpfmm_event_columns() are
 * @out: gets one line
 */
void ebpfmm_event_titles(FILE *out);

/**
 * ebpfmm_event_columns - print a decision in columns
 * @event: the decision
 * @out: gets one line
 */
void ebpfmm_event_columns(const struct ebpfmm_event *event, FILE *out);

/**
 * ebpfmm_event_json - a decision as JSON
 * @event: the decision
 *
 * Return: an object, which the caller owns.
 */
struct json_object *ebpfmm_event_json(const struct ebpfmm_event *event);

/**
 * ebpfmm_event_ruled_out - is there something that rules an order out?
 * @event: the decision
 * @order: one of its candidates
 * @i: which of the things that do, from 0
 *
 * Return: the name of the reason, or NULL if there are no more.
 */
const char *ebpfmm_event_ruled_out(const struct ebpfmm_event *event,
				   unsigned int order, unsigned int i);

#endif /* EBPFMM_EVENT_H */
