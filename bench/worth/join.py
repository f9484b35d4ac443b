#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# join.py ROWS TIMES: a hash join as people write it, always with the same work: a dictionary of
# ROWS rows, whose keys it then looks up TIMES times, in an order that has nothing to do with
# where they are.

import random
import sys

if len(sys.argv) != 3:
    sys.exit("usage: join.py ROWS TIMES")
count, times = int(sys.argv[1]), int(sys.argv[2])
rows = {(i * 2654435761) % 4294967296: "row %d" % i for i in range(count)}
keys = list(rows)
random.Random(1).shuffle(keys)
total = 0
for _ in range(times):
    for key in keys:
        total += len(rows[key])
print(total)
