# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154

what="PostgreSQL sorts and joins 2 million rows"
record_time=240s
recorded=(/src/bench/worth/postgres 500)
tried=(/src/bench/worth/postgres 2000)
tiny=(/src/bench/worth/postgres 1)
