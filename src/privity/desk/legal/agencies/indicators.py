# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What impostors used, as salted hashes that desks may hand to each other.

A hash says whether something is the same, and not what. It keeps a list from being read; whoever has a guess can try
it, for domains and numbers are few.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.legal.agencies import proof_store
from privity.desk.legal.agencies.errors import IndicatorInvalid
from privity.desk.legal.agencies.model import Mark
from privity.desk.legal.agencies.normal import NORMAL
from privity.desk.legal.agencies.proof_store import Indicator
from privity.desk.limits import MAX_INDICATORS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

WORD: Final = "privity-fraud-1"
SALT: Final = 16
DIGEST: Final = 32


def mark(db: Db, acting: Acting, kind: Mark, value: str, now_ms: int, random: Callable[[int], bytes]) -> None:
    """Remember what an impostor used. Raises AgencyInvalid or IndicatorInvalid."""
    acting.must(Right.MANAGE_AGENCIES)
    salt = random(SALT)
    found = Indicator(salt, _digest(salt, kind, NORMAL[kind](value)), kind)
    with transaction(db):
        _must_fit(db, 1)
        proof_store.add_indicator(db, found, own=True, now_ms=now_ms)
        log.add(db, at_ms=now_ms, who=acting.who, act=Act.FRAUD_MARKED, kind=kind.value)


def matches(db: Db, named: Iterable[tuple[Mark, str]]) -> bool:
    """Whether any of these, written in the usual way, is what an impostor used; never which of them."""
    values: dict[Mark, set[str]] = {kind: set() for kind in Mark}
    for kind, value in named:
        for wider, text in _and_wider(kind, value):
            values[wider].add(text)
    return any(
        hmac.compare_digest(_digest(known.salt, known.kind, value), known.digest)
        for known in proof_store.indicators(db)
        for value in values[known.kind]
    )


def shared(db: Db, acting: Acting) -> tuple[str, ...]:
    """A line for each that this desk marked itself, for another desk."""
    acting.must(Right.MANAGE_AGENCIES)
    return tuple(
        f"{WORD} {each.kind.value} {each.salt.hex()} {each.digest.hex()}"
        for each in proof_store.indicators(db, own_only=True)
    )


def taken(db: Db, acting: Acting, lines: Iterable[str], now_ms: int) -> int:
    """Take in lines of another desk: all or none; how many were new. Raises IndicatorInvalid."""
    acting.must(Right.MANAGE_AGENCIES)
    found = [_read(at, line) for at, line in enumerate(lines, 1) if line.strip()]
    with transaction(db):
        _must_fit(db, len(found))
        new = sum(proof_store.add_indicator(db, each, own=False, now_ms=now_ms) for each in found)
        log.add(db, at_ms=now_ms, who=acting.who, act=Act.FRAUD_IMPORTED, lines=len(found), new=new)
    return new


def _and_wider(kind: Mark, value: str) -> Iterator[tuple[Mark, str]]:
    """Beside itself: an address is in a domain, and a domain below others."""
    yield kind, value
    domain = value.rpartition("@")[2] if kind in (Mark.MAIL, Mark.DOMAIN) else ""
    while "." in domain:
        yield Mark.DOMAIN, domain
        domain = domain.partition(".")[2]


def _read(at: int, line: str) -> Indicator:
    parts = line.split()
    try:
        word, kind, salt, digest = parts
        found = Indicator(bytes.fromhex(salt), bytes.fromhex(digest), Mark(kind))
    except ValueError:
        raise _bad(at) from None
    if word != WORD or (len(found.salt), len(found.digest)) != (SALT, DIGEST):
        raise _bad(at)
    return found


def _bad(at: int) -> IndicatorInvalid:
    return IndicatorInvalid(f"line {at}: expected `{WORD} domain|number|mail SALT HMAC-SHA-256`, both in hex")


def _must_fit(db: Db, more: int) -> None:
    if proof_store.count_indicators(db) + more > MAX_INDICATORS:
        raise IndicatorInvalid(f"at most {MAX_INDICATORS} indicators are kept")


def _digest(salt: bytes, kind: Mark, value: str) -> bytes:
    return hmac.digest(salt, f"{kind.value}:{value}".encode(), "sha256")
