#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""objects.py: memory of each kind that Python has, and where it is.

One large buffer, small objects in the arenas of Python's own allocator, and
objects of 4 KB, which come from the heap. Prints ranges as pagesizes(1) reads
them and "# ready", and waits for a signal.
"""

import array
import signal

SHIFT = 16


def tell(name, objects):
    """Print the aligned blocks of 64K that hold objects, joined."""
    blocks = sorted({id(o) >> SHIFT for o in objects})
    first = blocks[0]
    for last, following in zip(blocks, blocks[1:] + [None]):
        if following != last + 1:
            print(name, hex(first << SHIFT), hex(last + 1 << SHIFT), "-")
            first = following


numbers = array.array("q", bytes(48 << 20))
small = [[i] for i in range(250000)]
medium = [b"%04000d" % i for i in range(8000)]

start, count = numbers.buffer_info()
print("buffer", hex(start), hex(start + count * numbers.itemsize), "-")
tell("arenas", small)
tell("heap", medium)
print("# ready", flush=True)
signal.pause()
