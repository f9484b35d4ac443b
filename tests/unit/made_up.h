/* SPDX-License-Identifier: GPL-2.0-only */
/* A table as a policy could have it, with numbers that are easy to tell apart. */
#ifndef TESTS_UNIT_MADE_UP_H
#define TESTS_UNIT_MADE_UP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "profile/profile.h"
#include "show/stats.h"
#include "table/translate.h"

/* What the table below is from. */
static const char made_up_profile[] =
	"{ \"version\": 1, \"name\": \"made-up\", \"programs\": ["
	"  { \"exe\": \"/one\", \"regions\": ["
	"    { \"anchor\": { \"area\": \"heap\" }, \"offset\": \"1M\","
	"      \"length\": \"3M\", \"benefit_ns\": { \"64K\": 2, \"2M\": 20000 } },"
	"    { \"anchor\": { \"symbol\": \"table\" }, \"benefit_ns\": {} } ],"
	"    \"default\": { \"benefit_ns\": { \"16K\": 50 }, \"touched\": 0.5 } },"
	"  { \"exe\": \"/two\", \"regions\": ["
	"    { \"anchor\": { \"mapping\": { \"min_size\": \"4M\" } },"
	"      \"benefit_ns\": { \"2M\": 7 } } ] } ],"
	"  \"limits\": { \"2M\": \"8M\" } }";

static inline void made_up_regions(struct ebpfmm_region *regions)
{
	/* The default, the image, the heap; then the mappings of the other. */
	regions[0] = (struct ebpfmm_region){
		.sizes = 1 | 1 << 2, .touched = EBPFMM_TOUCHED_ONE / 2,
		.source = EBPFMM_NO_REGION, .decisions = 1000,
		.benefit[EBPFMM_BENEFIT(2)] = 50,
	};
	regions[1] = (struct ebpfmm_region){
		.start = 16, .end = 32, .sizes = 1, .touched = EBPFMM_TOUCHED_ONE,
		.source = 1, .decisions = 200,
	};
	regions[2] = (struct ebpfmm_region){
		.start = 256, .end = 1024, .sizes = 1 | 1 << 4 | 1 << 9,
		.touched = EBPFMM_TOUCHED_ONE, .source = 0, .decisions = 30,
		.benefit[EBPFMM_BENEFIT(4)] = 2, .benefit[EBPFMM_BENEFIT(9)] = 20000,
	};
	regions[3] = (struct ebpfmm_region){
		.end = UINT32_MAX, .sizes = 1 | 1 << 9,
		.touched = EBPFMM_TOUCHED_ONE, .source = 0, .decisions = UINT32_MAX,
		.benefit[EBPFMM_BENEFIT(9)] = 7,
	};
}

static inline struct ebpfmm_table *made_up_table(void)
{
	struct ebpfmm_table *table = calloc(1, sizeof(*table));
	struct ebpfmm_header *header = &table->large.header;

	header->format = EBPFMM_FORMAT;
	header->nprograms = 2;
	header->nregions = 4;
	header->nmappings = 1;
	strcpy(header->name, "made-up");
	for (int o = 0; o < EBPFMM_ORDERS; o++)
		header->limit[o] = UINT64_MAX;
	header->limit[9] = 8 << 20;
	header->limited = 1 << 9;
	header->programs[0].default_region = 0;
	header->programs[0].image = (struct ebpfmm_span){ 1, 1 };
	header->programs[0].heap = (struct ebpfmm_span){ 2, 1 };
	header->programs[1].default_region = EBPFMM_NO_REGION;
	header->programs[1].mappings = (struct ebpfmm_span){ 0, 1 };
	header->programs[1].outside = 5;
	header->mappings[0].regions = (struct ebpfmm_span){ 3, 1 };
	made_up_regions(table->large.regions);
	table->digest = ebpfmm_digest(made_up_profile, strlen(made_up_profile));

	/* More than 32 bits, and in more than one stripe. */
	header->counters[0].order[9] = 1ULL << 36;
	header->counters[3].order[9] = 17;
	header->counters[1].order[0] = 4;
	header->counters[2].reason[EBPFMM_BEST] = 123456;
	header->counters[0].reason[EBPFMM_LIMIT] = 7;
	header->lost.net[9] = -3001;
	header->lost.samples[9] = 2;
	header->lost.net[4] = 1 << 20;
	header->lost.samples[4] = 1 << 10;
	return table;
}

/* Longer than EBPFMM_NAME_SIZE. */
#define TEN_LETTERS "abcdefghij"
#define MADE_UP_LONG_NAME TEN_LETTERS TEN_LETTERS TEN_LETTERS TEN_LETTERS \
	TEN_LETTERS TEN_LETTERS TEN_LETTERS

static inline struct ebpfmm_stats made_up_stats(const struct ebpfmm_table *table)
{
	struct ebpfmm_stats stats = {
		.cgroup = "/sys/fs/cgroup/a", .id = 4711, .profile = "file",
		.table = table, .has_bytes = true,
	};

	stats.bytes[0] = 4096;
	stats.bytes[9] = 6 << 20;
	return stats;
}

#endif /* TESTS_UNIT_MADE_UP_H */
