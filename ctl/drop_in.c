// SPDX-License-Identifier: GPL-2.0-only
#include "drop_in.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "output.h"

#define SERVICE	".service"
/* Of these, systemd takes none for a quote, a specifier or a variable. */
#define PLAIN	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:@/+-"

static int check_word(const char *what, const char *word, struct ebpfmm_error *err)
{
	const char *wrong = word + strspn(word, PLAIN);

	if (!*word)
		return ebpfmm_fail(err, 0, "%s is empty", what);
	return *wrong ? ebpfmm_fail(err, 0, "%s `%s`: a drop-in cannot have `%c` in it", what,
				    word, *wrong) : 0;
}

/* Whether it ends in @suffix, or as other units do not. */
static bool is_service(const char *unit)
{
	const char *suffix = strrchr(unit, '.');

	return !suffix || !strcmp(suffix, SERVICE);
}

int ctl_print_drop_in(const char *unit, const char *profile, struct ebpfmm_error *err)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length < 0)
		return ebpfmm_fail(err, errno, "find the command ebpfmm");
	self[length] = '\0';
	if (!is_service(unit))
		return ebpfmm_fail(err, 0, "unit `%s`: only a service can have such a drop-in, as "
				   "others run no command when they start", unit);
	if (check_word("unit", unit, err) || check_word("profile", profile, err) ||
	    check_word("command", self, err))
		return -1;
	if (strchr(profile, '/') && profile[0] != '/')
		return ebpfmm_fail(err, 0, "profile `%s`: a drop-in needs its name, or a path that "
				   "begins with `/`", profile);
	ctl_print("# /etc/systemd/system/%s%s.d/ebpfmm.conf\n", unit,
		  strchr(unit, '.') ? "" : SERVICE);
	ctl_print("[Service]\n");
	ctl_print("ExecStartPre=-+%s attach --unit %%n %s\n", self, profile);
	return 0;
}
