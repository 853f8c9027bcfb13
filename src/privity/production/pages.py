# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The two pages for people: what was asked and answered, and what each field means. Nothing runs or is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from privity.production.classes import Never, Releasable
from privity.production.model import Answered, Facts, Kind, Notice, NoticeState, Released, ThirdParties
from privity.production.records import Table

NOT_HELD: Final = {
    "NOT_HELD_E2EE": "Conversations are encrypted from one device to another. The operator stores neither their text"
    " nor a key to it, and so can neither produce nor decrypt them. People who took part can hand over their own"
    " messages.",
    "NOT_HELD_KEYS": "The keys of conversations are made on people's devices and stay there. The operator has none.",
    "NO_RECORDS": "The operator holds this class of data, and has none for what was asked for.",
}
"""The statements about what is not held, by the id that the statement gives as `why`."""

WORDS: Final[dict[str, str]] = {
    Releasable.SUBSCRIBER: "What is kept about the account",
    Releasable.SESSION_IP: "Addresses and times of connections",
    Releasable.ACCOUNT_STATE: "Devices and state of the account",
    Releasable.DELIVERY_METADATA: "Records of deliveries",
    Releasable.CONTENT_PROFILE: "Profile and what is public",
    Releasable.CONTENT_REPORTED: "Messages that somebody reported",
    Never.CONTENT_E2EE: "Content of encrypted conversations",
    Never.KEY_MATERIAL: "Keys",
}
"""What each class is called by people who know no classes."""
TITLES: Final = {
    Kind.PRODUCTION: ("Answer to a legal request", "These are the records that the request reaches and that are held."),
    Kind.PRESERVATION_RECEIPT: (
        "Receipt for a preservation",
        "What is named below is kept apart. Nothing of it is disclosed by this receipt.",
    ),
    Kind.REFUSAL: ("Refusal of a legal request", "Nothing is released. What is refused, and why, is named below."),
    Kind.PARTICIPANT_DISCLOSURE: (
        "Disclosure by a participant",
        "Somebody who took part in a conversation hands over messages that they chose. No operator had a part in it.",
    ),
}
_SHORTER: Final = {
    "NOT_HELD_E2EE": "The operator has neither their text nor a key to it.",
    "NOT_HELD_KEYS": "They are made on people's devices, and the operator has none.",
    "NO_RECORDS": "The operator has none for what was asked for.",
}
"""The same statements as one sentence each, for the first screen."""
_NOTHING_HERE: Final = {
    Kind.PRODUCTION: "Nothing: of what was asked for there is nothing that may be released.",
    Kind.PRESERVATION_RECEIPT: "Nothing: a receipt says what is kept, and holds none of it.",
    Kind.REFUSAL: "Nothing: the request is refused.",
    Kind.PARTICIPANT_DISCLOSURE: "What somebody who took part chose to hand over.",
}
_PEOPLE: Final = {
    ThirdParties.PSEUDONYMISED: "Other people stand in the records under names that say nothing, the same one for the"
    " same person throughout.",
    ThirdParties.NAMED_BY_ORDER: "Other people are named where the order says so, and the law lets it: in {classes}."
    " Everywhere else they stand under names that say nothing, and nobody who reported something is named.",
}
_MIDNIGHT: Final = "T00:00:00Z"
_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("privity.production"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def period(one: Answered | Released) -> str:
    """In words. What ends at midnight ends with the day before, as people say it."""
    if one.since is None and one.until is None:
        return "everything that is kept"
    since, until = one.since or "the beginning of what is kept", one.until or "the day of collection"
    if since.endswith(_MIDNIGHT) and until.endswith(_MIDNIGHT):
        ended = datetime.fromisoformat(until) - timedelta(days=1)
        return f"{since.removesuffix(_MIDNIGHT)} to {ended:%Y-%m-%d}, whole days"
    return f"{since} to {until}"


def told(notice: Notice) -> str:
    """What the people whom it is about know of it."""
    match notice.state:
        case NoticeState.SENT:
            return "They were told before this was released."
        case NoticeState.BARRED_UNTIL:
            return f"They are not told before {notice.until}; then they are."
        case NoticeState.AUTHORITY_INFORMS:
            return "They are informed by the authority that asked."


def _shortly(why: str | None, words: Mapping[str, str]) -> str:
    """A reason as one sentence, for who reads no further; where it has a code alone, the code."""
    if why in _SHORTER:
        return _SHORTER[why]
    sentence, more, _ = words.get(why or "", why or "no reason was given").partition(". ")
    return f"{sentence}." if more else sentence


def _one_period(answers: Sequence[Answered | Released]) -> str:
    """What all of them have in common, so that it is said once; nothing where it is no time, or not the same."""
    periods = {period(one) for one in answers if one.since or one.until}
    return periods.pop() if len(periods) == 1 and all(one.since or one.until for one in answers) else ""


def left_out(facts: Facts, words: Mapping[str, str]) -> tuple[str, ...]:
    """What of the records is not as it is kept, by rule; and how other people stand in them."""
    counts: dict[str, int] = {}
    for one in facts.redactions:
        counts[one.rule] = counts.get(one.rule, 0) + one.count
    rules = (f"{words.get(rule, rule)}: {count}" for rule, count in sorted(counts.items()) if count)
    classes = "; ".join(words.get(one, one) for one in facts.named_in)
    people = _PEOPLE[facts.third_parties].format(classes=classes)
    return (*([people] if facts.released else []), *rules)


@dataclass(frozen=True, slots=True)
class _Records:
    """One table: the same rows twice, for people and for programs."""

    name: str
    named: str
    rows: int


def index(
    facts: Facts,
    files: Mapping[str, bytes],
    tables: Sequence[Table],
    published: str,
    words: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """The summary that is read first. `files` are those it lists, by their names in `data/`; `words` says what codes
    mean."""
    title, means = TITLES[facts.kind]
    known = {**WORDS, **words, **NOT_HELD}
    order = list(Releasable)
    records = [
        _Records(table.name, known[table.named], len(table.rows))
        for table in sorted(tables, key=lambda one: (order.index(one.named), not one.rows, one.name))
    ]
    twice = {f"records/{table.name}.{ending}" for table in tables for ending in ("csv", "json")}
    return render(
        "index.html",
        facts=facts,
        title=title,
        means=means,
        words=known,
        period=period,
        one_period=_one_period,
        shortly=lambda why: _shortly(why, known),
        nothing_here=_NOTHING_HERE[facts.kind],
        told=None if facts.notice is None else told(facts.notice),
        left_out=left_out(facts, known),
        records=records,
        others=sorted(set(files) - twice),
        published=published,
    )


def render(template: str, **said: object) -> bytes:
    """A page from its template, for what has more to say than these two."""
    return _ENVIRONMENT.get_template(template).render(**said).encode()


def field_guide(facts: Facts, tables: Sequence[Table]) -> bytes:
    return _ENVIRONMENT.get_template("field_guide.html").render(facts=facts, tables=tables).encode()
