# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a package states of itself, as data; see spec/production-package.md for the meaning of each member."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from privity.production.classes import Releasable

UNTIL_FURTHER: Final = "9999-12-31T23:59:59Z"
"""The end of a key that has none yet."""


class Kind(StrEnum):
    PRODUCTION = "production"
    PRESERVATION_RECEIPT = "preservation_receipt"
    REFUSAL = "refusal"
    PARTICIPANT_DISCLOSURE = "participant_disclosure"


class ThirdParties(StrEnum):
    PSEUDONYMISED = "pseudonymised"
    NAMED_BY_ORDER = "named_by_order"


class NoticeState(StrEnum):
    SENT = "sent"
    BARRED_UNTIL = "barred_until"
    AUTHORITY_INFORMS = "authority_informs"


class Use(StrEnum):
    """What a key in `keys.json` is for."""

    SERVICE = "service"
    """The releasing service's own key: it signs statements."""
    LEGAL_TEAM = "legal_team"
    """Signs statements, and is in other hands than the service's."""
    DEVICE = "device"
    """The device of a participant who discloses."""
    PASSKEY = "passkey"
    """With it a person approves."""
    LOG = "log"
    WITNESS = "witness"


class Released(msgspec.Struct, frozen=True, rename={"named": "class", "since": "from", "until": "to"}):
    """A class whose data are in the package. What nobody here holds cannot be named."""

    named: Releasable
    since: str | None = None
    until: str | None = None


class Answered(msgspec.Struct, frozen=True, rename={"named": "class", "since": "from", "until": "to"}):
    """Any class that can be asked for: asked, kept, denied or not held. `why` is a code or the id of a statement."""

    named: str
    since: str | None = None
    until: str | None = None
    why: str | None = None


class Authority(msgspec.Struct, frozen=True):
    """Who asks: country and kind, as the rulebook names them."""

    country: str
    kind: str


class Notice(msgspec.Struct, frozen=True):
    state: NoticeState
    until: str | None = None


class Operator(msgspec.Struct, frozen=True):
    name: str
    contact: str
    profile_sha256: str


class Software(msgspec.Struct, frozen=True):
    name: str
    version: str
    build_sha256: str | None
    capabilities_sha256: str | None
    """Of the signed manifest of everything that a collector can read."""


class Redaction(msgspec.Struct, frozen=True):
    file: str
    rule: str
    count: int


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known before anybody approves. Times are written as 2026-11-22T10:00:00Z."""

    case: str
    """A pseudonym: it names the legal request for those who know it."""
    kind: Kind
    operator: Operator
    software: Software
    collected_at: str
    requested: tuple[Answered, ...] = ()
    released: tuple[Released, ...] = ()
    denied: tuple[Answered, ...] = ()
    not_held: tuple[Answered, ...] = ()
    preserved: tuple[Answered, ...] = ()
    instrument: str | None = None
    authority: Authority | None = None
    request_sha256: str | None = None
    rulebook_sha256: str | None = None
    verdict_codes: tuple[str, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    third_parties: ThirdParties = ThirdParties.PSEUDONYMISED
    named_in: tuple[Releasable, ...] = ()
    """The classes, of what is released, in which other people are named by order. Never what people said or show."""
    notice: Notice | None = None
    recipients: tuple[str, ...] = ()
    """Of each key that the package is encrypted to, the SHA-256 of its public half as it is written; none in a
    disclosure."""
    supersedes: str | None = None
    """SHA-256 of the envelope of the package that this one corrects."""


class Key(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of `keys.json`. `public_key` is a SubjectPublicKeyInfo in base64."""

    use: Use
    id: str
    """SHA-256 of the key where it signs statements; a passkey's own id in base64; the name of a log or witness."""
    public_key: str
    valid_from: str
    valid_until: str
    person: str | None = None
    rp_id: str | None = None
    origin: str | None = None


class Keys(msgspec.Struct, frozen=True):
    """The keys that a package is to be checked with, and where the operator publishes them."""

    keys: tuple[Key, ...]
    published: str
