# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A statement of reasons for the Union's public database: what was decided about something public; nothing personal.

A conversation between people is not on the list of surfaces, so a statement about one cannot be written.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

import msgspec

from privity.desk.clearinghouse.errors import BadStatement, PersonalData, TextTooLong

GROUND: Final = 500
EXPLANATION: Final = 2000
FACTS: Final = 5000
PUID: Final = re.compile(r"[A-Za-z0-9_-]{1,500}")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_PERSONAL: Final = re.compile(r"mimi://|[^\s@]+@[^\s@]+\.[^\s@]+|\+?\d[\d /()-]{7,}\d")
"""Addresses of accounts and conversations, e-mail addresses, telephone numbers."""


class Surface(StrEnum):
    """What everybody can see of a service like this one."""

    PROFILE = "profile"
    DIRECTORY = "directory"
    INVITE_LINK = "invite_link"


class Visibility(StrEnum):
    REMOVED = "DECISION_VISIBILITY_CONTENT_REMOVED"
    DISABLED = "DECISION_VISIBILITY_CONTENT_DISABLED"
    DEMOTED = "DECISION_VISIBILITY_CONTENT_DEMOTED"
    AGE_RESTRICTED = "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED"
    INTERACTION_RESTRICTED = "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED"
    LABELLED = "DECISION_VISIBILITY_CONTENT_LABELLED"


class Provision(StrEnum):
    PARTIAL_SUSPENSION = "DECISION_PROVISION_PARTIAL_SUSPENSION"
    TOTAL_SUSPENSION = "DECISION_PROVISION_TOTAL_SUSPENSION"
    PARTIAL_TERMINATION = "DECISION_PROVISION_PARTIAL_TERMINATION"
    TOTAL_TERMINATION = "DECISION_PROVISION_TOTAL_TERMINATION"


class AccountDecision(StrEnum):
    SUSPENDED = "DECISION_ACCOUNT_SUSPENDED"
    TERMINATED = "DECISION_ACCOUNT_TERMINATED"


class Ground(StrEnum):
    ILLEGAL = "DECISION_GROUND_ILLEGAL_CONTENT"
    INCOMPATIBLE = "DECISION_GROUND_INCOMPATIBLE_CONTENT"


class ContentType(StrEnum):
    TEXT = "CONTENT_TYPE_TEXT"
    IMAGE = "CONTENT_TYPE_IMAGE"
    VIDEO = "CONTENT_TYPE_VIDEO"
    AUDIO = "CONTENT_TYPE_AUDIO"
    SYNTHETIC_MEDIA = "CONTENT_TYPE_SYNTHETIC_MEDIA"


class Source(StrEnum):
    ARTICLE_16 = "SOURCE_ARTICLE_16"
    TRUSTED_FLAGGER = "SOURCE_TRUSTED_FLAGGER"
    OTHER_NOTIFICATION = "SOURCE_TYPE_OTHER_NOTIFICATION"
    VOLUNTARY = "SOURCE_VOLUNTARY"


class YesNo(StrEnum):
    YES = "Yes"
    NO = "No"


class Automated(StrEnum):
    FULLY = "AUTOMATED_DECISION_FULLY"
    PARTIALLY = "AUTOMATED_DECISION_PARTIALLY"
    NOT = "AUTOMATED_DECISION_NOT_AUTOMATED"


class StatementOfReasons(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The names are the database's, but for `surface`, which is not sent."""

    surface: Surface
    puid: str
    """The decision's own public reference: unique at this platform, and nobody's name."""
    decision_ground: Ground
    category: str
    content_type: list[ContentType]
    content_date: str
    application_date: str
    decision_facts: str
    source_type: Source
    automated_detection: YesNo
    automated_decision: Automated
    decision_visibility: list[Visibility] = []
    decision_provision: Provision | None = None
    decision_account: AccountDecision | None = None
    illegal_content_legal_ground: str = ""
    illegal_content_explanation: str = ""
    incompatible_content_ground: str = ""
    incompatible_content_explanation: str = ""
    end_date_visibility_restriction: str = ""
    territorial_scope: list[str] = []
    content_language: str = ""

    def sent(self) -> dict[str, object]:
        """What goes over the line."""
        plain = msgspec.to_builtins(self)
        del plain["surface"]
        return dict(plain)


def check(statement: StatementOfReasons) -> None:
    """Raise BadStatement, TextTooLong or PersonalData unless the database would take it."""
    if not PUID.fullmatch(statement.puid):
        raise BadStatement("a puid is 1 to 500 letters, digits, hyphens and underscores")
    if not (statement.decision_visibility or statement.decision_provision or statement.decision_account):
        raise BadStatement("a statement names at least one decision")
    if not statement.content_type or not statement.category:
        raise BadStatement("a statement names a category and at least one type of content")
    for name in ("content_date", "application_date"):
        if not _DATE.fullmatch(getattr(statement, name)):
            raise BadStatement(f"{name} is a date such as 2026-11-20")
    ground = "illegal_content_legal_ground", "illegal_content_explanation"
    if statement.decision_ground is Ground.INCOMPATIBLE:
        ground = "incompatible_content_ground", "incompatible_content_explanation"
    for name, limit in ((ground[0], GROUND), (ground[1], EXPLANATION), ("decision_facts", FACTS)):
        _words(name, getattr(statement, name), limit)


def _words(name: str, text: str, limit: int) -> None:
    if not text.strip():
        raise BadStatement(f"{name} is blank")
    if len(text) > limit:
        raise TextTooLong(f"{name} has at most {limit} characters, got {len(text)}")
    if _PERSONAL.search(text):
        raise PersonalData(f"{name} holds an address or a number of a person; the database is public")
