# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034

what="children write to a quarter of 256M"
kind=none
record_time=60s
recorded=($bench/losers fork 256 20)
tried=($bench/losers fork 256 30)
tiny=($bench/losers fork 4 2)
