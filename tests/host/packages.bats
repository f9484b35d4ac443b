# SPDX-License-Identifier: GPL-2.0-only
#
# What make install, make deb and make rpm make, and in which order dpkg installs it, in a
# root whose changes are discarded. tests/vm/deb.bats has the rest of a package's life, for
# which it needs containers. Builds all packages twice, the second time without what ccache(1)
# remembers: up to four minutes of one processor.

bats_require_minimum_version 1.5.0

setup_file()
{
	unset MAKEFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS HARDEN WERROR VERSION FORMAT
	cd "$BATS_FILE_TMPDIR" || return
	make -C /src debs rpms O="$PWD/one"
	# Elsewhere, later, of files that somebody else has unpacked at another time, and with
	# other settings.
	mkdir -p a/longer/way/to
	cp -R /src a/longer/way/to/sources
	cd a/longer/way/to/sources
	rm -rf .git build .checkpatch-camelcase.*
	chmod -R go-rwx .
	find . -exec touch --date='2001-02-03 04:05:06' {} +
	(umask 077 && TZ=Asia/Tokyo LC_ALL=C CFLAGS=-O0 CCACHE_DISABLE=1 make debs rpms O=build)
}

setup()
{
	cd "$BATS_FILE_TMPDIR" || return
	one=$BATS_FILE_TMPDIR/one
	two=$BATS_FILE_TMPDIR/a/longer/way/to/sources/build
	version=$(sed -n 's/^VERSION := //p' /src/Makefile)
}

# install_in DIR ARGUMENT…: make install; the files are in $BATS_TEST_TMPDIR/files.
install_in()
{
	local dir=$1
	shift
	make -C /src O=/out WERROR=1 install DESTDIR="$dir" "$@"
	files_of "$dir" >"$BATS_TEST_TMPDIR/files"
}

files_of()
{
	(cd "$1" && find . ! -type d -printf '/%P\n' | LC_ALL=C sort)
}

# deb_files PACKAGE…: what is in these packages, but for documents.
deb_files()
{
	local name
	for name; do
		dpkg-deb --fsys-tarfile "$one"/deb/"$name"_*.deb | tar -t
	done | sed 's/^\.//' | grep -vE '/$|^/usr/share/(doc|lintian)/' | LC_ALL=C sort
}

# rpm_files PACKAGE…
rpm_files()
{
	local name
	for name; do
		rpm --query --package "$one/rpm/$name-$version"-1.*.rpm --queryformat \
			'[%{FILEMODES:perms} %{FILENAMES}\n]'
	done | sed -n 's/^[^d][^ ]* //p' | grep -vE '^/usr/share/(doc|licenses)/' | LC_ALL=C sort
}

@test "two builds give the same bytes, wherever and whenever" {
	local file compared=0
	for file in "$one"/deb/*.deb "$one"/deb/*.dsc "$one"/deb/*.tar.xz "$one"/rpm/*.rpm; do
		cmp "$file" "$two/${file#"$one/"}"
		compared=$((compared + 1))
	done
	# Four with that of debug symbols, the two of the sources, three of rpm.
	[ $compared = 9 ]
}

@test "lintian and rpmlint find no error, and only what the hook is told of is overridden" {
	cat "$one/deb/lintian" "$one/rpm/rpmlint"
	run ! grep -E '(^| )E: ' "$one/deb/lintian" "$one/rpm/rpmlint"
	[ "$(grep -c '^O: ' "$one/deb/lintian")" = 2 ]
	[ "$(grep -c '^O: .*ebpfmm-oci-hook' "$one/deb/lintian")" = 2 ]
	run ! grep '^W: ' "$one/deb/lintian"
}

@test "what make install installs is in one of the packages, and nothing else is" {
	install_in "$BATS_TEST_TMPDIR/all"
	# Packages compress manuals, and link to the hook file when they are installed.
	{
		sed -e '/\/man\//s/$/.gz/' -e 's|containers/oci/hooks.d/|ebpfmm/|' \
			"$BATS_TEST_TMPDIR/files"
		/src/packaging/kernel-source "$BATS_TEST_TMPDIR/kernel"
		files_of "$BATS_TEST_TMPDIR/kernel" | sed 's|^|/usr/src/ebpfmm-kernel|'
	} | LC_ALL=C sort >"$BATS_TEST_TMPDIR/wanted"
	deb_files ebpfmm ebpfmm-profiles ebpfmm-kernel-source | diff "$BATS_TEST_TMPDIR/wanted" -
	deb_files ebpfmm-profiles | sed 's|.*/||' | diff - \
		<(cd /src/examples && printf '%s\n' *.json | grep -v regions | LC_ALL=C sort)
	[ "$(deb_files ebpfmm-kernel-source | grep -c '\.patch$')" = \
		"$(find /src/kernel-patches -name '*.patch' | wc -l)" ]
	[ -z "$(comm -12 <(deb_files ebpfmm) <(deb_files ebpfmm-profiles))" ]
}

