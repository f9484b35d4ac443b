# SPDX-License-Identifier: GPL-2.0-only
#
# oci/kubernetes: ebpfmm-node on a directory that is a node for it, with the real containerd,
# which prints what it makes of a configuration and does not run. Stand-ins are systemctl, as
# no systemd runs here, and curl, as there is no API of Kubernetes. Then the manifests.

bats_require_minimum_version 1.5.0
load ../fails

kubernetes=/src/oci/kubernetes
hook=opt/ebpfmm/libexec/ebpfmm/ebpfmm-oci-hook
hooks_d=usr/share/containers/oci/hooks.d
manifests=(access.yaml admission.yaml daemonset.yaml profiles.yaml redis.yaml remove.yaml)

setup_file()
{
	make -s -C /src O=/out WERROR=1 node
}

setup()
{
	node=$BATS_TEST_TMPDIR/node
	api=$BATS_TEST_TMPDIR/api
	profiles=$BATS_TEST_TMPDIR/profiles
	log=$BATS_TEST_TMPDIR/log
	mkdir -p "$node"/{dev,etc,opt,proc,root,run/systemd/system,sys,tmp,usr/local/bin} \
		"$node/$hooks_d" "$node"/usr/{bin,sbin,lib,lib64} "$api" "$profiles"
	ln -s usr/bin usr/sbin usr/lib usr/lib64 "$node"
	mkdir "$node/etc/alternatives"
	touch "$node/dev/null"
	stand_ins
	export HOST_ROOT=$node DIST=/out/node PROFILES=$profiles WORK=$BATS_TEST_TMPDIR/work \
		ACCOUNT=$api NODE_NAME=worker POD_NAMESPACE=ebpfmm DAEMONSET=ebpfmm-node \
		KUBERNETES_SERVICE_HOST=api.test INTERVAL=1 RETRY=1 GRACE=0 \
		PATH=$BATS_TEST_TMPDIR/bin:$PATH
	cp /src/examples/redis.json "$profiles"
}

teardown()
{
	[ -z "${running-}" ] || kill -KILL $running || :
}

# on COMMAND…: run it where $node has the programs of this root, and what $mounts makes. In a
# mount namespace of its own, and read-only: bats removes $node with all that is mounted there.
on()
{
	${exec-} unshare --mount -- bash -euc '
		node=$1
		eval "$2"
		shift 2
		for dir in usr/bin usr/sbin usr/lib usr/lib64 etc/alternatives; do
			mount --bind /$dir "$node/$dir"
			mount -o remount,bind,ro "$node/$dir"
		done
		mount --bind /dev/null "$node/dev/null"
		mount --rbind /proc "$node/proc"
		mount --rbind /sys "$node/sys"
		exec "$@"' on "$node" "${mounts-}" "$@"
}

# stand_ins: systemctl writes down what it is told, and whether there is a hook then. A
# restart makes the engine's socket. curl writes down requests, and gives $api/status.
stand_ins()
{
	cat >"$node/usr/local/bin/systemctl" <<-END
		#!/bin/sh
		[ ! -e /$hook ] || with=' with the hook'
		echo "\$*\$with" >>/systemctl.log
		[ ! -e /systemctl.fails ] || exit 1
		[ "\$*" != 'restart containerd.service' ] || touch /run/containerd/containerd.sock
	END
	mkdir "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/curl" <<-END
		#!/bin/sh
		while [ \$# -gt 0 ]; do
			case \$1 in
			--request) method=\$2 ;;
			--output) output=\$2 ;;
			--data) data=\$2 ;;
			http*) url=\$1 ;;
			esac
			shift
		done
		echo "\$method \$url \$data" >>$api/requests
		status=200
		if [ "\$method" = GET ]; then
			cat $api/answer >"\$output"
			status=\$(cat $api/status)
		fi
		[ "\$status" != none ] || exit 7
		printf %s "\$status"
	END
	chmod +x "$node/usr/local/bin/systemctl" "$BATS_TEST_TMPDIR/bin/curl"
	touch "$node/systemctl.log" "$api/requests" "$api/answer"
	echo token >"$api/token"
	echo 200 >"$api/status"
}

crio_node()
{
	mkdir -p "$node/run/crio"
	touch "$node/run/crio/crio.sock"
}

