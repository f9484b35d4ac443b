// SPDX-License-Identifier: GPL-2.0-only
/* metrics */
#include "show/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "command.h"
#include "kernel/privilege.h"
#include "walk.h"

static void add(const struct ebpfmm_stats *stats, void *data)
{
	ebpfmm_metrics_add(data, stats);
}

/*
 * Creates a temporary file beside @path, whose name readers of *.prom ignore. The directory
 * may belong to another user, so a predictable name could be a symbolic link.
 */
static FILE *open_beside(const char *path, char **name, struct ebpfmm_error *err)
{
	const char *slash = strrchr(path, '/');
	int before = slash ? (int)(slash + 1 - path) : 0;
	_cleanup_close_ int fd = -1;
	FILE *out = NULL;

	if (asprintf(name, "%.*s.%s.XXXXXX", before, path, path + before) < 0) {
		*name = NULL;
		ebpfmm_fail(err, ENOMEM, "%s", path);
		return NULL;
	}
	fd = mkostemp(*name, O_CLOEXEC);
	if (fd < 0) {
		ebpfmm_fail(err, errno, "create a temporary file next to `%s`", path);
		free(*name);
		*name = NULL;
		return NULL;
	}
	/* Readers need not be root. */
	if (!fchmod(fd, 0644))
		out = fdopen(fd, "w");
	if (out)
		take_fd(&fd);
	else
		ebpfmm_fail(err, errno, "%s", *name);
	return out;
}

/* Concurrent readers of @path see the whole old page or the whole new one. */
static int replace(struct ebpfmm_metrics *metrics, const char *path,
		   struct ebpfmm_error *err)
{
	_cleanup_free_ char *name = NULL;
	FILE *out = open_beside(path, &name, err);
	int rc = -1;

	if (out) {
		rc = ebpfmm_metrics_end(metrics, out, err);
		if (fclose(out) && !rc)
			rc = ebpfmm_fail(err, errno, "write `%s`", name);
	}
	if (!rc && rename(name, path))
		rc = ebpfmm_fail(err, errno, "write `%s`", path);
	if (rc && name)
		unlink(name);
	return rc;
}

int ctl_metrics(const struct ctl_args *args, struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_metrics_freep) struct ebpfmm_metrics *metrics = NULL;
	struct ctl_walk all = { .bytes = true, .fn = add };

	if (ebpfmm_privileged(err))
		return -1;
	metrics = ebpfmm_metrics_new(args->regions);
	if (!metrics)
		return ebpfmm_fail(err, ENOMEM, "collect the metrics");
	all.data = metrics;
	if (ctl_walk(&all, err))
		return -1;
	if (args->output && ebpfmm_file_may_replace(AT_FDCWD, args->output, err))
		return -1;
	if (args->output)
		return replace(metrics, args->output, err);
	return ebpfmm_metrics_end(metrics, stdout, err);
}
