# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A backup over a real hub: everything is there to read on a new device, and nothing by which one would act."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator
from dataclasses import fields
from pathlib import Path

import msgspec
import pytest

from privity.client.backup import contents
from privity.client.backup.backups import Backups
from privity.client.backup.format import Maker, Writer, open_backup
from privity.client.backup.keys import PUBLIC_KEY, BackupKey
from privity.client.engine import evidence, kept_room_reports, report_keys
from privity.client.engine.account_keys import OWN_WISH, OwnWish
from privity.client.engine.own_lists import DRAFT_KEY
from privity.client.engine.records import Table
from privity.client.engine.shown import Item, Kind, State
from privity.client.engine.state import OWN_KEY, Own
from privity.client.errors import BackupMalformed, CommandRefused, NotAFile, SaveRefused, WrongBackupKey, WrongPhrase
from privity.client.sdk import Device
from privity.client.store.database import Store
from privity.desk.main import now_ms
from privity.identity.errors import BadPhrase
from privity.identity.recovery import new_phrase, root_of
from privity.message.report import Reason
from privity.mls.codec import decode
from privity.mls.group import KeyPackageBundle
from privity.mls.group.records import GROUP, EpochHead, read_past
from privity.wire.staff import EffectParams, Verb
from tests.client.linked import PHRASE, World, heard, world
from tests.client.town import run, shown, until
from tests.client.town import town as desk_town
from tests.hub_effects import DAY_MS, DECISION, does, limited

MADE_MS = 1_800_000_000_000
KEY = BackupKey.of(root_of(PHRASE))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


async def talked(town: World) -> tuple[Device, str]:
    """Bob, and his direct conversation with Ann, in which much was done."""
    bob = await town.person("bob_b")
    room = await town.ann.direct(bob.user_uri)
    await town.ann.send(room, "hello")
    await heard(bob, room, "hello")
    await bob.send(room, "from bob")
    await heard(town.ann, room, "from bob")
    first = next(item for item in town.ann.read(room) if item.text == "from bob")
    await town.ann.react(room, first.message_id, "👍")
    await town.ann.send(room, "from ann")
    await heard(bob, room, "from ann")
    mine = next(item for item in bob.read(room) if item.text == "from ann")
    await bob.react(room, mine.message_id, "🎉")
    await bob.edit(room, await bob.send(room, "with an eror"), "without an error")
    await bob.delete(room, await bob.send(room, "regretted"))
    file = await bob.attach(room, b"tea" * 1000, filename="tea.txt", content_type="text/plain")
    await bob.send(room, "the end")
    await heard(town.ann, room, "the end")
    await town.ann.fetch(room, file)
    town.ann.preferences.set_draft(room, "half a sentence")
    town.ann.preferences.set_muted(room, True)
    await town.ann.names.learn([bob.user_uri])
    return bob, room


def records(path: Path, device: Device) -> list[contents.Record]:
    """What stands in a backup, for who has the phrase."""
    with path.open("rb") as file:
        opened = open_backup(file, KEY, Backups(device.host, device.names)._own_lists())
        return [contents.decode(data) for _, data in opened.records()]


def said(device: Device, room: str) -> list[tuple[str, bool]]:
    return [(item.text, item.from_backup) for item in device.read(room) if item.kind is Kind.MESSAGE]


def entry(device: Device, room: str, text: str) -> Item:
    return next(item for item in device.read(room) if item.text == text)


async def test_a_new_device_reads_everything_that_the_lost_one_had(town: World) -> None:
    bob, room = await talked(town)
    path = town.folder / "b"
    moved: list[tuple[int, int]] = []
    await town.ann.backups.make(path, lambda done, total: moved.append((done, total)))
    assert moved == sorted(moved) and moved[-1][0] == moved[-1][1]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = said(town.ann, room)
    await town.ann.close()
    async with await Device.recovered(town.new_folder, "four", town.hub, handle="ann_a", phrase=PHRASE) as ann:
        await ann.caught_up()
        assert said(ann, room) == [], "a new device reads nothing old by itself"
        await bob.send(room, "since")
        await heard(ann, room, "since")
        moved.clear()
        done = await ann.backups.restore(path, PHRASE, lambda done, total: moved.append((done, total)))
        assert done.unproven == 0 and done.differing == []
        assert moved[-1][0] == moved[-1][1] == path.stat().st_size
        own = {"hello", "from ann"}
        wanted = [(text, text in own or text == "") for text, _ in before]
        assert said(ann, room) == [*wanted, ("since", False)]
        edited = entry(ann, room, "without an error")
        assert edited.state is State.EDITED and len(edited.versions) == 1
        assert [each.text for each in entry(ann, room, "from ann").reactions] == ["🎉"]
        assert [each.text for each in entry(ann, room, "from bob").reactions] == ["👍"]
        assert ann.preferences.draft(room) == "half a sentence" and ann.preferences.muted(room)
        assert ann.names.handle(bob.user_uri) == "bob_b"
        assert ann.search.find("error")[0].item.text == "without an error"
        again = await ann.backups.restore(path, PHRASE)
        assert again.entries == 0, "twice is harmless"
        await ann.react(room, entry(ann, room, "from bob").message_id, "🙂")
        await ann.edit(room, entry(ann, room, "from ann").message_id, "from ann, later")
        await heard(bob, room, "from ann, later")
    await bob.close()


