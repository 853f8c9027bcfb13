# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The TLS presentation language as RFC 9420, section 2.1 uses it: strict readers and plain writers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from privity.mls.errors import (
    BadOptional,
    LimitExceeded,
    NonMinimalLength,
    TrailingBytes,
    Truncated,
    UsageError,
    VectorMisaligned,
)

MAX_VECTOR = 1 << 20
"""Bytes in one vector unless its field says otherwise: no single key, credential or extension needs more than a MiB."""

MAX_MESSAGE = 1 << 26
"""Bytes in the vectors that grow with the group (trees, Welcomes, paths): 64 MiB is about 100,000 members."""

MAX_LENGTH = (1 << 30) - 1
"""The largest length that the variable-size header can say (section 2.1.2)."""

T = TypeVar("T")


class Encodable(Protocol):
    """Anything that knows its own bytes."""

    def encode(self) -> bytes: ...


class Reader:
    """A cursor over one message. Every read is checked against the innermost vector; `end` refuses leftovers."""

    __slots__ = ("_buf", "_pos", "_stop")

    def __init__(self, data: bytes) -> None:
        self._buf = bytes(data)
        self._pos = 0
        self._stop = len(self._buf)

    @property
    def position(self) -> int:
        """How many bytes of the message were read so far."""
        return self._pos

    @property
    def remaining(self) -> int:
        """How many bytes are left in the innermost vector."""
        return self._stop - self._pos

    def span(self, start: int) -> bytes:
        """The raw bytes from `start` (a former `position`) to here."""
        return self._buf[start : self._pos]

    def fixed(self, count: int) -> bytes:
        start = self._pos
        stop = start + count
        if stop > self._stop:
            raise Truncated(f"need {count} bytes at offset {start}, have {self._stop - start}")
        self._pos = stop
        return self._buf[start:stop]

    def u8(self) -> int:
        at = self._pos
        if at >= self._stop:
            raise Truncated(f"need 1 byte at offset {at}, have 0")
        self._pos = at + 1
        return self._buf[at]

    def u16(self) -> int:
        return int.from_bytes(self.fixed(2), "big")

    def u32(self) -> int:
        return int.from_bytes(self.fixed(4), "big")

    def u64(self) -> int:
        return int.from_bytes(self.fixed(8), "big")

    def length(self) -> int:
        """A variable-size length (section 2.1.2): 1, 2 or 4 bytes, and never more than needed."""
        at = self._pos
        first = self.u8()
        kind = first >> 6
        if kind == 0:
            return first
        if kind == 1:
            value = (first & 0x3F) << 8 | self.u8()
            if value < 0x40:
                raise NonMinimalLength(f"length {value} at offset {at} takes 2 bytes, 1 is enough")
            return value
        if kind == 2:
            value = (first & 0x3F) << 24 | int.from_bytes(self.fixed(3), "big")
            if value < 0x4000:
                raise NonMinimalLength(f"length {value} at offset {at} takes 4 bytes, fewer are enough")
            return value
        raise NonMinimalLength(f"length prefix 0b11 at offset {at} is not allowed")

    def _vector_stop(self, limit: int) -> int:
        count = self.length()
        if count > limit:
            raise LimitExceeded(f"a vector of {count} bytes is over the limit of {limit}")
        stop = self._pos + count
        if stop > self._stop:
            raise Truncated(f"a vector needs {count} bytes at offset {self._pos}, have {self._stop - self._pos}")
        return stop

    def vec(self, limit: int = MAX_VECTOR) -> bytes:
        """opaque data<V>"""
        stop = self._vector_stop(limit)
        out = self._buf[self._pos : stop]
        self._pos = stop
        return out

    def vector_of(self, read: Callable[[Reader], T], limit: int = MAX_VECTOR) -> tuple[T, ...]:
        """A vector of structs: `limit` bounds its bytes; the last item must end where the vector ends."""
        stop = self._vector_stop(limit)
        outer, self._stop = self._stop, stop
        items: list[T] = []
        while self._pos < stop:
            before = self._pos
            items.append(read(self))
            if self._pos == before:
                raise VectorMisaligned(f"an item at offset {before} takes no bytes")
        self._stop = outer
        return tuple(items)

    def optional(self, read: Callable[[Reader], T]) -> T | None:
        """optional<T> (section 2.1.1): a presence byte of exactly 0 or 1."""
        present = self.u8()
        if present == 0:
            return None
        if present != 1:
            raise BadOptional(f"presence byte is {present}, expected 0 or 1")
        return read(self)

    def end(self) -> None:
        left = self._stop - self._pos
        if left:
            raise TrailingBytes(f"{left} bytes are left after the end of the struct")


def decode(read: Callable[[Reader], T], data: bytes) -> T:
    """Read one struct that takes up all of `data`."""
    reader = Reader(data)
    value = read(reader)
    reader.end()
    return value


def u8(value: int) -> bytes:
    try:
        return value.to_bytes(1, "big")
    except OverflowError:
        raise _too_large(value, 1) from None


def u16(value: int) -> bytes:
    try:
        return value.to_bytes(2, "big")
    except OverflowError:
        raise _too_large(value, 2) from None


def u32(value: int) -> bytes:
    try:
        return value.to_bytes(4, "big")
    except OverflowError:
        raise _too_large(value, 4) from None


def u64(value: int) -> bytes:
    try:
        return value.to_bytes(8, "big")
    except OverflowError:
        raise _too_large(value, 8) from None


def _too_large(value: int, size: int) -> UsageError:
    return UsageError(f"{value} does not fit into {size} bytes")


def length(value: int) -> bytes:
    """The shortest variable-size header for a length (section 2.1.2)."""
    if 0 <= value < 0x40:
        return value.to_bytes(1, "big")
    if 0 <= value < 0x4000:
        return (0x4000 | value).to_bytes(2, "big")
    if 0 <= value <= MAX_LENGTH:
        return (0x80000000 | value).to_bytes(4, "big")
    raise UsageError(f"a vector cannot have {value} bytes")


_SHORT = tuple(bytes((size,)) for size in range(0x40))


def vec(data: bytes) -> bytes:
    """opaque data<V>"""
    size = len(data)
    return _SHORT[size] + data if size < 0x40 else length(size) + data


def vector_of(items: Iterable[Encodable]) -> bytes:
    """A vector of structs."""
    return vec(b"".join([item.encode() for item in items]))


def optional(item: Encodable | None) -> bytes:
    """optional<T>"""
    return b"\x00" if item is None else b"\x01" + item.encode()


def numbers(values: Iterable[int], size: int) -> bytes:
    """A vector of fixed-size numbers."""
    try:
        return vec(b"".join([value.to_bytes(size, "big") for value in values]))
    except OverflowError:
        raise UsageError(f"a number does not fit into {size} bytes") from None
