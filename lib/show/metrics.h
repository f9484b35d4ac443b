/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The statistics of cgroups as a page of OpenMetrics 1.0.
 *
 * The page is also valid for readers of the older Prometheus text format, such as the
 * textfile collector of node_exporter: it uses only types that they know, and everything
 * else is in comments.
 */
#ifndef EBPFMM_METRICS_H
#define EBPFMM_METRICS_H

#include <stdbool.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "show/stats.h"

struct ebpfmm_metrics;

/**
 * ebpfmm_metrics_new - begin a page
 * @regions: add a series for each region, of which a cgroup can have a thousand;
 *	otherwise there are at most about 70 series for a cgroup
 *
 * Return: to be freed with ebpfmm_metrics_free(), or NULL without memory.
 */
struct ebpfmm_metrics *ebpfmm_metrics_new(bool regions);

/**
 * ebpfmm_metrics_add - add a cgroup
 * @metrics: the page
 * @stats: its statistics; not used after the call
 *
 * Skips a path that was added before, because readers refuse a whole page if it has
 * duplicate series.
 */
void ebpfmm_metrics_add(struct ebpfmm_metrics *metrics,
			const struct ebpfmm_stats *stats);

/**
 * ebpfmm_metrics_end - write the page
 * @metrics: the page, which cannot be added to afterwards
 * @out: output stream; the caller checks it for errors
 * @err: out of memory
 *
 * Return: 0, or -1 with @err set, and nothing written.
 */
int ebpfmm_metrics_end(struct ebpfmm_metrics *metrics, FILE *out,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_metrics_free - free
 * @metrics: may be NULL
 */
void ebpfmm_metrics_free(struct ebpfmm_metrics *metrics);
EBPFMM_CLEANUP(struct ebpfmm_metrics *, ebpfmm_metrics_free)

#endif /* EBPFMM_METRICS_H */
