// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threat model
 *
 * The caller has all privileges over the node. A tenant wrote the file, and may write to
 * it, truncate it or control the server of its file system while it is read. A bug in the
 * parser (libelf, the demangler or this project's code) may let such a file execute code.
 * So this design assumes that the tenant's code runs in the process that parses.
 *
 * The caller opens and identifies the files, without reading them, and forks. The child
 * keeps the files, closes all other descriptors, drops its privileges (confine.h), reads,
 * and exits. It handles only one file and its debug file, so a hostile file cannot affect
 * the answer about another one. It shares with the caller only one structure of fixed
 * size.
 *
 * The tenant's code can:
 *
 * - Read the caller's memory: the profile and the state of this container. The only way
 *   out is the text of an error, in the node's own log.
 * - Use memory and CPU time up to the limits, or wait for a file system. It is the OOM
 *   killer's first choice. The caller must limit the time that it waits; the child dies
 *   with the process that forked it.
 * - Give no answer, or crash. That is an error, which says how the child ended.
 * - Give a wrong answer. The file could give the same answer by its contents, because it
 *   belongs to the tenant. So an answer need not be true, only valid:
 *   ebpfmm_reading_check() checks a copy of it, made after the child has exited, for
 *   everything that later code relies on. The caller knows by itself which file it is,
 *   its name in the cache and whether it has changed. Results from a debug file are not
 *   cached.
 *
 * It cannot open, change or name any file, create or access a process, send a signal,
 * communicate, run a program, load a BPF program, or keep running.
 *
 * The design relies on the kernel's handling of the few permitted system calls, and of
 * page faults.
 */
#include "elf/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bpf_types.h"
#include "elf/confine.h"
#include "elf/reader_private.h"

/* Descriptors of the child from here on are closed. */
#define END_FD 2
/*
 * Address space for a program and its debug file of the maximum size, of which only parts
 * are touched, and for everything else.
 */
#define MEMORY_MAX (2 * EBPFMM_ELF_MAX_BYTES + (2ULL << 30))
/* TASK_SIZE_MAX of x86-64 with four-level page tables, rounded up. */
#define ADDRESS_MAX (1ULL << 47)
#define PAGE_MASK ((1ULL << EBPFMM_PAGE_SHIFT) - 1)

/* --- the child ------------------------------------------------------------------ */

static void describe_part(const struct ebpfmm_elf *elf, struct ebpfmm_elf_found *found)
{
	struct ebpfmm_elf_part part;

	ebpfmm_elf_anonymous(elf, &found->range, &found->anonymous);
	if (ebpfmm_elf_part_of(elf, &found->range, &part))
		return;
	found->part_start = part.start;
	found->part_end = part.end;
	found->part_file_end = part.file_end;
	found->part = part.shared ? EBPFMM_PART_SHARED : EBPFMM_PART_UNIQUE;
}

static int find(struct ebpfmm_elf *elf, const struct ebpfmm_elf_name *name,
		bool locate, struct ebpfmm_answer *answer, struct ebpfmm_error *err)
{
	struct ebpfmm_range *range = &answer->found.range;
	int rc;

	if (name->kind == EBPFMM_ELF_SYMBOL)
		rc = ebpfmm_elf_symbol(elf, name->name, range, err);
	else
		rc = ebpfmm_elf_section(elf, name->name, range, err);
	if (rc)
		return -1;
	describe_part(elf, &answer->found);
	answer->located = locate && name->offset < range->end - range->start &&
			  !ebpfmm_elf_locate(elf, range->start + name->offset,
					     &answer->location);
	return 0;
}

/* Fills in the build id, by which the debug file can be found. */
static void tell_id(struct ebpfmm_elf *elf, struct ebpfmm_reading *reading)
{
	struct ebpfmm_error err = {};
	size_t size = 0;

	if (ebpfmm_elf_build_id(elf, reading->id, &size, &err))
		memcpy(reading->no_id, err.message, sizeof(err.message));
	reading->id_size = size;
}

static enum ebpfmm_read_outcome read_files(const struct ebpfmm_questions *questions,
				      struct ebpfmm_reading *reading,
				      struct ebpfmm_error *err)
{
	struct ebpfmm_elf *elf;

	if (ebpfmm_elf_open(READER_FILE, &elf, err))
		return EBPFMM_READ_BAD_FILE;
	reading->image = *ebpfmm_elf_image(elf);
	reading->stripped = ebpfmm_elf_is_stripped(elf);
	if (questions->debugfd >= 0 && ebpfmm_elf_add_debug(elf, READER_DEBUG, err))
		return EBPFMM_READ_BAD_DEBUG;
	for (size_t i = 0; i < questions->count; i++) {
		if (find(elf, &questions->names[i], questions->locate,
			 &reading->answers[i], err)) {
			if (reading->stripped)
				tell_id(elf, reading);
			return EBPFMM_READ_BAD_NAME;
		}
		reading->answered++;
	}
	return EBPFMM_READ_ALL;
}

static int keep_files(const struct reader_job *job, struct ebpfmm_error *err)
{
	/* Away from the final descriptors. */
	int fd = fcntl(job->fd, F_DUPFD, END_FD);
	int debugfd = job->debugfd < 0 ? fd : fcntl(job->debugfd, F_DUPFD, END_FD);

	if (fd < 0 || debugfd < 0 || dup2(fd, READER_FILE) < 0 ||
	    dup2(debugfd, READER_DEBUG) < 0 || close_range(END_FD, ~0U, 0))
		return ebpfmm_fail(err, errno, "close its other files");
	return 0;
}

static _Noreturn void run_child(const struct reader_job *job, pid_t parent)
{
	struct ebpfmm_error err = {};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	if (!keep_files(job, &err) && !ebpfmm_confine(MEMORY_MAX, &err))
		job->work(job->data, &err);
	memcpy(job->why, err.message, sizeof(err.message));
	/* Handlers of atexit(3) belong to the parent. */
	_exit(0);
}

/* --- the parent ----------------------------------------------------------------- */

static bool is_page(uint64_t address)
{
	return !(address & PAGE_MASK);
}

static bool is_inside(uint64_t start, uint64_t end, const struct ebpfmm_range *outer)
{
	return start < end && start >= outer->start && end <= outer->end;
}

/* Loading a bool that is neither 0 nor 1 is undefined behaviour. */
static bool is_bool(const bool *value)
{
	unsigned char byte;

	memcpy(&byte, value, sizeof(byte));
	return byte <= 1;
}

bool reader_is_text(char *text, size_t size)
{
	if (!memchr(text, '\0', size))
		return false;
	ebpfmm_printable(text);
	return true;
}

const char *reader_check_image(const struct ebpfmm_image *image)
{
	uint64_t align = image->bias_align;

	if (image->extent.start >= image->extent.end || image->extent.end > ADDRESS_MAX ||
	    !is_page(image->extent.start) || !is_page(image->extent.end))
		return "extent";
	if (image->start_code < image->extent.start ||
	    image->start_code > image->extent.end)
		return "start of code";
	if (align & (align - 1) || !is_page(align))
		return "alignment";
	return NULL;
}

static const char *check_part(const struct ebpfmm_elf_found *found,
			      const struct ebpfmm_image *image)
{
	if ((unsigned int)found->part >= EBPFMM_PART_KINDS)
		return "kind of part";
	if (found->part == EBPFMM_PART_LOOSE)
		return found->part_start || found->part_end || found->part_file_end ?
		       "part" : NULL;
	if (!is_inside(found->part_start, found->part_end, &image->extent) ||
	    !is_page(found->part_start) || !is_page(found->part_end) ||
	    found->anonymous.start >= found->anonymous.end ||
	    found->anonymous.start < found->part_start ||
	    found->anonymous.end > found->part_end)
		return "part";
	if (!found->part_file_end || !is_page(found->part_file_end) ||
	    found->part_file_end > EBPFMM_ELF_MAX_BYTES)
		return "end of the part in the file";
	return NULL;
}

const char *reader_check_ranges(const struct ebpfmm_range *range,
				const struct ebpfmm_range *pages,
				const struct ebpfmm_image *image)
{
	if (!is_inside(range->start, range->end, &image->extent))
		return "range";
	/* Within a PT_LOAD the anonymous pages are the last ones. */
	if ((pages->start || pages->end) &&
	    (!is_inside(pages->start, pages->end, range) || pages->end != range->end ||
	     (pages->start != range->start && !is_page(pages->start))))
		return "anonymous range";
	return NULL;
}

static const char *check_location(struct ebpfmm_answer *answer)
{
	struct ebpfmm_elf_location *location = &answer->location;

	if (!is_bool(&answer->located) || !is_bool(&location->in_file))
		return "truth";
	if (!answer->located)
		return NULL;
	if (!reader_is_text(location->section, sizeof(location->section)))
		return "section name";
	if (location->offset >= ADDRESS_MAX)
		return "section offset";
	if (location->in_file ? location->file_offset >= EBPFMM_ELF_MAX_BYTES :
				location->file_offset > 0)
		return "file offset";
	return NULL;
}

static const char *check_answers(struct ebpfmm_reading *reading)
{
	const char *wrong = NULL;

	for (uint32_t i = 0; i < reading->answered && !wrong; i++) {
		const struct ebpfmm_elf_found *found = &reading->answers[i].found;

		wrong = reader_check_ranges(&found->range, &found->anonymous, &reading->image);
		if (!wrong)
			wrong = check_part(found, &reading->image);
		if (!wrong)
			wrong = check_location(&reading->answers[i]);
	}
	return wrong;
}

static bool is_count(const struct ebpfmm_reading *reading, size_t count)
{
	switch (reading->outcome) {
	case EBPFMM_READ_ALL:
		return reading->answered == count;
	case EBPFMM_READ_BAD_NAME:
		return reading->answered < count;
	default:
		return !reading->answered;
	}
}

const char *ebpfmm_reading_check(struct ebpfmm_reading *reading, size_t count)
{
	const char *wrong;

	if (reading->outcome >= EBPFMM_OUTCOMES)
		return "outcome";
	if (!reader_is_text(reading->why, sizeof(reading->why)) ||
	    !reader_is_text(reading->no_id, sizeof(reading->no_id)))
		return "text";
	if (!is_count(reading, count))
		return "number of answers";
	if (reading->outcome <= EBPFMM_READ_BAD_FILE)
		return NULL;
	if (reading->stripped > 1)
		return "truth";
	if (reading->id_size > EBPFMM_BUILD_ID_MAX || reading->id_size == 1)
		return "build id";
	wrong = reader_check_image(&reading->image);
	return wrong ?: check_answers(reading);
}

/* --- the parent and its child ------------------------------------------------------- */

static int wait_end(pid_t pid, struct ebpfmm_error *err)
{
	int status, number;
	pid_t rc;

	do {
		rc = waitpid(pid, &status, 0);
	} while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return ebpfmm_fail(err, errno, "wait for its reader");
	if (!WIFSIGNALED(status))
		return 0;
	number = WTERMSIG(status);
	return ebpfmm_fail(err, 0, "its reader was killed by signal %d (%s)", number,
			   sigdescr_np(number) ?: "unknown");
}

/* Copy the child's answer, after the child has exited and cannot change it. */
static int take(const struct ebpfmm_reading *shared, size_t size, size_t count,
		struct ebpfmm_reading **out, struct ebpfmm_error *err)
{
	struct ebpfmm_reading *reading = malloc(size);
	const char *wrong;

	if (!reading)
		return ebpfmm_fail(err, ENOMEM, "cannot read it");
	memcpy(reading, shared, size);
	wrong = ebpfmm_reading_check(reading, count);
	if (!wrong && reading->outcome != EBPFMM_READ_NOTHING) {
		*out = reading;
		return 0;
	}
	if (wrong)
		ebpfmm_fail(err, 0, "its reader gave an invalid answer (%s)", wrong);
	else if (reading->why[0])
		ebpfmm_fail(err, 0, "its reader cannot %s", reading->why);
	else
		ebpfmm_fail(err, 0, "its reader exited without an answer");
	free(reading);
	return -1;
}

int reader_run(const struct reader_job *job, struct ebpfmm_error *err)
{
	pid_t parent = getpid(), pid = fork();

	if (!pid)
		run_child(job, parent);
	if (pid < 0)
		return ebpfmm_fail(err, errno, "start its reader");
	return wait_end(pid, err);
}

void *reader_map(size_t size, struct ebpfmm_error *err)
{
	void *shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			    -1, 0);

	if (shared != MAP_FAILED)
		return shared;
	ebpfmm_fail(err, errno, "map its reader's answer");
	return NULL;
}

/**
 * struct exchange - what is asked, and where the answer goes
 * @questions: what to look up
 * @reading: shared with the child
 */
struct exchange {
	const struct ebpfmm_questions *questions;
	struct ebpfmm_reading *reading;
};

static void answer(void *data, struct ebpfmm_error *err)
{
	const struct exchange *exchange = data;

	exchange->reading->outcome = read_files(exchange->questions, exchange->reading, err);
}

int ebpfmm_read(const struct ebpfmm_questions *questions, struct ebpfmm_reading **out,
		struct ebpfmm_error *err)
{
	size_t size = sizeof(**out) + questions->count * sizeof((*out)->answers[0]);
	struct exchange exchange = { questions, reader_map(size, err) };
	struct reader_job job = { questions->fd, questions->debugfd, answer, &exchange, NULL };
	int rc;

	if (!exchange.reading)
		return -1;
	job.why = exchange.reading->why;
	rc = reader_run(&job, err) ?:
	     take(exchange.reading, size, questions->count, out, err);
	munmap(exchange.reading, size);
	return rc;
}
