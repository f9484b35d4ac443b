# SPDX-License-Identifier: GPL-2.0-only
#
# The profiles of examples/ on the programs they are for, as Debian packages
# them: is the memory that a profile names in pages of the sizes it names, and
# no other memory? Each is run once more without a profile, as a control.
#
# The shares that are asked for are those that the shape of the memory allows;
# examples/README.md says why they are not all of it.

load helpers
load programs

setup_file()
{
	make_root
}

teardown_file()
{
	umount "$work/root"
}

setup()
{
	sysfs madvise madvise
	# Memory that is read before it is written gets a page of zeros first,
	# and then pages of 4K. The examples want this off.
	echo 0 >$thp/use_zero_page
	rm -rf $profiles
	io=$(mktemp -d "$BATS_TEST_TMPDIR/io.XXXXXX")
	pid='' backend='' cgroup='' options=()
	ebpfmm load
}

teardown()
{
	echo 1 >$thp/use_zero_page
	echo never >$thp/shmem_enabled
	podman rm --force --time 0 --ignore program
	[ -z "$cgroup" ] || remove_cgroup "$cgroup"
	ebpfmm gc
	nothing_left
}

# --- Redis -------------------------------------------------------------------

redis()
{
	run_program "$1" 'Ready to accept connections' \
		/usr/bin/redis-server --save '' --appendonly no
	podman exec program /usr/bin/redis-benchmark -q -t set \
		-n 16000 -r 100000000 -d 4096 -P 16 >/dev/null
	measure
}

@test "Redis: its data is in 2M, smaller mappings in 64K" {
	redis redis.json
	it_has 'mapped(2*M) | present >= 64*M and
		in_pages(["64K", "2M"]) >= 0.9 * present'
	# Each mapping has grown: what was touched before it had 16M is in 64K, and where the
	# addresses are random, there may be two.
	it_has 'mapped(16*M) | present >= 32*M and
		in_pages(["2M"]) >= 0.25 * present'
	it_has 'mapped(2*M; 16*M) | in_pages(["2M"]) == 0'
	bss=$(bss_start redis)
	# At least one block of 64K that is aligned fits into its 176K.
	it_has "map(select(.start == $bss)) | in_pages([\"64K\"]) > 0"
	it_has "mapped(0; 2*M) + ranges(\"[heap]\"; \"[stack]\") |
		map(select(.start != $bss)) | large == 0"
	end_program
}

@test "Redis without a profile is in 4K" {
	redis ''
	it_has 'mapped(2*M) | present >= 64*M'
	it_has 'large == 0'
	end_program
}

# --- memcached ---------------------------------------------------------------

memcached()
{
	run_program "$1" '^# begins' /bin/sh -c 'echo "# begins"
		exec memcached -u root -m 128 -o hashpower=22 -s /io/socket'
	fill_memcached.py "$pid" "$io/socket" 15000
	measure
}

@test "memcached: its hash table is in 2M, its slabs in 64K" {
	memcached memcached.json
	# The table has 32M, not aligned: 15 pages of 2M are inside it.
	it_has 'mapped(16*M) | in_pages(["2M"]) >= 30*M'
	# Slabs are mapped by 1M + 4K, the one below the other.
	it_has 'mapped(1*M) | present >= 80*M and
		in_pages(["64K", "2M"]) >= 0.9 * present'
	it_has 'mapped(1*M; 16*M) | in_pages(["2M"]) == 0'
	it_has 'mapped(0; 1*M) + ranges("[heap]"; "[stack]") | large == 0'
	end_program
}

# bats test_tags=long
@test "memcached without a profile is in 4K" {
	memcached ''
	it_has 'mapped(1*M) | present >= 80*M'
	it_has 'large == 0'
	end_program
}

# --- xz ----------------------------------------------------------------------

# xz PROFILE OPTIONS INPUT OUTPUT: xz that has read INPUT bytes at most and
# written OUTPUT of them, of noise, so that it wrote about as many as it read.
# It never sees the end of its input.
xz()
{
	mkfifo "$io/in" "$io/out"
	run_program "$1" '^# begins' /bin/sh -c "echo '# begins'
		exec xz $2 --stdout /io/in >/io/out"
	exec {in}<>"$io/in" {out}<>"$io/out"
	head -c "$3" /dev/urandom >&$in 3>&- &
	head -c "$4" <&$out >/dev/null
	measure
	end_program
	exec {in}>&- {out}>&-
}

@test "xz: its dictionary and match finder are in 2M" {
	xz xz.json '-9 -T1' 2M 1M
	it_has 'mapped(8*M) | present >= 72*M and
		in_pages(["2M"]) >= 0.9 * present'
	it_has 'mapped(0; 8*M) + ranges("[heap]"; "[stack]") | large == 0'
}

# bats test_tags=long
@test "xz without a profile is in 4K" {
	xz '' '-9 -T1' 2M 1M
	it_has 'mapped(8*M) | present >= 64*M'
	it_has 'large == 0'
}

