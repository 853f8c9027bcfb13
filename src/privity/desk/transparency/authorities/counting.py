# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From what the log tells of each request to counts. What may be counted in bands alone, or nowhere, is in no row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from statistics import mean, median
from typing import Final

from privity.desk.audit.acts import Act
from privity.desk.legal.requests.counted import NATIONAL_SECURITY, NOT_TO_BE_TOLD
from privity.desk.legal.rulebook.names import FACTS
from privity.desk.stated import STATES
from privity.desk.transparency.authorities.model import (
    AskedRow,
    ClassRow,
    CodeRow,
    EpocRow,
    Exact,
    Fraud,
    HoldsRow,
    Notices,
    OrdersRow,
    WaitRow,
)
from privity.desk.transparency.authorities.replaying import (
    BARRED,
    FOLLOWED,
    RECEIVED,
    RELEASED,
    TAKEN,
    Matter,
    Replay,
)
from privity.desk.transparency.period import hours

DAY_MS: Final = 86_400_000
REJECTED: Final = "rejected"
CLOSED: Final = "closed"
CAPABILITIES: Final = FACTS["asks"].words - {"disclose", "preserve", "ciphertext_held"}
"""What can be asked for besides data and does not exist here."""
NEVER: Final = frozenset({"content_e2ee", "key_material"})

EPOC: Final = "eu.epoc"
EPOC_PR: Final = "eu.epoc_pr"
DATA_TYPES: Final[Mapping[str, str]] = {
    "subscriber": "subscriber",
    "session_ip": "user_identification",
    "account_state": "traffic",
    "delivery_metadata": "traffic",
    "content_profile": "content",
    "content_reported": "content",
    "content_e2ee": "content",
}
"""What Regulation (EU) 2023/1543 calls each class of data; the keys of conversations are none."""

MEMBER_STATES: Final = frozenset(STATES.split()) - {"EL"} | {"GR"}
"""As requests name them: Greece by its ISO code."""

_UNDER: Final = {
    REJECTED: "rejected",
    "clarify": "clarified",
    "challenged": "challenged",
    "referred": "referred",
    "narrow": "narrowed",
    TAKEN: "preserved",
    RECEIVED: "received",
}
"""What happens to a request, and under which heading of a row it counts."""
_STATES: Final = (REJECTED, "clarify", "challenged", "referred", RELEASED)


def exact(replay: Replay) -> Exact:
    """All counts of the period."""
    everything = replay.matters
    matters = {
        about: each for about, each in everything.items() if each.instrument not in (NATIONAL_SECURITY, NOT_TO_BE_TOLD)
    }
    secret = [each for each in everything.values() if each.instrument == NATIONAL_SECURITY and RECEIVED in each.seen]
    asking = [each for each in matters.values() if each.asks & CAPABILITIES]
    return Exact(
        ever=bool(everything),
        filed=sum(replay.period.holds(each.filed_ms) for each in matters.values()),
        asked=_asked(matters.values()),
        classes=_classes(matters.values()),
        rejected=_rejected(matters.values()),
        waited=_waited(matters.values()),
        holds=_holds(replay, matters),
        notices=_notices(replay, matters),
        fraud=_fraud(replay, matters.values()),
        capability_asked=sum(RECEIVED in each.seen for each in asking),
        capability_refused=sum(REJECTED in each.seen for each in asking),
        fetched=sum(replay.acts[about, Act.PRODUCTION_FETCHED] for about in matters),
        epoc=_epoc(matters.values()),
        orders=_orders(matters.values()),
        national_security=len(secret),
        national_security_targets=sum(each.targets for each in secret),
        counted=_counted(replay),
    )


def _counted(replay: Replay) -> dict[str, int]:
    """Of every request, also of those that are in no row."""
    found = dict(replay.counted)
    for state in (RECEIVED, *_STATES):
        found[f"requests {state}"] = sum(state in each.seen for each in replay.matters.values())
    return found


