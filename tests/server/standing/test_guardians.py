# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Codes in every standing: nobody restricted meets somebody new by one, and a minor can always take a guardian."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from privity.identity.consent import CODE_BYTES, code_hash
from privity.wire.age import AgeBand
from privity.wire.staff import Verb
from tests.server.contacts.people import Somebody, join
from tests.server.core.people import text
from tests.server.keylog.hubs import Hub
from tests.server.standing.test_deletion import desk_of, hub

__all__ = ["hub"]


async def make(person: Somebody, purpose: str) -> str:
    body = {"code_hash": text(code_hash(secrets.token_bytes(CODE_BYTES))), "purpose": purpose}
    status, answer = await person.call("POST", "contacts/codes", body)
    return "ok" if status == 200 else str(answer["code"])


@pytest.mark.parametrize("verb", [Verb.LIMIT, Verb.SUSPEND, Verb.BAN])
async def test_a_minor_takes_a_guardian_and_meets_nobody(hub: Hub, verb: Verb) -> None:
    ward, parent = await join(hub, "ward", AgeBand.MINOR, listed=False), await join(hub, "parent")
    params: dict[str, Any] = {} if verb is Verb.BAN else {"until_ms": hub.clock.now + 10**9}
    await desk_of(hub).done(verb, ward.uri, decision="D-1", **params)
    assert await make(ward, "contact") == "restricted"
    status, answer = await ward.use(await parent.code(), parent)
    assert (status, answer["code"], answer["reference"]) == (403, "restricted", "D-1")
    assert await parent.guard(ward) is True
    assert [one.user_uri for one in (await parent.contacts()).wards] == [ward.uri]


async def test_a_suspended_guardian_agrees_to_nobody_and_can_still_refuse(hub: Hub) -> None:
    ward, parent = await join(hub, "ward", AgeBand.MINOR, listed=False), await join(hub, "parent")
    asker = await join(hub, "asker")
    await parent.guard(ward)
    await asker.ask(ward.uri)
    assert await parent.asks_for(ward) == ["asker"]
    await desk_of(hub).done(Verb.SUSPEND, parent.uri, decision="D-1", until_ms=hub.clock.now + 10**9)
    status, answer = await parent.vouch(ward, asker)
    assert (status, answer["code"]) == (403, "restricted")
    assert await make(parent, "guardian") == "restricted"
    status, _ = await parent.call("DELETE", f"wards/{ward.id}/asks/{asker.id}")
    assert status == 200
