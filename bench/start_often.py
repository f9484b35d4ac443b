#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""start_often.py [--state FILE] RUNS PROGRAM…: start each program RUNS times in turn, with
FILE or nothing to read, and print the medians of its CPU time and of its page faults."""
import os
import statistics
import sys


def start(program, state):
    """Microseconds and page faults of one start."""
    files = [(os.POSIX_SPAWN_OPEN, 0, state, os.O_RDONLY, 0)]
    files += [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (1, 2)]
    pid = os.posix_spawn(program, [program], {}, file_actions=files)
    usage = os.wait4(pid, 0)[2]
    return (usage.ru_utime + usage.ru_stime) * 1e6, usage.ru_minflt


def main(runs, programs, state=os.devnull):
    """In turn, so that what else the machine does concerns all of them."""
    results = {program: [] for program in programs}
    for _ in range(runs):
        for program in programs:
            results[program].append(start(program, state))
    for program, starts in results.items():
        time, faults = map(statistics.median, zip(*starts))
        print(f"{program:30} {time:8.0f} us {faults:6.0f} page faults")


if sys.argv[1] == "--state":
    main(int(sys.argv[3]), sys.argv[4:], sys.argv[2])
else:
    main(int(sys.argv[1]), sys.argv[2:])
