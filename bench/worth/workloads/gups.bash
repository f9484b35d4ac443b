# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034

what="random updates, all of 512M are hot"
recorded=($bench/gups 512 60)
tried=($bench/gups 512 100)
counted=($bench/gups 512 2)
tiny=($bench/gups 1 1)
