#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""cri.py COMMAND: ask containerd, as kubelet does, through its CRI plugin.

  pod NAME RUNTIME CGROUP-PARENT [KEY=VALUE...]     start a sandbox with these annotations
  container POD NAME IMAGE [KEY=VALUE...] -- ARG... start a container in it
  stop CONTAINER                                    end and remove it
  stop-pod POD                                      the same for a pod and all in it

Prints the id of what it starts; a container's log is /run/cri/POD-NAME.log. If that fails,
prints the plugin's message, ends with 1, and leaves nothing. This has no more of CRI's
protocol than that needs: a message is a dict of field numbers."""
import os
import sys

import grpc

WORK = "/run/cri"
# Namespaces of a sandbox and of a container: the network of the node, as there is no CNI, and
# processes of their own.
NAMESPACES = {1: 2, 2: 1}


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def encode(message):
    out = b""
    for number, values in message.items():
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, int):
                out += varint(number << 3) + varint(value)
                continue
            if isinstance(value, dict):
                value = encode(value)
            elif isinstance(value, str):
                value = value.encode()
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def call(method, message):
    """Returns the text of field 1 of the answer, if it begins with that."""
    name = "/runtime.v1.RuntimeService/" + method
    answer = channel.unary_unary(name)(encode(message), timeout=600)
    return answer[2:2 + answer[1]].decode() if answer[:1] == b"\x0a" else ""


def annotations(arguments):
    return [dict(zip((1, 2), item.split("=", 1))) for item in arguments]


def pod(name, runtime, parent, *more):
    config = encode({1: {1: name, 2: name, 3: "default"}, 3: WORK, 7: annotations(more),
                     8: {1: parent, 2: {1: NAMESPACES}}})
    made = call("RunPodSandbox", {1: config, 2: runtime})
    # CRI wants it again for each container.
    with open(f"{WORK}/{made}", "wb") as file:
        file.write(config)
    return made


def container(where, name, image, *more):
    split = more.index("--")
    with open(f"{WORK}/{where}", "rb") as file:
        config = file.read()
    made = call("CreateContainer", {1: where, 3: config, 2: {
        1: {1: name}, 2: {1: image}, 3: list(more[split + 1:]),
        10: annotations(more[:split]), 11: f"{where}-{name}.log", 15: {2: {3: NAMESPACES}}}})
    try:
        call("StartContainer", {1: made})
    except grpc.RpcError:
        call("RemoveContainer", {1: made})
        raise
    return made


def stop(which):
    call("StopContainer", {1: which})
    call("RemoveContainer", {1: which})


def stop_pod(which):
    call("StopPodSandbox", {1: which})
    call("RemovePodSandbox", {1: which})
    os.unlink(f"{WORK}/{which}")


os.makedirs(WORK, exist_ok=True)
channel = grpc.insecure_channel("unix:///run/containerd/containerd.sock")
commands = {"pod": pod, "container": container, "stop": stop, "stop-pod": stop_pod}
try:
    result = commands[sys.argv[1]](*sys.argv[2:])
except grpc.RpcError as error:
    sys.exit(error.details())
if result:
    print(result)
