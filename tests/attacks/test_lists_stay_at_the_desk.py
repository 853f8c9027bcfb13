# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hash list is a secret, and matching sees what is public: nothing of a list leaves, nothing of a room comes."""

from __future__ import annotations

import ast
import base64
from pathlib import Path

import aiohttp
import msgspec

import privity.desk.matching
from privity.desk.decisions.effects import Effects
from privity.desk.hub_client import HttpHub
from privity.wire.staff import Effect, EffectDone, EffectOutcome, ProfileFacts
from tests.desk.conftest import Home, home, house, hub
from tests.desk.fake_hub import FakeHub
from tests.desk.house import House
from tests.desk.matching.files import bits_of, picture
from tests.desk.matching.listed import a_list, of_pdq, put
from tests.desk.matching.shown import Scene

ROOM = Path(privity.desk.matching.__file__).parent


__all__ = ["home", "house", "hub"]  # fixtures


class Taped:
    """Everything that goes to the hub, as bytes."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    async def effect(self, effect: Effect) -> EffectDone:
        self.sent.append(msgspec.json.encode(effect))
        return EffectDone(effect.id, EffectOutcome.APPLIED, "")


async def test_no_form_of_a_listed_hash_goes_to_the_hub(house: House, tmp_path: Path) -> None:
    bits, taped = bits_of(picture(1)), Taped()
    put(house, a_list(house), of_pdq(bits, "secret-id"))
    scene = Scene(house, tmp_path / "index")
    account = scene.showed(picture(1))
    await scene.settled()
    while await Effects(house.db, taped, lambda: house.clock).step():
        pass
    sent = b"\n".join(taped.sent)
    assert account.encode() in sent and b"remove_public" in sent, "something was sent at all"
    for secret in (bits, bits.hex().encode(), base64.b64encode(bits), b"secret-id", b'known"'):
        assert secret not in sent
    assert scene.hub.asked == [account]


async def test_the_real_client_is_asked_for_profiles_alone(home: Home, hub: FakeHub, tmp_path: Path) -> None:
    house = House.at(tmp_path / "another")
    put(house, a_list(house), of_pdq(bits_of(picture(1))))
    scene = Scene(house, tmp_path / "index")
    account = scene.showed(picture(1))
    hub.profiles[account] = ProfileFacts(account, "", "A name", "", picture(1), True, False)
    async with aiohttp.ClientSession() as session:
        keys = home.keys()
        scene.hub = HttpHub(session, hub.url, keys.staff, lambda: house.clock, house.random)  # type: ignore[assignment]  # a real one
        scene.matching = scene.started(scene.light)
        await scene.settled()
    assert dict(hub.seen) == {"profile": 1}


def test_no_module_of_matching_calls_anything_else_of_the_hub() -> None:
    asked = set()
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("hub"):
                asked.add(node.attr)
            if isinstance(node, ast.ImportFrom):
                assert node.module not in ("privity.desk.hub_client", "aiohttp", "socket"), path
    assert asked == {"profile"}
