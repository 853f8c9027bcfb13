# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The tables that the desk writes of what it holds itself: reported messages, kept profiles, ends of decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from privity.production.classes import Releasable
from privity.wire.collect import CellKind, CollectedColumn, CollectedTable
from privity.wire.inventory import Others

Value = int | str | None
_TEXT, _INTEGER, _TIME = CellKind.TEXT, CellKind.INTEGER, CellKind.TIME


@dataclass(frozen=True, slots=True)
class Specified:
    """A table of ours. `columns`: name, kind, why, and how it names others; `reads`: the tables that it comes from."""

    name: str
    data_class: Releasable
    what: str
    at: str
    columns: tuple[tuple[str, CellKind, str, Others | None], ...]
    reads: tuple[str, ...]

    def table(self, rows: list[list[Value]], *, pseudonymised: int = 0) -> CollectedTable:
        columns = [CollectedColumn(name, kind) for name, kind, _, _ in self.columns]
        return CollectedTable(self.name, columns, rows, False, pseudonymised, 0)


REPORTS: Final = Specified(
    "reports_about",
    Releasable.CONTENT_REPORTED,
    "Reports about the account: who reported, where and for what. No words of whoever reported are in it.",
    "received_ms",
    (
        ("report", _INTEGER, "the number of the report at the operator's desk", None),
        ("received_ms", _TIME, "when the report came", None),
        ("reporter_uri", _TEXT, "who reported", Others.NAMED),
        ("room_uri", _TEXT, "in which conversation", None),
        ("reason", _TEXT, "what the reporter said is wrong", None),
        ("subject", _TEXT, "what is reported: messages, a person, a room, a profile", None),
        ("source", _TEXT, "whether a user, a moderator or somebody without an account sent it", None),
        ("omitted", _INTEGER, "messages of the conversation between those reported that were left out", None),
    ),
    ("report",),
)

MESSAGES: Final = Specified(
    "reported_messages",
    Releasable.CONTENT_REPORTED,
    "Each reported message, and how far it is proven that the account sent it.",
    "ts_ms",
    (
        ("message", _INTEGER, "the number of its file in reported/messages; empty where its words are not kept", None),
        ("report", _INTEGER, "in which report", None),
        ("position", _INTEGER, "its place in the report", None),
        ("message_id", _TEXT, "its id, which follows from its content, sender and conversation", None),
        ("ts_ms", _TIME, "when the hub took it; only claimed where it is not verified", None),
        ("verified", _TEXT, "verified, or not verified: whether the hub's proof holds", None),
        ("outcome", _TEXT, "which check decided", None),
        ("meaning", _TEXT, "the same in words", None),
        ("authorship", _TEXT, "whether the sender's own signature holds, fails, is absent or was not checked", None),
        ("reporter_participated", _TEXT, "whether the reporter was in the conversation then", None),
    ),
    ("report", "reported_message", "evidence"),
)

FILES: Final = Specified(
    "reported_attachments",
    Releasable.CONTENT_REPORTED,
    "The files of reported messages.",
    "",
    (
        ("message", _INTEGER, "the number of its message", None),
        ("part", _INTEGER, "which part of the message", None),
        ("name", _TEXT, "what the sender called it", None),
        ("content_type", _TEXT, "what the sender says it is", None),
        ("status", _TEXT, "here; refused: not what the message names; not here; link only", None),
        ("file", _TEXT, "where it lies in this package", None),
        ("size", _INTEGER, "bytes", None),
        ("sha256", _TEXT, "of its bytes", None),
    ),
    ("reported_message", "reported_attachment", "evidence"),
)

COPIES: Final = Specified(
    "profile_copies",
    Releasable.CONTENT_PROFILE,
    "What the account showed of itself when staff looked at it because of a report: kept, since it may be changed.",
    "seen_ms",
    (
        ("seen_ms", _TIME, "when the hub was asked for it", None),
        ("handle", _TEXT, "the handle it had then", None),
        ("name", _TEXT, "how it wanted to be called", None),
        ("bio", _TEXT, "a few words of its own", None),
        ("picture", _TEXT, "where its picture lies in this package", None),
        ("picture_sha256", _TEXT, "of the picture", None),
    ),
    ("safety_case", "evidence"),
)

EVENTS: Final = Specified(
    "decision_events",
    Releasable.ACCOUNT_STATE,
    "What became of each decision about the account: a second person agreed or refused, it took effect, it was undone.",
    "at_ms",
    (
        ("decision", _TEXT, "the reference of the decision", None),
        ("kind", _TEXT, "what happened", None),
        ("at_ms", _TIME, "when", None),
        ("words", _TEXT, "the reason that was given", None),
    ),
    ("decision", "decision_event"),
)

ANSWERS: Final = Specified(
    "appeal_answers",
    Releasable.ACCOUNT_STATE,
    "What the account's appeals were answered.",
    "at_ms",
    (
        ("appeal", _INTEGER, "which appeal", None),
        ("answer", _TEXT, "whether the decision stays", None),
        ("at_ms", _TIME, "when", None),
        ("words", _TEXT, "the reason that was given", None),
    ),
    ("appeal", "appeal_answer"),
)

TABLES: Final = (ANSWERS, EVENTS, COPIES, REPORTS, MESSAGES, FILES)