@test "the rpm packages have the files of the Debian packages" {
	local name
	for name in ebpfmm ebpfmm-profiles ebpfmm-kernel-source; do
		# What scripts of Debian make belongs to an rpm package as a ghost.
		diff <(deb_files $name) \
			<(rpm_files $name | grep -v /containers/oci/hooks.d/ebpfmm.json)
	done
	rpm --query --list --package "$one/rpm/ebpfmm-$version"-1.x86_64.rpm |
		grep -x /usr/share/containers/oci/hooks.d/ebpfmm.json
}

@test "packages and programs have the version of the Makefile" {
	local file
	mkdir "$BATS_TEST_TMPDIR/x"
	for file in "$one"/deb/*.deb; do
		[ "$(dpkg-deb --field "$file" Version)" = "$version" ]
		dpkg-deb --extract "$file" "$BATS_TEST_TMPDIR/x"
	done
	"$BATS_TEST_TMPDIR/x/usr/bin/ebpfmm" version | grep -wF "$version"
	"$BATS_TEST_TMPDIR/x/usr/libexec/ebpfmm/ebpfmm-oci-hook" --version | grep -wF "$version"
	# The flags of dpkg-buildflags win over ours, as tests/host/build.bats has it.
	readelf --dynamic --wide "$BATS_TEST_TMPDIR/x/usr/libexec/ebpfmm/ebpfmm-oci-hook" |
		grep -E 'FLAGS_1.*NOW.*PIE'
}

@test "make uninstall removes what make install has installed, in any directories" {
	local dir=$BATS_TEST_TMPDIR/root directories=()
	install_in "$dir"
	grep -x /usr/libexec/ebpfmm/ebpfmm-oci-hook "$BATS_TEST_TMPDIR/files"
	make -C /src O=/out uninstall DESTDIR="$dir"
	[ -z "$(files_of "$dir")" ]

	directories=(prefix=/opt bindir=/opt/commands libexecdir=/opt/helpers mandir=/opt/manuals
		datadir=/opt/data sysconfdir=/opt/settings systemdsystemunitdir=/opt/units)
	run -0 install_in "$dir" "${directories[@]}"
	[[ $output == *"engines read only"* ]]
	[[ $output == *"nothing is recorded"* ]]
	grep -x /opt/commands/ebpfmm "$BATS_TEST_TMPDIR/files"
	grep -x /opt/helpers/ebpfmm/ebpfmm-oci-hook "$BATS_TEST_TMPDIR/files"
	grep -x /opt/manuals/man8/ebpfmm.8 "$BATS_TEST_TMPDIR/files"
	grep -x /opt/units/ebpfmm.service "$BATS_TEST_TMPDIR/files"
	grep -x /opt/data/containers/oci/hooks.d/ebpfmm.json "$BATS_TEST_TMPDIR/files"
	run ! grep -v '^/opt/' "$BATS_TEST_TMPDIR/files"
	[ -d "$dir/opt/settings/ebpfmm/profiles" ]
	[ "$(jq -r .hook.path "$dir/opt/data/containers/oci/hooks.d/ebpfmm.json")" = \
		/opt/helpers/ebpfmm/ebpfmm-oci-hook ]
	grep -F /opt/commands/ebpfmm "$dir/opt/units/ebpfmm.service"
	make -C /src O=/out uninstall DESTDIR="$dir" "${directories[@]}"
	[ -z "$(files_of "$dir")" ]
	[ ! -e "$dir/opt/settings/ebpfmm" ]
	# Both of these are the same to a warning.
	run -0 install_in "$dir" libexecdir=/usr/lib
	[[ $output != *warning* ]]
}

# on_a_node PACKAGES SCRIPT: run it with bash in this root, but discard what it changes. The
# packages, in the directory PACKAGES, are in /packages, and $BATS_TEST_TMPDIR is /tmp.
on_a_node()
{
	mkdir -p "$BATS_TEST_TMPDIR/node"
	unshare --mount bash -euc '
		cd "$1/node"
		mount -t tmpfs tmpfs .
		cd "$1/node"
		mkdir upper work root
		mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
		mkdir root/packages
		mount -t proc proc root/proc
		mount --rbind /dev root/dev
		mount --bind "$2" root/packages
		mount --bind "$1" root/tmp
		exec chroot root bash -euc "$3"' - "$BATS_TEST_TMPDIR" "$1" "$2"
}

# calls FILE: what a trace says was done to hook and hook file, one line each.
calls()
{
	sed -nE -e 's#.* rename.*"(/[^"]*/(ebpfmm-oci-hook|ebpfmm.json))"\) += 0#made \1#p' \
		-e 's#.* symlink.*"(/[^"]*/ebpfmm.json)"\) += 0#made \1#p' \
		-e 's#.* unlink[^/]*"(/[^"]*/(ebpfmm-oci-hook|ebpfmm.json))".* = 0#gone \1#p' \
		"$BATS_TEST_TMPDIR/$1"
}

