/* SPDX-License-Identifier: GPL-2.0-only */
/* Time as a number. */
#ifndef EBPFMM_CLOCK_H
#define EBPFMM_CLOCK_H

#include <stdint.h>
#include <time.h>

#define EBPFMM_NS_PER_S		INT64_C(1000000000)
#define EBPFMM_NS_PER_MS	INT64_C(1000000)

/**
 * ebpfmm_clock_ns - read a clock
 * @clock: one that every kernel has, such as CLOCK_MONOTONIC
 *
 * Return: nanoseconds.
 */
static inline int64_t ebpfmm_clock_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * EBPFMM_NS_PER_S + time.tv_nsec;
}

/**
 * ebpfmm_now_ms - get the current time
 *
 * Return: milliseconds of CLOCK_MONOTONIC.
 */
static inline int64_t ebpfmm_now_ms(void)
{
	return ebpfmm_clock_ns(CLOCK_MONOTONIC) / EBPFMM_NS_PER_MS;
}

/**
 * ebpfmm_deadline - compute a deadline
 * @ms: milliseconds from now
 *
 * Return: milliseconds of CLOCK_MONOTONIC.
 */
static inline int64_t ebpfmm_deadline(int ms)
{
	return ebpfmm_now_ms() + ms;
}

/**
 * ebpfmm_time_left - time until a deadline
 * @deadline: from ebpfmm_deadline()
 *
 * Return: milliseconds; 0 if it has passed.
 */
static inline int ebpfmm_time_left(int64_t deadline)
{
	int64_t left = deadline - ebpfmm_now_ms();

	return left > 0 ? (int)left : 0;
}

#endif /* EBPFMM_CLOCK_H */
