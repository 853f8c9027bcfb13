# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person chose to hand over, to whom and for what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from privity.client.errors import CommandRefused

MAX_WORDS: Final = 4_000
"""Characters of a recipient, a purpose or a statement."""
MAX_MESSAGES: Final = 5_000
"""Messages in one package: with files and proofs it stays far below what a verifier takes."""
MAX_BYTES: Final = 512 << 20
"""Bytes of all files of messages together: a package is whole in memory while it is made."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Messages of one conversation: those with these ids, or without any all from `since` to `until`, which are ids of
    messages as well; None is the beginning or the end."""

    room_uri: str
    ids: tuple[bytes, ...] = ()
    since: bytes | None = None
    until: bytes | None = None

    def __post_init__(self) -> None:
        if self.ids and (self.since is not None or self.until is not None):
            raise CommandRefused("choose messages by their ids, or a range of them, not both")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A disclosure. The last three say what the hub may be asked for; without them nobody is asked for anything."""

    chosen: Chosen
    recipient: str
    purpose: str
    statement: str = field(default="", repr=False)
    files: bool = False
    """Files of messages that this device does not hold."""
    keys: bool = False
    """Proofs of the key log that date every change of keys of those who wrote."""
    attestation: bool = False
    """Its signature that the times are its own. It learns of which messages a proof is made."""

    def __post_init__(self) -> None:
        for name, text in (("a recipient", self.recipient), ("a purpose", self.purpose)):
            if not text.strip():
                raise CommandRefused(f"a disclosure names {name}, in words")
        if max(len(self.recipient), len(self.purpose), len(self.statement)) > MAX_WORDS:
            raise CommandRefused(f"recipient, purpose and statement have at most {MAX_WORDS} characters each")
        if any("\ud800" <= letter <= "\udfff" for letter in self.recipient + self.purpose + self.statement):
            raise CommandRefused("recipient, purpose and statement are text")

    @property
    def asks(self) -> bool:
        return self.files or self.keys or self.attestation
