# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Columns of values as PostgreSQL's binary arrays: one value of a statement, however many rows it is for.

Source: src/backend/utils/adt/arrayfuncs.c, array_recv: dimensions, flag for NULLs, type of the elements, then for the
one dimension its size and first index, then for each element its length (-1 for NULL) and its bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from types import NoneType
from typing import Any, Final

from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Dumper
from psycopg.pq import Format

_HEAD: Final = struct.Struct("!iiIii")
_EMPTY: Final = struct.Struct("!iiI")
_LENGTH: Final = struct.Struct("!i")
_INT: Final = struct.Struct("!iq")
_NULL: Final = _LENGTH.pack(-1)
_BYTEA, _BIGINT, _TEXT = 17, 20, 25
_NAMES: Final = {int: "numbers", str: "text", bytes: "bytes"}


class Array:
    """A column, encoded."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data


class Ints(Array):
    """BIGINT[]."""


class Texts(Array):
    """TEXT[]."""


class Blobs(Array):
    """BYTEA[]."""


def array(kind: type, values: Iterable[object]) -> Array:
    """The column of these values, each of this kind or None. Raises TypeError or ValueError for others."""
    column = list(values)
    nulls = _check(kind, column)
    if kind is int:
        return Ints(_head(_BIGINT, len(column), nulls) + _ints(column, nulls))
    if kind is str:
        return Texts(_head(_TEXT, len(column), nulls) + _texts(column, nulls))
    return Blobs(_head(_BYTEA, len(column), nulls) + _blobs(column, nulls))


def _check(kind: type, column: list[Any]) -> bool:
    """Whether one of them is None."""
    if kind not in _NAMES:
        raise TypeError(f"a column of given is int, str or bytes, not {kind.__name__}")
    types = set(map(type, column))
    for one in types:
        if one is not NoneType and not issubclass(one, kind):
            raise TypeError(f"a column of {_NAMES[kind]} was given a {one.__name__}")
    return NoneType in types


def _head(element: int, count: int, nulls: bool) -> bytes:
    return _HEAD.pack(1, nulls, element, count, 1) if count else _EMPTY.pack(0, 0, element)


def _ints(column: list[Any], nulls: bool) -> bytes:
    if nulls:
        return b"".join(_NULL if one is None else _INT.pack(8, one) for one in column)
    parts = [8] * (2 * len(column))
    parts[1::2] = column
    return struct.pack("!" + "iq" * len(column), *parts)


def _texts(column: list[Any], nulls: bool) -> bytes:
    if "\0" in "".join(filter(None, column)):
        raise ValueError("PostgreSQL keeps no text with the character NUL in it")
    encoded = [None if one is None else one.encode() for one in column] if nulls else list(map(str.encode, column))
    return _blobs(encoded, nulls)


def _blobs(column: list[Any], nulls: bool) -> bytes:
    """Each behind its length."""
    parts = [b""] * (2 * len(column))
    if nulls:
        parts[::2] = [_NULL if one is None else _LENGTH.pack(len(one)) for one in column]
        parts[1::2] = [one or b"" for one in column]
    else:
        parts[::2] = list(map(_LENGTH.pack, map(len, column)))
        parts[1::2] = column
    return b"".join(parts)


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> Buffer:
        return obj.data


class _Ints(_ArrayDumper):
    oid = 1016


class _Texts(_ArrayDumper):
    oid = 1009


class _Blobs(_ArrayDumper):
    oid = 1001


def register(adapters: AdaptersMap) -> None:
    """Let a connection take them."""
    for kind, dumper in ((Ints, _Ints), (Texts, _Texts), (Blobs, _Blobs)):
        adapters.register_dumper(kind, dumper)
