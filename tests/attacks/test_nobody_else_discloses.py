# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""LP-26 and LP-27: a disclosure begins with its person's word on this device, and says nothing to anybody else."""

from __future__ import annotations

import ast
import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

import privity
from privity.client.disclosing.wanted import Chosen, Wanted
from privity.client.engine import inputs
from privity.client.net.connection import Connection
from privity.client.sdk import Device
from privity.production import building
from privity.production.envelope import KeySigner
from privity.server.config import HubSection
from privity.wire import rest, socket
from privity.wire.attest import Attest, FranksAttested
from privity.wire.errors import Code
from privity.wire.socket import EventKind, InboxKind
from tests.client.linked import World, world
from tests.client.town import shown, until

SOURCE = Path(privity.__file__).parent
WORDS = ("disclos", "hand_over", "handover", "export")
BEGIN = {
    "client/sdk.py",
    "faces/commands/disclosing.py",
    "faces/app/disclosing.py",
    "faces/app/verbs/disclosing.py",
    "faces/drill/legal/disclosed.py",
}
"""Where a disclosure can begin: the library, the command, what the page asks of the daemon on its own machine, and the
drill, whose people are its own."""


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Those in which the word stands at all."""
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text()
        if "disclos" in text:
            yield path.relative_to(SOURCE).as_posix(), ast.parse(text)


def imported(tree: ast.Module) -> set[str]:
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return found | modules


def test_LP_27_a_disclosure_begins_in_few_places_and_nowhere_else() -> None:
    """No code of hub, desk, wire or engine can name it: the engine is all that a frame of the hub ever reaches."""
    room = "privity.client.disclosing"
    inside = "client/disclosing/"
    using = {name for name, tree in sources() if any(module.startswith(room) for module in imported(tree))}
    assert {name for name in using if not name.startswith(inside)} <= BEGIN
    calling = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "disclosures"
    }
    assert calling and calling <= BEGIN
    assert "client/sdk.py" in using


def test_LP_26_no_setting_and_no_answer_speaks_of_it() -> None:
    """What an operator can set, what the hub says of itself, what frames carry, which commands the engine has."""
    kinds = [HubSection, rest.ServerInfo, *socket.FromHub.__args__, *socket.FromDevice.__args__, Attest, FranksAttested]
    names = [f"{kind.__name__}.{field.name}".lower() for kind in kinds for field in msgspec.structs.fields(kind)]
    names += [kind.__name__.lower() for kind in inputs.Command.__args__] + [kind.name.lower() for kind in InboxKind]
    assert len(names) > 80
    assert not [name for name in names if any(word in name for word in WORDS)]


class Asked:
    """Everything that leaves over connections of this process, by method and path, and the bodies."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.said: list[tuple[str, str]] = []
        self.bodies: list[bytes] = []
        headers, send = Connection._headers, Connection.send

        def noting(connection: Connection, method: str, path: str, body: bytes) -> dict[str, str]:
            self.said.append((method, path))
            self.bodies.append(body)
            return headers(connection, method, path, body)

        async def sending(connection: Connection, frame: socket.FromDevice) -> None:
            self.said.append(("frame", type(frame).__name__))
            await send(connection, frame)

        patch.setattr(Connection, "_headers", noting)
        patch.setattr(Connection, "send", sending)

    def taken(self) -> list[tuple[str, str]]:
        said, self.said = self.said, []
        return said


async def hand_over(
    device: Device, chosen: Chosen, *, files: bool = False, keys: bool = False, attestation: bool = False
) -> None:
    await device.disclosures.preview(chosen)
    wanted = Wanted(chosen, "The teapot office", "advice", files=files, keys=keys, attestation=attestation)
    made = await device.disclosures.make(wanted)
    await device.disclosures.pack(made, io.BytesIO())


async def test_LP_27_nothing_is_sent_but_what_its_person_asked_for(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = await town.person("ben_b")
    room = await town.ann.direct(ben.user_uri)
    await until(ben, lambda: room in ben.rooms())
    sent = await ben.send(room, "the teapot is hot")
    await shown(town.ann, room, sent)
    other = await ben.send(room, "not this")
    picture = await ben.attach(room, b"a picture", filename="teapot.png")
    await shown(town.ann, room, picture)
    await town.ann.caught_up()
    await ben.close()
    asked = Asked(monkeypatch)
    one, two = Chosen(room, (sent,)), Chosen(room, (picture,))
    await hand_over(town.ann, one)
    assert asked.taken() == []
    await hand_over(town.ann, two, files=True)
    ((method, path),) = asked.taken()
    assert method == "GET" and path.startswith("/v1/blobs/")
    await hand_over(town.ann, one, keys=True)
    assert set(asked.taken()) == {("POST", "/v1/keylog/lookup")}
    asked.bodies.clear()
    await hand_over(town.ann, one, attestation=True)
    assert asked.taken() == [("POST", "/v1/keylog/lookup"), ("POST", "/v1/franks/attest")]
    question = msgspec.json.decode(asked.bodies[-1], type=Attest)
    assert [each.sender_uri for each in question.franks] == [ben.user_uri] and len(question.franks) == 1
    assert other not in question.franks[0].tag


BODIES = (b"", b"disclose", b'{"disclose": true}', b"\xff" * 99, bytes(4096))


async def test_LP_27_no_frame_of_a_hostile_hub_leads_to_one(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind of frame and of inbox entry, with bodies that name it and bodies of nothing."""
    ben = await town.person("ben_b")
    room = await town.ann.direct(ben.user_uri)
    await until(ben, lambda: room in ben.rooms())
    await shown(town.ann, room, await ben.send(room, "the teapot is hot"))
    await town.ann.caught_up()
    begun: list[str] = []
    monkeypatch.setattr(building, "prepare", lambda *_, **__: begun.append("prepared"))
    monkeypatch.setattr(KeySigner, "sign", lambda *_: begun.append("signed"))
    monkeypatch.setattr("privity.client.disclosing.disclosures.choose", lambda *_: begun.append("chosen"))
    before = sorted(path for path in town.folder.rglob("*") if "ann" in path.as_posix())
    host = town.ann.host
    for frame in _frames(room):
        host.step(inputs.Received(frame))
    assert begun == []
    assert [each.text for each in town.ann.read(room) if each.text == "the teapot is hot"]
    assert sorted(path for path in town.folder.rglob("*") if "ann" in path.as_posix()) == before
    await ben.close()


def _frames(room: str) -> list[socket.FromHub]:
    frank = socket.Frank(bytes(32), 1, bytes(64))
    frames: list[socket.FromHub] = [socket.CaughtUp(), socket.Accepted(bytes(16), 9, 9, frank)]
    frames += [socket.Refused(bytes(16), code, "disclose") for code in Code]
    frames += [socket.Forgotten(room, 1), socket.Typing(room, 1, b"disclose")]
    frames += [socket.Inbox(seq, kind, room, 1, body) for kind in InboxKind for seq, body in enumerate(BODIES, 1)]
    frames += [
        socket.Event(room, seq, 1 << 41, kind, body, frank) for kind in EventKind for seq, body in enumerate(BODIES, 1)
    ]
    return frames
