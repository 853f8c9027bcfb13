# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a disclosure has more where its person lets the hub be asked: attested times, dates of keys, files."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from privity.client.disclosing.disclosures import Made
from privity.client.disclosing.wanted import Chosen, Wanted
from privity.client.engine.records import Table
from privity.client.errors import CommandRefused
from privity.client.guarding import Guarding
from privity.client.sdk import Device
from privity.message.errors import PlaintextMismatch
from privity.production.disclosed import Status
from privity.server.attesting import service as attesting
from tests.client.disclosed import PICTURE, checked, messages, read, verify_here
from tests.client.linked import World, world
from tests.client.test_attachments import made as encrypted
from tests.client.test_attachments import say
from tests.client.town import shown, until


@pytest.fixture(autouse=True)
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the verifier runs apart is shown in tests/production; here it runs often."""
    monkeypatch.setattr("privity.production.writing.verify", verify_here)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


async def talk(town: World, *texts: str) -> tuple[Device, str]:
    """Ann says these to Ben, who is there to hand them over."""
    ben = await town.person("ben_b")
    room = await town.ann.direct(ben.user_uri)
    for text in texts:
        await shown(ben, room, await town.ann.send(room, text))
    return ben, room


async def hand_over(
    device: Device, room: str, *, files: bool = False, keys: bool = False, attestation: bool = False
) -> Made:
    wanted = Wanted(Chosen(room), "The teapot office", "advice", files=files, keys=keys, attestation=attestation)
    return await device.disclosures.make(wanted)


def verdicts(made: Made, device: Device, folder: Path, *options: str) -> dict[str, Any]:
    return checked(made, device.host.engine.device.log.keys, folder, *options)


async def test_the_hub_attests_to_every_time(town: World, tmp_path: Path) -> None:
    ben, room = await talk(town, "hot", "cold")
    await ben.send(room, "mine")
    made = await hand_over(ben, room, attestation=True)
    assert made.missing == ()
    said = verdicts(made, ben, tmp_path)
    assert said["verified"] and [each["time"] for each in said["messages"]] == ["attested"] * 3
    assert "and the server has attested to it" in made.package.files["bag/data/index.html"].decode()
    await ben.close()


async def test_an_attestation_by_another_key_is_not_handed_on(
    town: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben, room = await talk(town, "hot")
    monkeypatch.setattr(attesting, "sign_attestation", lambda *_: bytes(64))
    made = await hand_over(ben, room, attestation=True)
    assert messages(made)[0]["attestation"] is None
    assert made.missing == ("the hub attested to the time of 0 of 1 messages",)
    said = verdicts(made, ben, tmp_path)
    assert said["verified"] and [each["time"] for each in said["messages"]] == ["claimed"]
    await ben.close()


async def test_a_hub_that_went_away_is_named_and_stops_nothing(town: World, tmp_path: Path) -> None:
    ben, room = await talk(town, "hot")
    await town.ann.attach(room, PICTURE, filename="teapot.png")
    await until(ben, lambda: len(ben.read(room)) >= 2)
    await ben.close()
    again = Device.open(town.folder / "ben_b", "invented")
    made = await hand_over(again, room, files=True, keys=True, attestation=True)
    assert len(made.missing) == 5, made.missing
    for words in ("1 files", "key log showed nothing of ann_a", "nothing of ben_b", "nothing of hub.example", "0 of 2"):
        assert any(words in line for line in made.missing), words
    assert read(made, "selection.json")["asked"] == {"files": True, "keys": True, "attestation": True}
    assert verdicts(made, again, tmp_path)["verified"]
    await again.close()


async def test_files_that_this_device_lacks_are_asked_for(town: World, tmp_path: Path) -> None:
    ben, room = await talk(town)
    theirs = await town.ann.attach(room, PICTURE, filename="teapot.png")
    await shown(ben, room, theirs)
    await ben.attach(room, b"mine", filename="mine.txt", content_type="text/plain")
    without, made = await hand_over(ben, room), await hand_over(ben, room, files=True)
    for each, status in ((without, Status.NOT_HERE), (made, Status.HERE)):
        assert [message["attachments"][0]["status"] for message in messages(each)] == [status, status]
        assert verdicts(each, ben, tmp_path)["verified"]
    assert made.package.files["bag/data/attachments/00002-0.txt"] == b"mine"
    await ben.close()


async def second_device(town: World) -> Device:
    """Another device of Ann's account, connected."""
    link, offered = await town.both()
    new, _ = await asyncio.gather(link.accept(), offered.accept())
    await new.connect()
    await new.caught_up()
    return new


