# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a participant hands over: chosen messages with what proves them, gaps, files; and what is refused by name."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import zipfile
from pathlib import Path

import msgspec
import pyrage
import pytest

from privity.client.disclosing.choosing import DELETED, UNPROVEN, choose
from privity.client.disclosing.gathering import Gathering
from privity.client.disclosing.wanted import MAX_WORDS, Chosen, Wanted
from privity.client.engine.records import Table
from privity.client.engine.state import Own
from privity.client.errors import CommandRefused, DisclosureRefused, SaveRefused
from privity.client.sdk import Device
from privity.message.errors import PlaintextMismatch
from privity.message.message_id import message_id
from privity.mls.codec import u64
from privity.production import archive
from privity.production.errors import BadTimeStamp
from tests.client import disclosed
from tests.client.disclosed import HOSTILE, PICTURE, Past, alone, checked, messages, read, verify_here, wanted


@pytest.fixture(autouse=True)
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the verifier runs apart is shown in tests/production; here it runs often."""
    monkeypatch.setattr("privity.production.writing.verify", verify_here)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    return asyncio.run(disclosed.talked(tmp_path_factory.mktemp("past")))


async def test_a_whole_conversation_is_handed_over_without_any_hub(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        made = await ann.disclosures.make(wanted(past, statement="I was there."))
        own, ben = ann.user_uri, past.ben
    found = messages(made)
    order = ["own", "hot", "picture", "unfetched", "edited", "edit", "own picture", "last"]
    assert [each["id"] for each in found] == [past.ids[name].hex() for name in order]
    assert [each["sender"] for each in found] == [own, ben, ben, ben, ben, ben, own, ben]
    assert [each["kind"] for each in found] == ["message"] * 5 + ["edit"] + ["message"] * 2
    assert found[1]["text"] == "the teapot is hot" and found[1]["handle"] == "ben_b"
    assert [each["authorship"] is None for each in found] == [each["sender"] == own for each in found]
    assert all(each["frank"] is not None and each["attestation"] is None for each in found)
    selection = read(made, "selection.json")
    assert selection["left_out"] == [{"id": past.ids["deleted"].hex(), "why": DELETED}]
    assert (selection["role"], selection["statement"]) == ("member", "I was there.")
    assert selection["asked"] == {"files": False, "keys": False, "attestation": False}
    said = checked(made, past.log, tmp_path)
    assert said["verified"], said
    assert {(each["signature"], each["key"]) for each in said["messages"]} == {("pass", "pass"), ("own", "own")}
    assert {each["time"] for each in said["messages"]} == {"claimed"}


async def test_gaps_count_what_stands_between_and_what_was_taken_out(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        made = await ann.disclosures.make(wanted(past, "own", "picture", "last"))
        preview = await ann.disclosures.preview(wanted(past, "own", "picture", "last").chosen)
    # "hot" after the first; after the second "unfetched", "edited", "deleted", "own picture" and "forgotten"
    assert read(made, "selection.json")["gaps"] == [{"after": 1, "unselected": 1}, {"after": 2, "unselected": 5}]
    assert (preview.messages, preview.gaps, preview.own) == (3, 6, 1)


async def test_a_hidden_message_makes_the_gap_unknown(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        room = ann.host.engine.room(past.room)
        item = room.timeline.item(past.ids["hot"])
        assert item is not None
        ann.host.store.save({(Table.TIMELINE, past.room, u64(item.seq)): None})
        room.timeline.hide(item.seq, item.ts_ms)
        ann.host.store.save(room.device.batch.take())
        made = await ann.disclosures.make(wanted(past, "own", "picture", "last"))
    assert read(made, "selection.json")["gaps"][0] == {"after": 1, "unselected": None}
    assert "how many is not known" in made.package.files["bag/data/index.html"].decode()


async def test_what_came_as_history_has_unknown_gaps(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        room = ann.host.engine.room(past.room)
        item = room.timeline.item(past.ids["picture"])
        assert item is not None
        room.record.joined_seq = item.seq
        made = await ann.disclosures.make(wanted(past, "own", "picture", "last"))
    assert [each["unselected"] for each in read(made, "selection.json")["gaps"]] == [None, 5]


async def test_a_range_begins_and_ends_where_it_was_said(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        chosen = Chosen(past.room, since=past.ids["hot"], until=past.ids["unfetched"])
        made = await ann.disclosures.make(Wanted(chosen, "somebody", "something"))
        assert [each["id"] for each in messages(made)] == [past.ids[n].hex() for n in ("hot", "picture", "unfetched")]
        with pytest.raises(CommandRefused, match="ends before it begins"):
            await ann.disclosures.preview(Chosen(past.room, since=past.ids["last"], until=past.ids["hot"]))
        with pytest.raises(CommandRefused, match="no message of this conversation"):
            await ann.disclosures.preview(Chosen(past.room, since=bytes(32)))


async def test_what_was_deleted_is_handed_over_by_its_id_while_its_evidence_lasts(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        made = await ann.disclosures.make(wanted(past, "deleted"))
        assert [each["text"] for each in messages(made)] == ["I never said this"]
        assert read(made, "selection.json")["shown"][0]["state"] == "deleted"
        assert "It was deleted in the conversation" in made.package.files["bag/data/index.html"].decode()
        ann.host.store.save({(Table.EVIDENCE, past.room, past.ids["deleted"]): None})
        with pytest.raises(CommandRefused, match="no evidence of one of these"):
            await ann.disclosures.make(wanted(past, "deleted"))


async def test_what_nothing_proves_is_left_out_of_a_range_and_refused_by_its_id(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        ann.host.store.save({(Table.EVIDENCE, past.room, past.ids["hot"]): None})
        left_out = read(await ann.disclosures.make(wanted(past)), "selection.json")["left_out"]
        assert {"id": past.ids["hot"].hex(), "why": UNPROVEN} in left_out
        with pytest.raises(CommandRefused, match="no evidence"):
            await ann.disclosures.make(wanted(past, "last", "hot"))
        ann.host.store.save({(Table.EVIDENCE, past.room, key): None for key in past.ids.values()})
        with pytest.raises(CommandRefused, match="nothing that was chosen"):
            await ann.disclosures.preview(Chosen(past.room, since=past.ids["hot"], until=past.ids["picture"]))


async def test_own_words_without_evidence_are_the_exporters_word(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        ann.host.store.save({(Table.EVIDENCE, past.room, past.ids["own"]): None})
        made = await ann.disclosures.make(wanted(past, "own"))
    (found,) = messages(made)
    assert (found["frank"], found["server_time_ms"], found["epoch"], found["text"]) == (None, None, None, HOSTILE)
    (judged,) = checked(made, past.log, tmp_path)["messages"]
    assert (judged["signature"], judged["time"]) == ("own", "absent")


async def test_a_reaction_is_a_message_of_its_own_and_words_beside_another(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        made = await ann.disclosures.make(wanted(past, "own", "reaction"))
    own, reaction = messages(made)
    assert (own["kind"], reaction["kind"], reaction["sender"]) == ("message", "reaction", past.ben)
    (shown,) = read(made, "selection.json")["shown"]
    assert [each["text"] for each in shown["reactions"]] == ["🫖"]
    assert checked(made, past.log, tmp_path)["verified"]


async def test_files_are_there_as_they_were_or_said_to_be_missing(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        made = await ann.disclosures.make(wanted(past, "picture", "unfetched", "own picture"))
    files = [each["attachments"][0] for each in messages(made)]
    assert [each["status"] for each in files] == ["here", "not_here", "not_here"]
    assert made.package.files["bag/data/attachments/00001-0.png"] == PICTURE
    assert files[1]["name"] == "../../kettle.html" and not [n for n in made.package.files if "kettle" in n]
    assert made.missing[0] == "2 files of messages are not on this device, and not in the package"
    assert checked(made, past.log, tmp_path)["verified"]


async def test_who_says_of_a_good_file_that_it_does_not_open_is_caught(
    past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> bytes:
        raise PlaintextMismatch("another plaintext")

    monkeypatch.setattr("privity.client.disclosing.gathering.decrypt", never)
    async with alone(past, tmp_path) as ann:
        made = await ann.disclosures.make(wanted(past, "picture"))
    (file,) = messages(made)[0]["attachments"]
    assert (file["status"], file["plaintext"], file["ciphertext"]) == ("refused", None, "attachments/00001-0.sealed")
    said = checked(made, past.log, tmp_path)
    assert not said["verified"] and "does open" in str(said["messages"][0]["lines"])


async def test_ids_and_bytes_are_those_that_were_sent(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        made = await ann.disclosures.make(wanted(past))
    for each in messages(made):
        assert message_id(base64.b64decode(each["content"])).hex() == each["id"]


async def test_the_page_runs_and_loads_nothing_whatever_people_wrote(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        made = await ann.disclosures.make(wanted(past, statement=HOSTILE))
    page = made.package.files["bag/data/index.html"].decode()
    assert page.count("&lt;script&gt;") == 2 and "<script" not in page and "<img" not in page
    assert "default-src 'none'" in page
    for words in ("The teapot office", "advice", "ben_b", "the teapot is hot", "nothing proves that time", DELETED):
        assert words in page
    assert "verify_messages.py" in page and "bag/data/verify_messages.py" in made.package.files


async def test_a_package_is_a_new_folder_a_zip_or_sealed_to_one_key(past: Past, tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    async with alone(past, tmp_path) as ann:
        made = await ann.disclosures.make(wanted(past, "hot"))
        assert (await ann.disclosures.write(made, tmp_path / "out")).is_dir()
        with pytest.raises(SaveRefused, match="cannot be written"):
            await ann.disclosures.write(made, tmp_path / "out")
        out = io.BytesIO()
        await ann.disclosures.pack(made, out)
        sealed = await ann.disclosures.seal(made, str(identity.to_public()), tmp_path)
        with pytest.raises(DisclosureRefused, match="expected an age key"):
            await ann.disclosures.seal(made, "age1invented", tmp_path)
    with zipfile.ZipFile(out) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == {
            f"{made.name}/{path}": data for path, data in made.package.files.items()
        }
    assert sealed.name == f"{made.name}.tar.age" and b"teapot" not in sealed.read_bytes()
    assert archive.unpack(pyrage.decrypt(sealed.read_bytes(), [identity])) == dict(made.package.files)


async def test_a_package_that_its_own_verifier_refuses_is_not_given_out(
    past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise BadTimeStamp("an invented reason")

    monkeypatch.setattr("privity.production.writing.must_verify", refuse)
    async with alone(past, tmp_path) as ann:
        with pytest.raises(DisclosureRefused, match="an invented reason"):
            await ann.disclosures.make(wanted(past, "hot"))


async def test_no_words_stand_in_what_is_printed_of_it(past: Past, tmp_path: Path) -> None:
    async with alone(past, tmp_path) as ann:
        choice = await choose(ann.host.store, ann.host.engine.room(past.room), Chosen(past.room))
        gathered = await Gathering(ann.host, ann.names, fetch=False).gather(choice.picked)
    said = f"{choice} {gathered} {wanted(past, statement='my secret')}"
    assert not [words for words in ("teapot is hot", "my secret", "night", "PNG") if words in said]


@pytest.mark.parametrize(
    ("recipient", "purpose", "statement", "why"),
    [
        (" ", "advice", "", "names a recipient"),
        ("somebody", "", "", "names a purpose"),
        ("x" * (MAX_WORDS + 1), "advice", "", "at most"),
        ("somebody", "advice", "\ud800", "are text"),
    ],
    ids=["nobody", "for nothing", "too long", "half a letter"],
)
def test_a_disclosure_says_to_whom_and_for_what(recipient: str, purpose: str, statement: str, why: str) -> None:
    with pytest.raises(CommandRefused, match=why):
        Wanted(Chosen("mimi://hub.example/r/x"), recipient, purpose, statement)


def test_ids_and_a_range_exclude_each_other() -> None:
    with pytest.raises(CommandRefused, match="not both"):
        Chosen("mimi://hub.example/r/x", (bytes(32),), since=bytes(32))


async def test_too_much_for_one_package_is_refused(past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with alone(past, tmp_path) as ann:
        monkeypatch.setattr("privity.client.disclosing.gathering.MAX_BYTES", len(PICTURE) - 1)
        with pytest.raises(CommandRefused, match="choose fewer"):
            await ann.disclosures.make(wanted(past, "picture"))
        monkeypatch.setattr("privity.client.disclosing.choosing.MAX_MESSAGES", 7)
        with pytest.raises(CommandRefused, match="holds at most 7"):
            await ann.disclosures.preview(Chosen(past.room))


async def test_the_key_that_signs_is_the_devices_own(past: Past, tmp_path: Path) -> None:
    """Whoever changes the exporter to somebody else has no key in that account."""
    async with alone(past, tmp_path) as ann:
        made = await ann.disclosures.make(wanted(past, "own"))
        other = _as_if_by(ann, past.ben)
        forged = await ann.disclosures.make(wanted(past, "hot"))
        ann.host.engine.device.own = other
    assert checked(made, past.log, tmp_path)["verified"]
    assert json.loads(made.package.files["attest/keys.json"])["keys"][0]["use"] == "device"
    said = checked(forged, past.log, tmp_path)
    assert not said["verified"]
    assert next(each for each in said["checks"] if each["check"] == "exporter")["status"] != "pass"


def _as_if_by(ann: Device, user_uri: str) -> Own:
    """Ann's device says that it is a device of somebody else; what it was."""
    own = ann.host.engine.device.own
    client = own.client_uri.replace(own.user_uri.rsplit("/", 1)[-1], user_uri.rsplit("/", 1)[-1])
    ann.host.engine.device.own = msgspec.structs.replace(own, user_uri=user_uri, client_uri=client)
    return own
