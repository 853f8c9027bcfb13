# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Marks by which the same words or files are known again in messages of several accounts, without keeping them.

A mark is an HMAC under a key of this desk, so that it says nothing to whoever reads the disk and cannot be tried out.
"""

from __future__ import annotations

import hmac
import unicodedata
from typing import Final

from privity.message.attachments import plaintext_hash
from privity.message.content import ExternalPart, MimiContent, SinglePart, walk
from privity.message.errors import MissingPlaintextHash

FEWEST_LETTERS: Final = 24
"""Shorter texts are what anybody says: a greeting is no campaign."""
MOST_MARKS: Final = 8
"""Of one message: a hundred parts are not looked up for each of its reports."""
MARK_BYTES: Final = 16
_LABEL: Final = b"Privity desk campaign marks 1"


class Marker:
    """Makes the marks of one desk. Its repr shows nothing."""

    __slots__ = ("_key",)

    def __init__(self, evidence_key: bytes) -> None:
        self._key = hmac.digest(evidence_key, _LABEL, "sha256")

    def __repr__(self) -> str:
        return "<Marker>"

    def marks(self, content: MimiContent) -> tuple[bytes, ...]:
        """One for each longer text, and one for each file by the hash that its sender committed to."""
        found: list[bytes] = []
        for index, part in walk(content.part):
            if isinstance(part, SinglePart) and part.content_type.startswith("text/"):
                text = _plain(part.content)
                found += [b"text" + text] if len(text) >= FEWEST_LETTERS else []
            elif isinstance(part, ExternalPart):
                found += _file(content, index)
        return tuple(hmac.digest(self._key, one, "sha256")[:MARK_BYTES] for one in found[:MOST_MARKS])


def _file(content: MimiContent, index: int) -> list[bytes]:
    try:
        return [b"file" + plaintext_hash(content, index)]
    except MissingPlaintextHash:
        return []


def _plain(content: bytes) -> bytes:
    """Without what one changes to look different: case, width and blanks."""
    text = unicodedata.normalize("NFKC", content.decode("utf-8", "replace")).casefold()
    return " ".join(text.split()).encode()