# containerd_node [LINE]: with the configuration that Debian ships, after that line.
containerd_node()
{
	mkdir -p "$node/run/containerd" "$node/etc/containerd"
	{ echo "${1-}"; cat /etc/containerd/config.toml; } >"$node/etc/containerd/config.toml"
	cp "$node/etc/containerd/config.toml" "$BATS_TEST_TMPDIR/config"
	touch -d '-1 minute' "$node/run/containerd/containerd.sock"
}

node()
{
	on "$kubernetes/ebpfmm-node" "$@"
}

# files: of ours on the node.
files()
{
	find "$node"/{opt,etc,run,var} "$node/usr/share" -xdev ! -type d \
		! -path '*/containerd/config.toml' ! -name '*.sock' ! -name ebpfmm-node.lock \
		! -path "$node/run/ebpfmm/*" -printf '/%P %f\n' 2>/dev/null
}

# labels: the last ones that were set.
labels()
{
	sed -n 's|^PATCH https://api.test:443/api/v1/nodes/worker ||p' "$api/requests" |
		tail -n 1 | jq -c .metadata.labels
}

# start: run in the background, until it has begun to look after the node.
start()
{
	: >"$log"
	# By exec, so that signals get there.
	exec='exec' on "$kubernetes/ebpfmm-node" run 2>>"$log" 3>&- &
	running=$!
	told 'calls the hook'
}

# told TEXT [PID FILE]: wait until it says that, but not if it has ended.
told()
{
	timeout 60 grep -qm 1 "$1" <(exec tail -n +1 -f --pid="${2:-$running}" "${3:-$log}" 3>&-)
}

# finish: tell it to end, and wait for that.
finish()
{
	local pid=$running
	running=
	kill "$pid"
	wait "$pid"
}

@test "a node of CRI-O: everything is put there, and taken away again" {
	crio_node
	node install
	cmp "$node/$hook" /out/ebpfmm-oci-hook
	[ "$(jq -r .hook.path "$node/$hooks_d/ebpfmm.json")" = "/$hook" ]
	cmp "$node/etc/ebpfmm/profiles/redis.json" /src/examples/redis.json
	on chroot "$node" /opt/ebpfmm/bin/ebpfmm check redis
	[ "$(labels | jq -r '."ebpfmm.node/engine"')" = crio ]
	[ "$(labels | jq -r '."ebpfmm.node/version"')" = "$(sed -n 's/^VERSION := //p' /src/Makefile)" ]
	# CRI-O watches the directory.
	run ! grep 'restart' "$node/systemctl.log"
	node ready
	# All may run what is there.
	[ -z "$(find "$node/opt/ebpfmm" -mindepth 1 ! -path '*/state*' ! -perm -044)" ]
	[ -z "$(find "$node" -xdev -name '.ebpfmm.*')" ]

	node remove
	[ -z "$(files)" ]
	[ ! -e "$node/opt/ebpfmm" ]
	[ ! -e "$node/etc/ebpfmm" ]
	[ "$(labels | jq -r '."ebpfmm.node/ready"')" = null ]
	run ! node ready
}

@test "an API that has an address of IPv6" {
	crio_node
	KUBERNETES_SERVICE_HOST=fd00::1 KUBERNETES_SERVICE_PORT=6443 node install
	grep -F 'PATCH https://[fd00::1]:6443/api/v1/nodes/worker ' "$api/requests"
}

@test "this kernel has no hook: the label says so, and no service loads a policy" {
	crio_node
	node install
	[ "$(labels | jq -r '."ebpfmm.node/kernel" + ."ebpfmm.node/ready"')" = falsefalse ]
	[ ! -e "$node/etc/systemd/system/ebpfmm.service" ]
	run ! grep enable "$node/systemctl.log"
}

@test "a kernel with the hook: the node is ready, and has the service until the removal" {
	crio_node
	# A command that says what it would say there, as that cannot be tried here.
	cp -R /out/node "$BATS_TEST_TMPDIR/dist"
	cat >"$BATS_TEST_TMPDIR/dist/bin/ebpfmm" <<-'END'
		#!/bin/sh
		echo '{"ok":true,"findings":[{"subject":"kernel","finding":"ok","message":""}]}'
	END
	DIST=$BATS_TEST_TMPDIR/dist node install
	[ "$(labels | jq -r '."ebpfmm.node/kernel" + ."ebpfmm.node/ready"')" = truetrue ]
	grep -F 'ExecStart=/opt/ebpfmm/bin/ebpfmm load' "$node/etc/systemd/system/ebpfmm.service"
	grep -x -- '--quiet enable ebpfmm.service with the hook' "$node/systemctl.log"
	DIST=$BATS_TEST_TMPDIR/dist node remove
	grep -x -- '--quiet disable --now ebpfmm.service with the hook' "$node/systemctl.log"
	[ -z "$(files)" ]
}

