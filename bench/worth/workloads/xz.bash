# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034

what="xz -9 of eleven megabytes of numbers"
record_time=240s
recorded=(sh -c "seq 400000 | xz -9 --threads=1 --stdout >/dev/null")
tried=(sh -c "seq 1500000 | xz -9 --threads=1 --stdout >/dev/null")
tiny=(sh -c "seq 100 | xz -9 --threads=1 --stdout >/dev/null")
