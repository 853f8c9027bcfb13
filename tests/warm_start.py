# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Processes of ours that a test starts, without the second or so in which each of them would load the same modules.

The first hub that a test process asks for is loaded once, without running (`tests/warm.py`), and each hub is a fork of
it: a process of its own, a child of the test, with its own memory, files, signals and end. The same for a desk, a
witness and what else is named here. Whatever is started in another way than `python -m privity.cli serve ...`, with
other variables for the interpreter or a terminal, starts from nothing, as all do where PRIVITY_TEST_START=cold.
"""

from __future__ import annotations

import ctypes
import inspect
import json
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeGuard

import pytest

_FACES: Final = "privity.faces.commands"
_DEVICE: Final = f"{_FACES}.people,{_FACES}.rooms,{_FACES}.messages,{_FACES}.devices"
LOADED: Final = {
    "serve": "privity.server.commands",
    "admin": "privity.server.operating.commands",
    "desk": "privity.desk.commands,privity.desk.main",
    "witness": f"{_FACES}.witness,privity.witness.main",
    "app": f"{_FACES}.app",
    "demo": f"{_FACES}.demo",
    "drill": f"{_FACES}.drill",
    **dict.fromkeys(("register", "room", "send", "read", "devices", "link"), _DEVICE),
}
"""Commands, and the modules that each of them loads before it does anything."""

LENGTH: Final = struct.Struct("!Q")
_COMMAND: Final = (sys.executable, "-m", "privity.cli")
_INTERPRETER: Final = ("PYTHON", "LD_", "LC_", "LANG", "MALLOC_", "OPENBLAS_", "OMP_", "NUMBA_", "SSL_", "TZ")
"""Beginnings of the variables that an interpreter, or a module while it is loaded, looks at."""
_TAKEN: Final = (
    "args executable preexec_fn close_fds pass_fds cwd env startupinfo creationflags shell p2cread p2cwrite c2pread"
    " c2pwrite errread errwrite restore_signals gid gids uid umask start_new_session process_group"
)
_SET_CHILD_SUBREAPER: Final = 36
_TESTS: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Start:
    """What a process is given: its arguments, folder and environment, and whether it leads a session of its own."""

    arguments: list[str]
    folder: str
    environment: Mapping[str, str]
    session: bool

    def encode(self) -> bytes:
        return json.dumps([self.arguments, self.folder, dict(self.environment), self.session]).encode()

    @classmethod
    def decode(cls, data: bytes) -> Start:
        return cls(*json.loads(data))


@dataclass(slots=True)
class Loaded:
    """A process that has loaded what a command needs, and forks."""

    modules: str
    asked: socket.socket = field(init=False)
    process: subprocess.Popen[bytes] = field(init=False)
    _environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.asked, theirs = socket.socketpair()
        self._environment = _of_the_interpreter(os.environ)
        command = [sys.executable, "-P", str(_TESTS / "warm.py"), str(theirs.fileno()), self.modules]
        with theirs:
            self.process = COLD(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
            )

    def fits(self, environment: Mapping[str, str]) -> bool:
        return _of_the_interpreter(environment) == self._environment

    def fork(self, start: Start, files: list[int]) -> int:
        """A child of this process; its number. OSError when the one that forks is gone."""
        asked = start.encode()
        # The process in between ends at once, and whoever it leaves behind comes to the nearest ancestor that takes in
        # such children. For that moment it is this process.
        _takes_in_orphans(True)
        try:
            socket.send_fds(self.asked, [LENGTH.pack(len(asked))], files)
            self.asked.sendall(asked)
            answer = self.asked.recv(LENGTH.size, socket.MSG_WAITALL)
        finally:
            _takes_in_orphans(False)
        if len(answer) != LENGTH.size:
            raise ConnectionError("the loaded process has ended")
        return int(LENGTH.unpack(answer)[0])


_loaded: dict[str, Loaded] = {}
_one_at_a_time = threading.Lock()
COLD: Final = subprocess.Popen


class Popen(subprocess.Popen[Any]):
    """As the standard library's, and a command of ours is forked from a process that has loaded it."""

    def _execute_child(self, *given: Any) -> None:
        (arguments, _executable, before, _close, kept, folder, environment, _info, _flags, shell, *ends) = given
        *pipes, _restore, group, groups, user, umask, session, process_group = ends
        others = (group, groups, user, umask, process_group) != (None, None, None, -1, -1)
        if not (before or kept or shell or others) and _is_ours(arguments):
            files = [usual if end < 0 else end for usual, end in enumerate((pipes[0], pipes[3], pipes[5]))]
            variables = os.environ if environment is None else environment
            number = _forked(Start(list(arguments[3:]), str(folder or Path.cwd()), variables, session), files)
            if number is not None:
                self.pid, self._child_created = number, True
                self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]  # typeshed leaves out what is not public
                return
        super()._execute_child(*given)  # type: ignore[misc]  # typeshed leaves out what is not public


def _takes(kind: type[subprocess.Popen[Any]]) -> str:
    """What its private method takes, by name: another version of the library may take something else."""
    method = getattr(kind, "_execute_child", None)
    return "" if method is None else " ".join([*inspect.signature(method).parameters][1:])


def _is_ours(arguments: object) -> TypeGuard[Sequence[str]]:
    if not isinstance(arguments, list | tuple) or not all(isinstance(each, str) for each in arguments):
        return False
    return len(arguments) > 3 and tuple(arguments[:3]) == _COMMAND and arguments[3] in LOADED


def _forked(start: Start, files: list[int]) -> int | None:
    """The number of a new process; None where it is to start from nothing."""
    if any(map(os.isatty, files)):
        return None
    modules = LOADED[start.arguments[0]]
    with _one_at_a_time:
        if modules not in _loaded:
            _loaded[modules] = Loaded(modules)
        return _loaded[modules].fork(start, files) if _loaded[modules].fits(start.environment) else None


def possible() -> bool:
    """Whether system and library can, and nobody has said that it shall not."""
    asked = os.environ.get("PRIVITY_TEST_START") != "cold"
    return asked and sys.platform == "linux" and _takes(COLD) == _TAKEN


def used(patch: pytest.MonkeyPatch) -> None:
    """Start processes so from now on, where that is possible."""
    if possible():
        patch.setattr(subprocess, "Popen", Popen)


def end() -> None:
    """The loaded processes end when nobody can ask them any more; those that they forked go on."""
    while _loaded:
        _, loaded = _loaded.popitem()
        loaded.asked.close()
        loaded.process.wait()


def _of_the_interpreter(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_INTERPRETER)}


def _takes_in_orphans(does: bool) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, int(does), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