async def test_a_conversation_that_was_left_comes_back_as_left(town: World) -> None:
    bob = await town.person("bob_b")
    group = await bob.create_group()
    await bob.invite(group, town.ann.user_uri)
    await bob.rename(group, "tea")
    await bob.send(group, "while she was here")
    await heard(town.ann, group, "while she was here")
    await bob.remove(group, town.ann.user_uri)
    told = town.ann.host.follow()
    while group in town.ann.rooms():
        await told.get()
    path = await town.ann.backups.make(town.folder / "b")
    await town.ann.close()
    ann = await Device.recovered(town.new_folder, "four", town.hub, handle="ann_a", phrase=PHRASE)
    await ann.backups.check_readable(path, PHRASE)
    assert await ann.backups.heed(path, PHRASE) == 1
    async with ann:
        await ann.caught_up()
        await ann.backups.restore(path, PHRASE)
        assert ann.left_rooms() == {group: "tea"} and group not in ann.rooms()
        assert said(ann, group) == [("while she was here", False)]
        with pytest.raises(CommandRefused, match="not in the conversation"):
            await ann.send(group, "hello?")
        await bob.invite(group, ann.user_uri)
        await bob.send(group, "and now again")
        await heard(ann, group, "and now again")
        assert [text for text, _ in said(ann, group)] == ["while she was here", "and now again"]
    await bob.close()


async def test_evidence_comes_back_for_what_is_proven_and_for_nothing_else(town: World) -> None:
    bob, room = await talked(town)
    path = await town.ann.backups.make(town.folder / "b")
    kept = {key for key, _ in town.ann.host.store.scan(Table.EVIDENCE, room)}
    await town.ann.close()
    async with await Device.recovered(town.new_folder, "four", town.hub, handle="ann_a", phrase=PHRASE) as ann:
        await ann.caught_up()
        await ann.backups.restore(path, PHRASE)
        device = ann.host.engine.device
        for text in ("from bob", "without an error"):
            for message_id in entry(ann, room, text).version_ids():
                record = evidence.find(device, room, message_id)
                assert record is not None and evidence.context_of(device, record) is not None
        assert evidence.find(device, room, entry(ann, room, "from ann").message_id) is None
        brought = {key for key, _ in ann.host.store.scan(Table.EVIDENCE, room)}
        assert brought <= kept
        assert any(key.startswith(b"ciphertext") for key in brought), "the fetched file came along"
        deleted = next(item for item in ann.read(room) if item.state is State.DELETED)
        assert evidence.find(device, room, deleted.message_id) is not None, "for what is left of its three days"
        assert len(list(ann.host.store.scan(Table.ERASE, ""))) > 0
    await bob.close()


def test_the_desk_verifies_a_message_that_came_out_of_a_backup(tmp_path: Path) -> None:
    async def work() -> None:
        async with desk_town(tmp_path) as here:
            alice, bob, room = await here.pair()
            sent = await alice.send(room, "a threat")
            await shown(bob, room, sent)
            path = await bob.backups.make(tmp_path / "b")
            await bob.close()
            new = await Device.recovered(tmp_path / "new", "four", here.url, handle="bob_b", phrase=PHRASE)
            await here.closing.enter_async_context(new)
            await new.caught_up()
            await new.backups.restore(path, PHRASE)
            await new.report(room, (sent,), Reason.THREAT)
            report = await here.desk.only()
            assert report.level == 2

    run(work())


