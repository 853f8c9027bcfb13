# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a decision does at a hub, sent with the key of its desk, without a decision: for tests of what comes of it."""

from __future__ import annotations

import os
from pathlib import Path

import aiohttp

from privity.desk.config import load
from privity.desk.hub_client import HttpHub
from privity.desk.keys import open_keys
from privity.desk.main import now_ms
from privity.wire.staff import Effect, EffectOutcome, EffectParams, Verb
from privity.wire.standing import Statement, StatementKind

DECISION = "abcdefghijklmnopqrstuvwxyz"
"""The reference of an invented decision."""
NOTICE = "zyxwvutsrqponmlkjihgfedcba"
"""The reference of an invented notice of a legal request."""
DAY_MS = 86_400_000


async def does(hub: HttpHub, order: int, verb: Verb, subject: str, params: EffectParams) -> None:
    """One effect, which the hub applies. `order` grows."""
    done = await hub.effect(Effect(os.urandom(16).hex(), order, verb, subject, params))
    assert done.outcome is EffectOutcome.APPLIED, done


async def home_does(config_path: Path, order: int, verb: Verb, subject: str, params: EffectParams) -> None:
    """The same for the hub of a home that runs in processes of its own."""
    config = load(config_path)
    async with aiohttp.ClientSession() as session:
        await does(
            HttpHub(session, config.hub_url, open_keys(config).staff, now_ms, os.urandom), order, verb, subject, params
        )


def limited(until_ms: int, text: str = "You offered teapots to many people who had not asked for any.") -> Statement:
    """A statement of reasons; appeals are taken as long as it stands."""
    at_ms = until_ms - DAY_MS
    return Statement(DECISION, StatementKind.DECIDED, at_ms, "limited for a day", "spam", text, until_ms, until_ms)


def asked_for(until_ms: int, text: str = "An authority asks for data of your account.") -> Statement:
    """A notice of an invented legal request; objections are taken until then."""
    at_ms = until_ms - 7 * DAY_MS
    return Statement(
        NOTICE, StatementKind.LEGAL_REQUEST, at_ms, "data of your account", "Search warrant", text, None, until_ms
    )
