# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Columns of values as PostgreSQL's binary arrays: one value of a statement, however many rows it is for.

Source: src/backend/utils/adt/arrayfuncs.c, array_recv: dimensions, flag for NULLs, type of the elements, then for the
one dimension its size and first index, then for each element its length (-1 for NULL) and its bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap, Dumper
from psycopg.pq import Format

_HEAD: Final = struct.Struct("!iiIii")
_EMPTY: Final = struct.Struct("!iiI")
_LENGTH: Final = struct.Struct("!i")
_INT: Final = struct.Struct("!iq")
_NULL: Final = _LENGTH.pack(-1)
_BYTEA, _BIGINT, _TEXT = 17, 20, 25


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
    if kind is int:
        return Ints(_array(_BIGINT, [_NULL if one is None else _int(one) for one in values]))
    if kind is str:
        return Texts(_array(_TEXT, [_NULL if one is None else _text(one) for one in values]))
    if kind is bytes:
        return Blobs(_array(_BYTEA, [_NULL if one is None else _bytes(one) for one in values]))
    raise TypeError(f"a column of given is int, str or bytes, not {kind.__name__}")


def _int(value: object) -> bytes:
    if not isinstance(value, int):
        raise TypeError(f"a column of numbers was given a {type(value).__name__}")
    return _INT.pack(8, value)


def _text(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"a column of text was given a {type(value).__name__}")
    data = value.encode()
    if b"\0" in data:
        raise ValueError("PostgreSQL keeps no text with the character NUL in it")
    return _LENGTH.pack(len(data)) + data


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"a column of bytes was given a {type(value).__name__}")
    return _LENGTH.pack(len(value)) + value


def _array(element: int, parts: list[bytes]) -> bytes:
    if not parts:
        return _EMPTY.pack(0, 0, element)
    return _HEAD.pack(1, int(_NULL in parts), element, len(parts), 1) + b"".join(parts)


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
