# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154

what="a hash join in Python"
record_time=180s
recorded=(/src/bench/worth/join.py 1000000 2)
tried=(/src/bench/worth/join.py 2000000 3)
tiny=(/src/bench/worth/join.py 10 1)
