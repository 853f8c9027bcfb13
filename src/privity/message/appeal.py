# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An appeal: a person disagrees with a decision about them, with what became of a report or notice of theirs, or with a
legal request for their data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum

from privity.message import cbor
from privity.message.errors import BadReport, CborError, UsageError
from privity.message.fields import list_of, number, text

KIND = "appeal"
VERSION = 1
MAX_TEXT = 8192
"""Bytes of what the person says: as many as the note of a report has."""
MAX_APPEAL = 16 << 10
MAX_URI = 512
_REFERENCE = re.compile(r"[!-~]{1,128}")


class About(IntEnum):
    """What the reference of an appeal names. The number travels; an unknown one is refused."""

    DECISION = 0
    """The reference that stands in the statement of reasons."""
    REPORT = 1
    """The receipt of a report that the person made."""
    NOTICE = 2
    """The receipt of a public notice: whoever made it has no account."""
    OBJECTION = 3
    """The reference of a notice of a legal request."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """`appellant_uri` is the account that the hub authenticated, empty for a notice. Its repr hides the text."""

    about: About
    reference: str
    appellant_uri: str
    text: str = field(repr=False)

    def encode(self) -> bytes:
        """Raises UsageError where a limit is broken."""
        data = cbor.encode([KIND, VERSION, int(self.about), self.reference, self.appellant_uri, self.text])
        try:
            Appeal.decode(data)
        except BadReport as err:
            raise UsageError(f"not an appeal that anyone would accept: {err}") from None
        return data

    @classmethod
    def decode(cls, data: bytes) -> Appeal:
        """Strict. Raises BadReport."""
        try:
            items = cbor.decode(data, max_bytes=MAX_APPEAL, max_depth=1)
        except CborError as err:
            raise BadReport(f"not an appeal: {err}") from None
        kind, version, about, reference, appellant, said = list_of(items, 6, "appeal")
        if kind != KIND or number(version, 255, "version") != VERSION:
            raise BadReport(f"expected {KIND!r} of version {VERSION}, got {kind!r:.40} of {version!r:.40}")
        made = cls(
            _about(about),
            text(reference, 128, "reference"),
            text(appellant, MAX_URI, "appellant"),
            text(said, MAX_TEXT, "text"),
        )
        if not _REFERENCE.fullmatch(made.reference):
            raise BadReport("reference: expected 1 to 128 visible ASCII characters without spaces")
        if not made.text.strip():
            raise BadReport("an appeal says what is wrong with the decision; this one is empty")
        if bool(made.appellant_uri) is (made.about is About.NOTICE):
            raise BadReport("an appeal names the account of who appeals, and one about a notice names none")
        return made


def _about(value: object) -> About:
    about = number(value, 255, "about")
    try:
        return About(about)
    except ValueError:
        raise BadReport(f"an appeal about {about} is unknown, expected 0 to {max(About)}") from None
