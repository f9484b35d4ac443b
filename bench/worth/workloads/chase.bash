# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034

what="512M of 1.5G are hot"
record_time=90s
recorded=($bench/chase 400)
tried=($bench/chase 40)
counted=($bench/chase 4)
tiny=($bench/chase 1)
