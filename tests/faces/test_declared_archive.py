# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An archive at the command line: declared, shown above everything, agreed to by each person, and withdrawn."""

from __future__ import annotations

import asyncio
import json

from privity.client.engine import inputs
from privity.client.sdk import Device
from privity.message.content import SinglePart
from tests.faces.shell import Town

WORDS = "Kept for six years by the records office."


def test_LP_25_an_archive_is_shown_and_asked_about(town: Town) -> None:
    alice, bob, acme = town.alice, town.bob, town.carol
    room = alice.ok("room", "create", "bob.c").strip()
    short = room.rsplit("/", 1)[-1][:8]
    alice.ok("send", room, "said before anybody kept a copy")
    assert "--policy" in alice.wrong("room", "declare-archive", room, "carol.d")
    assert "PolicyRefused" in bob.refused("room", "declare-archive", room, "carol.d", "--policy", WORDS)
    assert "carol.d keeps a copy" in alice.ok("room", "declare-archive", room, "carol.d", "--policy", WORDS)
    assert "declared here already" in alice.refused("room", "declare-archive", room, "carol.d", "--policy", WORDS)
    assert "withdraw it" in alice.refused("room", "remove", room, "carol.d")

    refused = bob.refused("send", room, "what Bob did not want kept")
    assert "ConsentNeeded" in refused
    assert f'carol.d keeps a copy of everything sent here; about the copy it says: "{WORDS}"' in refused
    assert f"privity room accept {short}" in refused

    assert "ConsentNeeded" in bob.refused("attach", room, __file__)

    banner = bob.ok("read", room).splitlines()
    assert banner[0].startswith("== carol.d keeps a copy of everything sent here since 20")
    assert WORDS in banner[1]
    assert f"privity room accept {short}" in banner[2]
    first = json.loads(bob.ok("read", room, "--json").splitlines()[0])
    assert (first["kind"], first["accepted"], first["archives"][0]["name"]) == ("banner", False, "carol.d")
    members = alice.ok("room", "members", room).splitlines()
    assert members[0].startswith("== carol.d keeps a copy")
    assert [row.endswith("(keeps a copy)") for row in members if row.startswith("carol.d")] == [True]
    assert "(a copy of everything is kept by carol.d)" in bob.ok("room", "list")

    accepted = bob.ok("room", "accept", short)
    assert accepted.startswith("accepted: carol.d keeps a copy")
    assert "nothing to accept" in bob.ok("room", "accept", short)
    bob.ok("send", room, "now I know")
    kept = acme.ok("read", room)
    assert kept.startswith("== you keep a copy of everything sent here")
    assert "not accepted" not in kept, "who sends nothing is asked nothing"
    assert "bob.c: now I know" in kept
    assert "said before anybody kept a copy" not in kept
    assert "says nothing" in acme.refused("send", room, "an archive speaks")

    assert "gets nothing more" in alice.ok("room", "withdraw-archive", room, "carol.d")
    assert "is no archive here" in alice.refused("room", "withdraw-archive", room, "carol.d")
    assert "keeps no copy any more" in bob.refused("send", room, "asked again")
    bob.ok("room", "accept", room)
    bob.ok("send", room, "among ourselves again")
    assert "==" not in bob.ok("read", room)
    still = acme.ok("read", room)
    assert "bob.c: now I know" in still, "what it has it keeps"
    assert "among ourselves again" not in still
    assert f"{short}  you are no longer in it" in acme.ok("room", "list", "--left")
    assert short not in acme.ok("room", "list")


def test_LP_25_what_waits_for_a_word_is_listed_and_then_sent(town: Town) -> None:
    alice, bob = town.alice, town.bob
    room = alice.ok("room", "create", "bob.c").strip()
    bob.ok("read", room)
    device = Device.open(bob.folder, "invented")
    asyncio.run(_put_into_the_outbox(device, room))
    alice.ok("room", "declare-archive", room, "carol.d", "--policy", WORDS)
    shown = bob.run("read", room)
    assert "-- waits to be sent: written on the train" in shown.stdout.splitlines()
    assert "messages wait: carol.d keeps a copy" in shown.stderr
    last = json.loads(bob.ok("read", room, "--json").splitlines()[-1])
    assert last == {"kind": "waiting", "text": "written on the train"}
    assert "written on the train" not in alice.ok("read", room)
    bob.ok("room", "accept", room)
    bob.ok("send", room, "arrived")
    assert "bob.c: written on the train" in alice.ok("read", room)
    assert "waits" not in bob.ok("read", room)


async def _put_into_the_outbox(device: Device, room: str) -> None:
    """As a device does that is asked to send while the hub is out of reach, and is closed then."""
    device.host.step(inputs.Send(1, room, SinglePart("text/plain;charset=utf-8", b"written on the train")))
    await device.close()
