// SPDX-License-Identifier: GPL-2.0-only
/* The table of tune. */
#include "tune.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include "base/json.h"
#include "output.h"

#define PAGE	(UINT64_C(2) << 20)

static const char *name_of(const struct tuned *tuned, enum tune_layout layout)
{
	static const char *const names[] = { "4K", "2M everywhere", "profile", "profile" };

	return layout == TUNE_ALL && tuned->runs[TUNE_PROFILE].count ? "all regions" :
	       names[layout];
}

static double share_of(const struct tuned *tuned, enum tune_layout layout)
{
	return ebpfmm_runs_share(&tuned->runs[TUNE_4K], &tuned->runs[TUNE_2M],
				 &tuned->runs[layout]);
}

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

static void print_row(const struct tuned *tuned, enum tune_layout layout)
{
	const struct ebpfmm_runs *runs = &tuned->runs[layout];
	struct ebpfmm_spread time = ebpfmm_runs_spread(runs->ns, runs->count);
	struct ebpfmm_spread large = ebpfmm_runs_spread(runs->large, runs->count);
	struct ebpfmm_spread peak = ebpfmm_runs_spread(runs->peak, runs->count);
	char times[80], share[32] = "-";

	snprintf(times, sizeof(times), "%.3f s (%.3f-%.3f)", seconds(time.median),
		 seconds(time.least), seconds(time.most));
	if (tuned->gain)
		snprintf(share, sizeof(share), "%.0f %%", 100 * share_of(tuned, layout));
	ctl_print("%-15s %-30s %9s %9" PRIu64 " %7" PRIu64 "M\n", name_of(tuned, layout), times,
		  share, large.median / PAGE, peak.median >> 20);
}

static void print_runs(const char *name, const struct ebpfmm_runs *runs)
{
	if (!runs->count)
		return;
	printf("%-15s", name);
	for (size_t i = 0; i < runs->count; i++)
		printf(" %.3f", seconds(runs->ns[i]));
	putchar('\n');
}

void tune_print(const struct tuned *tuned)
{
	ctl_print("%-15s %-30s %9s %9s %8s\n", "layout", "time (median, min-max)", "gain kept",
		  "2M pages", "memory");
	for (enum tune_layout i = TUNE_4K; i < TUNE_LAYOUTS; i++)
		if (tuned->runs[i].count)
			print_row(tuned, i);
	puts("\nall runs, seconds");
	print_runs("4K, before", &tuned->first[TUNE_4K]);
	print_runs("2M, before", &tuned->first[TUNE_2M]);
	for (enum tune_layout i = TUNE_4K; i < TUNE_LAYOUTS; i++)
		print_runs(name_of(tuned, i), &tuned->runs[i]);
}

static struct json_object *numbers(const uint64_t *list, size_t count)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < count; i++)
		json_object_array_add(array, json_object_new_uint64(list[i]));
	return array;
}

static void add_runs(struct json_object *object, const struct ebpfmm_runs *runs)
{
	json_object_object_add(object, "ns", numbers(runs->ns, runs->count));
	json_object_object_add(object, "bytes_2M", numbers(runs->large, runs->count));
	json_object_object_add(object, "peak", numbers(runs->peak, runs->count));
}

void tune_print_json(const struct tuned *tuned)
{
	static const char *const keys[] = { "4K", "2M", "all", "profile" };
	struct json_object *object = json_object_new_object(), *layouts, *layout;

	ebpfmm_json_add_number(object, "gain_ns", tuned->gain);
	ebpfmm_json_add_number(object, "regions", tuned->regions);
	ebpfmm_json_add_number(object, "kept", tuned->kept);
	layouts = json_object_new_object();
	for (enum tune_layout i = TUNE_4K; i < TUNE_LAYOUTS; i++) {
		const struct ebpfmm_runs *runs = &tuned->runs[i];

		if (!runs->count)
			continue;
		layout = json_object_new_object();
		ebpfmm_json_add_number(layout, "median_ns",
				       ebpfmm_runs_spread(runs->ns, runs->count).median);
		if (tuned->gain)
			ebpfmm_json_add_rounded(layout, "share", share_of(tuned, i), 4);
		add_runs(layout, runs);
		json_object_object_add(layouts, keys[i], layout);
	}
	json_object_object_add(object, "layouts", layouts);
	layouts = json_object_new_object();
	for (enum tune_layout i = TUNE_4K; i <= TUNE_2M; i++) {
		layout = json_object_new_object();
		add_runs(layout, &tuned->first[i]);
		json_object_object_add(layouts, keys[i], layout);
	}
	json_object_object_add(object, "before", layouts);
	json_object_object_add(object, "profile", json_object_get(tuned->profile));
	ctl_print_json(object);
}
