// SPDX-License-Identifier: GPL-2.0-only
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "image/debug_file.h"
#include "image/list_file.h"

#define PAGE	(1ULL << EBPFMM_PAGE_SHIFT)
/* The smallest page size that is larger than 4K. What has less cannot have such a page. */
#define LEAST	(4 * PAGE)

/**
 * struct ctl_listed - a file
 * @next: the next one in the list
 * @listing: what it has
 * @symbols: its symbols
 * @sections: its sections
 * @anonymous: its anonymous pages
 */
struct ctl_listed {
	struct ctl_listed *next;
	struct ebpfmm_listing *listing;
	struct ebpfmm_derive_symbol symbols[EBPFMM_LIST_MAX];
	struct ebpfmm_derive_symbol sections[EBPFMM_LIST_MAX];
	struct ebpfmm_derive_extent anonymous[EBPFMM_LIST_MAX];
};

static void take(struct ctl_listed *listed, struct ebpfmm_recorded_file *file)
{
	const struct ebpfmm_listing *listing = listed->listing;
	uint64_t base = listing->image.extent.start / PAGE * PAGE;
	size_t extents = 0;

	*file = (struct ebpfmm_recorded_file){
		.symbols = listed->symbols, .sections = listed->sections,
		.anonymous = listed->anonymous,
	};
	for (uint32_t i = 0; i < listing->count; i++) {
		const struct ebpfmm_listed *found = &listing->list[i];
		const struct ebpfmm_derive_symbol symbol = {
			found->name, found->range.start - base,
			found->range.end - found->range.start };
		uint64_t first = (found->anonymous.start - base) / PAGE;

		if (found->kind == EBPFMM_ELF_SYMBOL)
			listed->symbols[file->nsymbols++] = symbol;
		else
			listed->sections[file->nsections++] = symbol;
		listed->anonymous[extents++] = (struct ebpfmm_derive_extent){
			first, (found->anonymous.end - base + PAGE - 1) / PAGE - first };
	}
	file->nanonymous = ebpfmm_derive_merge(listed->anonymous, extents);
}

static int find(const struct ebpfmm_recording_program *program, const char *object,
		struct ebpfmm_recorded_file *file, void *data, struct ebpfmm_error *err)
{
	struct ctl_files *files = data;
	struct ctl_listed *listed = calloc(1, sizeof(*listed));

	if (!listed)
		return ebpfmm_fail(err, ENOMEM, "symbols");
	/* Of an object, the recording has no size. */
	if (ebpfmm_list_file(&files->how, object ? object : program->path,
			     object ? 0 : program->size, LEAST, &listed->listing, err)) {
		free(listed);
		return -1;
	}
	listed->next = files->listed;
	files->listed = listed;
	take(listed, file);
	return 0;
}

int ctl_files_open(const struct ctl_args *args, struct ctl_files *files,
		   struct ebpfmm_error *err)
{
	*files = (struct ctl_files){
		.how = { .rootfd = -1, .debugfd = -1 },
		.files = { find, files },
	};
	files->how.rootfd = open(args->rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (files->how.rootfd < 0)
		return ebpfmm_fail(err, errno, "%s", args->rootfs);
	return ebpfmm_debug_dir_open(args->debug_dir, &files->how.debugfd, err);
}

void ctl_files_close(struct ctl_files *files)
{
	struct ctl_listed *listed;

	while ((listed = files->listed)) {
		files->listed = listed->next;
		free(listed->listing);
		free(listed);
	}
	if (!files->files.find)
		return;
	closep(&files->how.rootfd);
	closep(&files->how.debugfd);
}
