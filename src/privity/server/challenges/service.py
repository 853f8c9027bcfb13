# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Asking a challenged account's device for work, and taking it once.

Nothing is kept of a puzzle that was handed out: its seed is a MAC of the hub's over whose it is, for what deed, how
hard and when made. So a seed that this hub made proves all of that when it comes back, on any worker and after a
restart, and nobody can know one before. What was taken is remembered by its seed alone until it would be too old.
"""

from __future__ import annotations

import hmac
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from privity.mls.codec import u64, vec
from privity.policy.work import WorkWrong, check_answers
from privity.server.challenges import store
from privity.server.challenges.model import Challenge
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.limits import MINUTE, PUZZLE_KEPT_MS
from privity.wire.errors import Code, Refusal
from privity.wire.work import Puzzle, Work

SKEW_MS: Final = MINUTE
"""By how much the clocks of two workers of one hub may differ."""
challenges_of = store.against
put = store.put
end = store.end
end_over = store.end_over
forget_person = store.forget_person

_INFO: Final = b"privity puzzle v1"


def asking(target: str) -> bytes:
    """Asking somebody for contact, by the name that was said."""
    return vec(b"ask") + vec(target.encode())


def inviting(room_uri: str, user_uri: str) -> bytes:
    return vec(b"invite") + vec(room_uri.encode()) + vec(user_uri.encode())


def knocking(room_uri: str) -> bytes:
    return vec(b"knock") + vec(room_uri.encode())


def demand(tx: Tx, context: HubContext, user_uri: str, deed: bytes, work: Work | None, now_ms: int) -> None:
    """Take the work for a deed where a challenge stands against the account.

    Raises a RESTRICTED Refusal with a puzzle where there is none, or it does not count; with it goes the transaction.
    """
    by = against(tx, user_uri, now_ms)
    if by is None:
        return
    why = "this server asks your device for a little work before you begin something with somebody new"
    if work is not None:
        why = _take(tx, context, user_uri, deed, work, now_ms)
        if not why:
            return
    raise _refusal(context, user_uri, deed, by, why, now_ms)


def against(query: Query, user_uri: str, now_ms: int) -> Challenge | None:
    """The challenge that stands against an account; of several the one that lasts longest."""
    return max(store.against(query, user_uri, now_ms), key=lambda one: one.until_ms, default=None)


def forget_over(tx: Tx, now_ms: int) -> None:
    """Run about hourly."""
    store.forget_over(tx, now_ms)


def _take(tx: Tx, context: HubContext, user_uri: str, deed: bytes, work: Work, now_ms: int) -> str:
    """Why this work does not count; empty where it does."""
    if not hmac.compare_digest(work.seed, _seed(context, user_uri, deed, work.bits, work.made_ms)):
        return "this work is for a puzzle that this server did not make for you and for this"
    if not -SKEW_MS <= now_ms - work.made_ms < PUZZLE_KEPT_MS:
        return f"this work is for a puzzle that is not of the last {PUZZLE_KEPT_MS // MINUTE} minutes"
    try:
        check_answers(work.seed, work.bits, work.answers)
    except WorkWrong as err:
        return f"WorkWrong: {err}"
    if not store.spend(tx, work.seed, work.made_ms + PUZZLE_KEPT_MS):
        return "this work was taken before"
    return ""


def _refusal(context: HubContext, user_uri: str, deed: bytes, by: Challenge, why: str, now_ms: int) -> Refusal:
    bits = context.config.challenge_bits
    return Refusal(
        Code.RESTRICTED,
        f"{why}; decision {by.decision} says why",
        reference=by.decision,
        until_ms=by.until_ms,
        puzzle=Puzzle(_seed(context, user_uri, deed, bits, now_ms), bits, now_ms),
    )


def _seed(context: HubContext, user_uri: str, deed: bytes, bits: int, made_ms: int) -> bytes:
    key = HKDF(hashes.SHA256(), 32, salt=None, info=_INFO).derive(context.keys.vrf)
    return hmac.digest(key, vec(user_uri.encode()) + vec(deed) + u64(bits) + u64(made_ms), "sha256")
