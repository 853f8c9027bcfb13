# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking signed consent entries: what the hub checks before it keeps, relays and obeys one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from privity.identity.consent import ConsentEntry, Op, UnprovenEntry, decode_entry
from privity.identity.errors import ConsentNotSigned, MalformedConsent
from privity.server.db.database import Query
from privity.server.devices import service as devices
from privity.server.devices import store as lists
from privity.server.sessions.model import Session
from privity.wire.errors import Code, Refusal

MAX_SKEW_MS: Final = 86_400_000
"""How far the clock of a device may be off."""


@dataclass(frozen=True, slots=True)
class Said:
    """An entry as it came, and what it claims; `check` comes before anything is done with it."""

    value: bytes
    unproven: UnprovenEntry

    @property
    def claimed(self) -> ConsentEntry:
        return self.unproven.claimed


def read(session: Session, value: bytes, ops: Collection[Op], now_ms: int, *, other: str | None = None) -> Said:
    """Decode an entry of the calling device, about `other` if one is named, or a Refusal."""
    try:
        unproven = decode_entry(value)
    except MalformedConsent as err:
        raise Refusal(Code.MALFORMED, f"MalformedConsent: {err}") from None
    claimed = unproven.claimed
    if claimed.op not in ops:
        raise Refusal(Code.MALFORMED, f"expected {_listed(ops)}, got {claimed.op.name}")
    if (claimed.user_uri, claimed.client_uri) != (session.user_uri, session.client_uri):
        raise Refusal(Code.NOT_ALLOWED, "the entry is of another person or device than the one that sends it")
    if other is not None and claimed.other != other:
        raise Refusal(Code.MALFORMED, "the entry is about another person than the path")
    if abs(claimed.at_ms - now_ms) > MAX_SKEW_MS:
        raise Refusal(Code.MALFORMED, "the time in the entry is more than a day away from the hub's")
    return Said(value, unproven)


def check(query: Query, said: Said) -> ConsentEntry:
    """The entry, signed by a device in force; or a NOT_ALLOWED Refusal."""
    claimed = said.claimed
    account = lists.state(query, claimed.user_uri)
    try:
        if account is None or devices.find(query, claimed.client_uri) is None:
            raise ConsentNotSigned("the device is in no list in force")
        return said.unproven.check([account.in_force])
    except ConsentNotSigned as err:
        raise Refusal(Code.NOT_ALLOWED, f"ConsentNotSigned: {err}") from None


def check_newer(entry: ConsentEntry, ended_ms: int | None) -> None:
    """Raise a CONFLICT Refusal for an entry from before the person said no: it is one that was used before."""
    if ended_ms is not None and entry.at_ms <= ended_ms:
        raise Refusal(Code.CONFLICT, "the person said no after this entry was signed; sign a new one")


def _listed(ops: Collection[Op]) -> str:
    return " or ".join(op.name for op in sorted(ops))
