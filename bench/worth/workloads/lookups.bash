# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034

what="a hash in Perl, a third of 1G is hot"
# A heap that grows by 132K at a time never has room for a page of 2M.
steps=GLIBC_TUNABLES=glibc.malloc.top_pad=33554432
record_time=150s
recorded=(env $steps /src/bench/lookups.pl 12)
tried=(env $steps /src/bench/lookups.pl 8)
tiny=(perl -c /src/bench/lookups.pl)
