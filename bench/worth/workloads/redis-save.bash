# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154

what="the same, which saves in the background half of the time"
record_time=180s
recorded=(/src/bench/worth/redis 1000 400 4)
tried=(/src/bench/worth/redis 1500 1000 4)
tiny=(/src/bench/worth/redis 1 1 8)
