# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The words that a person reads whose data an authority asks for: calm, whole, and nothing that was not decided.

Where else there is help the hub names itself, and the device shows it beside the notice.
"""

from __future__ import annotations

from typing import Final

from privity.desk.decisions.statement import day
from privity.desk.legal.notices.model import Answer, Line, Matter
from privity.desk.legal.quoting import quoted
from privity.production.classes import Releasable
from privity.wire.standing import Statement, StatementKind

ACTION: Final = "data of your account"
MAX_LINES: Final = 30
"""Lines of what was asked for that a notice names one by one."""

CLASSES: Final = {
    Releasable.SUBSCRIBER: "what the server keeps about your account, such as your handle and when you registered",
    Releasable.SESSION_IP: "from which addresses and when your devices were connected, as far as that is kept",
    Releasable.ACCOUNT_STATE: "your devices, and the state of your account that the server sees",
    Releasable.DELIVERY_METADATA: "records of what was delivered to you, as far as any are kept",
    Releasable.CONTENT_PROFILE: "your profile, and what you made public",
    Releasable.CONTENT_REPORTED: "messages of yours that somebody reported to the people who run this server",
}
_BEFORE: Final = (
    "An authority asks the people who run this server for data of your account. Nothing has been handed over by this"
    " request yet. This is no decision about you, and your account can do all it could."
)
_AFTER: Final = (
    "On {day} data of your account were handed over to an authority that had asked for them. You are told only now"
    " because a law, an order or an emergency stood against it before. This is no decision about you, and your account"
    " can do all it could."
)
_WHO: Final = "Who asks: {authority}."
_WHO_UNNAMED: Final = "Who asks: an authority that we verified, and that we do not name here."
_WHAT: Final = {False: "What it asks for, and what would be handed over:", True: "What was handed over:"}
_BY: Final = "By what law: {instrument}."
_CITED: Final = "By what law: {instrument}, citing {basis}."
_RECEIVED: Final = "The request came on {day}."
_CANNOT: Final = (
    "Nobody here can decrypt your conversations: the server has neither their words nor a key to them, and so can hand"
    " over neither. Nobody asked your devices for anything, and nothing on them was changed."
)
_OBJECT: Final = (
    "If you think that this is wrong, you can object until {day}, in the app, beside this notice. It costs nothing. A"
    " person reads what you write and answers you; before that nothing leaves by this request. If nobody objects and"
    " nothing else stands against it, what is named above is handed over after that day."
)
_OBJECT_AFTER: Final = (
    "If you think that this was wrong, you can say so until {day}, in the app, beside this notice. A person reads it"
    " and answers you. What has left cannot be called back, but what you say is kept with the request."
)
_HELP: Final = (
    "Whether to object is something to talk over with a lawyer, or with a body that helps people with their rights."
    " Where your server knows such a body, it is named beside this notice. A court can look at such a request."
)
_CONTACT: Final = "Run by {operator}. For questions about this notice: {contact}. Reference: {reference}"
_ANSWERED: Final = {
    Answer.GOES_ON: "A person has read your objection. The request stands, and what it asks for is handed over.",
    Answer.NARROWED: "A person has read your objection. You were right in part: less is handed over than was named.",
    Answer.STOPPED: "A person has read your objection. You were right: nothing is handed over by this decision.",
}
_ANSWERED_LATE: Final = "A person has read your objection. The data had been handed over before."


def before(matter: Matter, reference: str, now_ms: int, until_ms: int) -> Statement:
    """The notice before anything leaves; `until_ms` is the end of the time to object."""
    said = (_BEFORE, *_about(matter, too_late=False), _CANNOT, _OBJECT.format(day=_last_day(until_ms)))
    return _statement(matter, reference, now_ms, until_ms, said)


def after(matter: Matter, reference: str, now_ms: int, until_ms: int, left_ms: int) -> Statement:
    """The notice of what has left already."""
    said = (
        _AFTER.format(day=day(left_ms)),
        *_about(matter, too_late=True),
        _CANNOT,
        _OBJECT_AFTER.format(day=_last_day(until_ms)),
    )
    return _statement(matter, reference, now_ms, until_ms, said)


def answered(reference: str, answer: Answer, words: str, now_ms: int, *, left: bool) -> Statement:
    """What became of an objection. `words` are the reviewer's, checked by whoever calls."""
    outcome = _ANSWERED_LATE if left else _ANSWERED[answer]
    return Statement(
        reference=reference,
        kind=StatementKind.LEGAL_ANSWER,
        at_ms=now_ms,
        action=ACTION,
        policy="legal request",
        text=f"{outcome}\n\nWhy: {words}\n\nReference: {reference}",
    )


def _statement(matter: Matter, reference: str, now_ms: int, until_ms: int, said: tuple[str, ...]) -> Statement:
    contact = _CONTACT.format(operator=quoted(matter.operator), contact=quoted(matter.contact), reference=reference)
    return Statement(
        reference=reference,
        kind=StatementKind.LEGAL_REQUEST,
        at_ms=now_ms,
        action=ACTION,
        policy=quoted(matter.instrument) or "legal request",
        text="\n\n".join((*said, _HELP, contact)),
        appeal_until_ms=until_ms,
    )


def _about(matter: Matter, *, too_late: bool) -> tuple[str, ...]:
    authority, basis = quoted(matter.authority), quoted(matter.legal_basis)
    who = _WHO.format(authority=authority) if authority else _WHO_UNNAMED
    by = _CITED if basis else _BY
    law = by.format(instrument=quoted(matter.instrument) or "an instrument of its country", basis=basis)
    lines = [f"- {_line(line)}" for line in matter.lines[:MAX_LINES]]
    if len(matter.lines) > MAX_LINES:
        lines.append(f"- and {len(matter.lines) - MAX_LINES} periods more of the same kinds")
    return (f"{who} {_RECEIVED.format(day=day(matter.received_ms))}", law, "\n".join((_WHAT[too_late], *lines)))


def _line(line: Line) -> str:
    words = CLASSES[Releasable(line.data_class)]
    if line.since_ms is None or line.until_ms is None:
        return words
    return f"{words}, from {day(line.since_ms)} to {_last_day(line.until_ms)}"


def _last_day(until_ms: int) -> str:
    """The last day that lies before a moment."""
    return day(until_ms - 1)
