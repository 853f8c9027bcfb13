# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A change put into a running process: the functions of a loaded module get the code of the changed one."""

from __future__ import annotations

import functools
import gc
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any


class NotSwappable(Exception):
    """The change is not inside a function, or the function as it was made cannot take the new code."""


Key = tuple[str, str, int]
Functions = dict[Key, list[FunctionType]]


def functions(root: str) -> Functions:
    """Every function that was made from a file below `root`, by the file, its qualified name and its first line."""
    found: Functions = {}
    for each in gc.get_objects():
        if type(each) is FunctionType and each.__code__.co_filename.startswith(root):
            code = each.__code__
            found.setdefault((code.co_filename, code.co_qualname, code.co_firstlineno), []).append(each)
    return found


def swap(loaded: Functions, path: str, changed: CodeType, function: str, line: int) -> None:
    """Give every function that was made from these lines the code that the changed module has there."""
    new = next((code for code in _all(changed) if (code.co_qualname, code.co_firstlineno) == (function, line)), None)
    if new is None:
        raise NotSwappable(f"{function} is no function of {path}")
    olds = loaded.get((path, function, line), [])
    if not olds:
        raise NotSwappable(f"no function {function} is loaded")
    for each in olds:
        if each.__code__.co_freevars != new.co_freevars:
            raise NotSwappable(f"{function} closes over other names than before")
        each.__code__ = new


def remembering(root: str) -> list[Any]:
    """The functions of files below `root` that keep what they worked out, once."""
    return [
        each
        for each in gc.get_objects()
        if type(each) is _Remembering and each.__wrapped__.__code__.co_filename.startswith(root)
    ]


def forget(functions: list[Any]) -> None:
    """What they keep was worked out by the old code, or for another test."""
    for each in functions:
        each.cache_clear()


_Remembering = type(functools.lru_cache(lambda: None))


def _all(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _all(constant)
