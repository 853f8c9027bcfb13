# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a log sends to a witness (C2SP tlog-witness): its older size, the proof that it goes on from there, the note."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final

from privity.tlog.checkpoint import decode_size
from privity.tlog.errors import MalformedCheckpoint, MalformedNote, MalformedRequest
from privity.tlog.note import MAX_NOTE, SignedNote, decode_base64
from privity.tlog.tree import HASH_BYTES, MAX_LEVELS

PATH: Final = "/add-checkpoint"
SIZE_TYPE: Final = "text/x.tlog.size"
"""Content type of the 409 by which a witness says at which size it is."""
MAX_REQUEST: Final = MAX_NOTE + 64 * 64
"""Bytes of a whole request: a note, and a line of 45 bytes for each hash."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """The body of the request. Nothing in it is verified."""

    old_size: int
    proof: tuple[bytes, ...]
    note: SignedNote

    def encode(self) -> bytes:
        lines = [f"old {self.old_size}", *(base64.b64encode(value).decode() for value in self.proof), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.note.encode()

    @classmethod
    def decode(cls, data: bytes) -> AddCheckpoint:
        """Raises MalformedRequest."""
        head, blank, rest = data.partition(b"\n\n")
        if not blank or not head.isascii():
            raise MalformedRequest("a request has ASCII lines, a blank one, and a checkpoint; this has not")
        first, *lines = head.decode().split("\n")
        if not first.startswith("old "):
            raise MalformedRequest("a request begins with a line such as: old 20852014")
        if len(lines) > MAX_LEVELS:
            raise MalformedRequest(f"a proof has at most {MAX_LEVELS} hashes, this one {len(lines)}")
        try:
            return cls(
                decode_size(first.removeprefix("old ")), tuple(_hash(line) for line in lines), SignedNote.decode(rest)
            )
        except (MalformedNote, MalformedCheckpoint) as err:
            raise MalformedRequest(str(err)) from None


def decode_known_size(body: bytes) -> int:
    """The size in a witness's 409. Raises MalformedRequest."""
    number, newline, rest = body.partition(b"\n")
    try:
        if not newline or rest:
            raise MalformedCheckpoint("not one line")
        return decode_size(number.decode("ascii"))
    except (UnicodeDecodeError, MalformedCheckpoint):
        raise MalformedRequest("a witness says its size as a decimal number and a newline, this is not one") from None


def _hash(line: str) -> bytes:
    value = decode_base64(line)
    if value is None or len(value) != HASH_BYTES:
        raise MalformedRequest(f"a line of the proof is the base64 of {HASH_BYTES} bytes, one here is not")
    return value
