# SPDX-License-Identifier: GPL-2.0-only
#
# ebpfmm-containerd with the real containerd, which prints what it makes of a configuration
# and does not run. tests/vm/containerd.bats has the containers.

bats_require_minimum_version 1.5.0
load ../fails

setup()
{
	etc=$BATS_TEST_TMPDIR/etc
	config=$etc/config.toml
	spec=$etc/ebpfmm-base-spec.json
	dropin=$etc/conf.d/50-ebpfmm.toml
	mkdir $etc
	# A hook that is there, and a containerd that has just started.
	sed "s|^hook=.*|hook=$etc/hook|; s|^socket=.*|socket=$etc/socket|" \
		/out/oci/containerd/ebpfmm-containerd >$BATS_TEST_TMPDIR/ebpfmm-containerd
	chmod +x $BATS_TEST_TMPDIR/ebpfmm-containerd
	install -m 755 /bin/true $etc/hook
	command=("$BATS_TEST_TMPDIR/ebpfmm-containerd" --config "$config")
	debian
}

# debian [LINE]: the configuration that Debian ships, after that line.
debian()
{
	echo "${1-}" >$config
	cat /etc/containerd/config.toml >>$config
}

# cri TABLE LINE…: a table of the CRI plugin in the configuration; "" for its own.
cri()
{
	{
		echo "[plugins.\"io.containerd.grpc.v1.cri\"${1:+.$1}]"
		shift
		printf '%s\n' "$@"
	} >>$config
}

imports()
{
	printf 'imports = ["%s/conf.d/*.toml"]' "$etc"
}

started()
{
	touch -d '+1 minute' $etc/socket
}

