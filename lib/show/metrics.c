// SPDX-License-Identifier: GPL-2.0-only
/*
 * The series of a family must be contiguous, but cgroups are added one after the other. So
 * each family has a buffer until the page is complete.
 */
#include "show/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/page_size.h"
#include "base/text.h"
#include "show/reason.h"
#include "show/stats_private.h"

enum family {
	DECISIONS, REASONS, PROGRAMS, REGIONS, MEMORY, LIMITS, LOST, SAMPLES,
	FAMILIES,
};

/* The names of counters get the suffix _total in each sample. */
static const struct {
	const char *name;
	const char *type;
	const char *unit;
	const char *help;
} families[] = {
	[DECISIONS] = { "ebpfmm_decisions", "counter", NULL,
		"Decisions for anonymous page faults, by the page size that was chosen." },
	[REASONS] = { "ebpfmm_reasons", "counter", NULL,
		"Anonymous page faults, by the reason of the decision." },
	[PROGRAMS] = { "ebpfmm_program_decisions", "counter", NULL,
		"Decisions by program, as its index in the profile; modulo 2^32." },
	[REGIONS] = { "ebpfmm_region_decisions", "counter", NULL,
		"Decisions by region: its index, or default, or outside; modulo 2^32." },
	[MEMORY] = { "ebpfmm_memory_bytes", "gauge", "bytes",
		"Anonymous memory of the cgroup, by page size, as the kernel counts it." },
	[LIMITS] = { "ebpfmm_limit_bytes", "gauge", "bytes",
		"Limit that the profile sets for this memory." },
	[LOST] = { "ebpfmm_lost_net_seconds", "gauge", "seconds",
		"Mean net benefit of a page of that size when it was not chosen, sampled." },
	[SAMPLES] = { "ebpfmm_lost_samples", "counter", NULL,
		"Number of decisions in that mean; modulo 2^32." },
};

/**
 * struct ebpfmm_metrics - a page being made
 * @regions: also add regions
 * @stream: stream of each family
 * @text: its contents when it is closed
 * @size: bytes in @text
 * @paths: of the cgroups that were added
 * @npaths: their number
 * @others: how many of them have a policy of another format
 * @failed: no memory for some of it
 */
struct ebpfmm_metrics {
	bool regions;
	FILE *stream[FAMILIES];
	char *text[FAMILIES];
	size_t size[FAMILIES];
	char **paths;
	size_t npaths;
	size_t others;
	bool failed;
};

struct ebpfmm_metrics *ebpfmm_metrics_new(bool regions)
{
	struct ebpfmm_metrics *metrics = calloc(1, sizeof(*metrics));

	if (!metrics)
		return NULL;
	metrics->regions = regions;
	for (int f = 0; f < FAMILIES; f++) {
		metrics->stream[f] = open_memstream(&metrics->text[f],
						    &metrics->size[f]);
		if (!metrics->stream[f])
			metrics->failed = true;
	}
	return metrics;
}

/* --- one cgroup ----------------------------------------------------------------- */

/**
 * struct page - one cgroup on its way to the page
 * @metrics: the page
 * @stats: the cgroup
 * @labels: the labels that all its series have
 */
struct page {
	struct ebpfmm_metrics *metrics;
	const struct ebpfmm_stats *stats;
	char *labels;
};

static void write_value(FILE *out, const char *value)
{
	char *text = ebpfmm_text(value);

	/* Line feeds are none any more. */
	for (const char *at = text; at && *at; at++) {
		if (*at == '\\' || *at == '"')
			fputc('\\', out);
		fputc(*at, out);
	}
	free(text);
}

static char *common_labels(const struct ebpfmm_stats *stats)
{
	char *labels = NULL;
	size_t size;
	FILE *out = open_memstream(&labels, &size);

	if (!out)
		return NULL;
	fputs("cgroup=\"", out);
	write_value(out, stats->cgroup);
	fputs("\",profile=\"", out);
	write_value(out, ebpfmm_stats_profile(stats));
	fputc('"', out);
	if (fclose(out)) {
		free(labels);
		return NULL;
	}
	return labels;
}

/* The sample's name and all but its last label. */
static FILE *begin(const struct page *page, enum family family)
{
	FILE *out = page->metrics->stream[family];
	bool counter = families[family].type[0] == 'c';

	fprintf(out, "%s%s{%s", families[family].name, counter ? "_total" : "",
		page->labels);
	return out;
}

static void add_bytes(const struct page *page, unsigned int order)
{
	if (page->stats->has_bytes)
		fprintf(begin(page, MEMORY), ",size=\"%s\"} %" PRIu64 "\n",
			ebpfmm_order_name(order), page->stats->bytes[order]);
}

static void add_size(const struct page *page, unsigned int order,
		     uint64_t decisions)
{
	const struct ebpfmm_header *header = &page->stats->table->large.header;
	const char *size = ebpfmm_order_name(order);
	uint32_t samples;
	double mean;

	fprintf(begin(page, DECISIONS), ",size=\"%s\"} %" PRIu64 "\n", size,
		decisions);
	add_bytes(page, order);
	if (header->limit[order] != UINT64_MAX)
		fprintf(begin(page, LIMITS), ",size=\"%s\"} %" PRIu64 "\n", size,
			(uint64_t)header->limit[order]);
	samples = ebpfmm_stats_lost(header, order, &mean);
	if (!samples)
		return;
	fprintf(begin(page, LOST), ",size=\"%s\"} %.6g\n", size, mean / 1e9);
	fprintf(begin(page, SAMPLES), ",size=\"%s\"} %" PRIu32 "\n", size, samples);
}

