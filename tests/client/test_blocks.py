# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whom one has blocked is known on this device, after a restart, and as another device has left it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from privity.client.engine import inputs
from privity.client.errors import ClientError
from privity.client.sdk import Device
from privity.identity.errors import BadUri
from tests.client.town import run, town


def test_who_is_blocked_is_known_without_the_hub(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as at:
            alice, bob, _ = await at.pair()
            assert not alice.blocks.blocked(bob.user_uri)
            await alice.block(bob.user_uri)
            assert alice.blocks.blocked(bob.user_uri)
            await alice.close()
            again = Device.open(tmp_path / "alice_a", "invented")
            assert again.blocks.blocked(bob.user_uri)
            async with again:
                await again.block(bob.user_uri, False)
                assert not again.blocks.blocked(bob.user_uri)

    run(story())


def test_what_another_device_changed_is_taken_over(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as at:
            alice, bob, _ = await at.pair()
            for blocked in (True, False):
                await alice.host.do(partial(inputs.Block, user_uri=bob.user_uri, blocked=blocked))
                assert alice.blocks.blocked(bob.user_uri) is not blocked, "as from elsewhere"
                told = await alice.blocks.refresh()
                assert (bob.user_uri in told) is alice.blocks.blocked(bob.user_uri) is blocked

    run(story())


def test_what_is_no_list_of_people_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with town(tmp_path) as at:
            alice, bob, _ = await at.pair()
            await alice.block(bob.user_uri)
            connection = alice.host.connected()
            for body, error in ((b'{"user_uris":["mimi://x"]}', BadUri), (b'{"user_uris":1}', ClientError)):

                async def request(*_: object, body: bytes = body) -> bytes:
                    return body

                monkeypatch.setattr(type(connection), "request", request)
                with pytest.raises(error):
                    await alice.blocks.refresh()
                assert alice.blocks.blocked(bob.user_uri)

    run(story())
