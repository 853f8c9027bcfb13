# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Deterministic CBOR (RFC 8949, section 4.2.1) of plain data: one value has one encoding, and only that is accepted.

The rule that settles every doubt: what was decoded must encode to the very bytes that came.
"""

from __future__ import annotations

from collections.abc import Mapping

import cbor2

from privity.message.errors import (
    CborError,
    ForbiddenType,
    IntegerOutOfRange,
    NotCbor,
    NotDeterministic,
    TooDeep,
    TooLong,
    TrailingBytes,
    UsageError,
)

MAX_INT = (1 << 53) - 1
"""The largest size of an integer: every peer can hold it in a double (MIMI content)."""

MAX_BYTES = 1 << 20
"""Bytes of one item unless the caller says otherwise: larger things travel as attachments."""

MAX_DEPTH = 24
"""Nested arrays and maps: four levels of parts take two each, extensions four; the rest is room."""

_PLAIN = frozenset({type(None), bool, bytes})
_SCALARS = frozenset({type(None), bool, bytes, int, str})

# A value is None, bool, int, str, bytes, a list or tuple of values, or a dict from int or str to values. Decoded arrays
# are lists. The type is object, for every reader narrows what it takes with isinstance.


def encode(value: object) -> bytes:
    """The one encoding of a value. Raises UsageError for what the format cannot hold."""
    try:
        _check(value, MAX_DEPTH)
        return _encode(value)
    except (CborError, cbor2.CBORError, UnicodeEncodeError) as err:
        raise UsageError(f"this cannot be encoded: {err}") from None


def decode(data: bytes, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> object:
    """The value of exactly these bytes. Raises a CborError that says what is wrong."""
    if len(data) > max_bytes:
        raise TooLong(f"{len(data)} bytes, the limit is {max_bytes}")
    length = _end_of_item(data, max_depth)
    if length != len(data):
        raise TrailingBytes(f"{len(data) - length} bytes are left after the item")
    try:
        value: object = cbor2.loads(data, allow_indefinite=False, max_depth=max_depth + 2)
    except (cbor2.CBORError, UnicodeDecodeError, ValueError, TypeError, OverflowError, RecursionError) as err:
        raise NotCbor(f"not CBOR: {type(err).__name__}") from None
    _check_keys(value)
    if _encode(value) != data:
        raise NotDeterministic("the value has another, shorter or sorted, encoding")
    return value


def _encode(value: object) -> bytes:
    return cbor2.dumps(_sorted(value))


def _sorted(value: object) -> object:
    """The value with map keys in the bytewise order of their encodings."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if isinstance(value, (list, tuple)):
        return [item if type(item) in _SCALARS else _sorted(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value, key=cbor2.dumps)}
    return value


def _check(value: object, depth: int) -> None:
    """Refuse types, integers and depths that the format does not have."""
    kind = type(value)
    if kind in _PLAIN:
        return
    if isinstance(value, str):
        value.encode()
        return
    if isinstance(value, int):
        if not -MAX_INT <= value <= MAX_INT:
            raise IntegerOutOfRange("an integer is beyond 2^53-1 in size")
        return
    if not isinstance(value, (list, tuple, dict)):
        raise ForbiddenType(f"expected plain data, got {kind.__name__}")
    if depth == 0:
        raise TooDeep("arrays and maps are nested too deep")
    if isinstance(value, dict):
        for key in value:
            if isinstance(key, bool) or not isinstance(key, (int, str)):
                raise ForbiddenType(f"a map key must be an integer or text, got {type(key).__name__}")
            _check(key, depth)
            _check(value[key], depth - 1)
        return
    for item in value:
        if type(item) not in _PLAIN:
            _check(item, depth - 1)


def _check_keys(value: object) -> None:
    """What walking the heads has not looked at: what stands for a key in a map."""
    if isinstance(value, dict):
        for key, item in value.items():
            if type(key) is not int and type(key) is not str:
                raise ForbiddenType(f"a map key must be an integer or text, got {type(key).__name__}")
            if type(item) not in _SCALARS:
                _check_keys(item)
    elif isinstance(value, list):
        for item in value:
            if type(item) not in _SCALARS:
                _check_keys(item)


def _end_of_item(data: bytes, max_depth: int) -> int:
    """Walk the heads without building anything: where the item ends. Refuses what determinism and plain data forbid."""
    at, left, size = 0, 1, len(data)
    above: list[int] = []
    while True:
        while not left:
            if not above:
                return at
            left = above.pop()
        left -= 1
        if at >= size:
            raise NotCbor(f"the bytes end at {at}, inside an item")
        head = data[at]
        major, argument = head >> 5, head & 0x1F
        at += 1
        if major == 7:
            if argument not in (20, 21, 22):
                raise ForbiddenType(f"simple value or float {argument}, expected false, true or null")
            continue
        if major == 6:
            raise ForbiddenType("a tag stands where only plain data may")
        if argument >= 24:
            argument, at = _argument(data, at, argument)
        if major < 2:
            if argument + major > MAX_INT:
                raise IntegerOutOfRange("an integer is beyond 2^53-1 in size")
        elif major < 4:
            if argument > size - at:
                raise NotCbor(f"a string of {argument} bytes at {at}, only {size - at} are left")
            at += argument
        else:
            count = argument * 2 if major == 5 else argument
            if count > size - at:
                raise NotCbor(f"{count} items at {at}, only {size - at} bytes are left")
            if len(above) >= max_depth:
                raise TooDeep(f"arrays and maps are nested deeper than {max_depth}")
            above.append(left)
            left = count


def _argument(data: bytes, at: int, info: int) -> tuple[int, int]:
    """The argument that follows a head of this kind."""
    if info == 31:
        raise NotDeterministic("an indefinite length")
    if info > 27:
        raise NotCbor(f"reserved head {info}")
    size = 1 << (info - 24)
    if at + size > len(data):
        raise NotCbor(f"the bytes end at {len(data)}, inside a head")
    value = int.from_bytes(data[at : at + size], "big")
    if value < (24 if size == 1 else 1 << (4 * size)):
        raise NotDeterministic(f"a head takes {size} bytes more than needed for {value}")
    return value, at + size
