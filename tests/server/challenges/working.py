# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A challenged person at a hub: what they begin, what the hub asks for it, and the work for that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from privity.identity.consent import Op
from privity.identity.room_links import Knock, RoomLink
from privity.identity.uris import id_of
from privity.policy.work import PARTS, search
from privity.wire.errors import ErrorBody
from privity.wire.work import Puzzle, Work
from tests.server.contacts.people import signed_entry
from tests.server.core.people import text
from tests.server.rooms.world import Device, World

Answer = tuple[int, Any]


def solve(puzzle: Puzzle) -> Work:
    """What an honest device answers."""
    answers = []
    for part in range(PARTS):
        found = search(puzzle.seed, puzzle.bits, part, 0, 1 << 16)
        assert found is not None
        answers.append(found)
    return Work(puzzle.seed, puzzle.bits, puzzle.made_ms, answers)


def puzzle_in(answer: Answer) -> Puzzle:
    """What a refusal asks for."""
    status, said = answer
    refused = msgspec.convert(said, ErrorBody, strict=False)
    assert (status, refused.code.value) == (403, "restricted"), said
    assert refused.puzzle is not None, said
    return refused.puzzle


@dataclass
class Beginner:
    """A device whose person begins things with strangers."""

    world: World
    device: Device

    @property
    def uri(self) -> str:
        return self.device.user_uri

    def entry(self, other: str, room: str = "", after_ms: int = 0) -> str:
        return signed_entry(
            self.device.person,
            Op.REQUEST,
            other,
            at_ms=self.world.clock.now + after_ms,
            room=room,
            device=self.device.keys,
        )

    async def call(self, method: str, path: str, body: Any = None) -> Answer:
        status, answer = await self.device.line.request(method, f"/v1/{path}", body)
        return int(status), answer

    async def ask(self, target: str, work: Work | None = None) -> Answer:
        return await self.call("POST", "contacts/requests", {"entry": self.entry(target)} | _with(work))

    async def withdraw(self, target: str) -> None:
        assert (await self.call("DELETE", f"contacts/requests/{target}"))[0] == 200

    async def invite(self, room: str, other: str, work: Work | None = None) -> Answer:
        body = {"entry": self.entry(other, room)} | _with(work)
        return await self.call("POST", f"rooms/{id_of(room)}/invitations", body)

    async def knock(self, link: RoomLink, work: Work | None = None) -> Answer:
        keys, at_ms = self.device.keys, self.world.clock.now
        made = Knock.make(link, keys.client_uri, at_ms, keys.private)
        body = {
            "link_id": text(made.link_id),
            "at_ms": made.at_ms,
            "mac": text(made.mac),
            "signature": text(made.signature),
        }
        return await self.call("POST", f"rooms/{id_of(link.room_uri)}/knocks", body | _with(work))


def _with(work: Work | None) -> dict[str, Any]:
    return {} if work is None else {"work": msgspec.to_builtins(work)}