# of_runtime NAME: the table of a runtime as containerd has it.
of_runtime()
{
	containerd --config $config config dump |
		awk -v table="containerd.runtimes.$1]" '
			/^ *\[/ { on = index($0, table) } on'
}

# hooked NAME: has that runtime all that it needs?
hooked()
{
	of_runtime $1 | tee $BATS_TEST_TMPDIR/table
	grep -F "base_runtime_spec = \"$spec\"" $BATS_TEST_TMPDIR/table
	[ "$(grep -cF '_annotations = ["ebpfmm.*", "ebpfmm.*/*"]' $BATS_TEST_TMPDIR/table)" = 2 ]
	grep -F 'runtime_type = "io.containerd.runc.v2"' $BATS_TEST_TMPDIR/table
}

# But for the limits of resources, which containerd itself takes out for its CRI plugin.
@test "the base spec is containerd's, with the hooks of the hook file and nothing else" {
	run -1 "${command[@]}" install
	[ "$(stat -c %a $spec)" = 644 ]
	diff <(jq -S 'del(.hooks)' $spec) <(ctr oci spec | jq -S 'del(.process.rlimits)')
	make -s -C /src O=/out /out/oci/ebpfmm.json
	diff <(jq -S .hooks $spec) <(jq -S '. as $file |
		[.stages[] | { key: ., value: [$file.hook] }] | from_entries' /out/oci/ebpfmm.json)
}

@test "Debian's configuration: lines are appended, and nothing else changes" {
	run -1 "${command[@]}" install
	[[ $output == *"$config"* && $output == *restart* ]]
	[ ! -e $etc/conf.d ]
	[ -e $spec ]
	containerd --config $config config dump >$etc/before
	"${command[@]}" config >>$config
	hooked runc
	containerd --config $config config dump >$etc/after
	# An older containerd prints its defaults only for what is not configured.
	diff $etc/before $etc/after | grep '^[<>]' | grep -vE 'imports|_annotations|base_runtime_spec|sandbox_mode| = (""|0|false)$' | tee $etc/changed
	[ ! -s $etc/changed ]
	run -0 "${command[@]}" install
	[[ $output == *'is complete'* ]]
	fails 1 'these lines already' "${command[@]}" config
	started
	run -0 "${command[@]}" check
	[ "$output" = 'containerd calls the hook for the runtimes: runc' ]
}

@test "a configuration that imports conf.d: a drop-in" {
	debian "$(imports)"
	run -0 "${command[@]}" install
	[[ $output == *"wrote $dropin"* ]]
	hooked runc
	containerd --config $config config dump | grep -F 'bin_dir = "/usr/lib/cni"'
	started
	"${command[@]}" check
	run -0 "${command[@]}" remove
	[ ! -e $dropin ]
	[ ! -e $spec ]
	containerd --config $config config dump >$etc/after
	run ! grep -F $spec $etc/after
	fails 1 'no runtime has the base spec' "${command[@]}" check
	# It need not be there.
	"${command[@]}" remove
}

# Before 2.0, what a drop-in says of the plugin replaces all that config.toml says of it.
@test "a drop-in that would lose other settings is not left behind" {
	debian "$(imports)"
	cri '' 'sandbox_image = "example.org/pause:1"'
	# Debian's file has that table.
	sed -i '0,/^ *\[plugins."io.containerd.grpc.v1.cri"\]$/{//d}' $config
	run -1 "${command[@]}" install
	[[ $output == *'would change other settings'* ]]
	[ -e $spec ]
	[ ! -e $etc/conf.d ]
	"${command[@]}" config >>$config
	hooked runc
	containerd --config $config config dump | grep example.org/pause:1
}

@test "a runtime that is configured already: what to set is said, and nothing is printed" {
	cri containerd.runtimes.runc 'runtime_type = "io.containerd.runc.v2"'
	cri containerd.runtimes.runc.options 'SystemdCgroup = true'
	run -1 --separate-stderr "${command[@]}" config
	[ -z "$output" ]
	[[ $stderr == *'set in [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]'* ]]
	sed -i "/runtimes.runc]/r"<(grep ' = ' <<<"$stderr") $config
	hooked runc
	of_runtime runc.options | grep 'SystemdCgroup = true'
	[ -z "$(find $etc -name '.ebpfmm.*')" ]
}

@test "somebody else's base spec and annotations are not lost" {
	cri containerd.runtimes.runc 'runtime_type = "io.containerd.runc.v2"' \
		'base_runtime_spec = "/etc/other.json"'
	run -1 --separate-stderr "${command[@]}" config
	[ -z "$output" ]
	[[ $stderr == *'base_runtime_spec of the runtime runc is "/etc/other.json" already'* ]]
	debian "$(imports)"
	cri containerd.runtimes.runc 'runtime_type = "io.containerd.runc.v2"' \
		'pod_annotations = ["example.org/*"]'
	run -1 "${command[@]}" install
	[[ $output == *'pod_annotations of the runtime runc is ["example.org/*"] already'* ]]
	[ ! -e $dropin ]
}

@test "a runtime of its own is like the default one" {
	cri containerd.runtimes.runc 'runtime_type = "io.containerd.runc.v2"'
	cri containerd.runtimes.runc.options 'SystemdCgroup = true' 'BinaryName = "/usr/bin/crun"'
	"${command[@]}" config ebpfmm >>$config
	hooked ebpfmm
	of_runtime ebpfmm.options | tee $etc/options
	grep 'SystemdCgroup = true' $etc/options
	grep 'BinaryName = "/usr/bin/crun"' $etc/options
	of_runtime runc | grep 'base_runtime_spec = ""'
}

@test "check tells what is wrong" {
	debian "$(imports)"
	"${command[@]}" install
	touch -d '-1 minute' $etc/socket
	fails 1 'restart containerd' "${command[@]}" check
	started
	"${command[@]}" check
	# After an upgrade of containerd, and after one of ebpfmm.
	sed -i 's/CAP_MKNOD/CAP_BPF/' $spec
	fails 1 'is not of this containerd' "${command[@]}" check
	"${command[@]}" install
	started
	sed -i 's/"timeout": 30/"timeout": 3/' $spec
	fails 1 'is not of this containerd' "${command[@]}" check
	rm $spec
	fails 1 'is missing: containerd cannot start any pod' "${command[@]}" check
	"${command[@]}" install
	started
	mv $etc/hook $etc/away
	fails 1 'no container with the base spec starts' "${command[@]}" check
	fails 1 'install ebpfmm first' "${command[@]}" install
	mv $etc/away $etc/hook
	# With one star, the overrides of a pod's containers are lost.
	sed -i 's/\["ebpfmm.*"\]/["ebpfmm.*"]/; s/, "ebpfmm[^"]*"//' $dropin
	run -1 "${command[@]}" check
	[[ $output == *'the runtime runc is not complete'* ]]
	echo '[' >>$config
	fails 1 'config.toml: containerd cannot read it: .*TOML' "${command[@]}" check
}

@test "renewed only if the configuration names it" {
	"${command[@]}" renew
	[ ! -e $spec ]
	"${command[@]}" config >>$config
	run -0 "${command[@]}" renew
	[ "$output" = "ebpfmm-containerd: wrote $spec" ]
	run -0 "${command[@]}" renew
	[ -z "$output" ]
}

@test "the base spec stays while the configuration names it" {
	"${command[@]}" config >>$config
	"${command[@]}" install
	run -1 "${command[@]}" remove
	[[ $output == *'runtimes.runc] base_runtime_spec'* ]]
	[ -e $spec ]
	debian
	"${command[@]}" remove
	[ ! -e $spec ]
}

@test "ebpfmm is not uninstalled while containerd needs its hook" {
	local root=$BATS_TEST_TMPDIR/root
	local hook=$root/usr/libexec/ebpfmm/ebpfmm-oci-hook
	install -D /bin/true $hook
	install -D -m 644 /dev/null $root/etc/containerd/ebpfmm-base-spec.json
	run -2 make -s -C /src O=/out DESTDIR=$root uninstall
	[[ $output == *'/usr/libexec/ebpfmm/ebpfmm-containerd remove'* ]]
	[ -e $hook ]
	rm $root/etc/containerd/ebpfmm-base-spec.json
	make -s -C /src O=/out DESTDIR=$root uninstall
	[ ! -e $hook ]
}

@test "without a configuration file" {
	rm $config
	"${command[@]}" config >$etc/new
	mv $etc/new $config
	hooked runc
}

@test "wrong usage" {
	run -2 "${command[@]}"
	run -2 "${command[@]}" other
	run -2 "${command[@]}" --other
	fails 1 'is not the name of a runtime' "${command[@]}" install 'a"b'
	echo 'version = 1' >$config
	fails 1 'version 1 of the configuration' "${command[@]}" config
}
