# SPDX-License-Identifier: GPL-2.0-only
#
# The command `ebpfmm`, as far as it has to do with files alone: exit codes, and one
# line that says why. What the kernel has a part in is in tests/vm/command.bats.

bats_require_minimum_version 1.5.0
load ../fails

PATH=/out:$PATH
# Where that profile has it.
regions=usr/lib/ebpfmm/examples/regions

setup()
{
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p root/etc "root/${regions%/*}"
	cp /etc/passwd root/etc
	cp /out/examples/regions root/$regions
}

# rejected PLACE FILTER: a profile that FILTER has made wrong is rejected, and
# the message begins with the place.
rejected()
{
	jq "$2" /src/examples/regions.json >wrong.json
	fails 1 "$1" ebpfmm check wrong.json
}

@test "the examples are valid, and resolve" {
	local file root
	for file in /src/examples/*.json; do
		root=/
		[[ $file != */regions.json ]] || root=root
		ebpfmm check "$file"
		ebpfmm resolve --rootfs $root "$file"
		ebpfmm resolve --rootfs $root --json "$file" | jq -e .
	done
}

# synopsis: that of the manual page, a command a line, all in capitals.
synopsis()
{
	mandoc -T ascii -O width=1000 /src/docs/ebpfmm.8 | sed 's/.\x08//g' |
		sed -n '/^SYNOPSIS/,/^DESCRIPTION/s/^ *ebpfmm //p' | tr a-z A-Z |
		sed 's/ \.\.\./.../g'
}

# commands: their names, by the manual page.
commands()
{
	synopsis | cut -d ' ' -f 1 | tr A-Z a-z
}

# options COMMAND: of a command, by the manual page.
options()
{
	synopsis | grep "^${1^^} " | grep -o -- '--[A-Z][A-Z-]*' | tr A-Z a-z
}

@test "wrong usage" {
	fails 2 'usage: ebpfmm COMMAND' ebpfmm
	fails 2 no-such-command ebpfmm no-such-command
	fails 2 'usage: ebpfmm attach' ebpfmm attach
	fails 2 'no-such-option' ebpfmm attach --no-such-option
	fails 2 'usage: ebpfmm resolve' ebpfmm resolve /src/examples/regions.json
	fails 2 'usage: ebpfmm detach' ebpfmm detach
	fails 2 'mutually exclusive' ebpfmm calibrate --if-stale --show
	fails 2 'mutually exclusive' ebpfmm calibrate --cgroup / --show
	fails 2 no-such-command ebpfmm help no-such-command
	fails 2 no-such-command ebpfmm no-such-command --help
}

@test "help: of a command, whatever else is asked of it" {
	run -0 ebpfmm attach --help
	[[ $output == 'usage: ebpfmm attach '* ]]
	attach=$output
	# It did not try, which would fail here.
	run -0 ebpfmm attach --cgroup / /src/examples/regions.json --help
	[ "$output" = "$attach" ]
	run -0 ebpfmm help attach
	[ "$output" = "$attach" ]
	run -0 ebpfmm --help
	[[ $output == 'usage: ebpfmm COMMAND'* ]]
}

@test "help: names each command, and of each what an option is for" {
	local command option
	for command in $(commands); do
		ebpfmm --help | grep -E "^  $command +[a-z]"
		for option in $(options "$command") --help; do
			ebpfmm "$command" --help |
				grep -E -- "^ +(-[a-z], )?$option( [A-Z]+)?  +[a-z0-9]"
		done
	done
}

@test "an option of several commands has a value in all of them or in none" {
	local command
	for command in $(commands); do
		ebpfmm "$command" --help | grep -oE -- '--[a-z-]+( [A-Z]+)?  '
	done | sort -u >options
	[ "$(wc -l <options)" -gt 5 ]
	[ -z "$(cut -d ' ' -f 1 options | uniq -d)" ]
}

