# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154

what="Redis and its clients, 1.3 million keys"
record_time=180s
recorded=(/src/bench/worth/redis 1000 400)
tried=(/src/bench/worth/redis 1500 1000)
tiny=(/src/bench/worth/redis 1 1)
