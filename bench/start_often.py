#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""start_often.py RUNS PROGRAM…: start each program RUNS times in turn, with nothing to
read, and print the medians of its CPU time and of its page faults."""
import os
import statistics
import sys

NOTHING = [
    (os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)
]


def start(program):
    """Microseconds and page faults of one start."""
    pid = os.posix_spawn(program, [program], {}, file_actions=NOTHING)
    usage = os.wait4(pid, 0)[2]
    return (usage.ru_utime + usage.ru_stime) * 1e6, usage.ru_minflt


def main(runs, programs):
    """In turn, so that what else the machine does concerns all of them."""
    results = {program: [] for program in programs}
    for _ in range(runs):
        for program in programs:
            results[program].append(start(program))
    for program, starts in results.items():
        time, faults = map(statistics.median, zip(*starts))
        print(f"{program:30} {time:8.0f} us {faults:6.0f} page faults")


main(int(sys.argv[1]), sys.argv[2:])