@test "the manual page has the synopsis that each command prints" {
	local command printed
	printed=$(ebpfmm --help | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p')
	diff <(commands) - <<<"$printed"
	for command in $printed; do
		ebpfmm help "$command"
	done | sed -n 's/^usage: ebpfmm //p' | tr a-z A-Z | diff <(synopsis) -
}

# as_json CODE REASON COMMAND…: wrong usage, which JSON on standard output says as
# well as a line on standard error.
as_json()
{
	local code=$1 reason=$2
	shift 2
	run -2 --separate-stderr "$@"
	jq -e --arg code "$code" --arg reason "$reason" \
		'keys == ["error"] and (.error | keys == ["code", "message"]
		and .code == $code and (.message | test($reason)))' <<<"$output"
	[[ $stderr =~ $reason ]]
}

@test "wrong usage is said in JSON where that is asked for" {
	as_json usage 'no-such-option' ebpfmm attach --json --no-such-option
	as_json usage 'no-such-option' ebpfmm attach --no-such-option --json
	as_json usage 'no-such-option' ebpfmm --no-such-option --json
	as_json usage "'x'" ebpfmm list -jx
	as_json usage '--cgroup. requires an argument' ebpfmm detach --json --cgroup
	as_json usage "--json' doesn't allow an argument" ebpfmm list --json=1
	as_json usage "ambiguous; possibilities: '--rootfs' '--regions'" ebpfmm check --json --r
	as_json usage '--cgroup or --unit is required' ebpfmm detach --json
	as_json usage '--drop-in requires --unit' ebpfmm attach --json --drop-in x
	as_json usage '--rootfs is not valid for this command' ebpfmm list --json --rootfs /
	as_json usage '--json is not valid for this command' ebpfmm metrics --json
	as_json usage 'too few arguments' ebpfmm trace --json
	as_json usage 'too many arguments' ebpfmm list --json x
	as_json usage 'mutually exclusive' ebpfmm calibrate --if-stale --show --json
	as_json usage 'unknown command `no-such`' ebpfmm no-such --json
	as_json usage 'no command given' ebpfmm --json
}

@test "what a drop-in of systemd cannot do" {
	cp /src/examples/regions.json .
	cp regions.json 'a b.json'
	run -0 ebpfmm attach --unit web --drop-in regions.json
	[ "${lines[0]}" = "# /etc/systemd/system/web.service.d/ebpfmm.conf" ]
	[[ ${lines[-1]} == "ExecStartPre=-+/"*"/ebpfmm attach --unit %n $PWD/regions.json" ]]
	fails 1 'only a service can have such a drop-in' \
		ebpfmm attach --unit web.slice --drop-in regions.json
	fails 1 'a drop-in cannot have ` ` in it' ebpfmm attach --unit web --drop-in 'a b.json'
	fails 1 '`%` is not permitted in the name of a unit' \
		ebpfmm attach --unit 'web@%i' --drop-in regions.json
	fails 1 'rootfs `none`: No such file' \
		ebpfmm attach --unit web --rootfs none --drop-in regions.json
	fails 1 'unknown.json' ebpfmm attach --unit web --drop-in unknown
	run -1 --separate-stderr ebpfmm attach --json --unit web --drop-in regions.json
	jq -e '.error.message | test("prints no JSON")' <<<"$output"
}

@test "a failure is said in JSON, of the same shape, where that is asked for" {
	run -1 --separate-stderr ebpfmm resolve --json --rootfs root missing.json
	jq -e '.error.code == "ENOENT" and (.error.message | test("missing.json"))' \
		<<<"$output"
	jq 'del(.name)' /src/examples/regions.json >wrong.json
	run -1 --separate-stderr ebpfmm resolve --json --rootfs root wrong.json
	jq -e '.error.code == "failed" and (.error.message | test("name"))' <<<"$output"
	run -1 --separate-stderr ebpfmm check --json wrong.json missing.json
	jq -e '[.[].error.code] == ["failed", "ENOENT"]' <<<"$output"
}

# completed WORD…: what is offered for the last word of a command line, a word a line;
# and what the shell is told to add to it.
completed()
{
	bash -uc '
		compopt() { echo "compopt $*"; }
		# As bash-completion does it, within a function.
		read_in() { . /out/ctl/ebpfmm.bash; }
		read_in || exit
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_ebpfmm
		printf "%s\n" "${COMPREPLY[@]}"' - "$@"
}

