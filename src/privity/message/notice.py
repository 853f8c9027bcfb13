# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A public notice: somebody without an account says what is illegal here, and where (spec/notice.md).

The hub seals it for them as soon as it has come, and adds what it found under the address that they gave.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum

from privity.message import cbor
from privity.message.errors import BadReport, CborError, UsageError
from privity.message.fields import choice, list_of, number, text
from privity.message.report import Reason

KIND = "notice"
VERSION = 1
MAX_TARGET = 1024
MAX_WORDS = 8192
"""Bytes of what the person says: as many as the note of a report has."""
MAX_NAME = 256
MAX_EMAIL = 320
MAX_URI = 512
MAX_NOTICE = 16 << 10
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
NAMELESS = frozenset({Reason.CHILD_SAFETY})
"""Reasons for which the law asks nobody who they are (Regulation (EU) 2022/2065, Article 16(2)(c))."""


class Target(IntEnum):
    """What a notice is about. The number travels; an unknown one is refused."""

    ACCOUNT = 0
    """By its handle or its address."""
    LINK = 1
    """A link into a conversation, which is passed around."""
    PROFILE = 2
    """The name, the picture or the words that an account shows."""


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """`found_uri` is what the hub found under `address`, or empty. `formal`: the person asks for a decision under
    Article 16, which wants a name and an e-mail address. Its repr hides who it is and what they say."""

    target: Target
    address: str = field(repr=False)
    found_uri: str
    reason: Reason
    words: str = field(repr=False)
    name: str = field(repr=False)
    email: str = field(repr=False)
    formal: bool
    language: str

    def encode(self) -> bytes:
        """Raises UsageError where a limit is broken."""
        data = cbor.encode(
            [
                KIND,
                VERSION,
                int(self.target),
                self.address,
                self.found_uri,
                int(self.reason),
                self.words,
                self.name,
                self.email,
                self.formal,
                self.language,
            ]
        )
        try:
            PublicNotice.decode(data)
        except BadReport as err:
            raise UsageError(f"not a notice that anyone would accept: {err}") from None
        return data

    @classmethod
    def decode(cls, data: bytes) -> PublicNotice:
        """Strict. Raises BadReport."""
        try:
            items = cbor.decode(data, max_bytes=MAX_NOTICE, max_depth=1)
        except CborError as err:
            raise BadReport(f"not a notice: {err}") from None
        kind, version, target, address, found, reason, words, name, email, formal, language = list_of(
            items, 11, "notice"
        )
        if kind != KIND or number(version, 255, "version") != VERSION:
            raise BadReport(f"expected {KIND!r} of version {VERSION}, got {kind!r:.40} of {version!r:.40}")
        if not isinstance(formal, bool):
            raise BadReport("formal: expected true or false")
        made = cls(
            choice(Target, target, "target"),
            text(address, MAX_TARGET, "address"),
            text(found, MAX_URI, "found address"),
            choice(Reason, reason, "reason"),
            text(words, MAX_WORDS, "words"),
            text(name, MAX_NAME, "name"),
            text(email, MAX_EMAIL, "e-mail address"),
            formal,
            text(language, 3, "language"),
        )
        made.check()
        return made

    def check(self) -> None:
        """Raise BadReport unless it says what it is about and why, and what a formal notice has to say."""
        for name, value in (("address", self.address), ("words", self.words)):
            if not value.strip():
                raise BadReport(f"{name}: a notice says what it is about and why; this is empty")
        if self.email and _EMAIL.fullmatch(self.email) is None:
            raise BadReport("e-mail address: expected one @ with something on each side, and no spaces")
        if self.formal and self.reason not in NAMELESS and not (self.name.strip() and self.email):
            raise BadReport("name: a formal notice gives a name and an e-mail address")
        if _LANGUAGE.fullmatch(self.language) is None:
            raise BadReport("language: expected two or three lower-case letters")