@test "the engine is told last: not if the hook cannot be put there, or does not run" {
	crio_node
	touch "$node/opt/ebpfmm"
	run -1 node install
	[[ $output == *'cannot be made'* ]]
	[ ! -e "$node/$hooks_d/ebpfmm.json" ]
	rm "$node/opt/ebpfmm"
	mounts='mount --bind "$node/opt" "$node/opt"; mount -o remount,bind,noexec "$node/opt"'
	run -1 node install
	[[ $output == *'does not run on the node'* ]]
	[ ! -e "$node/$hooks_d/ebpfmm.json" ]
	[ "$(labels | jq -r '."ebpfmm.node/ready"')" = false ]
	run ! node ready
}

@test "the engine is told first of a removal: if it cannot be, the hook stays" {
	crio_node
	node install
	mounts="dir=$node/$hooks_d"'; mount --bind "$dir" "$dir"; mount -o remount,bind,ro "$dir"'
	run -1 node remove
	[[ $output == *'so the hook stays'* ]]
	[ -x "$node/$hook" ]
	mounts=
	node remove
	[ -z "$(files)" ]
}

@test "a removal where nothing is" {
	run -0 node remove
	[[ $output == *'nothing is left'* ]]
	containerd_node
	node remove
	cmp "$BATS_TEST_TMPDIR/config" "$node/etc/containerd/config.toml"
	[ -z "$(files)" ]
	[ ! -s "$node/systemctl.log" ]
}

@test "a node with neither engine, and one whose hook is a package's" {
	run -1 node install
	[[ $output == *'has neither /run/crio/crio.sock nor'* ]]
	[ "$(labels | jq -r '."ebpfmm.node/engine"')" = none ]
	crio_node
	sed 's,/opt/ebpfmm,/usr,' /out/node/share/ebpfmm.json >"$node/$hooks_d/ebpfmm.json"
	cp "$node/$hooks_d/ebpfmm.json" "$BATS_TEST_TMPDIR/theirs"
	run -1 node install
	[[ $output == *'belongs to another ebpfmm'* ]]
	node remove
	cmp "$BATS_TEST_TMPDIR/theirs" "$node/$hooks_d/ebpfmm.json"
}

@test "CRI-O is restarted if its directory of hooks was missing; another one replaces it" {
	crio_node
	rmdir "$node/$hooks_d"
	node install
	grep -x 'restart crio.service with the hook' "$node/systemctl.log"
	mkdir -p "$node/etc/containers/hooks"
	HOOKS_DIR=/etc/containers/hooks node install
	[ -e "$node/etc/containers/hooks/ebpfmm.json" ]
	[ ! -e "$node/$hooks_d/ebpfmm.json" ]
	# The default one again: it knows where the other one is.
	node remove
	[ -z "$(files)" ]
}

@test "profiles follow the ConfigMap; a broken one is refused, and the old one stays" {
	local dir=$node/etc/ebpfmm/profiles
	crio_node
	cp /src/examples/xz.json "$profiles"
	start
	# As the kubelet does: all at once, by a link.
	sed 's/"version"/"edition"/' /src/examples/redis.json >"$BATS_TEST_TMPDIR/broken"
	mv "$BATS_TEST_TMPDIR/broken" "$profiles/redis.json"
	told 'redis.json of the ConfigMap is not a valid profile, .*version: missing'
	cmp "$dir/redis.json" /src/examples/redis.json
	jq -c '.programs[0].exe = "/other"' /src/examples/redis.json >"$BATS_TEST_TMPDIR/new"
	: >"$log"
	rm "$profiles/xz.json"
	mv "$BATS_TEST_TMPDIR/new" "$profiles/redis.json"
	told 'wrote the profile redis.json'
	told 'removed the profile xz.json'
	finish
	grep -F /other "$dir/redis.json"
	[ "$(cd "$dir" && ls -A)" = redis.json ]
	[ "$(stat -c %a "$dir/redis.json")" = 644 ]
	on chroot "$node" sh -c 'cd /etc/ebpfmm/profiles && sha256sum -c /opt/ebpfmm/state/profiles'
}