@test "completion: each command, and each option of it" {
	local command
	diff <(commands | sort) <(completed ebpfmm '' | sort)
	diff <(commands | sort) <(completed ebpfmm help '' | sort)
	[ "$(completed ebpfmm ca)" = calibrate ]
	for command in $(commands); do
		diff <({ options "$command"; echo --help; } | sort) \
			<(completed ebpfmm "$command" - | sort)
	done
	[ "$(completed ebpfmm attach --cgroup / --ro)" = --rootfs ]
}

@test "completion: values of options, and operands" {
	[[ $(completed ebpfmm attach --cgroup /) == 'compopt -o dirnames'* ]]
	[[ $(completed ebpfmm attach --rootfs = /) == 'compopt -o dirnames'* ]]
	[[ $(completed ebpfmm metrics --output /) == 'compopt -o default'* ]]
	[ -z "$(completed ebpfmm trace --count 1)" ]
	[[ $(completed ebpfmm trace --count 1 /) == 'compopt -o dirnames'* ]]
	[[ $(completed ebpfmm check a.json b.json x) == 'compopt -o default'* ]]
	[[ $(completed ebpfmm attach --cgroup / x) == 'compopt -o default'* ]]
	[ -z "$(completed ebpfmm attach --cgroup / x y)" ]
	[ -z "$(completed ebpfmm list x)" ]
	[ -z "$(completed ebpfmm no-such-command x)" ]
	# Processes of that cgroup.
	printf '%s\n' 17 18 29 >cgroup.procs
	[ "$(completed ebpfmm explain --json . 1 | sort)" = $'17\n18' ]
}

@test "semantic errors of a profile, each with its place" {
	rejected version '.version = 2'
	rejected version 'del(.version)'
	rejected name 'del(.name)'
	rejected name '.name = "../x"'
	rejected name '.name = 1'
	rejected surprise '.surprise = 1'
	rejected programs 'del(.programs)'
	rejected programs '.programs = []'
	rejected programs '.programs = {}'
	rejected 'programs\[0\]\.exe' 'del(.programs[0].exe)'
	rejected 'programs\[0\]\.exe' '.programs[0].exe = "relative"'
	rejected 'programs\[0\]\.surprise' '.programs[0].surprise = 1'
	rejected 'programs\[1\]' '.programs += [.programs[0]]'
	rejected 'regions\[0\]\.anchor' 'del(.programs[0].regions[0].anchor)'
	rejected 'regions\[0\]\.anchor' '.programs[0].regions[0].anchor = {}'
	rejected 'regions\[0\]\.anchor' \
		'.programs[0].regions[0].anchor.section = ".bss"'
	rejected 'regions\[3\]\.anchor\.area' \
		'.programs[0].regions[3].anchor.area = "attic"'
	rejected 'regions\[4\]\.anchor\.mapping' \
		'.programs[0].regions[4].anchor.mapping = {}'
	rejected 'regions\[0\]\.benefit_ns' \
		'del(.programs[0].regions[0].benefit_ns)'
	rejected 'regions\[0\]\.benefit_ns' \
		'.programs[0].regions[0].benefit_ns = { "3K": 1 }'
	rejected 'regions\[0\]\.benefit_ns' \
		'.programs[0].regions[0].benefit_ns = { "8K": 1 }'
	rejected 'regions\[0\]\.benefit_ns\.2M' \
		'.programs[0].regions[0].benefit_ns["2M"] = -1'
	rejected 'regions\[0\]\.benefit_ns\.2M' \
		'.programs[0].regions[0].benefit_ns["2M"] = 1e30'
	rejected 'regions\[0\]\.touched' '.programs[0].regions[0].touched = 1.5'
	rejected 'regions\[3\]\.length' '.programs[0].regions[3].length = "x"'
	rejected 'regions\[3\]\.length' '.programs[0].regions[3].length = -1'
	rejected 'regions\[3\]\.offset' '.programs[0].regions[3].offset = "1T1"'
	rejected 'limits' '.limits = { "2M": "x" }'
	rejected 'regions\[6\]' \
		'.programs[0].regions += [.programs[0].regions[3]]'
}

@test "malformed JSON: line and column" {
	printf '{ "version": 1,\n  "name" "x" }' >x.json
	fails 1 'x\.json: line 2, column 10: ' ebpfmm check x.json
	: >empty.json
	fails 1 'empty\.json: .*unexpected end' ebpfmm check empty.json
	fails 1 'missing\.json' ebpfmm check missing.json
	fails 1 'not a regular file' ebpfmm check "$BATS_TEST_TMPDIR"
}

