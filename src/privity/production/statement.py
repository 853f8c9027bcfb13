# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The statement (in-toto, version 1): first as the manifest that people approve, then with approvals and log entry."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from privity.production import canonical
from privity.production.classes import CONTENT, Releasable
from privity.production.errors import BadMoment, ReleasesMore, Unanswered
from privity.production.model import UNTIL_FURTHER as _NEVER
from privity.production.model import Answered, Facts, Kind, Released, ThirdParties
from privity.production.standalone.verify_package import TYPES

DSSE: Final = "production.dsse.json"
TOKEN: Final = "production.tsr"  # noqa: S105  # the name of a file
APPROVALS: Final = "approvals.json"
CHECKPOINT: Final = "checkpoint.txt"
KEYS: Final = "keys.json"
LETTER_SIGNATURE: Final = "letter.sig"
LETTER: Final = "letter.pdf"
"""Beside `attest`: it names the envelope, so that the envelope cannot name it."""
_ATTEST: Final = (APPROVALS, CHECKPOINT, KEYS, LETTER_SIGNATURE, DSSE, TOKEN)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is shown to those who approve, and what their passkeys are asked about."""

    statement: dict[str, Any]

    def encode(self) -> bytes:
        return canonical.encode(self.statement)

    def digest(self) -> bytes:
        """The challenge of both passkeys."""
        return hashlib.sha256(self.encode()).digest()


def attest_of(kind: Kind, *, stamped: bool = True) -> list[str]:
    """The files in `attest`, sorted. Only a participant can leave the time-stamp out."""
    if kind is not Kind.PARTICIPANT_DISCLOSURE:
        return list(_ATTEST)
    return [KEYS, DSSE, *([TOKEN] if stamped else [])]


def manifest(
    facts: Facts, bag: Mapping[str, bytes], keys: bytes, permitted: Iterable[Releasable], *, stamped: bool = True
) -> Manifest:
    """Everything but what approval and release add. `permitted` is what the verdict releases.

    Raises ReleasesMore, Unanswered or BadMoment.
    """
    check_time(facts.collected_at)
    _check_named(facts)
    _check_answers(facts, frozenset(permitted))
    predicate = {
        **canonical.builtins(facts),
        "attest": attest_of(facts.kind, stamped=stamped),
        "keys_sha256": canonical.sha256(keys),
    }
    subject = [{"digest": {"sha256": canonical.sha256(bag[path])}, "name": f"bag/{path}"} for path in sorted(bag)]
    return Manifest({"_type": TYPES[1], "predicate": predicate, "predicateType": TYPES[2], "subject": subject})


def complete(
    before: Manifest, approved_at: str, approvals: bytes | None = None, audit: Mapping[str, Any] | None = None
) -> bytes:
    """The whole statement. A participant's has neither approvals nor an entry in a log. Raises BadMoment."""
    check_time(approved_at)
    if approved_at < before.statement["predicate"]["collected_at"]:
        raise BadMoment(f"approved at {approved_at}, before it was collected")
    after = {
        "approvals_sha256": None if approvals is None else canonical.sha256(approvals),
        "approved_at": approved_at,
        "audit": audit,
    }
    return canonical.encode({**before.statement, "predicate": {**before.statement["predicate"], **after}})


def check_time(text: str) -> None:
    """Raises BadMoment unless it is a time as statements write it."""
    try:
        good = _TIME.fullmatch(text) is not None and datetime.fromisoformat(text) is not None
    except ValueError:
        good = False
    if not good:
        raise BadMoment(f"a time is written as 2026-11-22T10:00:00Z, got {text!a}")


def _check_named(facts: Facts) -> None:
    """Others are named in classes that are released, in no content, and the statement says so in one way."""
    released = {one.named for one in facts.released}
    if beyond := sorted({*facts.named_in} & CONTENT | {*facts.named_in} - released):
        raise ReleasesMore(f"others would be named in {', '.join(beyond)}, where they keep their pseudonyms")
    if (facts.third_parties is ThirdParties.NAMED_BY_ORDER) is not bool(facts.named_in):
        raise ReleasesMore(f"others would be {facts.third_parties}, in {len(facts.named_in)} classes")


def _check_answers(facts: Facts, permitted: frozenset[Releasable]) -> None:
    released = {one.named for one in facts.released}
    if facts.kind is not Kind.PRODUCTION:
        permitted = frozenset()
    if more := sorted(released - permitted):
        raise ReleasesMore(f"a {facts.kind} would release {', '.join(more)}, which the verdict does not")
    for one in facts.released:
        if not any(within(one, asked) for asked in facts.requested):
            raise ReleasesMore(f"{one.named} would be released from {one.since} to {one.until}, which nobody asked for")
    asked = {one.named for one in facts.requested}
    answered = {one.named for one in (*facts.denied, *facts.not_held, *facts.preserved)} | {*map(str, released)}
    if asked != answered:
        raise Unanswered(f"asked for and not answered, or the other way round: {', '.join(sorted(asked ^ answered))}")


def within(one: Released | Answered, asked: Answered) -> bool:
    """Whether what is released was asked for. A period without an end has none."""
    return (
        one.named == asked.named
        and (asked.since or "") <= (one.since or "")
        and (one.until or _NEVER) <= (asked.until or _NEVER)
    )
