# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody knows Bob's device address and the name of his session, but not the key of his device."""

from __future__ import annotations

import os

import aiohttp

from privity.client.engine.state import Own
from privity.client.errors import HandshakeRefused
from privity.client.net.connection import Connection
from privity.faces.demo.steps import CheckFailed, Step
from privity.faces.demo.story import Story
from privity.mls.crypto import generate_signature_key
from privity.mls.suites import suite
from privity.wire.session import COUNT_HEADER, MAC_HEADER, SESSION_HEADER


async def play(story: Story) -> None:
    with story.record.step(
        "thief", "a thief uses Bob's address and the name of his session, without his device key"
    ) as step:
        async with aiohttp.ClientSession() as http:
            await _connect(story, step, http)
            await _request(story, step, http)


async def _connect(story: Story, step: Step, http: aiohttp.ClientSession) -> None:
    bob = story.bob
    private, public = generate_signature_key(suite(1), os.urandom)
    host = story.home.host
    forged = Own(bob.user_uri, await bob.ask("client_uri"), "bob.demo", private, public, None, host, b"", b"", None)
    try:
        connection = await Connection.open(http, story.home.url, forged)
    except HandshakeRefused as err:
        step.happened(f"connecting with a key of his own: {err}")
    else:
        await connection.close()
        raise CheckFailed("thief", "the hub took a connection that Bob's device did not prove")


async def _request(story: Story, step: Step, http: aiohttp.ClientSession) -> None:
    headers = {
        SESSION_HEADER: await story.bob.ask("session"),
        COUNT_HEADER: "1000000",
        MAC_HEADER: os.urandom(32).hex(),
    }
    async with http.get(f"{story.home.url}/v1/rooms", headers=headers) as answer:
        said = (await answer.json()).get("message", "his rooms")
        step.expect(answer.status == 401, f"asking for Bob's rooms in his session: {answer.status}, {said}")
