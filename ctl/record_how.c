// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <stddef.h>

/*
 * Half as often as DAMON does by default, which costs half as much, and with more regions
 * from the start, as small hot ones are to be found.
 */
const struct ebpfmm_damon_rate ctl_record_rate = {
	.sampling_us = 10000, .aggregation_us = 200000, .min_regions = 100, .max_regions = 1000,
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
