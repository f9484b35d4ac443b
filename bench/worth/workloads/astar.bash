# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# It stands for SPEC's 473.astar, which cannot be shipped: see bench/worth/astar.c.

what="A* over a map and its regions, 320M"
record_time=300s
recorded=($bench/astar 4)
tried=($bench/astar 30)
counted=($bench/astar 1)
tiny=($bench/astar 1 256)
