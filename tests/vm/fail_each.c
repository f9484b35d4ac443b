// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail_each CGROUP: do with a cgroup each thing that attaching, replacing and
 * removing a policy consists of in the kernel, and as often as it makes
 * allocations; each time another one of them fails. Then it must either be done
 * all the same or fail for want of memory and leave all as it was. Prints how
 * many allocations each has. Needs a kernel with fault injection, and a policy
 * that is loaded.
 */
#include <bpf/bpf.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/policy.h"

#define PINS EBPFMM_PIN_DIR "/"
#define CHILD "child"
/* No call makes so many; a loop that does not end is a failure, too. */
#define MANY 5000

/**
 * struct place - what the operations work on
 * @cgroup: the cgroup
 * @ops: the struct_ops map
 * @storage: small and large cgroup storage
 * @value: as large as a value of either
 * @link: the link of the cgroup, or -1
 */
struct place {
	int cgroup;
	int ops;
	int storage[2];
	void *value;
	int link;
};

/**
 * struct operation - something that makes allocations
 * @name: for people
 * @run: does it; 0, or -1 with errno
 * @undo: takes it back, without failing
 */
struct operation {
	const char *name;
	int (*run)(struct place *place);
	void (*undo)(struct place *place);
};

/* --- the allocation that fails ----------------------------------------------------- */

static int fail_nth;

static void arm(unsigned int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fail_nth, text, (size_t)length, 0) != length)
		err(EXIT_FAILURE, "/proc/self/fail-nth");
}

/* Whether none has failed because there were fewer. */
static int disarm(void)
{
	char text[16] = "";

	if (pread(fail_nth, text, sizeof(text) - 1, 0) <= 0)
		err(EXIT_FAILURE, "/proc/self/fail-nth");
	arm(0);
	return atoi(text) > 0;
}

/* --- operations ---------------------------------------------------------------------- */

static int attach(struct place *place)
{
	place->link = bpf_link_create(place->ops, place->cgroup, BPF_STRUCT_OPS,
				      NULL);
	return place->link < 0 ? -1 : 0;
}

static void detach(struct place *place)
{
	close(place->link);
	place->link = -1;
}

static int store_small(struct place *place)
{
	return bpf_map_update_elem(place->storage[0], &place->cgroup,
				   place->value, BPF_ANY);
}

static int store_large(struct place *place)
{
	return bpf_map_update_elem(place->storage[1], &place->cgroup,
				   place->value, BPF_ANY);
}

static void erase(struct place *place)
{
	for (int i = 0; i < 2; i++)
		if (bpf_map_delete_elem(place->storage[i], &place->cgroup) &&
		    errno != ENOENT)
			err(EXIT_FAILURE, "removing what was stored");
}

/* Of what is there already; it stays. */
static void keep(struct place *place)
{
	(void)place;
}

static int detach_by_call(struct place *place)
{
	return bpf_link_detach(place->link);
}

static void attach_again(struct place *place)
{
	detach(place);
	if (attach(place))
		err(EXIT_FAILURE, "attaching again");
}

static int make_child(struct place *place)
{
	return mkdirat(place->cgroup, CHILD, 0700);
}

static void remove_child(struct place *place)
{
	if (unlinkat(place->cgroup, CHILD, AT_REMOVEDIR))
		err(EXIT_FAILURE, "removing a cgroup");
}

static int remove_child_failing(struct place *place)
{
	return unlinkat(place->cgroup, CHILD, AT_REMOVEDIR);
}

static void make_child_again(struct place *place)
{
	if (make_child(place))
		err(EXIT_FAILURE, "making a cgroup");
}

static void each(const struct operation *operation, struct place *place)
{
	int few = 0, failed = 0;
	unsigned int nth;

	for (nth = 1; !few && nth < MANY; nth++) {
		int rc, code;

		arm(nth);
		rc = operation->run(place);
		code = errno;
		few = disarm();
		if (!rc) {
			operation->undo(place);
			continue;
		}
		errno = code;
		/* With none failing, something was left by the one before. */
		if (few || code != ENOMEM)
			err(EXIT_FAILURE, "%s, allocation %u", operation->name, nth);
		failed++;
	}
	if (!few)
		errx(EXIT_FAILURE, "%s: more than %d allocations",
		     operation->name, MANY);
	printf("%s: %u allocations, it failed for %d\n", operation->name, nth - 2,
	       failed);
}

static int pin(const char *path)
{
	int fd = bpf_obj_get(path);

	if (fd < 0)
		err(EXIT_FAILURE, "%s", path);
	return fd;
}

int main(int argc, char **argv)
{
	static const struct operation attaching[] = {
		{ "link", attach, detach },
		{ "store small", store_small, erase },
		{ "store large", store_large, erase },
	};
	static const struct operation attached[] = {
		{ "replace small", store_small, keep },
		{ "store large beside small", store_large, keep },
		{ "replace large", store_large, keep },
		{ "make a cgroup below", make_child, remove_child },
		{ "detach", detach_by_call, attach_again },
	};
	static const struct operation removing = {
		"remove a cgroup below", remove_child_failing, make_child_again
	};
	struct place place = {
		.ops = pin(PINS "ops"),
		.storage = { pin(PINS "small"), pin(PINS "large") },
	};
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	if (argc != 2)
		errx(2, "usage: fail_each CGROUP");
	place.cgroup = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place.cgroup < 0)
		err(EXIT_FAILURE, "%s", argv[1]);
	if (bpf_map_get_info_by_fd(place.storage[1], &info, &size))
		err(EXIT_FAILURE, PINS "large");
	place.value = calloc(1, info.value_size);
	fail_nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (!place.value || fail_nth < 0)
		err(EXIT_FAILURE, "/proc/self/fail-nth");

	for (size_t i = 0; i < sizeof(attaching) / sizeof(*attaching); i++)
		each(&attaching[i], &place);
	if (attach(&place) || store_small(&place))
		err(EXIT_FAILURE, "attaching");
	for (size_t i = 0; i < sizeof(attached) / sizeof(*attached); i++)
		each(&attached[i], &place);
	make_child_again(&place);
	each(&removing, &place);
	remove_child(&place);
	erase(&place);
	detach(&place);
	free(place.value);
	return EXIT_SUCCESS;
}