@test "the hook file comes last, stays in an upgrade and goes first; a purge leaves nothing" {
	local hook=/usr/libexec/ebpfmm/ebpfmm-oci-hook
	local file=/usr/share/ebpfmm/ebpfmm.json
	local link=/usr/share/containers/oci/hooks.d/ebpfmm.json
	local dropin=/etc/crio/crio.conf.d/50-ebpfmm.conf
	on_a_node "$one/deb" '
		traced()
		{
			strace -f -qq -o "/tmp/$1" \
				-e trace=rename,renameat,renameat2,unlink,unlinkat,symlink,symlinkat \
				dpkg "${@:2}"
		}
		traced first --install /packages/ebpfmm_*.deb
		[ "$(readlink -f '$link')" = '$file' ]
		jq -e --arg hook '$hook' ".hook.path == \$hook" '$link'
		[ -e /etc/systemd/system/multi-user.target.wants/ebpfmm.service ]
		# But for documents, which this root does without.
		[ -z "$(dpkg --verify ebpfmm | grep -v /usr/share/doc/)" ]

		dpkg-deb --raw-extract /packages/ebpfmm_*.deb /tmp/higher
		sed -i "s/^Version: .*/Version: 99/" /tmp/higher/DEBIAN/control
		dpkg-deb --root-owner-group -Znone --build /tmp/higher /tmp/higher.deb
		traced upgrade --install /tmp/higher.deb
		install -D -m 644 /usr/share/ebpfmm/crio/50-ebpfmm.conf '$dropin'
		traced removal --remove ebpfmm
		[ ! -e '$dropin' ]
		mkdir -p /var/lib/ebpfmm/recordings /etc/ebpfmm/profiles
		touch /var/lib/ebpfmm/costs.json /var/lib/ebpfmm/recordings/web.jsonl
		touch /etc/ebpfmm/profiles/web.json
		dpkg --purge ebpfmm >/tmp/kept
		[ -e /var/lib/ebpfmm/recordings/web.jsonl ]
		[ -e /etc/ebpfmm/profiles/web.json ]
		[ ! -e /var/lib/ebpfmm/costs.json ]
		dpkg --install /packages/ebpfmm_*.deb
		rm -r /var/lib/ebpfmm /etc/ebpfmm/profiles/web.json
		echo "# changed" >'$dropin'
		dpkg --purge ebpfmm | grep "keeping '$dropin'"
		rm '$dropin'
		find / -xdev -name "*ebpfmm*" ! -path "/packages*" >/tmp/left'
	calls first
	[ "$(calls first)" = "made $hook
made $file
made $link" ]
	# A rename replaces a file in one step.
	calls upgrade >"$BATS_TEST_TMPDIR/calls"
	run ! grep gone "$BATS_TEST_TMPDIR/calls"
	[ "$(calls upgrade | head -n 2)" = "made $hook
made $file" ]
	calls removal
	[ "$(calls removal)" = "gone $link
gone $file
gone $hook" ]
	grep -x "ebpfmm: keeping the operator's files in /var/lib/ebpfmm" "$BATS_TEST_TMPDIR/kept"
	grep -x "ebpfmm: keeping the operator's files in /etc/ebpfmm" "$BATS_TEST_TMPDIR/kept"
	diff /dev/null "$BATS_TEST_TMPDIR/left"
}

# rpm_calls FILE: the same of a trace of rpm, which names files in directories it has open.
rpm_calls()
{
	sed -nE -e 's#.* rename.*<(/[^>]*)>, "(ebpfmm-oci-hook|ebpfmm.json)"(, 0)?\) += 0#made \1/\2#p' \
		-e 's#.* symlink.*"(/[^"]*/ebpfmm.json)"\) += 0#made \1#p' \
		-e 's#.* unlinkat\([^<]*<(/[^>]*)>, "(ebpfmm-oci-hook|ebpfmm.json)".* = 0#gone \1/\2#p' \
		-e 's#.* unlink[^/<]*(<[^>]*>, )?"(/[^"]*/(ebpfmm-oci-hook|ebpfmm.json))".* = 0#gone \2#p' \
		"$BATS_TEST_TMPDIR/$1"
}

# A reinstallation runs the scripts of an upgrade, and spares another build.
@test "so it is with rpm, whose scripts enable the service and leave nothing" {
	local hook=/usr/libexec/ebpfmm/ebpfmm-oci-hook
	local file=/usr/share/ebpfmm/ebpfmm.json
	local link=/usr/share/containers/oci/hooks.d/ebpfmm.json
	on_a_node "$one/rpm" '
		traced()
		{
			strace -f -qq -y -o "/tmp/$1" \
				-e trace=rename,renameat,renameat2,unlink,unlinkat,symlink,symlinkat \
				rpm --dbpath /tmp/db --nodeps "${@:2}"
		}
		traced first --install /packages/ebpfmm-[0-9]*.rpm
		[ "$(readlink -f '$link')" = '$file' ]
		jq -e --arg hook '$hook' ".hook.path == \$hook" '$link'
		[ -e /etc/systemd/system/multi-user.target.wants/ebpfmm.service ]
		ebpfmm version
		traced again --upgrade --replacepkgs /packages/ebpfmm-[0-9]*.rpm
		[ "$(readlink -f '$link')" = '$file' ]
		[ -e /etc/systemd/system/multi-user.target.wants/ebpfmm.service ]
		install -D -m 644 /usr/share/ebpfmm/crio/50-ebpfmm.conf \
			/etc/crio/crio.conf.d/50-ebpfmm.conf
		mkdir -p /var/lib/ebpfmm/recordings
		touch /var/lib/ebpfmm/costs.json /var/lib/ebpfmm/recordings/web.jsonl
		traced removal --erase ebpfmm
		[ ! -e /var/lib/ebpfmm/costs.json ]
		rm /var/lib/ebpfmm/recordings/web.jsonl
		rmdir /var/lib/ebpfmm/recordings /var/lib/ebpfmm
		# There is no purge, so containers that run may need what is in /run.
		find / -xdev -name "*ebpfmm*" ! -path "/packages*" ! -path "/run/*" >/tmp/left'
	rpm_calls first
	[ "$(rpm_calls first)" = "made $hook
made $file
made $link" ]
	rpm_calls again
	run ! grep gone <(rpm_calls again)
	rpm_calls removal
	[ "$(rpm_calls removal | head -n 1)" = "gone $link" ]
	[ "$(rpm_calls removal | sort)" = "gone $hook
gone $link
gone $file" ]
	diff /dev/null "$BATS_TEST_TMPDIR/left"
}
