// SPDX-License-Identifier: GPL-2.0-only
/* record --damo: a recording from what damo(1) wrote. */
#include "recording/damo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "output.h"
#include "recording/write.h"
#include "recordings.h"

int ctl_damo(const struct ctl_args *args, const char *output, struct ebpfmm_error *err)
{
	_cleanup_free_ char *text = NULL, *maps = NULL, *bytes = NULL;
	struct ebpfmm_recording_writer writer = {};
	struct ebpfmm_damo source = {};
	size_t size;
	int rc;

	text = ebpfmm_file_read(AT_FDCWD, args->damo, 0, EBPFMM_DAMO_MAX_SIZE, &source.length,
				err);
	if (!text)
		return -1;
	maps = ebpfmm_file_read(AT_FDCWD, args->maps, 0, EBPFMM_DAMO_MAX_SIZE,
				&source.maps_length, err);
	if (!maps)
		return -1;
	source.text = text;
	source.maps = maps;
	writer.file = open_memstream(&bytes, &size);
	if (!writer.file)
		return ebpfmm_fail(err, errno, "recording");
	rc = ebpfmm_damo_read(&source, &ebpfmm_recording_writer_ops, &writer, err);
	if (fclose(writer.file) && !rc)
		rc = ebpfmm_fail(err, errno, "recording");
	/* The maps have messages of their own. */
	if (rc)
		return ebpfmm_prefix(err, "%s: ", args->damo);
	return ctl_replace(output, bytes, size, 0600, err);
}
