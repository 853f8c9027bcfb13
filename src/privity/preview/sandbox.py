# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Takes from this process everything but computing: from then on it can use memory, read and write what is open.

Linux counts system calls: a filter (seccomp) lets through those of an allocator and of pipes, and ends the process at
any other. A decoder that is taken over opens no file and no socket, starts nothing, and sees no other process.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Callable
from typing import Final, NoReturn

_ALLOWED: Final[dict[str, tuple[int, tuple[int, ...]]]] = {
    # read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn mremap
    # madvise getpid exit futex clock_gettime exit_group getrandom gettid
    "x86_64": (
        0xC000003E,
        (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 25, 28, 39, 60, 202, 228, 231, 318, 186),
    ),
    "aarch64": (
        0xC00000B7,
        (63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 216, 233, 172, 93, 98, 113, 94, 278, 178),
    ),
}
"""By machine: its number for the kernel, and the numbers of the calls that an interpreter needs to compute."""

REFUSED: Final = 3
"""The status of a child that could make nothing of what it was given."""

_LD_W_ABS, _JEQ_K, _RET_K = 0x20, 0x15, 0x06
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2


class _Step(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.POINTER(_Step)))


def holds_here() -> bool:
    """Whether this system has what `shut` needs. Where it has not, no picture is decoded."""
    return sys.platform == "linux" and os.uname().machine in _ALLOWED


def limit(memory: int, seconds: int) -> None:
    """So much memory and computing time, no file, no further process, no dump of what was in memory."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))


def shut() -> None:
    """No way back. Raises OSError where the kernel does not take the filter."""
    machine, allowed = _ALLOWED[os.uname().machine]
    steps = [
        _Step(_LD_W_ABS, 0, 0, 4),
        _Step(_JEQ_K, 1, 0, machine),
        _Step(_RET_K, 0, 0, _KILL),
        _Step(_LD_W_ABS, 0, 0, 0),
        *(_Step(_JEQ_K, len(allowed) - at, 0, number) for at, number in enumerate(allowed)),
        _Step(_RET_K, 0, 0, _KILL),
        _Step(_RET_K, 0, 0, _ALLOW),
    ]
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    taken = libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    if not taken or libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls")


def answer(make: Callable[[], bytes], memory: int, seconds: int) -> NoReturn:
    """Shut this process in, make what was asked for, write it to standard output, and end."""
    limit(memory, seconds)
    shut()
    try:
        made = memoryview(make())
    except Exception:  # noqa: BLE001  # decoders raise whatever they like about bytes of strangers
        os._exit(REFUSED)
    while made:
        made = made[os.write(1, made) :]
    os._exit(0)
