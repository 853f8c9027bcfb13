# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of one reported file, for a child to decode: found first, and opened only once a view has been counted."""

from __future__ import annotations

from dataclasses import dataclass

from privity.desk.console.errors import CannotBeShown
from privity.desk.db.transaction import Db
from privity.desk.evidence import listing
from privity.desk.evidence.records import Kind, open_record
from privity.desk.intake.kept import attachment_record
from privity.message import attachments
from privity.message.content import MimiContent
from privity.message.errors import AttachmentError, CborError, ContentError, UsageError
from privity.message.report import AbuseReport


@dataclass(frozen=True, slots=True)
class Place:
    """A file of a reported message, and the case it is looked at for."""

    case: int
    report: int
    position: int
    part: int


@dataclass(frozen=True, slots=True)
class Records:
    """The evidence that holds it: the report, and the file where it is not inside the report."""

    report: int
    file: int | None

    @property
    def evidence(self) -> int:
        return self.report if self.file is None else self.file


def records(db: Db, place: Place, most: int) -> Records:
    """Raises CannotBeShown for what is not there, or has more than `most` bytes."""
    whole = listing.find(db, place.report, Kind.REPORT)
    if whole is None:
        raise CannotBeShown(f"{listing.why_none(db, place.report)}, so there is nothing in it to show")
    held = attachment_record(db, place.report, place.position, place.part)
    if held is not None and listing.size(db, held) > most + attachments.TAG_BYTES:
        raise CannotBeShown(f"this file has more than {most >> 20} MiB and is not decoded")
    return Records(whole.number, held)


def plaintext(db: Db, key: bytes, place: Place, found: Records, *, who: str, reason: str, now_ms: int) -> bytes:
    """Opens what is needed and says so in the audit log. Raises CannotBeShown, EvidenceDamaged."""
    report = open_record(db, key, found.report, who=who, reason=reason, now_ms=now_ms).content
    held = None
    if found.file is not None:
        held = open_record(db, key, found.file, who=who, reason=reason, now_ms=now_ms).content
    messages = AbuseReport.decode(report).messages
    if place.position >= len(messages):
        raise CannotBeShown(f"the report has no message {place.position}")
    message = messages[place.position]
    ciphertext = message.attachments.get(place.part, held)
    if ciphertext is None:
        raise CannotBeShown("the bytes of this file were not kept: the hub had them no longer")
    try:
        return attachments.decrypt(MimiContent.decode(message.data), place.part, ciphertext)
    except (AttachmentError, CborError, ContentError, UsageError) as err:
        raise CannotBeShown(f"the file is not what the message names ({type(err).__name__})") from None
