# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034

what="256M are read from begin to end"
kind=none
record_time=60s
recorded=($bench/losers scan 256 40)
tried=($bench/losers scan 256 60)
tiny=($bench/losers scan 4 2)
