# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A systemd for tests in the virtual machine, whose init is none. Sourced with
# "load systemd", after helpers.

# start_systemd: a machine of its own that systemd runs, with nothing but a bus, in
# $cgroup, which is the root of its hierarchy; its pid is $systemd.
start_systemd()
{
	local io=$BATS_TEST_TMPDIR unit
	new_cgroup
	mkdir -p "$io/units"/dbus.{service,socket}.d
	for unit in service socket; do
		printf '[Unit]\nDefaultDependencies=no\n' >"$io/units/dbus.$unit.d/first.conf"
	done
	printf '[Unit]\nDefaultDependencies=no\nRequires=dbus.socket dbus.service\n' \
		>"$io/units/test.target"
	within "$cgroup" unshare --mount --pid --cgroup --ipc --uts --fork --kill-child bash -c '
		mount -t proc proc /proc &&
		mount -t cgroup2 cgroup2 /sys/fs/cgroup &&
		mount -t tmpfs -o mode=755 tmpfs /run &&
		mkdir -p /run/systemd &&
		cp -R "$1" /run/systemd/system &&
		exec env container=other /usr/lib/systemd/systemd --unit=test.target' \
		- "$io/units" >"$io/systemd" 2>&1 3>&- &
	until systemd=$(pgrep -P $! systemd); do kill -0 $!; done
	until on_systemd busctl status org.freedesktop.systemd1 >/dev/null 2>&1; do
		kill -0 "$systemd"
	done
}

# on_systemd COMMAND…: on that machine, beside its systemd: from outside of its hierarchy
# it cannot take a process.
on_systemd()
{
	within "$cgroup/init.scope" nsenter --target "$systemd" --mount --pid --cgroup --ipc --uts -- "$@"
}

end_systemd()
{
	[ -z "${systemd-}" ] || kill -KILL "$systemd"
}
