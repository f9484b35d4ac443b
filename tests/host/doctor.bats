# SPDX-License-Identifier: GPL-2.0-only
#
# doctor on nodes with other engines, and after other installations, than the reference root
# has. Nothing runs CRI-O here, which Debian 13 does not package: of an engine, doctor looks
# only whether its program is there, and at its files.

bats_require_minimum_version 1.5.0
load node

usr=/usr/share/containers/oci/hooks.d

# finds FINDING START PART…: does doctor ($ebpfmm) find exactly one thing of that start, and
# that of it? Status 1, because the kernel of this machine lacks the hook.
finds()
{
	local finding=$1 start=$2 status=0
	shift 2
	${ebpfmm:-/out/ebpfmm} doctor --json >/tmp/found 2>/tmp/errors || status=$?
	[ "$status" = 1 ]
	jq -c --arg start "$start" '.findings[] | select(.message | startswith($start))' /tmp/found
	jq -e --arg finding "$finding" --arg start "$start" '[.findings[] |
		select(.message | startswith($start))] | length == 1 and
		.[0].finding == $finding and ([.[0].message, .[0].remedy] | map(strings) |
			join(" ") | [contains($ARGS.positional[])] | all)' \
		/tmp/found --args "$@" >/tmp/found.ok
}

# remedy START: what doctor advises of it.
remedy()
{
	jq -r --arg start "$1" '.findings[] | select(.message | startswith($start)) | .remedy' \
		/tmp/found
}

# install_hook DIRECTORY
install_hook()
{
	mkdir -p "$1"
	jq '.hook.path = "/bin/true"' /src/oci/ebpfmm.json.in >"$1/ebpfmm.json"
}

setup()
{
	export -f finds remedy install_hook
	export usr
}

@test "each engine: whether it calls the hook, at which stages, for which annotations" {
	on_a_node '
		install_hook $usr
		ln -s /bin/true /usr/local/bin/crio
		ln -s /bin/true /usr/local/bin/buildah
		for engine in /usr/bin/podman /usr/local/bin/crio /usr/local/bin/buildah; do
			finds ok $engine "calls the hook through $usr/ebpfmm.json" \
				"at createRuntime and poststop" \
				"an annotation that matches ^ebpfmm\\.(profile|record)(/.+)?\$"
		done
		# The file is looked at once.
		finds ok $usr/ebpfmm.json "runs /bin/true"
		jq ".when = { always: true } | .stages = [ \"prestart\", \"createRuntime\",
			\"poststop\" ]" $usr/ebpfmm.json >/tmp/always
		mv /tmp/always $usr/ebpfmm.json
		finds ok /usr/local/bin/crio "at prestart, createRuntime and poststop" \
			"for each container"'
}

@test "engines that are not installed are named" {
	on_a_node '
		install_hook $usr
		finds note "CRI-O is not installed"
		finds note "buildah is not installed"
		finds ok /usr/bin/podman "calls the hook"
		rm -f /usr/bin/podman /usr/bin/containerd
		finds note "podman is not installed"
		finds note "containerd is not installed"
		finds note "no engine is installed"
		finds ok "$usr/ebpfmm.json runs"'
}

@test "a hook file that is wrong: no engine calls the hook" {
	on_a_node '
		install_hook $usr
		ln -s /bin/true /usr/local/bin/crio
		jq ".hook.path = \"/nowhere\"" $usr/ebpfmm.json >/tmp/wrong
		cp /tmp/wrong $usr/ebpfmm.json
		finds problem /usr/bin/podman "does not call the hook"
		finds problem /usr/local/bin/crio "does not call the hook"
		finds problem $usr/ebpfmm.json "/nowhere: No such file" "make install PREFIX=/usr"
		echo "{" >$usr/ebpfmm.json
		finds problem $usr/ebpfmm.json "engines fail to start any container"'
}

