# SPDX-License-Identifier: GPL-2.0-only
#
# The selftest that the kernel series brings: what the kernel guarantees, whatever
# the policy.

@test "the series' own selftest passes in all its parts" {
	cd /run/vm
	run ./test_progs -t bpf_mm
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"Summary: 1/17 PASSED, 0 SKIPPED, 0 FAILED"* ]]
}
