# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person is told of decisions about them and of legal requests for their data: where they stand, and why.

`GET /v1/standing` answers `OwnStanding`. `InboxKind.STATEMENT` carries a `Statement`, and `InboxKind.REPORT_OUTCOME` a
`ReportLine` where the line is about one report, both as JSON.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from privity.wire.numbers import Count
from privity.wire.rest import Answer


class StandingState(StrEnum):
    """From the best to the worst."""

    GOOD = "good"
    LIMITED = "limited"
    """No first contacts, no new conversations, no invitations, and messages more slowly."""
    SUSPENDED = "suspended"
    """Reads, exports, reports, appeals and deletes the account; says nothing to others. Ends by itself."""
    BANNED = "banned"
    """The same without an end, and nobody is shown the profile."""


class StatementKind(StrEnum):
    DECIDED = "decided"
    UNDONE = "undone"
    APPEAL = "appeal"
    """What became of an appeal against the decision of the same reference."""
    LEGAL_REQUEST = "legal_request"
    """Nothing was decided about the person: an authority asks for data of the account, or was given some."""
    LEGAL_ANSWER = "legal_answer"
    """What became of an objection to the request of the same reference."""


LEGAL: Final = frozenset({StatementKind.LEGAL_REQUEST, StatementKind.LEGAL_ANSWER})
"""What is said of legal requests, and comes by an effect of its own."""


class Statement(msgspec.Struct, frozen=True):
    """A statement of reasons, or of a legal request, as the desk wrote it. `action` and `policy` are words of the desk
    for what was decided and by which rule, or for what is asked and by which law; `until_ms`: when it ends by itself;
    `appeal_until_ms`: until when an appeal, or an objection, is taken."""

    reference: str
    kind: StatementKind
    at_ms: Count
    action: str
    policy: str
    text: str
    until_ms: Count | None = None
    appeal_until_ms: Count | None = None


class ReportLine(msgspec.Struct, frozen=True):
    """What became of a report of the person's own, by its receipt."""

    receipt: str
    text: str
    at_ms: Count


class OwnStanding(Answer, frozen=True):
    """`GET /v1/standing`. `reference` names the decision that counts, the worst in force; empty in good standing.

    `hidden`: the profile is kept, and shown to nobody else. `challenged_until_ms`: until then a device works a little
    before the person begins something with a stranger. `statements` has the newest first.
    """

    standing: StandingState
    since_ms: Count | None
    until_ms: Count | None
    reference: str
    hidden: bool
    warnings: Count
    statements: list[Statement]
    challenged_until_ms: Count | None = None