@test "translation errors, each with its place" {
	local file=wrong.json
	jq '.programs[0].regions[0].anchor.symbol = "no_such"' \
		/src/examples/regions.json >$file
	fails 1 'regions\[0\]\.anchor\.symbol.*no_such' \
		ebpfmm resolve --rootfs root $file
	jq '.programs[0].regions[0].anchor = { section: ".no" }' \
		/src/examples/regions.json >$file
	fails 1 'regions\[0\]\.anchor\.section' \
		ebpfmm resolve --rootfs root $file
	jq '.programs[0].regions[0].anchor = { section: ".text" }' \
		/src/examples/regions.json >$file
	fails 1 'regions\[0\]' ebpfmm resolve --rootfs root $file
	jq '.programs[0].regions[0].anchor = { symbol: "main" }' \
		/src/examples/regions.json >$file
	fails 1 'regions\[0\]' ebpfmm resolve --rootfs root $file
	jq '.programs[0].regions[0].length = "1G"' /src/examples/regions.json >$file
	fails 1 'regions\[0\]' ebpfmm resolve --rootfs root $file
	jq '.programs[0].regions[1].anchor.symbol = "lookup"' \
		/src/examples/regions.json >$file
	fails 1 'regions\[1\]' ebpfmm resolve --rootfs root $file
	jq '.programs[0].exe = "/no/such"' /src/examples/regions.json >$file
	fails 1 'programs\[0\]\.exe' ebpfmm resolve --rootfs root $file
	jq '.programs[0].exe = "/etc/passwd"' /src/examples/regions.json >$file
	fails 1 'programs\[0\]\.exe' ebpfmm resolve --rootfs root $file
}

@test "output that cannot be written is a failure, however long it is" {
	local count files json
	for count in 1 400; do
		mapfile -t files < <(yes /src/examples/regions.json | head -n $count)
		for json in '' --json; do
			# shellcheck disable=SC2086
			run -1 --separate-stderr bash -c 'exec "$@" >/dev/full' - \
				ebpfmm check $json "${files[@]}"
			[ "$stderr" = 'ebpfmm check: cannot write to stdout' ]
		done
	done
}

@test "a profile is called like its file, and check warns of another name in it" {
	cp /src/examples/regions.json other.json
	run -0 --separate-stderr ebpfmm check other.json
	[[ $stderr == *'other.json: warning: name: `regions`'*'`other`'* ]]
	[[ $output == *': profile other, '* ]]
	run -0 --separate-stderr ebpfmm check --json other.json
	jq -e '.[0].name == "other" and (.[0].warnings | length == 1)' <<<"$output"
	run -0 --separate-stderr ebpfmm resolve --json --rootfs root other.json
	jq -e '.name == "other"' <<<"$output"
	run -0 --separate-stderr ebpfmm check --json /src/examples/regions.json
	[ -z "$stderr" ]
	jq -e '.[0].name == "regions" and .[0].warnings == []' <<<"$output"
}

@test "a long name of a profile is printed whole" {
	local name
	name=$(printf 'long%.0s' {1..20})
	cp /src/examples/regions.json "$name.json"
	run -0 --separate-stderr ebpfmm check "$name.json"
	[[ $output == *": profile $name, "* ]]
	run -0 --separate-stderr ebpfmm resolve --rootfs root "$name.json"
	[[ ${lines[0]} == "profile $name: "* ]]
	run -0 --separate-stderr ebpfmm resolve --json --rootfs root "$name.json"
	jq -e --arg name "$name" '.name == $name' <<<"$output"
}

@test "a profile whose file has any bytes in its name is told of in valid JSON" {
	local file=$'no\xffUTF-8\n.json'
	cp /src/examples/regions.json "$file"
	ebpfmm check --json "$file" >checked 2>/dev/null
	iconv -f UTF-8 -t UTF-8 checked >/dev/null
	jq -e '.[0].warnings | length == 1 and (.[0] | test("ffUTF-8.0a"))' checked
	ebpfmm resolve --json --rootfs root "$file" | iconv -f UTF-8 -t UTF-8 | jq -e .
}