@test "the operator's profiles stay as they are" {
	local dir=$node/etc/ebpfmm/profiles
	crio_node
	mkdir -p "$dir"
	jq . /src/examples/xz.json >"$dir/redis.json"
	cp /src/examples/xz.json "$profiles"
	run -1 node install
	[[ $output == *'redis.json of the node is not from the ConfigMap'* ]]
	cmp <(jq . /src/examples/xz.json) "$dir/redis.json"
	# What was refused keeps no other profile from being used.
	[ -e "$dir/xz.json" ]
	# One of ours that was changed there is the operator's.
	jq . /src/examples/xz.json >"$dir/xz.json"
	node remove
	[ -e "$dir/redis.json" ]
	cmp <(jq . /src/examples/xz.json) "$dir/xz.json"
}

@test "killed before a profile is written, and after: it is ours all the same" {
	crio_node
	node install
	sum=$(sha256sum </src/examples/xz.json | cut -c1-64)
	echo "$sum  xz.json" >>"$node/opt/ebpfmm/state/profiles"
	cp /src/examples/xz.json "$node/etc/ebpfmm/profiles"
	node install
	[ ! -e "$node/etc/ebpfmm/profiles/xz.json" ]
	echo "$sum  xz.json" >>"$node/opt/ebpfmm/state/profiles"
	node install
	run ! grep xz "$node/opt/ebpfmm/state/profiles"
}

@test "a node of containerd: lines are appended, it is restarted once, and all is undone" {
	containerd_node
	node install
	containerd=$node/opt/ebpfmm/libexec/ebpfmm/ebpfmm-containerd
	on chroot "$node" "${containerd#"$node"}" check
	[ "$(grep -c restart "$node/systemctl.log")" = 1 ]
	grep -F ExecStartPre=-/opt/ebpfmm/libexec/ebpfmm/ebpfmm-containerd \
		"$node/etc/systemd/system/containerd.service.d/50-ebpfmm.conf"
	jq -e --arg hook "/$hook" '.hooks.createRuntime[0].path == $hook' \
		"$node/etc/containerd/ebpfmm-base-spec.json"
	node install
	[ "$(grep -c restart "$node/systemctl.log")" = 1 ]

	: >"$node/systemctl.log"
	node remove
	# The hook goes when no containerd calls it any more.
	[ "$(grep restart "$node/systemctl.log")" = 'restart containerd.service with the hook' ]
	cmp "$BATS_TEST_TMPDIR/config" "$node/etc/containerd/config.toml"
	[ -z "$(files)" ]
}

@test "a containerd that reads conf.d gets a drop-in" {
	containerd_node 'imports = ["/etc/containerd/conf.d/*.toml"]'
	node install
	[ -e "$node/etc/containerd/conf.d/50-ebpfmm.toml" ]
	cmp "$BATS_TEST_TMPDIR/config" "$node/etc/containerd/config.toml"
	node remove
	[ -z "$(files)" ]
}

@test "containerd is not restarted if that is not wanted, and the hook stays until it was" {
	containerd_node
	run -1 on env RESTART_ENGINE=false "$kubernetes/ebpfmm-node" install
	[[ $output == *'restart containerd on the node'* ]]
	[ "$(labels | jq -r '."ebpfmm.node/ready"')" = false ]
	touch "$node/run/containerd/containerd.sock"
	RESTART_ENGINE=false node install
	touch -d '-1 minute' "$node/run/containerd/containerd.sock"
	run -1 on env RESTART_ENGINE=false "$kubernetes/ebpfmm-node" remove
	[ -x "$node/$hook" ]
	touch "$node/run/containerd/containerd.sock"
	RESTART_ENGINE=false node remove
	run ! grep restart "$node/systemctl.log"
	[ -z "$(files)" ]
}

@test "a removal that was cut off before the restart: the next one restarts" {
	containerd_node
	node install
	touch -d '-1 minute' "$node/run/containerd/containerd.sock"
	touch "$node/systemctl.fails"
	run -1 node remove
	[ ! -e "$node/etc/containerd/ebpfmm-base-spec.json" ]
	[ -x "$node/$hook" ]
	rm "$node/systemctl.fails"
	: >"$node/systemctl.log"
	node remove
	grep -x 'restart containerd.service with the hook' "$node/systemctl.log"
	[ -z "$(files)" ]
}

@test "a block of ours in config.toml whose end is gone is not cut out" {
	containerd_node
	node install
	sed -i '/^# to here/d' "$node/etc/containerd/config.toml"
	cp "$node/etc/containerd/config.toml" "$BATS_TEST_TMPDIR/config"
	run -1 node remove
	[[ $output == *'remove ours by hand'* ]]
	cmp "$BATS_TEST_TMPDIR/config" "$node/etc/containerd/config.toml"
	[ -x "$node/$hook" ]
}