@test "xz: so are those of each of its threads" {
	xz xz.json '-6 -T2 --block-size=256KiB' 2M 600K
	it_has 'mapped(8*M) | present >= 36*M and
		in_pages(["2M"]) >= 0.8 * present'
	it_has 'mapped(0; 8*M) + ranges("[heap]"; "[stack]") | large == 0'
}

# --- Python ------------------------------------------------------------------

python()
{
	run_program "$1" '^# ready' \
		/usr/bin/python3 -I -S -c "$(<"$BATS_TEST_DIRNAME/objects.py")"
}

@test "Python: a large buffer is in 2M, objects and the heap in 64K" {
	python python3.json
	measure "$work/program.out"
	it_has 'ranges("buffer") | present >= 47*M and
		in_pages(["2M"]) >= 0.9 * present'
	it_has 'ranges("arenas") | present >= 16*M and
		in_pages(["64K"]) >= 0.85 * present'
	# glibc extends the heap by 132K at a time: in which there is at least
	# one block of 64K that is aligned.
	it_has 'ranges("heap") | present >= 24*M and
		in_pages(["64K"]) >= 0.4 * present'
	measure
	it_has 'ranges("[stack]") | large == 0'
	end_program
}

@test "Python: the heap is in 2M where glibc extends it by more" {
	options=(--env GLIBC_TUNABLES=glibc.malloc.top_pad=16777216)
	python python3.json
	measure "$work/program.out"
	it_has 'ranges("heap") | present >= 24*M and
		in_pages(["2M"]) >= 0.7 * present'
	end_program
}

# bats test_tags=long
@test "Python without a profile is in 4K" {
	python ''
	measure "$work/program.out"
	it_has 'present >= 87*M and large == 0'
	measure
	it_has 'large == 0'
	end_program
}

# --- a program in Go ---------------------------------------------------------

# podman_service PROFILE: podman as a server in the container; the podman of this
# machine is its client.
podman_service()
{
	# So that no page of the heap is given back before it is looked at.
	options=(--privileged --env GOGC=off)
	run_program "$1" 'API service listening' /bin/sh -c \
		'exec podman --root=/tmp/storage --runroot=/tmp/run \
			--storage-driver=vfs --log-level=info \
			system service --time=0 unix:///io/socket 2>&1'
	podman --remote --url="unix://$io/socket" ps
	measure
}

@test "podman, a Go program: its heap is in 2M" {
	podman_service podman.json
	it_has 'go_heap | present >= 6*M and in_pages(["2M"]) >= 0.9 * present'
	it_has '. - go_heap | large == 0'
	end_program
}

# bats test_tags=long
@test "podman without a profile is in 4K" {
	podman_service ''
	it_has 'go_heap | present >= 4*M'
	it_has 'large == 0'
	end_program
}

# --- PostgreSQL --------------------------------------------------------------

# sort_much: a backend with work_mem full of what it sorts, and a cursor that needs
# it, so that it stays.
sort_much()
{
	start_session
	ask "set work_mem = '256MB'; begin;
		declare sorted cursor for select i, md5(i::text) as digest
			from generate_series(1, 150000) as i order by digest;
		fetch 1 from sorted;"
}

# shared_is_small: is what the process shares with others in pages of 4K? It would be
# in larger ones if anybody asked for them.
shared_is_small()
{
	awk '$2 ~ /s$/ { split($1, at, "-")
		print "shared", "0x" at[1], "0x" at[2], "-" }' \
		"/proc/$pid/maps" >"$work/shared"
	measure "$work/shared"
	it_has 'ranges("shared") | present >= 1*M and large == 0'
}

# Nothing is said here of mappings below 1M, nor for Python: both give memory back
# piece by piece, and what is left of a mapping that was larger keeps its pages.
@test "PostgreSQL: what each backend sorts is in 64K and 2M, nothing shared is" {
	[ -e "$work/database" ] || make_database
	new_cgroup
	echo advise >$thp/shmem_enabled
	ebpfmm attach --cgroup "$cgroup" $examples/postgres.json
	start_postgres "$cgroup"
	measure
	it_has 'ranges("[heap]") | in_pages(["64K"]) >= 0.25 * present'
	it_has 'ranges("[stack]") | large == 0'
	sort_much
	postmaster=$pid pid=$backend
	measure
	it_has 'mapped(1*M) | present >= 16*M and
		in_pages(["64K", "2M"]) >= 0.8 * present and
		in_pages(["2M"]) > 0'
	it_has 'ranges("[stack]") | large == 0'
	shared_is_small
	pid=$postmaster
	end_session
	stop_postgres
}

@test "PostgreSQL without a profile is in 4K" {
	[ -e "$work/database" ] || make_database
	new_cgroup
	start_postgres "$cgroup"
	measure
	it_has 'large == 0'
	sort_much
	postmaster=$pid pid=$backend
	measure
	pid=$postmaster
	it_has 'mapped(1*M) | present >= 16*M'
	it_has 'large == 0'
	end_session
	stop_postgres
}
