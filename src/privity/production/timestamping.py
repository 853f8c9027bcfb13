# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Time-stamps (RFC 3161): what an authority is asked, and its answer as it goes into a package.

Of an answer only the granted token is kept, below a status without words, so that there is one encoding of it. The
token is checked by the code that checks it in the package: what that refuses is no time-stamp here either.
"""

from __future__ import annotations

import hashlib
from typing import Final, Protocol

from privity.production.errors import BadTimeStamp
from privity.production.standalone.verify_package import BROKEN, WRONG, Refused, body, parts, stamped

MAX_RESPONSE: Final = 64 << 10
"""Bytes of an answer: a token with a handful of certificates has less than ten thousand."""
NONCE_BYTES: Final = 16

_SHA256: Final = bytes.fromhex("300d06096086480165030402010500")
_GRANTED: Final = (b"\x02\x01\x00", b"\x02\x01\x01")
"""Granted, and granted with changes that are visible in the token."""
_STATUS: Final = b"\x30\x03\x02\x01\x00"


class Stamping(Protocol):
    """Asks an authority."""

    def __call__(self, request: bytes) -> bytes:
        """The answer to a request."""


def request(data: bytes, nonce: bytes) -> bytes:
    """A request to stamp the SHA-256 of these bytes, and to put the certificates in."""
    number = int.from_bytes(nonce, "big")
    imprint = _der(0x30, _SHA256 + _der(4, hashlib.sha256(data).digest()))
    return _der(
        0x30,
        b"\x02\x01\x01" + imprint + _der(2, number.to_bytes(number.bit_length() // 8 + 1, "big")) + b"\x01\x01\xff",
    )


def granted(response: bytes, data: bytes, roots: bytes) -> tuple[bytes, str]:
    """The answer as it goes into the package, and the time it states. Raises BadTimeStamp."""
    if len(response) > MAX_RESPONSE:
        raise BadTimeStamp(f"an answer has at most {MAX_RESPONSE} bytes, this one {len(response)}")
    try:
        status, *tokens = parts(parts(b"\0\0" + response, 0x30)[0], 0x30, more=True)
        if parts(status, 2, more=True)[0] not in _GRANTED or len(tokens) != 1:
            raise BadTimeStamp(
                f"the authority granted nothing, its status is {parts(status, 2, more=True)[0][2:].hex()}"
            )
        kept = _der(0x30, _STATUS + tokens[0])
        return kept, stamped(kept, data, roots)
    except Refused as err:
        raise BadTimeStamp(f"the answer is no time-stamp of these bytes: {err}") from None
    except (*BROKEN, *WRONG) as err:
        raise BadTimeStamp(f"the answer is no time-stamp: {type(err).__name__}") from None


def stamp(ask: Stamping, data: bytes, roots: bytes, nonce: bytes) -> tuple[bytes, str]:
    """Have these bytes stamped. Raises BadTimeStamp, also where the answer is to another request."""
    token, at = granted(ask(request(data, nonce)), data, roots)
    if _nonce(token) != nonce.lstrip(b"\0"):
        raise BadTimeStamp("the answer is one to another request: its number is not the one that was sent")
    return token, at


def _nonce(token: bytes) -> bytes | None:
    """The number that a checked token gives back, without leading zeros, or None."""
    signed = parts(parts(parts(b"\0\0" + token, 0x30)[0], 0x30, 0x30)[1], 6, 0xA0)[1]
    content = parts(parts(signed, 0x30)[0], 2, 0x31, 0x30, more=True)[2]
    info = parts(parts(parts(content, 6, 0xA0)[1], 4)[0], 0x30)[0]
    numbers = [one for one in parts(info, 2, 6, 0x30, 2, 0x18, more=True)[5:] if one[0] == 2]
    return body(numbers[0]).lstrip(b"\0") if numbers else None


def _der(tag: int, contents: bytes) -> bytes:
    size = len(contents)
    if size < 0x80:
        return bytes([tag, size]) + contents
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + contents
