# SPDX-License-Identifier: GPL-2.0-only
#
# tests/steps.bash, by whose sum tests/check passes or fails.

bats_require_minimum_version 1.5.0

# steps LANES: run the steps on standard input.
steps()
{
	{
		echo ". $steps_bash"
		cat
		echo steps_end
	} >script
	EBPFMM_LANES=$1 bash script
}

setup()
{
	steps_bash=$(realpath "$BATS_TEST_DIRNAME/../steps.bash")
	cd "$BATS_TEST_TMPDIR" || return
}

@test "what all steps report is added up" {
	run -0 steps 2 <<-'E'
		step one printf 'ok 1 - a\nok 2 - b\n# a note\n'
		step "and two" echo 'ok 1'
		step three echo 'ok 1 - c'
	E
	echo "$output"
	[ "${lines[-1]}" = "4 passed, 0 failed, 0 skipped" ]
	grep -qx 'one | ok 2 - b' <<<"$output"
	grep -qx 'and two | ok 1' <<<"$output"
}

@test "a test that fails or is skipped, a step that fails or tests nothing" {
	run -1 steps 2 <<-'E'
		step bad printf 'ok 1\nnot ok 2 - b\n# the reason\nok 3\n# a note\n'
		step good echo 'ok 1'
	E
	echo "$output"
	[ "${lines[-1]}" = "3 passed, 1 failed, 0 skipped" ]
	# As it came, with its diagnostics, and beside the sum.
	[ "$(grep -cx 'bad | not ok 2 - b' <<<"$output")" = 3 ]
	[ "${lines[-2]}" = 'bad | not ok 2 - b' ]
	grep -qx '# the reason' <<<"$output"
	run ! grep -qx '# a note' <<<"$output"
	run -1 steps 1 <<<'step one printf "ok 1 # skip no x\nok 2\n"'
	[ "${lines[-1]}" = "1 passed, 0 failed, 1 skipped" ]
	[ "${lines[-2]}" = 'one | ok 1 # skip no x' ]
	run -1 steps 1 <<<'step one bash -c "echo ok 1; echo the reason; exit 3"'
	[ "${lines[-1]}" = "1 passed, 1 failed, 0 skipped" ]
	[[ $output == *"one ended with status 3"* ]]
	grep -qx '# the reason' <<<"$output"
	run -1 steps 1 <<<'step one true'
	[ "${lines[-1]}" = "0 passed, 1 failed, 0 skipped" ]
	[[ $output == *"one ran no test"* ]]
}

@test "so many run at once as there are lanes" {
	mkfifo a b
	# Each waits for the other.
	run -0 steps 2 <<-'E'
		step one bash -c 'echo >a; read <b; echo ok 1'
		step two bash -c 'read <a; echo >b; echo ok 1'
	E
	# The second would answer, and does not come.
	run -0 steps 1 <<-'E'
		step one bash -c 'exec 3<>a; ! read -r -t 1 -u 3 && echo ok 1'
		step two bash -c 'exec 3<>a; echo >&3; echo ok 1'
	E
}

@test "what each step printed is kept, in place of what the last run did" {
	mkdir kept
	touch kept/old
	run -0 steps 2 <<-'E'
		steps_kept=kept
		step "and two" printf 'ok 1\nsaid\n'
	E
	[ "$(ls kept)" = and-two ]
	[ "$(<kept/and-two)" = $'ok 1\nsaid' ]
}

@test "what is no number of lanes" {
	run -2 steps 0 <<<'step one echo ok 1'
	run -2 steps x <<<'step one echo ok 1'
}

@test "when it is ended, so are its steps" {
	local pid step
	mkfifo begun
	cat >script <<-'E'
		. $1
		step one bash -c 'echo $$ >begun; exec tail -f /dev/null'
		steps_end
	E
	bash script "$steps_bash" >/dev/null 3>&- &
	pid=$!
	exec {from}<>begun
	read -r -t 30 -u "$from" step
	kill -TERM $pid
	wait $pid || true
	timeout 30 tail --pid="$step" -f /dev/null
}
