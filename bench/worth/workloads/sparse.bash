# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034

what="one page in 32 of 1G is touched"
kind=none
record_time=60s
recorded=($bench/losers sparse 1024 100)
tried=($bench/losers sparse 1024 100)
tiny=($bench/losers sparse 64 2)
