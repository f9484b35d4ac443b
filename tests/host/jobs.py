#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""jobs.py COMMAND…: run COMMAND, which prints "ready", in the foreground of a terminal; stop it
by Ctrl-Z, continue it as a shell does, and end it by Ctrl-C. Prints what a shell sees."""
import os
import pty
import signal
import sys


def states(pid):
    """The states of a process and its children."""
    found = []
    for task in [str(pid)] + os.popen(f"pgrep -P {pid}").read().split():
        with open(f"/proc/{task}/status", encoding="ascii") as status:
            found += [line.split()[1] for line in status if line.startswith("State:")]
    return found


def describe(status):
    if os.WIFSTOPPED(status):
        return "stopped"
    return f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "exit"


def be_shell(command):
    """In the terminal's session, as a group whose stop signals count needs a parent there."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    pid = os.fork()
    if not pid:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execvp(command[0], command)
    print("SHELL", describe(os.waitpid(pid, os.WUNTRACED)[1]), flush=True)
    os.killpg(pid, signal.SIGCONT)
    while set(states(pid)) & {"T", "t"}:
        pass
    print("SHELL continued", flush=True)
    print("SHELL", describe(os.waitpid(pid, 0)[1]), flush=True)
    os._exit(0)


def main():
    pid, terminal = pty.fork()
    if not pid:
        be_shell(sys.argv[1:])
    seen = b""
    for word, key in (b"ready", b"\x1a"), (b"SHELL continued", b"\x03"), (b"SHELL signal", b""):
        while word not in seen:
            seen += os.read(terminal, 1024)
        os.write(terminal, key)
    # The terminal echoes the keys.
    print(*["SHELL" + line.split("SHELL")[1] for line in seen.decode().splitlines()
            if "SHELL" in line], sep="\n")


main()