def _asked(matters: Iterable[Matter]) -> list[AskedRow]:
    found: defaultdict[tuple[str, str, bool], Counter[str]] = defaultdict(Counter)
    for each in matters:
        counts: Counter[str] = Counter(heading for what, heading in _UNDER.items() if what in each.seen)
        if RECEIVED in each.seen:
            counts["targets"] = each.targets
        if RELEASED in each.seen and each.produced is not None:
            counts[_outcome(each)] = 1
            counts["accounts"] = each.produced.accounts if each.produced.released else 0
        if counts:
            found[each.country, each.instrument, each.emergency].update(counts)
    headings = AskedRow.__struct_fields__[3:]
    return sorted(AskedRow(*key, *(counts[heading] for heading in headings)) for key, counts in found.items())


def _outcome(matter: Matter) -> str:
    """How much of what was asked for the package has. What nobody holds is no part that was kept back."""
    assert matter.produced is not None
    if not matter.produced.released:
        return "nothing_held"
    less = matter.narrowed or matter.produced.denied or matter.produced.preserved
    return "produced_in_part" if less else "produced_in_full"


def _classes(matters: Iterable[Matter]) -> list[ClassRow]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in matters:
        became: dict[str, set[str]] = defaultdict(set)
        if RECEIVED in each.seen:
            became["asked"] |= each.classes
        if REJECTED in each.seen:
            became["denied"] |= each.classes - NEVER
            became["not_held"] |= each.classes & NEVER
        if RELEASED in each.seen and each.produced is not None:
            for what in ("released", "denied", "not_held", "preserved"):
                became[what] |= {*getattr(each.produced, what)}
        if TAKEN in each.seen:
            became["preserved"] |= each.kept
        for what, classes in became.items():
            for data_class in classes:
                found[data_class][what] += 1
    headings = ClassRow.__struct_fields__[1:]
    return sorted(ClassRow(name, *(counts[heading] for heading in headings)) for name, counts in found.items())


def _rejected(matters: Iterable[Matter]) -> list[CodeRow]:
    found: Counter[tuple[str, str]] = Counter()
    for each in matters:
        if REJECTED in each.seen:
            found.update(("rule", code) for code in {*each.codes})
            found.update(("ground", ground) for ground in {*each.grounds})
    return sorted(CodeRow(*key, count) for key, count in found.items())


def _waited(matters: Iterable[Matter]) -> list[WaitRow]:
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for each in matters:
        for what, state in (("produced", RELEASED), ("rejected", REJECTED), ("preserved", TAKEN)):
            if state in each.seen:
                for instrument in {"", each.instrument}:
                    found[what, instrument].append(each.seen[state] - each.filed_ms)
    return sorted(WaitRow(*key, len(ms), hours(median(ms)), hours(max(ms))) for key, ms in found.items())


def _holds(replay: Replay, matters: Mapping[str, Matter]) -> list[HoldsRow]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (request, kind, what), count in replay.of_holds.items():
        if request in matters:
            found[kind][what] += count
    return sorted(
        HoldsRow(kind, *(counts[what] for what in ("ordered", TAKEN, "renewed", "time", "produced", "withdrawn")))
        for kind, counts in found.items()
    )


def _notices(replay: Replay, matters: Mapping[str, Matter]) -> Notices:
    barred = [each.barred_ms for each in matters.values() if BARRED in each.seen and _first(each, BARRED)]
    days = [(until_ms - from_ms) / DAY_MS for from_ms, until_ms in filter(None, barred)]

    def acts(act: Act) -> int:
        return sum(replay.acts[about, act] for about in matters)

    def answered(answer: str) -> int:
        return sum(replay.answers(about, answer) for about in matters)

    return Notices(
        people=sum(each.people for each in matters.values()),
        told=sum(each.told for each in matters.values()),
        nobody=acts(Act.LEGAL_NOBODY_TOLD),
        authority_informs=acts(Act.LEGAL_AUTHORITY_INFORMS),
        gagged=len(days),
        gag_days=round(median(days), 1) if days else None,
        objections=acts(Act.LEGAL_OBJECTED),
        turned_away=replay.counted["objections turned away"],
        goes_on=answered("goes_on"),
        narrowed=answered("narrowed"),
        stopped=answered("stopped"),
    )


