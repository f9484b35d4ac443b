#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""serve_once.py BUNDLE SOCKET: run the container of redis-server that is in BUNDLE
with crun; as soon as it says that it is ready, ask it a PING at SOCKET, and when it
has answered, tell it to end. Prints how long it took until it had answered, and until
crun had ended, in microseconds."""
import os
import socket
import subprocess
import sys
import time


def say(connection, command):
    """Send a command."""
    connection.sendall(command + b"\r\n")


def main(bundle, path):
    """One run of the container."""
    begun = time.monotonic_ns()
    with subprocess.Popen(
        ["crun", "run", "--bundle", bundle, os.path.basename(bundle)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
    ) as container:
        log = b""
        while b"Ready to accept connections" not in log:
            more = container.stdout.read(65536)
            if not more:
                sys.exit(f"{bundle}: redis-server ended: {log.decode()}")
            log += more
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(path)
            say(server, b"PING")
            if server.recv(64) != b"+PONG\r\n":
                sys.exit(f"{bundle}: redis-server did not answer")
            answered = time.monotonic_ns()
            say(server, b"SHUTDOWN NOSAVE")
            while container.stdout.read(65536):
                pass
        if container.wait():
            sys.exit(f"{bundle}: crun returned {container.returncode}")
    print((answered - begun) // 1000, (time.monotonic_ns() - begun) // 1000)


main(*sys.argv[1:])
