# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`python -P warm.py SOCKET MODULES`: loads modules, and becomes the command `privity` as often as it is asked to, each
time in a fork. It imports nothing of the tests: what runs here is to be what an operator starts.
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import socket
import struct
import sys
import time
from typing import TextIO

LENGTH = struct.Struct("!Q")


def wait_to_be(asked: socket.socket) -> None:
    """Returns in a fork that is to run the command; ends this process when nobody can ask it any more."""
    while True:
        head, files, _, _ = socket.recv_fds(asked, LENGTH.size, 3)
        if not head:
            os._exit(0)
        data = asked.recv(LENGTH.unpack(head)[0], socket.MSG_WAITALL)
        told, tell = os.pipe()
        between = os.fork()
        if between == 0:
            child = os.fork()
            if child == 0:
                os.close(told)
                os.close(tell)
                asked.close()
                _become(files, *json.loads(data))
                return
            os.write(tell, LENGTH.pack(child))
            os._exit(0)
        os.close(tell)
        os.waitpid(between, 0)
        asked.sendall(os.read(told, LENGTH.size))
        for each in (told, *files):
            os.close(each)


def _become(files: list[int], arguments: list[str], folder: str, environment: dict[str, str], session: bool) -> None:
    """What the system and the interpreter would have set up by the time that the first module is loaded."""
    if session:
        os.setsid()
    for to, given in enumerate(files):
        os.dup2(given, to)
    for each in files:
        os.close(each)
    sys.stdin = _anew(sys.stdin, 0, "rb")
    sys.stdout = _anew(sys.stdout, 1, "wb")
    sys.stderr = _anew(sys.stderr, 2, "wb")
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["privity", *arguments]
    sys.path.insert(0, folder)
    time.tzset()


def _anew(stream: TextIO, file: int, mode: str) -> TextIO:
    """A stream as the interpreter makes it, on what stands behind the number now: its position is another's."""
    unbuffered = isinstance(stream.buffer, io.RawIOBase)
    return io.TextIOWrapper(
        open(file, mode, 0 if unbuffered else -1, closefd=False),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=bool(stream.line_buffering),
        write_through=unbuffered,
    )


if __name__ == "__main__":
    gc.disable()
    cli = importlib.import_module("privity.cli")
    for name in sys.argv[2].split(","):
        importlib.import_module(name)
    gc.freeze()
    wait_to_be(socket.socket(fileno=int(sys.argv[1])))
    gc.enable()
    cli.main()
