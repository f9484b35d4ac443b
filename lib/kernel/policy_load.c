// SPDX-License-Identifier: GPL-2.0-only
/* Loading, pinning and opening the policy object of this version's format. */
#include "kernel/policy_internal.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "ebpfmm.skel.h"

EBPFMM_CLEANUP(struct ebpfmm_bpf *, ebpfmm_bpf__destroy)

#define OPS_TYPE "bpf_mm_ops"

/* The directory of the pins, below EBPFMM_BPF_FS. */
#define DIR_NAME EBPFMM_TOP_NAME "/" EBPFMM_NUMBER_TEXT(EBPFMM_FORMAT)

static const char *const pin_names[EBPFMM_PINS] = {
	[EBPFMM_PIN_OPS] = "ops",
	[EBPFMM_PIN_SMALL] = "small",
	[EBPFMM_PIN_LARGE] = "large",
	[EBPFMM_PIN_FILES] = "files",
	[EBPFMM_PIN_MAPPED] = "mapped",
	[EBPFMM_PIN_EVENTS] = "events",
	[EBPFMM_PIN_TRACING] = "tracing",
	[EBPFMM_PIN_COSTS] = "costs",
	[EBPFMM_PIN_FORMAT] = "format",
};

/* --- what the kernel has ----------------------------------------------------- */

/* Byte offset of a member, or -1. */
static long member_offset(const struct btf *btf, const struct btf_type *type,
			  const char *name)
{
	const struct btf_member *member = btf_members(type);

	for (int i = 0; i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, member[i].name_off), name))
			return btf_member_bit_offset(type, i) / 8;
	return -1;
}

/*
 * The offset of the hook's program in the value of type @id, the kernel's
 * bpf_struct_ops_bpf_mm_ops; -1 if the type has an unknown layout.
 */
static long slot_offset(const struct btf *btf, int id)
{
	const struct btf_type *value = btf__type_by_id(btf, id), *ops;
	long data, slot;

	id = btf__find_by_name_kind(btf, OPS_TYPE, BTF_KIND_STRUCT);
	if (!value || !btf_is_struct(value) || id < 0)
		return -1;
	ops = btf__type_by_id(btf, id);
	data = member_offset(btf, value, "data");
	slot = member_offset(btf, ops, "select_orders");
	if (data < 0 || slot < 0 ||
	    (size_t)data + slot + sizeof(unsigned long) > value->size)
		return -1;
	return data + slot;
}

int ebpfmm_policy_supported(struct ebpfmm_error *err)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id;

	if (!btf)
		return ebpfmm_fail(err, errno,
				   "load the BTF of this kernel (CONFIG_DEBUG_INFO_BTF)");
	id = btf__find_by_name_kind(btf, OPS_TYPE, BTF_KIND_STRUCT);
	btf__free(btf);
	if (id < 0)
		return ebpfmm_fail(err, 0,
				   "this kernel has no %s: boot a kernel with the patches of ebpfmm",
				   OPS_TYPE);
	return 0;
}

/* --- loading ------------------------------------------------------------------ */

/* The first warning of libbpf, which says more than its errno. */
static char complaint[160];

static int keep_first_complaint(enum libbpf_print_level level, const char *format,
				va_list args)
{
	if (level == LIBBPF_WARN && !complaint[0]) {
		vsnprintf(complaint, sizeof(complaint), format, args);
		complaint[strcspn(complaint, "\n")] = '\0';
	}
	return 0;
}

static struct ebpfmm_bpf *load_object(struct ebpfmm_error *err)
{
	libbpf_print_fn_t before = libbpf_set_print(keep_first_complaint);
	struct ebpfmm_bpf *object;

	complaint[0] = '\0';
	object = ebpfmm_bpf__open_and_load();
	if (!object) {
		ebpfmm_fail(err, errno, "load the policy%s%s%s",
			    complaint[0] ? " (" : "", complaint, complaint[0] ? ")" : "");
		/* On a kernel without the hook, that is the better error. */
		ebpfmm_policy_supported(err);
	}
	libbpf_set_print(before);
	return object;
}

/*
 * The value that registers @program with a struct_ops map. libbpf also builds one, but
 * passes it to the kernel only together with a link that names no cgroup.
 */
static char *build_value(const struct bpf_map_info *info, unsigned long program,
			 struct ebpfmm_error *err)
{
	struct btf *btf = btf__load_from_kernel_by_id(info->btf_vmlinux_id);
	char *value = NULL;
	long slot;

