# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a container, or a command that attached a policy, may leave behind. For the
# demonstration and for the tests in the virtual machine.

# leftovers: list pins, links and records of attached policies; nothing, when all is
# well.
leftovers()
{
	find /sys/fs/bpf/ebpfmm -name 'cgroup-*' 2>/dev/null || true
	bpftool -j link show | jq -r \
		'.[] | select(.type == "struct_ops") | "struct_ops link \(.id)"'
	find /run/ebpfmm -mindepth 1 -maxdepth 1 ! -name lock \
		! -name '*.lock' ! -name cache ! -name try 2>/dev/null || true
	find /run/ebpfmm/try -mindepth 1 ! -name lock ! -name users 2>/dev/null || true
}