@test "told to end: nothing is removed unless the DaemonSet is deleted" {
	crio_node
	for answer in '200 {"metadata":{"name":"ebpfmm-node"}}' '403 {"reason":"Forbidden"}' 'none ' \
		'404 page not found' '404 {"reason":"NotFound","details":{"kind":"namespaces"}}'; do
		echo "${answer%% *}" >"$api/status"
		echo "${answer#* }" >"$api/answer"
		start
		finish
		[ -e "$node/$hooks_d/ebpfmm.json" ]
		[ -x "$node/$hook" ]
	done
	grep -x 'GET https://api.test:443/apis/apps/v1/namespaces/ebpfmm/daemonsets/ebpfmm-node ' \
		"$api/requests"
}

@test "told to end: everything is removed if the DaemonSet is gone, or being deleted" {
	crio_node
	for answer in '404 {"kind": "Status", "reason": "NotFound", "details": {"kind": "daemonsets"}}' \
		'200 {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}'; do
		echo "${answer%% *}" >"$api/status"
		echo "${answer#* }" >"$api/answer"
		start
		[ -e "$node/$hooks_d/ebpfmm.json" ]
		finish
		[ -z "$(files)" ]
	done
}

@test "somebody else removes the hook file: it is put back" {
	crio_node
	start
	: >"$log"
	rm "$node/$hooks_d/ebpfmm.json"
	told 'crio has lost the hook'
	told 'calls the hook'
	finish
	[ -e "$node/$hooks_d/ebpfmm.json" ]
}

@test "two at once on a node take turns" {
	crio_node
	start
	: >"$BATS_TEST_TMPDIR/second"
	exec='exec' on "$kubernetes/ebpfmm-node" remove 2>>"$BATS_TEST_TMPDIR/second" 3>&- &
	second=$!
	told 'waiting for another' $second "$BATS_TEST_TMPDIR/second"
	[ -e "$node/$hooks_d/ebpfmm.json" ]
	finish
	wait $second
	[ -z "$(files)" ]
}

# documents FILE…: the documents of these manifests as JSON, one a line.
documents()
{
	local file
	for file; do
		perl -MYAML::XS -MJSON::PP -e '
			$YAML::XS::Boolean = "JSON::PP";
			print JSON::PP->new->canonical->encode($_), "\n" for YAML::XS::LoadFile($ARGV[0])' \
			"$kubernetes/$file"
	done
}

# holds FILTER [FILE…]: is that true of each document of all manifests, or of these?
holds()
{
	local filter=$1
	shift
	[ $# -gt 0 ] || set -- "${manifests[@]}"
	documents "$@" >"$BATS_TEST_TMPDIR/documents"
	[ -s "$BATS_TEST_TMPDIR/documents" ]
	run -0 jq -c "select(($filter) | not)" "$BATS_TEST_TMPDIR/documents"
	[ -z "$output" ]
}

@test "each document is of a known kind and API, and what is in a namespace says in which" {
	[ "${manifests[*]}" = "$(cd $kubernetes && echo *.yaml)" ]
	holds '.kind as $kind | .apiVersion == ({ Namespace: "v1", ServiceAccount: "v1",
		ConfigMap: "v1", DaemonSet: "apps/v1", Deployment: "apps/v1" }[$kind] //
		(if $kind | test("^(Cluster)?Role") then "rbac.authorization.k8s.io/v1" else
		"admissionregistration.k8s.io/v1" end))'
	holds '(.metadata.name | test("^[a-z0-9-]+$")) and ((.metadata.namespace != null) ==
		(.kind | test("^(ServiceAccount|ConfigMap|DaemonSet|Deployment|Role|RoleBinding)$")))'
	[ "$(documents "${manifests[@]}" |
		jq -r '.kind + "/" + .metadata.name' | sort | uniq -d)" = '' ]
}

@test "workloads: selectors select their pods, each mount has a volume and each volume a mount" {
	for file in daemonset.yaml remove.yaml redis.yaml; do
		documents $file | jq -e 'select(.spec.template) | .spec as $spec |
			$spec.template.spec as $pod |
			$spec.selector.matchLabels == $spec.template.metadata.labels and
			([$pod.containers[].volumeMounts[]?.name] | sort) ==
				([$pod.volumes[]?.name] | sort) and
			all($pod.containers[]; .name and .image) and
			all($pod.containers[].env[]?; (.value | type) == "string" or .valueFrom)'
	done
}

