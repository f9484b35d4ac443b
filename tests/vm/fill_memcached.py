#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""fill_memcached.py PID SOCKET ITEMS: put items of 4000 bytes into memcached.

Waits until the process, which is memcached, listens; returns when it has
stored all of them.
"""

import os
import socket
import sys


def connect(pid, path):
    """Connect as soon as the process listens."""
    while True:
        os.kill(pid, 0)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(path)
            return connection
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()


def main(pid, path, items):
    """Store, then ask how many there are, which is answered last."""
    server = connect(pid, path)
    value = b"x" * 4000
    for i in range(items):
        server.sendall(b"set key-%d 0 0 4000 noreply\r\n%s\r\n" % (i, value))
    server.sendall(b"stats\r\n")
    for line in server.makefile("rb"):
        if line.startswith(b"STAT curr_items"):
            stored = int(line.split()[2])
        if line == b"END\r\n":
            break
    if stored != items:
        sys.exit(f"memcached has {stored} items, not {items}")


main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
