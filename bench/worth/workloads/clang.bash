# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154

what="clang compiles 1,500 functions"
record_time=240s
compile=/src/bench/worth/compile
recorded=($compile 400)
tried=($compile 1500)
tiny=($compile 1)