@test "CRI-O: the file that sets hooks_dir last is named, and what to set there" {
	on_a_node '
		install_hook $usr
		ln -s /bin/true /usr/local/bin/crio
		mkdir -p /etc/crio/crio.conf.d
		printf "[crio.runtime]\nhooks_dir = [ \"/a\" ]\n" >/etc/crio/crio.conf
		finds problem /usr/local/bin/crio "from [\"/a\"] (set in /etc/crio/crio.conf)"
		set_last=/etc/crio/crio.conf.d/50-other
		printf "[crio.runtime]\nhooks_dir = [ \"/b\", \"/c\" ]\n" >$set_last
		finds problem /usr/local/bin/crio "in [crio.runtime] of $set_last"
		advice=$(remedy /usr/local/bin/crio)
		list=${advice##*: }
		[ "$list" = "hooks_dir = [\"/b\", \"/c\", \"$usr\"]" ]
		printf "[crio.runtime]\n%s\n" "$list" >$set_last
		finds ok /usr/local/bin/crio "calls the hook through $usr/ebpfmm.json"
		ln -s nowhere /etc/crio/crio.conf.d/60-link
		finds problem /usr/local/bin/crio "/etc/crio/crio.conf.d/60-link: No such file"'
}

@test "another PREFIX: the files there are named, and the drop-in makes CRI-O call the hook" {
	on_a_node '
		ln -s /bin/true /usr/local/bin/crio
		make -s -C /src O=/out WERROR=1 install PREFIX=/opt/x
		export ebpfmm=/opt/x/bin/ebpfmm
		dir=/opt/x/share/containers/oci/hooks.d
		finds problem /usr/bin/podman "the hook is $dir/ebpfmm.json" \
			"hooks_dir = [\"$usr\", \"$dir\"]"
		finds note containerd "/opt/x/libexec/ebpfmm/ebpfmm-containerd install"
		finds problem /usr/local/bin/crio "the hook is $dir/ebpfmm.json"
		command=$(remedy /usr/local/bin/crio)
		[ "${command#* && }" = "systemctl restart crio" ]
		${command% && *}
		finds ok /usr/local/bin/crio "calls the hook through $dir/ebpfmm.json"
		# It is of no use where a later file has a list.
		printf "[crio.runtime]\nhooks_dir = [ \"/a\" ]\n" >/etc/crio/crio.conf.d/60
		finds problem /usr/local/bin/crio "of /etc/crio/crio.conf.d/60" "[\"/a\", \"$dir\"]"
		rm /etc/crio/crio.conf.d/60
		make -s -C /src O=/out PREFIX=/opt/x uninstall
		[ -z "$(find /opt/x /etc/crio ! -type d)" ]'
}

@test "where the package manager knows the hook, the package is to be reinstalled" {
	on_a_node '
		hook=/usr/libexec/ebpfmm/ebpfmm-oci-hook
		finds problem /usr/bin/podman "make install PREFIX=/usr"
		mkdir -p /tmp/deb/DEBIAN
		install -D /bin/true /tmp/deb$hook
		printf "%s\n" "Package: ebpfmm" "Version: 1" "Architecture: all" \
			"Maintainer: nobody" "Description: test" >/tmp/deb/DEBIAN/control
		dpkg-deb --root-owner-group -Znone --build /tmp/deb /tmp/ebpfmm.deb
		dpkg --install /tmp/ebpfmm.deb
		finds problem /usr/bin/podman "reinstall the package ebpfmm"
		[ "$(grep -c "make install" /tmp/found)" = 0 ]
		# On a node without dpkg, rpm is asked.
		rm /usr/bin/dpkg-query
		finds problem /usr/bin/podman "make install PREFIX=/usr"
		printf "%s\n" "Name: ebpfmm" "Version: 1" "Release: 1" "BuildArch: noarch" \
			"License: none" "Summary: test" "%description" "%install" \
			"install -D /dev/null %{buildroot}$hook" "%files" $hook >/tmp/ebpfmm.spec
		rpmbuild --quiet -bb --define "_topdir /tmp/rpm" --define "__os_install_post %nil" \
			/tmp/ebpfmm.spec
		rpm --install --nodeps --force /tmp/rpm/RPMS/noarch/*.rpm
		finds problem /usr/bin/podman "reinstall the package ebpfmm"'
}

@test "containerd: what its base spec says is reported, and a hook that is missing" {
	on_a_node '
		spec=/etc/containerd/ebpfmm-base-spec.json
		hook=/usr/libexec/ebpfmm/ebpfmm-oci-hook
		install -D /bin/true $hook
		jq -n --arg hook $hook "[{ path: \$hook }] as \$ours | { hooks: {
			createRuntime: ([{ path: \"/bin/true\" }] + \$ours), poststop: \$ours,
			poststart: [{ path: \"/bin/true\" }] } }" >$spec
		finds note containerd "through $spec" "at createRuntime and poststop" \
			"/usr/libexec/ebpfmm/ebpfmm-containerd check"
		rm $hook
		finds problem containerd "$hook: No such file" "no container with this base spec starts"
		echo "{}" >$spec
		finds note containerd "has no hook of ebpfmm" "ebpfmm-containerd check"'
}
