# SPDX-License-Identifier: GPL-2.0-only
#
# The build as a packager has it: with the flags of a distribution, which must win, and
# with a compiler whose warnings nobody here has seen yet. Builds both programs twice,
# on nothing but the policy that is built already: half a minute of one processor.

bats_require_minimum_version 1.5.0

# What dpkg-buildflags of Debian 13 says with DEB_BUILD_MAINT_OPTIONS=hardening=+all.
debian=(
	CPPFLAGS="-Wdate-time -D_FORTIFY_SOURCE=2"
	CFLAGS="-g -O2 -Werror=implicit-function-declaration
		-ffile-prefix-map=/src=. -fstack-protector-strong
		-fstack-clash-protection -Wformat -Werror=format-security
		-fcf-protection"
	LDFLAGS="-Wl,-z,relro -Wl,-z,now"
)
# %{optflags} and %{build_ldflags} of Fedora 42, without the specs files of its compiler,
# and -ffat-lto-objects, which only makes it take twice as long.
fedora=(
	CFLAGS="-O2 -flto=auto -fexceptions -g
		-grecord-gcc-switches -pipe -Wall -Werror=format-security
		-Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=3 -Wp,-D_GLIBCXX_ASSERTIONS
		-fstack-protector-strong -m64 -march=x86-64 -mtune=generic
		-fasynchronous-unwind-tables -fstack-clash-protection
		-fcf-protection -fno-omit-frame-pointer
		-mno-omit-leaf-frame-pointer"
	LDFLAGS="-Wl,-z,relro -Wl,--as-needed -Wl,-z,pack-relative-relocs -Wl,-z,now
		-Wl,--build-id=sha1"
)
everything=(all unit install-tests bench/decision_time bench/profile_plugin.so)

setup()
{
	# The same each time, as its name is part of what ccache(1) remembers; /tmp is this run's own.
	out=/tmp/built/out
	rm -rf "$out"
	mkdir -p "$out"
	cd "$BATS_TEST_TMPDIR" || return
	unset MAKEFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS HARDEN WERROR
}

# build ARGUMENT…: make, into a directory of this test's own.
build()
{
	make -C /src O="$out" -j"$(nproc)" "${@//[$'\n\t']/ }" 2>&1
}

