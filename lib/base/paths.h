/* SPDX-License-Identifier: GPL-2.0-only */
/* The paths of this project's files on a node. */
#ifndef EBPFMM_PATHS_H
#define EBPFMM_PATHS_H

/* State that lasts until the next boot: records, locks, the cache. */
#define EBPFMM_RUN_DIR			"/run/ebpfmm"
#define EBPFMM_CACHE_DIR		EBPFMM_RUN_DIR "/cache"

#define EBPFMM_PROFILE_DIR_ADMIN	"/etc/ebpfmm/profiles"
#define EBPFMM_PROFILE_DIR_VENDOR	"/usr/share/ebpfmm/profiles"

/* The operator's debug files, for programs whose images have none. */
#define EBPFMM_DEBUG_DIR		"/etc/ebpfmm/debug"

/* The costs that were measured on this node. */
#define EBPFMM_COSTS_DIR		"/var/lib/ebpfmm"

/* The recordings that annotations ask for, and what the operator permits of them. */
#define EBPFMM_RECORDINGS_DIR		"/var/lib/ebpfmm/recordings"
#define EBPFMM_RECORDINGS_CONFIG	"/etc/ebpfmm/recordings.json"

/* What containers may ask for by annotations. */
#define EBPFMM_PERMISSIONS_CONFIG	"/etc/ebpfmm/permissions.json"

#endif /* EBPFMM_PATHS_H */