def test_own_reports_appeals_and_decisions_come_back_without_what_was_reported(tmp_path: Path) -> None:
    async def work() -> None:
        async with desk_town(tmp_path) as here:
            alice, bob, room = await here.pair()
            sent = await alice.send(room, "a threat with a teapot")
            await shown(bob, room, sent)
            receipt = await bob.report(room, (sent,), Reason.THREAT, "a note of the reporter")
            hub = here.desk.hub
            await does(hub, 1, Verb.TELL, bob.user_uri, EffectParams(text="they were warned", receipt=receipt))
            decided = limited(now_ms() + DAY_MS)
            await does(hub, 2, Verb.STATEMENT, bob.user_uri, EffectParams(decision=DECISION, statement=decided))
            await until(bob, lambda: bool(bob.safety.reports()[0].lines and bob.safety.statements()))
            await bob.safety.appeal(DECISION, "it was one teapot")
            (report,), (appeal,) = bob.safety.reports(), bob.safety.appeals()
            path = await bob.backups.make(tmp_path / "b")
            remembered = [each for each in records(path, bob) if isinstance(each, contents.OfDesk)]
            encoded = b"".join(map(contents.encode, remembered))
            assert len(remembered) == 3 and b"a threat" not in encoded and b"a note of" not in encoded
            await bob.close()
            new = await Device.recovered(tmp_path / "new", "four", here.url, handle="bob_b", phrase=PHRASE)
            await here.closing.enter_async_context(new)
            await new.caught_up()
            assert (new.safety.reports(), new.safety.appeals(), new.safety.statements()) == ([], [], [])
            assert (await new.backups.restore(path, PHRASE)).from_desk == 3
            assert new.safety.reports() == [msgspec.structs.replace(report, from_backup=True)]
            assert new.safety.appeals() == [msgspec.structs.replace(appeal, from_backup=True)]
            assert new.safety.statements() == [decided]
            assert (await new.backups.restore(path, PHRASE)).from_desk == 0, "twice is harmless"
            await new.safety.complain(receipt, "there were forty teapots")
            await does(hub, 3, Verb.TELL, bob.user_uri, EffectParams(text="looked at again", receipt=receipt))
            await until(new, lambda: len(new.safety.reports()[0].lines) == 2)

    run(work())


async def test_a_backup_that_knew_nothing_of_the_desk_is_read_and_one_to_come_is_not(town: World) -> None:
    bob, room = await talked(town)
    path = town.folder / "b"
    await town.ann.backups.make(path)
    found = [each for each in records(path, town.ann) if not isinstance(each, contents.OfDesk)]
    about = found[0]
    assert isinstance(about, contents.About)
    own = town.ann.host.engine.device.own
    maker = Maker(own.client_uri, own.signature_private)

    def written(version: int) -> Path:
        made = town.folder / f"version {version}"
        with made.open("wb") as file:
            writer = Writer(file, KEY.public, maker, MADE_MS)
            for record in (msgspec.structs.replace(about, version=version), *found[1:]):
                writer.record(contents.encode(record))
            writer.close()
        return made

    await town.ann.close()
    async with await Device.recovered(town.new_folder, "four", town.hub, handle="ann_a", phrase=PHRASE) as ann:
        await ann.caught_up()
        with pytest.raises(BackupMalformed, match=r"version 3, this program reads \[1, 2\]"):
            await ann.backups.restore(written(3), PHRASE)
        done = await ann.backups.restore(written(1), PHRASE)
        assert done.entries > 0 and done.from_desk == 0
        assert ("the end", False) in said(ann, room)
    await bob.close()


def private_values(store: Store) -> dict[str, bytes]:
    """Every private key and group secret of a device, by what it is."""
    own = Own.decode(store.get(Table.OWN, "", OWN_KEY) or b"")
    found = {"signature key": own.signature_private, "account key": own.account_private or b""}
    wish = store.get(Table.OWN, "", OWN_WISH)
    if wish is not None:
        found["wish key"] = msgspec.msgpack.decode(wish, type=OwnWish).private
    for number, (_, value) in enumerate(store.scan(Table.OWN, report_keys.SCOPE)):
        found[f"report key {number}"] = msgspec.msgpack.decode(value, type=report_keys.OwnReportKey).private
    for number, (_, value) in enumerate(store.scan(Table.KEY_PACKAGE, "")):
        bundle = KeyPackageBundle.decode(value)
        found[f"init key {number}"] = bundle.init_private
        found[f"leaf key {number}"] = bundle.leaf_private
    for uri, _ in store.scan(Table.ROOM, ""):
        for key, value in store.scan(Table.MLS, uri.decode()):
            name = f"{key!r}"
            if key == GROUP:
                for field in fields(secrets := EpochHead.decode(value).secrets):
                    found[f"{name} {field.name}"] = getattr(secrets, field.name)
            elif key.startswith(b"late"):
                _, found[f"{name} sender data"], found[f"{name} resumption"], *_ = decode(read_past, value)
            elif key.startswith(b"key"):
                found[name] = value
            elif key.startswith(b"msg"):
                for at in range(len(value) - 15):
                    found[f"{name} from byte {at}"] = value[at : at + 16]
    return found


