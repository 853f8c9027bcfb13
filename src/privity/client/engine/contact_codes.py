# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The one-time codes that this device gave out, and those that its person typed: each proves one answer to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from privity.client.engine.records import Table
from privity.identity.consent import ConsentEntry, Op, check_code_proof, code_hash
from privity.identity.errors import WrongCodeProof
from privity.wire.contacts import Purpose

if TYPE_CHECKING:
    from privity.client.engine.state import Device

MADE_SCOPE = "made"
USED_SCOPE = "used"
KEPT_MS: Final = 30 * 86_400_000
"""A code is good for minutes; what was said with it may come to a device that was off for long."""
MAX_KEPT: Final = 64
PURPOSE: Final = {Op.MEET: Purpose.CONTACT, Op.GUARD: Purpose.GUARDIAN}


class KeptCode(msgspec.Struct, frozen=True):
    """A code, what it is for, and when it was made or typed."""

    code: bytes
    purpose: Purpose
    at_ms: int

    def __repr__(self) -> str:
        return f"<KeptCode for {self.purpose.value}>"


def keep_made(device: Device, code: bytes, purpose: Purpose) -> KeptCode:
    """Keep a code before anybody sees it."""
    kept = KeptCode(code, purpose, device.now_ms)
    _keep(device, MADE_SCOPE, code_hash(code), kept)
    return kept


def keep_used(device: Device, code: bytes, maker_uri: str) -> None:
    """Keep the code of somebody before it is used: their answer must have been made with it."""
    _keep(device, USED_SCOPE, maker_uri.encode(), KeptCode(code, Purpose.CONTACT, device.now_ms))


def proven_code(device: Device, entry: ConsentEntry) -> bytes | None:
    """The code of this device that an entry was made with. None where this device has given out none for it.

    Raises WrongCodeProof where it has, and none of them was used.
    """
    codes = [kept.code for kept in _kept(device, MADE_SCOPE).values() if kept.purpose is PURPOSE.get(entry.op)]
    for code in codes:
        try:
            check_code_proof(entry, code)
        except WrongCodeProof:
            continue
        return code
    if codes:
        raise WrongCodeProof(f"{entry.user_uri} did not use a code that this device gave out")
    return None


def check_answer(device: Device, entry: ConsentEntry) -> None:
    """Raise WrongCodeProof where this device used a code of somebody, and their MEET was not made with it: then the hub
    named somebody else as its maker."""
    kept = _kept(device, USED_SCOPE).get(entry.user_uri.encode())
    if kept is not None:
        check_code_proof(entry, kept.code)


def _kept(device: Device, scope: str) -> dict[bytes, KeptCode]:
    rows = device.batch.scan(Table.CONTACT, scope)
    found = {key: msgspec.msgpack.decode(value, type=KeptCode) for key, value in rows}
    return {key: kept for key, kept in found.items() if device.now_ms - kept.at_ms < KEPT_MS}


def _keep(device: Device, scope: str, key: bytes, kept: KeptCode) -> None:
    before = _kept(device, scope)
    newest = sorted(before, key=lambda each: before[each].at_ms)[-(MAX_KEPT - 1) :]
    for old, _ in device.batch.scan(Table.CONTACT, scope):
        if old not in newest:
            device.batch.delete(Table.CONTACT, scope, old)
    device.batch.put(Table.CONTACT, scope, key, msgspec.msgpack.encode(kept))


def use_up(device: Device, code: bytes) -> None:
    """A code of this device counts once."""
    device.batch.delete(Table.CONTACT, MADE_SCOPE, code_hash(code))
