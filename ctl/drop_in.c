// SPDX-License-Identifier: GPL-2.0-only
#include "drop_in.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/paths.h"
#include "engine/unit.h"
#include "output.h"
#include "profiles.h"

#define SERVICE	".service"
#define JSON	".json"
/* Of these, systemd takes none for a quote, a specifier or a variable. */
#define PLAIN	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:@/+-"
/* Seconds; as long as the hook makes a container wait. */
#define LIMIT	"20"

static int check_word(const char *what, const char *word, struct ebpfmm_error *err)
{
	const char *wrong = word + strspn(word, PLAIN);

	return *wrong ? ebpfmm_fail(err, 0, "%s `%s`: a drop-in cannot have `%c` in it", what,
				    word, *wrong) : 0;
}

/* The absolute path of a file that exists, to be freed; @what names it if there is none. */
static char *whole_path(const char *what, const char *path, struct ebpfmm_error *err)
{
	char *whole = realpath(path, NULL);

	if (!whole) {
		ebpfmm_fail(err, errno, "%s `%s`", what, path);
	} else if (check_word(what, whole, err)) {
		free(whole);
		return NULL;
	}
	return whole;
}

static bool ends_with_json(const char *name)
{
	size_t length = strlen(name);

	return length > strlen(JSON) && !strcmp(name + length - strlen(JSON), JSON);
}

/* Of what ctl_profile() has found. */
static char *profile_path(const char *operand, struct ebpfmm_error *err)
{
	static const char *const dirs[] = { EBPFMM_PROFILE_DIR_ADMIN, EBPFMM_PROFILE_DIR_VENDOR };
	size_t count = ctl_profile_is_path(operand) ? 0 : sizeof(dirs) / sizeof(dirs[0]);
	char path[PATH_MAX];

	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s%s", dirs[i], operand,
			 ends_with_json(operand) ? "" : JSON);
		if (!access(path, F_OK))
			return whole_path("profile", path, err);
	}
	return whole_path("profile", operand, err);
}

int ctl_print_drop_in(const struct ctl_args *args, struct ebpfmm_error *err)
{
	const char *const directories[][2] = {
		{ "--rootfs", args->rootfs }, { "--debug-dir", args->debug_dir },
	};
	_cleanup_free_ char *profile = NULL;
	_cleanup_free_ char *self = NULL;
	char unit[EBPFMM_UNIT_SIZE];
	char options[2][PATH_MAX + 16] = { "", "" };

	if (args->json)
		return ebpfmm_fail(err, 0, "--drop-in prints no JSON");
	if (ebpfmm_unit_name(args->unit, unit, err))
		return -1;
	if (strcmp(strrchr(unit, '.'), SERVICE))
		return ebpfmm_fail(err, 0, "unit `%s`: only a service can have such a drop-in, as "
				   "others run no command when they start", unit);
	for (size_t i = 0; i < 2; i++) {
		_cleanup_free_ char *path = NULL;

		if (!directories[i][1])
			continue;
		path = whole_path(directories[i][0], directories[i][1], err);
		if (!path)
			return -1;
		snprintf(options[i], sizeof(options[i]), " %s %s", directories[i][0], path);
	}
	profile = profile_path(args->operands[0], err);
	self = whole_path("command", "/proc/self/exe", err);
	if (!profile || !self)
		return -1;
	ctl_print("# /etc/systemd/system/%s.d/ebpfmm.conf\n", unit);
	ctl_print("[Unit]\n");
	ctl_print("After=ebpfmm.service\n");
	ctl_print("[Service]\n");
	ctl_print("ExecStartPre=-+/usr/bin/timeout " LIMIT " %s attach --unit %%n%s%s %s\n", self,
		  options[0], options[1], profile);
	return 0;
}