	if (!btf) {
		ebpfmm_fail(err, errno, "find the type %s", OPS_TYPE);
		return NULL;
	}
	slot = slot_offset(btf, info->btf_vmlinux_value_type_id);
	btf__free(btf);
	if (slot < 0 || slot + sizeof(program) > info->value_size) {
		ebpfmm_fail(err, 0, "%s of this kernel is not the one of this version: build the kernel with the patches of this version",
			    OPS_TYPE);
		return NULL;
	}
	value = calloc(1, info->value_size);
	if (!value) {
		ebpfmm_fail(err, ENOMEM, "create the map of %s", OPS_TYPE);
		return NULL;
	}
	memcpy(value + slot, &program, sizeof(program));
	return value;
}

/* Registers the program with the struct_ops map, so that links can be made. */
static int make_ready(struct ebpfmm_bpf *object, struct ebpfmm_error *err)
{
	int map = bpf_map__fd(object->maps.ebpfmm_ops);
	int program = bpf_program__fd(object->progs.ebpfmm_select_orders);
	struct bpf_map_info info = {};
	__u32 size = sizeof(info), zero = 0;
	char *value;
	int rc;

	rc = bpf_map_get_info_by_fd(map, &info, &size);
	if (rc)
		return ebpfmm_fail(err, -rc, "create the map of %s", OPS_TYPE);
	value = build_value(&info, program, err);
	if (!value)
		return -1;
	rc = bpf_map_update_elem(map, &zero, value, 0);
	free(value);
	if (rc)
		return ebpfmm_fail(err, -rc, "register %s", OPS_TYPE);
	return 0;
}

static int make_format(struct ebpfmm_error *err)
{
	__u32 zero = 0, format = EBPFMM_FORMAT;
	int rc, fd;

	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "ebpfmm_format", sizeof(zero),
			    sizeof(format), 1, NULL);
	if (fd < 0)
		return ebpfmm_fail(err, -fd, "create the map of the format");
	rc = bpf_map_update_elem(fd, &zero, &format, 0);
	if (rc) {
		close(fd);
		return ebpfmm_fail(err, -rc, "write the map of the format");
	}
	return fd;
}

static int pin_into(int dirfd, struct ebpfmm_bpf *object, int format,
		    struct ebpfmm_error *err)
{
	const int fds[EBPFMM_PINS] = {
		[EBPFMM_PIN_OPS] = bpf_map__fd(object->maps.ebpfmm_ops),
		[EBPFMM_PIN_SMALL] = bpf_map__fd(object->maps.ebpfmm_small),
		[EBPFMM_PIN_LARGE] = bpf_map__fd(object->maps.ebpfmm_large),
		[EBPFMM_PIN_FILES] = bpf_program__fd(object->progs.ebpfmm_files),
		[EBPFMM_PIN_MAPPED] = bpf_program__fd(object->progs.ebpfmm_mapped),
		[EBPFMM_PIN_EVENTS] = bpf_map__fd(object->maps.ebpfmm_events),
		[EBPFMM_PIN_TRACING] = bpf_map__fd(object->maps.data_tracing),
		[EBPFMM_PIN_COSTS] = bpf_map__fd(object->maps.data_costs),
		[EBPFMM_PIN_FORMAT] = format,
	};

	for (int i = 0; i < EBPFMM_PINS; i++)
		if (ebpfmm_pin_put(dirfd, pin_names[i], fds[i]))
			return ebpfmm_fail(err, errno, "pin `" EBPFMM_BPF_FS "/%s/%s`",
					   EBPFMM_NEW_NAME, pin_names[i]);
	return 0;
}

