# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A request to which its officer's passkey answered at once: the answer lies beside it until a clerk has it checked.

Whoever sends it is answered as everybody is; what the answer proves is looked at later, when somebody finds out who
asks (`checking.by_assertion`).
"""

from __future__ import annotations

from typing import Final

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.legal.agencies.model import Seen
from privity.desk.legal.requests import documents, reading
from privity.desk.legal.requests.errors import DocumentGone
from privity.desk.legal.requests.model import Attachment, Document, Listed
from privity.desk.legal.rulebook import facts
from privity.desk.legal.rulebook.errors import RulebookError

MEDIA_TYPE: Final = "application/vnd.privity.assertion+json"
NAME: Final = "passkey.json"


class Came(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came: the answer of a browser, and a hash that names it."""

    answer: str
    device: str
    """In hex."""


def beside(answer: str, device: bytes) -> Attachment:
    """The answer as it is kept with the request."""
    return Attachment(NAME, MEDIA_TYPE, msgspec.json.encode(Came(answer, device.hex())))


def among(papers: tuple[Listed, ...]) -> Listed | None:
    """The document that holds an answer, without opening it; anybody can send one that proves nothing."""
    found = [each for each in papers if each.kind is Document.ATTACHMENT and each.media_type == MEDIA_TYPE]
    return found[-1] if found else None


def came(db: Db, evidence_key: bytes, number: int) -> tuple[str, Seen]:
    """The answer, and what was seen of where it came from. For an act that the log tells. Raises DocumentGone."""
    found = among(documents.listed(db, number))
    if found is None:
        raise DocumentGone(f"no passkey answered for request {number}")
    try:
        said = msgspec.json.decode(documents.opened(db, evidence_key, found.number), type=Came)
        device = bytes.fromhex(said.device)
    except (msgspec.DecodeError, UnicodeError, ValueError):
        raise DocumentGone(f"what lies beside request {number} is no answer of a passkey") from None
    return said.answer, Seen(device, None, _contact(db, evidence_key, number))


def _contact(db: Db, evidence_key: bytes, number: int) -> str:
    """What the request says of whom to ask and where to deliver."""
    try:
        known = facts.read(reading.claims(reading.stated(db, evidence_key, number)))
    except RulebookError:
        return ""
    return "\n".join(known.text(name) or "" for name in ("contact", "delivery_destination"))