@test "names: what one manifest or the script refers to, another one has" {
	local script=$kubernetes/ebpfmm-node
	# The ServiceAccount of all three subjects and pods.
	[ "$(documents access.yaml daemonset.yaml remove.yaml | jq -r '
		.subjects[]?.name, .spec.template.spec.serviceAccountName // empty' | sort -u)" = ebpfmm-node ]
	# From another PID namespace, systemctl fails: "No data available".
	documents daemonset.yaml remove.yaml | jq -es 'all(.spec.template.spec.hostPID)'
	documents access.yaml | jq -e 'select(.kind == "ServiceAccount") |
		.metadata.name == "ebpfmm-node" and .metadata.namespace == "ebpfmm"'
	holds '.roleRef == null or (.roleRef.name == "ebpfmm-node" and
		.roleRef.kind + "Binding" == .kind)' access.yaml
	holds '.kind != "ValidatingAdmissionPolicyBinding" or .spec.policyName == .metadata.name'
	# The DaemonSet that the script asks for is the one that it may ask for.
	documents daemonset.yaml | jq -e '.metadata.name as $name |
		.spec.template.spec.containers[0].env | any(.name == "DAEMONSET" and .value == $name)'
	documents access.yaml | jq -e 'select(.kind == "Role") |
		.rules[0].resourceNames == ["ebpfmm-node"]'
	documents access.yaml | jq -e 'select(.kind == "ClusterRole") |
		.rules == [{ apiGroups: [""], resources: ["nodes"], verbs: ["patch"] }]'
	# The profiles.
	documents daemonset.yaml | jq -e 'any(.spec.template.spec.volumes[];
		.configMap.name == "ebpfmm-profiles")'
	documents profiles.yaml | jq -e '.metadata.name == "ebpfmm-profiles"'
	# What the script reads of its environment, and where it looks.
	for name in $(documents daemonset.yaml |
		jq -r '.spec.template.spec.containers[0].env[].name'); do
		grep -E "\\\$\{?$name\b" "$script"
	done
	[ "$(documents daemonset.yaml remove.yaml |
		jq -r '.spec.template.spec.containers[0].volumeMounts[].mountPath' | sort -u | tr '\n' ' ')" = '/host /profiles /tmp ' ]
	grep -F 'HOST_ROOT:-/host}' "$script"
	grep -F 'PROFILES:-/profiles}' "$script"
	# The commands.
	for command in $(documents daemonset.yaml remove.yaml |
		jq -r '.spec.template.spec.containers[0] | .args[], .readinessProbe.exec.command[1]'); do
		grep -E "^	*($command|.*\| $command)( \| [a-z-]*)*\)" "$script"
	done
	# The image has the version of the Makefile.
	[ "$(documents daemonset.yaml remove.yaml | jq -r '.spec.template.spec.containers[0].image' |
		sort -u)" = "ebpfmm-node:$(sed -n 's/^VERSION := //p' /src/Makefile)" ]
}

@test "the example: its profile is valid and in the ConfigMap, and its namespace may use it" {
	documents profiles.yaml | jq -r '.data["redis.json"]' >"$BATS_TEST_TMPDIR/redis.json"
	run -0 /out/ebpfmm check "$BATS_TEST_TMPDIR/redis.json"
	[[ $output != *warning* ]]
	documents redis.yaml | jq -s -e '(.[0].metadata.labels) as $allowed |
		.[1].spec.template as $pod | $pod.metadata.annotations as $asked |
		$asked["ebpfmm.profile/" + $pod.spec.containers[0].name] == "redis" and
		$allowed["ebpfmm.profile/redis"] == "allow" and
		$allowed["ebpfmm.required"] == "allow" and
		$pod.spec.nodeSelector == { "ebpfmm.node/ready": "true" }'
	grep -F '"ebpfmm.node/%s":"%s",' "$kubernetes/ebpfmm-node"
}

@test "the admission policy knows all annotations that the hook file and the hook know" {
	for key in profile required record; do
		grep -F "\"ebpfmm.$key\"" /src/hook/*.[ch]
		documents admission.yaml | grep -F "key == 'ebpfmm.$key'"
		documents admission.yaml | grep -F "key.startsWith('ebpfmm.$key/')"
	done
	[ "$(cat /src/hook/*.[ch] | grep -oE '"ebpfmm\.[a-z]+"' | sort -u | wc -l)" = 3 ]
}
