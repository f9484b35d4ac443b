// SPDX-License-Identifier: GPL-2.0-only
#include "elf/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "elf/reader_private.h"

/**
 * struct job - what the child gets
 * @debug: whether there is a debug file
 * @least: bytes that each must have
 * @listing: where the answer goes, shared with the child
 */
struct job {
	bool debug;
	uint64_t least;
	struct ebpfmm_listing *listing;
};

static void work(void *data, struct ebpfmm_error *err)
{
	const struct job *job = data;
	struct ebpfmm_listing *listing = job->listing;
	size_t id_size = 0;
	struct ebpfmm_elf *elf;

	if (ebpfmm_elf_open(READER_FILE, &elf, err))
		return;
	listing->image = *ebpfmm_elf_image(elf);
	listing->stripped = ebpfmm_elf_is_stripped(elf);
	if (!ebpfmm_elf_build_id(elf, listing->id, &id_size, NULL))
		listing->id_size = (uint32_t)id_size;
	if (job->debug && ebpfmm_elf_add_debug(elf, READER_DEBUG, err))
		return;
	listing->done = !ebpfmm_elf_list(elf, job->least, listing->list, EBPFMM_LIST_MAX,
					 &listing->count, err);
}

const char *ebpfmm_listing_check(struct ebpfmm_listing *listing)
{
	const char *wrong;

	if (listing->done > 1 || listing->stripped > 1)
		return "truth";
	if (!reader_is_text(listing->why, sizeof(listing->why)))
		return "text";
	if (listing->id_size > EBPFMM_BUILD_ID_MAX || listing->id_size == 1)
		return "build id";
	if (!listing->done)
		return NULL;
	if (listing->count > EBPFMM_LIST_MAX)
		return "number of entries";
	wrong = reader_check_image(&listing->image);
	for (uint32_t i = 0; i < listing->count && !wrong; i++) {
		struct ebpfmm_listed *listed = &listing->list[i];

		if (listed->kind != EBPFMM_ELF_SYMBOL && listed->kind != EBPFMM_ELF_SECTION)
			wrong = "kind";
		else if (!reader_is_text(listed->name, sizeof(listed->name)) || !listed->name[0])
			wrong = "name";
		else if (listed->anonymous.start >= listed->anonymous.end)
			wrong = "anonymous range";
		else
			wrong = reader_check_ranges(&listed->range, &listed->anonymous,
						    &listing->image);
	}
	return wrong;
}

/* Copy the child's answer, after the child has exited and cannot change it. */
static int take(const struct ebpfmm_listing *shared, struct ebpfmm_listing **out,
		struct ebpfmm_error *err)
{
	struct ebpfmm_listing *listing = malloc(sizeof(*listing));
	const char *wrong;

	if (!listing)
		return ebpfmm_fail(err, ENOMEM, "cannot read it");
	memcpy(listing, shared, sizeof(*listing));
	wrong = ebpfmm_listing_check(listing);
	if (!wrong && listing->done) {
		*out = listing;
		return 0;
	}
	if (wrong)
		ebpfmm_fail(err, 0, "its reader gave an invalid answer (%s)", wrong);
	else
		ebpfmm_fail(err, 0, "%s", listing->why[0] ? listing->why :
			    "its reader exited without an answer");
	free(listing);
	return -1;
}

int ebpfmm_list(int fd, int debugfd, uint64_t least, struct ebpfmm_listing **out,
		struct ebpfmm_error *err)
{
	struct job list = { debugfd >= 0, least, reader_map(sizeof(**out), err) };
	struct reader_job job = { fd, debugfd, work, &list, NULL };
	int rc;

	if (!list.listing)
		return -1;
	job.why = list.listing->why;
	rc = reader_run(&job, err) ?: take(list.listing, out, err);
	munmap(list.listing, sizeof(*list.listing));
	return rc;
}
