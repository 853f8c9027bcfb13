# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What happened to the keys of an account, every version of its list with the time at which the key log shows it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from privity.client.engine.flow import Flow
from privity.client.engine.trust import MAX_ASKED, NotInLog
from privity.client.errors import LogNotFresh
from privity.identity import account as accounts
from privity.identity.account import Account
from privity.keylog.labels import user_label
from privity.keylog.proof import LookupProof
from privity.keylog.verify import Found

if TYPE_CHECKING:
    from privity.client.engine.state import Device


class What(StrEnum):
    """What one version did."""

    MADE = "made"
    CHANGED = "changed"
    """By the account key that was in force."""
    RECOVERED = "recovered"
    """By the recovery phrase."""
    RESET_ASKED = "reset asked"
    """By somebody without any key of the account; it waits 72 hours."""
    RESET = "reset"
    """The reset before took effect, and this version was signed under its keys."""
    CANCELLED = "reset cancelled"
    CLOSING_ASKED = "closing asked"
    """By the account key alone; it waits 72 hours."""
    KEPT = "closing cancelled"
    CLOSED = "closed"
    """By the recovery phrase, at once: nothing follows."""


class KeyEvent(msgspec.Struct, frozen=True):
    """One version: when it appeared, what it did, and which devices it brought and dropped."""

    version: int
    at_ms: int
    what: What
    added: tuple[str, ...]
    removed: tuple[str, ...]
    new_key: bool
    """The account key is another than before."""


def key_history(device: Device, user_uri: str) -> Flow[tuple[KeyEvent, ...]]:
    """Every version from the first on. The newest list is pinned on the way, and of the own account each is kept.

    Raises what a lookup raises.
    """
    return events_of((yield from all_dated(device, user_uri)), user_uri)


def all_dated(device: Device, user_uri: str) -> Flow[Found]:
    """What dates every version of a list; otherwise as above."""
    found, _ = yield from _dated(device, user_uri)
    return found


def dated_proof(device: Device, user_uri: str) -> Flow[bytes]:
    """The proof of that, for somebody else."""
    _, proof = yield from _dated(device, user_uri)
    return proof


def _dated(device: Device, user_uri: str) -> Flow[tuple[Found, bytes]]:
    yield from device.pins.refresh(user_uri)
    label = user_label(user_uri)
    for _ in range(MAX_ASKED):
        size = device.log.size
        bring = device.pins.to_bring(user_uri)
        answer = yield from device.returns.look_up(label, 0, size, bring, date_all=True)
        if device.log.size == size:
            found = device.log.check_lookup(answer.proof, label)
            events = events_of(found, user_uri)
            if user_uri == device.own.user_uri:
                device.pins.own_lists.keep(found.dated[event.version].value for event in events)
            device.log.remember(found.view, found.opened, LookupProof.decode(answer.proof).head.note)
            return found, answer.proof
    raise LogNotFresh(f"the key log changed {MAX_ASKED} times while {user_uri} was looked up")


def events_of(found: Found, user_uri: str) -> tuple[KeyEvent, ...]:
    """The history in a proof that dates every version. Raises NotInLog for one that leaves a version out."""
    events: list[KeyEvent] = []
    account: Account | None = None
    for version in range(0 if found.version is None else found.version + 1):
        dated = found.dated.get(version)
        if dated is None:
            raise NotInLog(f"the key log shows no date for version {version} of {user_uri}")
        before = account
        if before is None:
            account = accounts.first(dated.value, user_uri)
        else:
            before = accounts.settle(before, dated.timestamp_ms)
            account = accounts.advance(before, dated.value, dated.timestamp_ms)
        events.append(_event(before, account, dated.timestamp_ms))
    return tuple(events)


def _event(before: Account | None, after: Account, at_ms: int) -> KeyEvent:
    new = after.newest
    old_devices = set() if before is None else {device.client_uri for device in before.in_force.devices}
    new_devices = {device.client_uri for device in new.devices}
    return KeyEvent(
        new.version,
        at_ms,
        _what(before, after),
        tuple(sorted(new_devices - old_devices)),
        tuple(sorted(old_devices - new_devices)),
        before is not None and new.account_key != before.in_force.account_key,
    )


def _what(before: Account | None, after: Account) -> What:
    if before is None:
        return What.MADE
    if after.newest.closes:
        return What.CLOSED if after.closed else What.CLOSING_ASKED
    if after.newest.reset:
        return What.RESET_ASKED
    if before.pending_since_ms is not None:
        return What.KEPT if before.newest.closes else What.CANCELLED
    if after.newest.recovery_sig is not None:
        return What.RECOVERED
    return What.RESET if before.newest.reset else What.CHANGED