# policy_there: the fault policy has no flags of a distribution, so that of now will do.
policy_there()
{
	cp -R /out/bpf /out/*.skel.h "$out"
	find "$out" -type f -exec touch {} +
}

# objects_there: for what is about linking only. Of one time, so that none is out of date.
objects_there()
{
	cp -R /out/bpf /out/*.skel.h /out/lib /out/show /out/hook /out/libebpfmm.a \
		"$out"
	find "$out" -type f -exec touch -d "@$(date +%s)" {} +
}

# commands ARGUMENT…: the lines that compile or link C, of all there is to be built.
commands()
{
	build --dry-run "${everything[@]/#bench/$out/bench}" "$@" |
		sed -e ':a' -e '/\\$/{N;s/\\\n//;ba}' | grep -E '^(cc|gcc|c\+\+|g\+\+|clang) '
}

# none: nothing comes in; the first of what does is shown.
none()
{
	[ "$(head -n 3 | tee /dev/stderr | wc -l)" = 0 ]
}

# hardened PROGRAM: does it have what the flags ask of the linker, and of the compiler?
hardened()
{
	readelf --dynamic --wide "$1" | grep -qE 'NOW'
	readelf --program-headers --wide "$1" | grep -q GNU_RELRO
	readelf --symbols --wide "$1" | grep -qE '__[a-z]+_chk(@|$)'
}

# built: both programs, by what was just asked for; and they run.
built()
{
	hardened "$out/ebpfmm"
	hardened "$out/ebpfmm-oci-hook"
	"$out/ebpfmm" check /src/examples/redis.json
	run -0 "$out/ebpfmm-oci-hook" <<<'{}'
	[[ $output == *"runs without a policy"* ]]
}

@test "with Debian's flags, and warnings as errors, both programs are built and run" {
	policy_there
	build WERROR=1 "${debian[@]}" "$out/ebpfmm" "$out/ebpfmm-oci-hook" | tail -n 5
	built
}

@test "with Fedora's flags, and warnings as errors, both programs are built and run" {
	policy_there
	build WERROR=1 "${fedora[@]}" "$out/ebpfmm" "$out/ebpfmm-oci-hook" | tail -n 5
	built
}

@test "a new warning of the compiler's is an error only where that is asked for" {
	echo '#warning "nobody has seen this one"' >"$BATS_TEST_TMPDIR/new.h"
	local new="CPPFLAGS=-include $BATS_TEST_TMPDIR/new.h"
	policy_there
	run -0 build "$new" "$out/lib/base/error.o"
	[[ $output == *"nobody has seen this one"* ]]
	rm "$out/lib/base/error.o"
	run -2 build "$new" WERROR=1 "$out/lib/base/error.o"
	[[ $output == *"error: #warning"*"nobody has seen this one"* ]]
}

@test "nothing is made among the sources" {
	build --dry-run "${everything[@]/#bench/$out/bench}" >all
	[ "$(grep -c -- "-o $out/" all)" -gt 100 ]
	grep -E '(> |-o |mv |cp [^ ]+ )(bpf|lib|hook|ctl|docs|tests|examples)/' all | none
}

@test "so it is wherever something is compiled" {
	commands >commands
	[ "$(wc -l <commands)" -gt 200 ]
	grep -e -Werror commands | none
	# But for what the unit tests look into, and what only links.
	commands WERROR=1 | grep -E '\.(c|cc)( |$)' | grep -v /fixtures/ >commands
	[ "$(wc -l <commands)" -gt 200 ]
	grep -v -e ' -Werror ' commands | none
}

@test "flags of who builds come after ours, and reach each link" {
	commands CFLAGS=-Dcflags CPPFLAGS=-Dcppflags LDFLAGS=-Wl,-Dldflags >commands
	grep -E ' -o [^ ]*/out/(lib|hook|ctl)/[a-z_/]+\.o$' commands >objects
	[ "$(wc -l <objects)" -gt 50 ]
	grep -vE -- '-Wall .*-fstack-protector-strong .*-Dcppflags .*-Dcflags' objects | none
	grep -E ' -o [^ ]*/(ebpfmm|ebpfmm-oci-hook|examples/[a-z_]+) ' commands >links
	[ "$(wc -l <links)" -ge 3 ]
	grep -v -e -Dldflags links | none
}

@test "the hook can be linked dynamically, without what only a static one needs" {
	objects_there
	run -0 build HOOK_STATIC=0 "$out/ebpfmm-oci-hook"
	[[ $output != *hook/static* ]]
	readelf --file-header "$out/ebpfmm-oci-hook" | grep -q 'Type:.*DYN'
	for library in libbpf libelf libjson-c libcgroup; do
		readelf --dynamic "$out/ebpfmm-oci-hook" | grep -q "NEEDED.*$library"
	done
	run -0 "$out/ebpfmm-oci-hook" <<<'{}'
	[[ $output == *"runs without a policy"* ]]
}

@test "a static hook has no functions of ours where libelf.a has its own" {
	mkdir elf
	cp "$(gcc -print-file-name=libelf.a)" elf
	{ cat /src/hook/static/eu_search.c && echo 'int of_libelf;'; } >own.c
	gcc -D_GNU_SOURCE -c -o own.o own.c
	ar rs elf/libelf.a own.o
	objects_there
	build LDFLAGS="-L$PWD/elf" "$out/ebpfmm-oci-hook" | tail -n 5
	nm "$out/ebpfmm-oci-hook" | grep -w of_libelf
}

@test "our hardening can be left out" {
	local ours='-D_FORTIFY_SOURCE|-fstack-protector'
	commands >commands
	[ "$(grep -cE -e "$ours" commands)" -gt 50 ]
	commands HARDEN= | grep -E -e "$ours" | none
	HARDEN='' commands | grep -E -e "$ours" | none
	CFLAGS='-O2 -U_FORTIFY_SOURCE' commands | grep -e -D_FORTIFY_SOURCE | none
}
