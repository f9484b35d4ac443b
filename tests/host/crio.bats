# SPDX-License-Identifier: GPL-2.0-only
#
# The drop-in for CRI-O, and what make uninstall does with it. CRI-O itself is not in the
# tests: Debian 13 does not package it. engines.bats has what doctor makes of the drop-in.

bats_require_minimum_version 1.5.0

dropin=/etc/crio/crio.conf.d/50-ebpfmm.conf

# hooks_dirs PREFIX: the directories of the drop-in, by a parser that is not ours.
hooks_dirs()
{
	local conf=$BATS_TEST_TMPDIR/out/oci/crio/50-ebpfmm.conf
	make -s -C /src O="$BATS_TEST_TMPDIR/out" PREFIX="$1" "$conf"
	python3 -c '
import sys, tomllib
conf = tomllib.load(sys.stdin.buffer)
assert list(conf) == ["crio"] and list(conf["crio"]) == ["runtime"]
assert list(conf["crio"]["runtime"]) == ["hooks_dir"]
print(*conf["crio"]["runtime"]["hooks_dir"])' <"$conf"
}

@test "the drop-in names CRI-O's own directory, and then that of the hook file" {
	[ "$(hooks_dirs /usr)" = /usr/share/containers/oci/hooks.d ]
	[ "$(hooks_dirs /usr/local)" = "/usr/share/containers/oci/hooks.d \
/usr/local/share/containers/oci/hooks.d" ]
}

# installed: only what make uninstall compares, in $root.
installed()
{
	root=$BATS_TEST_TMPDIR/root
	make -s -C /src O="$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/out/oci/crio/50-ebpfmm.conf"
	install -D -m 644 -t "$root/usr/share/ebpfmm/crio" \
		"$BATS_TEST_TMPDIR/out/oci/crio/50-ebpfmm.conf"
	# As the manual says.
	install -D -m 644 "$root/usr/share/ebpfmm/crio/50-ebpfmm.conf" "$root$dropin"
}

uninstall()
{
	make -s -C /src O="$BATS_TEST_TMPDIR/out" DESTDIR="$root" uninstall
}

@test "make uninstall removes the operator's copy of the drop-in" {
	installed
	uninstall
	[ -z "$(find "$root" ! -type d)" ]
	# Where CRI-O is not, there is nothing to remove.
	rm -r "${root:?}/etc"
	uninstall
	[ ! -e "$root/etc" ]
}

@test "make uninstall keeps a drop-in that the operator has changed, and says so" {
	installed
	echo 'log_level = "debug"' >>"$root$dropin"
	run -0 --separate-stderr uninstall
	grep -x "keeping $dropin, which was changed" <<<"$stderr"
	[ "$(find "$root" ! -type d)" = "$root$dropin" ]
}
