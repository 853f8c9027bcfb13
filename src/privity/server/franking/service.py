# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Franks: made for each accepted message, and verified for the desk while the key of their day exists (section 6)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from privity.message.errors import BadFrankLength, BadFrankSignature, FrankMismatch, WrongFrankSuite
from privity.message.franking import Frank, frank, period_of, verify_frank_mac, verify_frank_signature
from privity.message.safe_aad import TAG_BYTES
from privity.policy.room_suites import ROOM_SUITES
from privity.server.franking.model import Franker
from privity.wire import socket, staff
from privity.wire.staff import FrankOutcome


def make(franker: Franker, suite: int, tag: bytes, sender_uri: str, room_uri: str, ts_ms: int) -> socket.Frank:
    """The frank of a message. `sender_uri` is the user of the authenticated session."""
    key = franker.periods.current(period_of(ts_ms))
    made = frank(key, franker.signing, suite, tag, sender_uri, room_uri, ts_ms)
    return socket.Frank(made.server_frank, made.suite_id, made.signature)


def verify(
    franker: Franker, sender_uri: str, room_uri: str, asked: staff.FrankQuestion, now_ms: int, agents: Sequence[bytes]
) -> FrankOutcome:
    """Whether the hub issued exactly this frank for this tag, sender, room and time, with a key of now or of before.

    `agents` are the keys that rooms have named: a message is judged by the key of its epoch, also in a report.
    """
    if not 0 <= asked.ts_ms < 1 << 63:
        return FrankOutcome.MISMATCH
    period = period_of(asked.ts_ms)
    key = None if period < oldest_period(franker, now_ms) else franker.periods.find(period)
    if key is None:
        return FrankOutcome.EXPIRED
    claimed = Frank(asked.server_frank, asked.ciphersuite, asked.signature)
    if _made_anew(franker, key, claimed, sender_uri, room_uri, asked):
        return FrankOutcome.VERIFIED
    try:
        verify_frank_mac(key, asked.tag, sender_uri, room_uri, asked.ts_ms, asked.server_frank)
    except FrankMismatch:
        return FrankOutcome.MISMATCH
    for public in dict.fromkeys((franker.public, *agents)):
        try:
            verify_frank_signature(claimed, public, sender_uri, room_uri, asked.ts_ms)
        except (BadFrankLength, BadFrankSignature, WrongFrankSuite):
            continue
        return FrankOutcome.VERIFIED
    return FrankOutcome.BAD_SIGNATURE


def _made_anew(
    franker: Franker, key: bytes, claimed: Frank, sender_uri: str, room_uri: str, asked: staff.FrankQuestion
) -> bool:
    """Whether making the frank again with the keys of now gives these very bytes.

    Signatures here are deterministic, and making one costs a third of verifying one. What was made with an earlier key
    is verified.
    """
    if claimed.suite_id not in ROOM_SUITES or len(asked.tag) != TAG_BYTES:
        return False
    made = frank(key, franker.signing, claimed.suite_id, asked.tag, sender_uri, room_uri, asked.ts_ms)
    return hmac.compare_digest(made.server_frank + made.signature, claimed.server_frank + claimed.signature)


def oldest_period(franker: Franker, now_ms: int) -> int:
    """The first period whose messages can still be reported."""
    return period_of(now_ms) - franker.window_days


def forget_expired(franker: Franker, now_ms: int) -> list[int]:
    """Delete the keys of all periods before the report window."""
    return franker.periods.forget_before(oldest_period(franker, now_ms))