/* Pins everything, or nothing. */
static int pin_all(int fsfd, struct ebpfmm_bpf *object, struct ebpfmm_error *err)
{
	_cleanup_close_ int format = make_format(err);
	_cleanup_close_ int dirfd = -1;
	int rc = -1;

	if (format < 0)
		return -1;
	if (mkdirat(fsfd, EBPFMM_NEW_NAME, 0700))
		return ebpfmm_fail(err, errno,
				   "create `" EBPFMM_BPF_FS "/" EBPFMM_NEW_NAME "`");
	dirfd = openat(fsfd, EBPFMM_NEW_NAME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		ebpfmm_fail(err, errno, "open `" EBPFMM_BPF_FS "/" EBPFMM_NEW_NAME "`");
	else if (pin_into(dirfd, object, format, err))
		;
	else if (mkdirat(fsfd, EBPFMM_TOP_NAME, 0700) && errno != EEXIST)
		ebpfmm_fail(err, errno, "create `" EBPFMM_PIN_TOP "`");
	else if (renameat(fsfd, EBPFMM_NEW_NAME, fsfd, DIR_NAME))
		ebpfmm_fail(err, errno, "create `" EBPFMM_PIN_DIR "`");
	else
		rc = 0;
	if (rc)
		ebpfmm_pin_remove_dir(fsfd, EBPFMM_NEW_NAME, NULL);
	return rc;
}

int ebpfmm_policy_load(struct ebpfmm_error *err)
{
	_cleanup_(ebpfmm_policy_closep) struct ebpfmm_policy *present = NULL;
	_cleanup_(ebpfmm_bpf__destroyp) struct ebpfmm_bpf *object = NULL;
	_cleanup_close_ int fsfd = ebpfmm_bpf_fs_open(err);

	if (fsfd < 0 || ebpfmm_policy_peek(&present, err))
		return -1;
	if (present)
		return 0;
	if (ebpfmm_pin_remove_dir(fsfd, EBPFMM_NEW_NAME, err))
		return -1;
	object = load_object(err);
	if (!object || make_ready(object, err))
		return -1;
	return pin_all(fsfd, object, err);
}

/* --- opening ------------------------------------------------------------------ */

int ebpfmm_policy_pin(struct ebpfmm_policy *policy, enum ebpfmm_pin pin,
		      struct ebpfmm_error *err)
{
	int *fd = &policy->fd[pin];

	if (*fd < 0)
		*fd = ebpfmm_pin_get(policy->dirfd, pin_names[pin]);
	if (*fd < 0)
		return ebpfmm_fail(err, errno, "open `" EBPFMM_PIN_DIR "/%s`",
				   pin_names[pin]);
	return *fd;
}

/* Checks the format in the map: code is ENOENT if the map is missing or has another one. */
static int confirm_format(struct ebpfmm_policy *policy, struct ebpfmm_error *err)
{
	int fd = ebpfmm_policy_pin(policy, EBPFMM_PIN_FORMAT, err);
	__u32 zero = 0, format = 0;
	int rc;

	if (fd < 0)
		return -1;
	rc = bpf_map_lookup_elem(fd, &zero, &format);
	if (!rc && format != EBPFMM_FORMAT)
		rc = -ENOENT;
	return rc ? ebpfmm_fail(err, -rc, "read `" EBPFMM_PIN_DIR "/format`") : 0;
}

static int fail_open(const struct ebpfmm_error *cause, struct ebpfmm_error *err)
{
	if (cause->code != ENOENT)
		return ebpfmm_pass(err, cause);
	return ebpfmm_fail(err, 0, "`" EBPFMM_PIN_DIR
			   "` is incomplete: run `ebpfmm unload`, then `ebpfmm load`");
}

int ebpfmm_policy_peek(struct ebpfmm_policy **out, struct ebpfmm_error *err)
{
	struct ebpfmm_error local;

	*out = NULL;
	/* Try twice: an unload may have interfered with the first attempt. */
	for (int try = 0; try < 2; try++) {
		int dirfd = open(EBPFMM_PIN_DIR,
				 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		struct ebpfmm_policy *policy;

		if (dirfd < 0 && errno == ENOENT)
			return 0;
		if (dirfd < 0)
			return ebpfmm_fail(err, errno, "open `" EBPFMM_PIN_DIR "`");
		policy = ebpfmm_policy_new(dirfd, EBPFMM_FORMAT);
		if (!policy) {
			close(dirfd);
			return ebpfmm_fail(err, ENOMEM, "open the policy");
		}
		if (!confirm_format(policy, &local)) {
			*out = policy;
			return 0;
		}
		ebpfmm_policy_close(policy);
		if (local.code != ENOENT)
			break;
	}
	return fail_open(&local, err);
}

int ebpfmm_policy_check_whole(struct ebpfmm_policy *policy, struct ebpfmm_error *err)
{
	struct ebpfmm_error local;

	for (int i = 0; i < EBPFMM_PINS; i++)
		if (ebpfmm_policy_pin(policy, i, &local) < 0)
			return fail_open(&local, err);
	return 0;
}