async def test_a_file_that_opens_to_something_else_is_handed_over_as_it_was_sent(town: World, tmp_path: Path) -> None:
    """Its sender named another plaintext, and put that under their own signature."""
    ben, room = await talk(town)
    sealed = encrypted(PICTURE)
    await town.ann.host.connected().upload(sealed.ciphertext, None)
    sent = await say(town.ann, room, sealed.part, (0, bytes(32)))
    await shown(ben, room, sent)
    with pytest.raises(PlaintextMismatch):
        await ben.fetch(room, sent)
    package = await hand_over(ben, room)
    (file,) = messages(package)[0]["attachments"]
    assert (file["status"], file["plaintext"]) == (Status.REFUSED, None)
    assert package.package.files[f"bag/data/{file['ciphertext']}"] == sealed.ciphertext
    assert verdicts(package, ben, tmp_path)["verified"]
    await ben.close()


UNDATED = "when each key of ann_a was in force: asking the hub for keys brings it"


async def test_a_device_that_was_dropped_since_needs_the_dates_of_its_time(town: World, tmp_path: Path) -> None:
    """Ben saw each list while it was the newest, and so has a chain; when each was in force only the log says."""
    ben, room = await talk(town, "first")
    new = await second_device(town)
    await until(new, lambda: room in new.rooms())
    await shown(ben, room, await new.send(room, "from the second device"))
    await new.close()
    await town.ann.account.remove_device(new.client_uri)
    await shown(ben, room, await town.ann.send(room, "after that"))
    without, made = await hand_over(ben, room), await hand_over(ben, room, keys=True)
    assert (without.missing, made.missing) == ((UNDATED,), ())
    assert [each["key"] for each in verdicts(without, ben, tmp_path)["messages"]] == ["pass", "listed", "pass"]
    said = verdicts(made, ben, tmp_path)
    assert said["verified"] and [each["key"] for each in said["messages"]] == ["pass"] * 3
    await ben.close()


async def test_lists_from_before_one_met_are_asked_for(town: World, tmp_path: Path) -> None:
    """Without them the log names the key, and nothing shows who signed the list before."""
    new = await second_device(town)
    await new.close()
    await town.ann.account.remove_device(new.client_uri)
    ben, room = await talk(town, "after that")
    without, made = await hand_over(ben, room), await hand_over(ben, room, keys=True)
    assert without.missing == (UNDATED,)
    assert made.missing == ()
    assert not verdicts(without, ben, tmp_path)["verified"]
    (listed,) = verdicts(without, ben, tmp_path, "--accept-listed")["messages"]
    assert (listed["signature"], listed["key"]) == ("pass", "listed")
    said = verdicts(made, ben, tmp_path)
    assert said["verified"] and [each["key"] for each in said["messages"]] == ["pass"]
    await ben.close()


async def test_LP_28_a_declared_archive_hands_over_on_the_same_path(town: World, tmp_path: Path) -> None:
    ben, acme = await town.person("ben_b"), await town.person("acme_co")
    room = await town.ann.create_group()
    await town.ann.invite(room, ben.user_uri)
    await town.ann.archives.declare(room, acme.user_uri, "Kept for six years.")
    await until(acme, lambda: room in acme.rooms())
    await shown(acme, room, await town.ann.send(room, "on the record"))
    made = await hand_over(acme, room)
    assert read(made, "selection.json")["role"] == "archive"
    assert "had declared as keeping a copy" in made.package.files["bag/data/index.html"].decode()
    assert verdicts(made, acme, tmp_path)["verified"]
    with pytest.raises(CommandRefused):
        await acme.send(room, "an archive says nothing")
    await asyncio.gather(ben.close(), acme.close())


async def test_guardians_have_no_message_of_a_ward_to_hand_over(town: World) -> None:
    """They agree to contacts. Nothing of what is said reaches any device of theirs."""
    parent = await town.person("parent_p", friend=False)
    kid, room = await talk(town, "do your homework")
    assert await kid.guarding.use_code(await parent.guarding.make_code()) == parent.user_uri
    await until(parent, lambda: bool(parent.guarding.wards()))
    await shown(kid, room, await town.ann.send(room, "and then to bed"))
    await parent.caught_up()
    assert parent.rooms() == parent.left_rooms() == {}
    assert not [table for table in Table if parent.host.store.scan(table, room)]
    with pytest.raises(CommandRefused, match="knows no conversation"):
        await parent.disclosures.preview(Chosen(room))
    await asyncio.gather(kid.close(), parent.close())


def test_no_verb_of_guarding_gives_words_of_others() -> None:
    """What it takes and what it gives: people, ages, codes."""
    verbs = {name: verb for name, verb in vars(Guarding).items() if not name.startswith("_") and callable(verb)}
    given = {name: str(inspect.signature(verb).return_annotation) for name, verb in verbs.items()}
    assert len(given) > 5
    assert set(given.values()) <= {"list[Ward]", "list[Guardian]", "str", "None"}, given
