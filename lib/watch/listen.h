/* SPDX-License-Identifier: GPL-2.0-only */
/* Hearing what DAMON's thread sees, from a BPF program. */
#ifndef EBPFMM_WATCH_LISTEN_H
#define EBPFMM_WATCH_LISTEN_H

#include <stdint.h>
#include <sys/types.h>

#include "base/bpf_types.h"
#include "base/cleanup.h"
#include "base/error.h"

#include "../../bpf/seen.h"

struct ebpfmm_listen;

/* Called for each region that was accessed. A nonzero value ends the wait. */
typedef int ebpfmm_seen_fn(const struct ebpfmm_seen *seen, void *data);

/**
 * ebpfmm_listen_open - load the program
 * @fn: called for each region, from ebpfmm_listen_wait(). The first region of an interval
 *	is there even if it was not accessed
 * @data: for @fn
 * @out: to be closed with ebpfmm_listen_close()
 * @err: what failed
 *
 * Return: 0, or -1 with @err set.
 */
int ebpfmm_listen_open(ebpfmm_seen_fn *fn, void *data, struct ebpfmm_listen **out,
		       struct ebpfmm_error *err);

/**
 * ebpfmm_listen_to - listen to a thread
 * @listen: the program
 * @thread: DAMON's thread, 0 for none
 */
void ebpfmm_listen_to(struct ebpfmm_listen *listen, pid_t thread);

/**
 * ebpfmm_listen_wait - wait for the end of an interval
 * @listen: the program
 * @ms: timeout in milliseconds; 0 hands out what is there
 * @err: what failed
 *
 * Return: 0, also after a timeout or a signal; or -1 with @err set, or what @fn returned.
 */
int ebpfmm_listen_wait(struct ebpfmm_listen *listen, int ms, struct ebpfmm_error *err);

/**
 * ebpfmm_listen_lost - count what came too fast
 * @listen: the program
 *
 * Return: the number of regions that were accessed and not handed out.
 */
uint64_t ebpfmm_listen_lost(const struct ebpfmm_listen *listen);

/**
 * ebpfmm_listen_close - unload the program
 * @listen: may be NULL
 */
void ebpfmm_listen_close(struct ebpfmm_listen *listen);
EBPFMM_CLEANUP(struct ebpfmm_listen *, ebpfmm_listen_close)

#endif /* EBPFMM_WATCH_LISTEN_H */