async def test_no_private_key_and_no_group_secret_is_in_it(town: World) -> None:
    bob, room = await talked(town)
    group = await town.ann.create_group()
    await town.ann.invite(group, bob.user_uri)
    wish = OwnWish(1, os.urandom(32), b"", b"", 0, b"", 0)
    town.ann.host.store.save({(Table.OWN, "", OWN_WISH): msgspec.msgpack.encode(wish)})
    path = await town.ann.backups.make(town.folder / "b")
    plain = b"".join(contents.encode(record) for record in records(path, town.ann))
    assert b"from bob" in plain and room.encode() in plain, "the search finds what is there"
    secret = private_values(town.ann.host.store)
    for kind in (
        "account key",
        "wish key",
        "report key",
        "init key",
        "leaf key",
        "b'group' init_secret",
        "b'key",
        "b'msg",
    ):
        assert any(name.startswith(kind) for name in secret), kind
    assert [name for name, value in secret.items() if len(set(value)) > 1 and value in plain] == []
    assert secret["signature key"] not in path.read_bytes()
    await bob.close()


def test_every_table_has_a_decision() -> None:
    """A new table of the store is left out of backups, or comes in, by somebody's word and reason."""
    decided = [*contents.KEPT, *contents.LEFT_OUT]
    assert sorted(decided) == sorted(Table) and len(decided) == len(set(decided))
    assert all(contents.KEPT.values()) and all(contents.LEFT_OUT.values())
    assert {Table.MLS, Table.KEY_PACKAGE, Table.OUTBOX} <= set(contents.LEFT_OUT)


async def test_only_the_named_scopes_are_copied_as_they_stand(town: World) -> None:
    store = town.ann.host.store
    store.save({(Table.OWN, "", DRAFT_KEY): b"a draft with an account key", (Table.OWN, "token", b"k"): b"a token"})
    store.save(
        {(Table.OWN, scope, b"k"): b"reported" for scope in (kept_room_reports.REPORTS, kept_room_reports.EVIDENCE)}
    )
    town.ann.preferences.set_setting("theme", "dark")
    path = await town.ann.backups.make(town.folder / "b")
    rows = [record for record in records(path, town.ann) if isinstance(record, contents.Row)]
    assert [(row.table, row.scope, row.value) for row in rows] == [("own", "setting", b"dark")]


async def test_a_path_that_exists_is_never_overwritten(town: World) -> None:
    path = town.folder / "b"
    path.write_bytes(b"precious")
    with pytest.raises(SaveRefused, match="never overwritten"):
        await town.ann.backups.make(path)
    assert path.read_bytes() == b"precious"
    assert [each.name for each in town.folder.iterdir() if each.name.endswith(".draft")] == []
    with pytest.raises(NotAFile):
        await town.ann.backups.restore(town.folder, PHRASE)
    with pytest.raises(NotAFile):
        await town.ann.backups.restore(town.folder / "nowhere", PHRASE)


async def test_other_words_open_nothing(town: World) -> None:
    path = await town.ann.backups.make(town.folder / "b")
    with pytest.raises(WrongBackupKey):
        await town.ann.backups.restore(path, new_phrase(os.urandom))
    with pytest.raises(BadPhrase):
        await town.ann.backups.restore(path, "zoo")


async def test_a_device_keeps_no_more_of_the_phrase_than_a_public_key(town: World) -> None:
    store = town.ann.host.store
    assert store.get(Table.OWN, "", PUBLIC_KEY) == KEY.public
    root = root_of(PHRASE)
    everything = b"".join(
        value for table in Table for scope in ("", "setting", "own") for _, value in store.scan(table, scope)
    )
    for private in (root.value, root.recovery_private(), root.backup_seed()[:64], root.backup_seed()[64:]):
        assert private not in everything
    assert repr(KEY) == "BackupKey(...)"


async def test_a_linked_device_asks_for_the_phrase_once_and_takes_no_other(town: World) -> None:
    store = town.ann.host.store
    store.save({(Table.OWN, "", PUBLIC_KEY): None})
    assert not town.ann.backups.has_key
    with pytest.raises(CommandRefused, match="--phrase"):
        await town.ann.backups.make(town.folder / "b")
    assert not (town.folder / "b").exists()
    with pytest.raises(WrongPhrase):
        town.ann.backups.hear_phrase(new_phrase(os.urandom))
    town.ann.backups.hear_phrase(PHRASE)
    await town.ann.backups.make(town.folder / "b")
