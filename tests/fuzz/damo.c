// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzz target: any bytes as what damo recorded, behind a copy of /proc/PID/maps and an
 * empty line. What is accepted must be a recording: it is written and read again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording/damo.h"
#include "recording/read.h"
#include "recording/write.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_recording(const char *bytes, size_t length)
{
	struct ebpfmm_recording_writer writer = {};
	struct ebpfmm_recording_extent extent;
	struct ebpfmm_error err = {};
	FILE *file = fmemopen((void *)bytes, length, "r");
	char *copy = NULL;
	size_t copied;

	writer.file = open_memstream(&copy, &copied);
	require(file && writer.file);
	require(!ebpfmm_recording_read(file, &ebpfmm_recording_writer_ops, &writer, &extent,
				       &err));
	fclose(file);
	fclose(writer.file);
	require(extent.ended && copied == length && !memcmp(copy, bytes, length));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *gap = memmem(text, size, "\n\n", 2);
	struct ebpfmm_recording_writer writer = {};
	struct ebpfmm_error err = {};
	struct ebpfmm_damo source = {};
	char *bytes = NULL;
	size_t length;
	int ret;

	if (!gap)
		return 0;
	source.maps = text;
	source.maps_length = (size_t)(gap - text) + 1;
	source.text = gap + 2;
	source.length = size - source.maps_length - 1;
	writer.file = open_memstream(&bytes, &length);
	require(writer.file);
	ret = ebpfmm_damo_read(&source, &ebpfmm_recording_writer_ops, &writer, &err);
	fclose(writer.file);
	if (ret)
		require_message(&err);
	else
		check_recording(bytes, length);
	free(bytes);
	return 0;
}