/**
 * struct regions - decisions of the regions of one program
 * @there: which there are
 * @decisions: by the index in the profile, as a region may be in several rows
 */
struct regions {
	bool there[EBPFMM_LARGE_REGIONS];
	uint32_t decisions[EBPFMM_LARGE_REGIONS];
};

static void add_row(const struct ebpfmm_row *row, void *data)
{
	struct regions *regions = data;
	unsigned int source = row->region->source;

	if (source >= EBPFMM_LARGE_REGIONS)
		return;
	regions->there[source] = true;
	regions->decisions[source] += row->region->decisions;
}

static void add_regions(const struct page *page, const struct ebpfmm_view *view,
			size_t program)
{
	const struct ebpfmm_region *fallback = ebpfmm_table_default(view, program);
	const char format[] = ",program=\"%zu\",region=\"%s\"} %" PRIu32 "\n";
	struct regions regions = {};

	ebpfmm_row_each(view, program, add_row, &regions);
	for (size_t i = 0; i < EBPFMM_LARGE_REGIONS; i++)
		if (regions.there[i])
			fprintf(begin(page, REGIONS),
				",program=\"%zu\",region=\"%zu\"} %" PRIu32 "\n",
				program, i, regions.decisions[i]);
	if (fallback)
		fprintf(begin(page, REGIONS), format, program, "default",
			fallback->decisions);
	fprintf(begin(page, REGIONS), format, program, "outside",
		view->header->programs[program].outside);
}

/* The decisions of another version are not known, but the memory is. */
static void add_others(const struct page *page)
{
	page->metrics->others++;
	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (EBPFMM_SUPPORTED_ORDERS & 1U << o)
			add_bytes(page, o);
}

static void add_cgroup(const struct page *page)
{
	const struct ebpfmm_view view = stats_view(page->stats);
	struct ebpfmm_counters total = ebpfmm_stats_sum(view.header);

	for (unsigned int o = 0; o < EBPFMM_ORDERS; o++)
		if (EBPFMM_SUPPORTED_ORDERS & 1U << o)
			add_size(page, o, total.order[o]);
	for (int r = 0; r < EBPFMM_REASONS; r++)
		fprintf(begin(page, REASONS), ",reason=\"%s\"} %" PRIu64 "\n",
			ebpfmm_reason_name(r), (uint64_t)total.reason[r]);
	for (size_t i = 0; i < view.header->nprograms; i++) {
		fprintf(begin(page, PROGRAMS), ",program=\"%zu\"} %" PRIu32 "\n", i,
			stats_program_sum(&view, i));
		if (page->metrics->regions)
			add_regions(page, &view, i);
	}
}

/* Returns 0 if it was added, nonzero if it was there already. */
static int remember(struct ebpfmm_metrics *metrics, const char *path)
{
	char **paths, *copy;

	for (size_t i = 0; i < metrics->npaths; i++)
		if (!strcmp(metrics->paths[i], path))
			return -1;
	copy = strdup(path);
	paths = reallocarray(metrics->paths, metrics->npaths + 1, sizeof(*paths));
	if (paths)
		metrics->paths = paths;
	if (!paths || !copy) {
		free(copy);
		metrics->failed = true;
		return -1;
	}
	paths[metrics->npaths++] = copy;
	return 0;
}

void ebpfmm_metrics_add(struct ebpfmm_metrics *metrics,
			const struct ebpfmm_stats *stats)
{
	struct page page = { .metrics = metrics, .stats = stats };

	if (metrics->failed || remember(metrics, stats->cgroup))
		return;
	page.labels = common_labels(stats);
	if (!page.labels)
		metrics->failed = true;
	else if (stats->table)
		add_cgroup(&page);
	else
		add_others(&page);
	free(page.labels);
}

/* --- the page ------------------------------------------------------------------- */

static void write_head(FILE *out, const char *name, const char *type,
		       const char *unit, const char *help)
{
	fprintf(out, "# TYPE %s %s\n", name, type);
	if (unit)
		fprintf(out, "# UNIT %s %s\n", name, unit);
	fprintf(out, "# HELP %s %s\n", name, help);
}

int ebpfmm_metrics_end(struct ebpfmm_metrics *metrics, FILE *out,
		       struct ebpfmm_error *err)
{
	for (int f = 0; f < FAMILIES; f++) {
		if (!metrics->stream[f] || fclose(metrics->stream[f]))
			metrics->failed = true;
		metrics->stream[f] = NULL;
	}
	if (metrics->failed)
		return ebpfmm_fail(err, ENOMEM, "collect the metrics");
	write_head(out, "ebpfmm_policies", "gauge", NULL, "Cgroups that have a policy.");
	fprintf(out, "ebpfmm_policies %zu\n", metrics->npaths);
	write_head(out, "ebpfmm_other_format_policies", "gauge", NULL,
		   "Cgroups whose policy is from another version: only their memory is shown.");
	fprintf(out, "ebpfmm_other_format_policies %zu\n", metrics->others);
	for (int f = 0; f < FAMILIES; f++) {
		if (f == REGIONS && !metrics->regions)
			continue;
		write_head(out, families[f].name, families[f].type,
			   families[f].unit, families[f].help);
		fputs(metrics->text[f], out);
	}
	fputs("# EOF\n", out);
	return 0;
}

void ebpfmm_metrics_free(struct ebpfmm_metrics *metrics)
{
	if (!metrics)
		return;
	for (int f = 0; f < FAMILIES; f++) {
		if (metrics->stream[f])
			fclose(metrics->stream[f]);
		free(metrics->text[f]);
	}
	for (size_t i = 0; i < metrics->npaths; i++)
		free(metrics->paths[i]);
	free(metrics->paths);
	free(metrics);
}
