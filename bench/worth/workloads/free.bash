# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034

what="95 % of 512M are given back"
kind=none
record_time=60s
recorded=($bench/losers free 512 10)
tried=($bench/losers free 512 10)
tiny=($bench/losers free 4 2)
