# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Signed notes (C2SP signed-note): a text, a blank line, and lines that each hold one signature over the text."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from privity.tlog.errors import MalformedNote

MAX_NOTE = 1 << 17
"""Bytes of a whole note: sixteen signatures of a post-quantum kind of nearly 5 kB each in base64, and room to spare."""
MAX_SIGNATURES = 64
"""Lines of a note: readers must take sixteen; a log with more witnesses than this has more than anybody's quorum."""
KEY_ID_BYTES = 4
DASH = "\N{EM DASH}"

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_NEVER_IN_NAMES = re.compile("[\x00-\x1f+\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line. Nothing about it is verified."""

    name: str
    key_id: bytes
    blob: bytes

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if len(self.key_id) != KEY_ID_BYTES or not self.blob:
            raise MalformedNote(
                f"a signature is a key ID of {KEY_ID_BYTES} bytes and some more,"
                f" this one has {len(self.key_id)} and {len(self.blob)}"
            )

    def line(self) -> bytes:
        """The line as it stands in a note, with its newline."""
        return f"{DASH} {self.name} {base64.b64encode(self.key_id + self.blob).decode()}\n".encode()


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note that is well formed, and no more: whose signatures hold is for those to say who know the keys."""

    text: bytes
    """With its last newline, without the blank line."""
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        return self.text + b"\n" + b"".join(signature.line() for signature in self.signatures)

    @classmethod
    def decode(cls, data: bytes) -> SignedNote:
        """Raises MalformedNote."""
        if len(data) > MAX_NOTE:
            raise MalformedNote(f"a note has at most {MAX_NOTE} bytes, this one {len(data)}")
        _check_text(data)
        text, blank, lines = data.rpartition(b"\n\n")
        if not blank:
            raise MalformedNote("a note has a blank line before its signatures, there is none")
        return cls(text + b"\n", decode_signatures(lines))


def decode_signatures(data: bytes) -> tuple[Signature, ...]:
    """Signature lines alone, as a witness answers with. Raises MalformedNote."""
    _check_text(data)
    lines = data.decode()[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise MalformedNote(f"a note has at most {MAX_SIGNATURES} signatures, this one {len(lines)}")
    return tuple(_signature(line) for line in lines)


def check_key_name(name: str) -> None:
    """Raise MalformedNote unless a key may have this name."""
    if not name or _NEVER_IN_NAMES.search(name) or any(character.isspace() for character in name):
        raise MalformedNote(f"a key name is not empty and has no space, plus or control character, got {name!r}")


def decode_base64(text: str) -> bytes | None:
    """The bytes of the one base64 text that stands for them, or None."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None


def _check_text(data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise MalformedNote("a note is UTF-8, this is not") from None
    if _CONTROL.search(text):
        raise MalformedNote("a note has no control characters but newlines, this one has")
    if not text.endswith("\n"):
        raise MalformedNote("a note ends with a newline, this does not")


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != DASH:
        raise MalformedNote("a signature line is a dash, a key name and base64, one here is not")
    signed = decode_base64(parts[2])
    if signed is None:
        raise MalformedNote("the base64 of a signature line is not the one that stands for its bytes")
    return Signature(parts[1], signed[:KEY_ID_BYTES], signed[KEY_ID_BYTES:])