def _fraud(replay: Replay, matters: Iterable[Matter]) -> Fraud:
    seen = Counter(what for each in matters for what in each.seen)
    return Fraud(
        forged=seen[f"{CLOSED}, forged"],
        unverified=seen[f"{CLOSED}, unverified"],
        checks_failed=replay.counted["checks of agencies that failed"],
        passkeys_copied=replay.counted["copied passkeys"],
        marked=replay.counted["marks of impostors"],
    )


def _epoc(matters: Iterable[Matter]) -> list[EpocRow]:
    found: defaultdict[tuple[str, str, bool, str], Counter[str]] = defaultdict(Counter)
    waited: defaultdict[tuple[str, str, bool, str], list[int]] = defaultdict(list)
    for each in matters:
        if each.instrument not in (EPOC, EPOC_PR):
            continue
        for data_type in {DATA_TYPES[one] for one in each.classes if one in DATA_TYPES}:
            key = (each.instrument, each.country, each.emergency, data_type)
            counts = Counter(_fulfilment(each, data_type))
            if counts:
                found[key].update(counts)
            if "fulfilled" in counts and each.instrument == EPOC:
                waited[key].append(each.seen[RELEASED] - each.filed_ms)
            if FOLLOWED in each.seen and each.instrument == EPOC_PR and each.followed_ms is not None:
                waited[key].append(each.followed_ms - each.filed_ms)
    rows = []
    for key in found.keys() | waited.keys():
        counts, ms = found[key], waited[key]
        middle = hours(mean(ms)) if ms else None
        rows.append(EpocRow(*key, counts["received"], counts["fulfilled"], counts["not_fulfilled"], middle, len(ms)))
    return sorted(rows, key=lambda row: (row.instrument, row.state, row.emergency, row.data_type))


def _fulfilment(matter: Matter, data_type: str) -> Iterable[str]:
    """Under which headings an order counts for one type of data that it asks for."""
    if RECEIVED in matter.seen:
        yield "received"
    done = RELEASED if matter.instrument == EPOC else TAKEN
    if done in matter.seen:
        there = matter.kept if done == TAKEN else {*(matter.produced.released if matter.produced else ())}
        yield "fulfilled" if data_type in {DATA_TYPES[one] for one in there} else "not_fulfilled"
    elif done not in matter.ever and _ends(matter):
        yield "not_fulfilled"


def _ends(matter: Matter) -> bool:
    """Whether it came to nothing within the period: rejected, or closed without having been."""
    if RECEIVED not in matter.ever:
        return False
    if REJECTED in matter.ever:
        return REJECTED in matter.seen and _first(matter, REJECTED)
    return CLOSED in matter.seen


def _first(matter: Matter, what: str) -> bool:
    """Whether what happened within the period had not happened before."""
    return matter.ever[what] == matter.seen[what]


def _orders(matters: Iterable[Matter]) -> list[OrdersRow]:
    """By Member State, and all together; nothing where there was none."""
    found: defaultdict[str, list[Matter]] = defaultdict(list)
    for each in matters:
        if is_order(each.country, each.instrument) and (RECEIVED in each.seen or RELEASED in each.seen):
            for state in ("", each.country):
                found[state].append(each)
    rows = []
    for state, orders in found.items():
        came = [each for each in orders if RECEIVED in each.seen]
        took = [each.seen[RELEASED] - each.filed_ms for each in orders if RELEASED in each.seen]
        told = bool(came) and all(each.by_themselves for each in came)
        rows.append(OrdersRow(state, len(came), 0.0 if told else None, hours(median(took)) if took else None))
    return sorted(rows, key=lambda row: row.state)


def is_order(country: str, instrument: str) -> bool:
    """Whether a Member State orders somebody to provide information by this: nothing informal, and no preservation."""
    return country in MEMBER_STATES and instrument not in ("", EPOC_PR) and not instrument.startswith("any.")
