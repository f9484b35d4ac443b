// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <stddef.h>

/*
 * What a recording costs is the number of regions times how often each is looked at. Most of
 * it goes into many regions: what is accessed more often than ten times a second counts as
 * that, but what is next to hot memory in a region counts as hot.
 */
const struct ebpfmm_damon_rate ctl_record_rate = {
	.sampling_us = 100000, .aggregation_us = 500000, .regions = 512,
};

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = signal;
}

const volatile sig_atomic_t *ctl_record_stopped(void)
{
	struct sigaction action = { .sa_handler = stop }, old;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	return &stopped;
}

void ctl_record_release(void)
{
	struct sigaction old;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &old) && old.sa_handler == stop)
			signal(signals[i], SIG_DFL);
}
