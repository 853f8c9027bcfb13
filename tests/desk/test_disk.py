# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Nothing on the desk's disk is readable without the intake key, and nothing that it prints says what it must not."""

from __future__ import annotations

import base64
import dataclasses
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from privity.desk.appeals import service as appeals
from privity.desk.appeals.model import Answer
from privity.desk.audit import log
from privity.desk.audit.signing import Signing
from privity.desk.cases import service as cases
from privity.desk.cases.model import View
from privity.desk.db.backup import backup
from privity.desk.db.database import open_existing
from privity.desk.db.transaction import Db
from privity.desk.decisions.actions import Action
from privity.desk.errors import DatabaseKeyWrong
from privity.desk.evidence import records as evidence
from privity.desk.staff.challenges import Challenges
from privity.desk.staff.codes import Tries
from privity.desk.staff.rights import Role
from privity.desk.staff.signing_in import Door
from privity.message.appeal import About
from tests.desk.conftest import Home
from tests.desk.fake_hub import FakeHub
from tests.desk.house import APPEALS, MODERATOR, House
from tests.desk.running import Desk, child
from tests.desk.staff.conftest import PLACE, Office
from tests.desk.test_queue import all_forgotten, stop
from tests.desk.world import World

WORDS = "the kettle that nobody may read of"
NOTE = "what the invented reporter wrote beside it"
REASON = "an invented reason of a moderator"
REMARK = "an invented remark on a case"
NAME = "Ada Canary"
ANSWER = "an invented answer to an appeal"
APPEAL = "an invented defence of a teapot"
PURPOSE = "an invented purpose of looking"


def forms(word: str) -> Iterator[bytes]:
    """As it could stand in a file: plain, as UTF-16, as hex, and as base64 at each of three places."""
    data = word.encode()
    yield data
    yield word.encode("utf-16-le")
    yield data.hex().encode()
    for before in range(3):
        yield base64.b64encode(b"\x00" * before + data)[4 if before else 0 : -4]


def found(folder: Path, canaries: list[str]) -> list[tuple[str, str]]:
    """Which canary lies readable in which file."""
    return [
        (path.name, canary)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for canary in canaries
        if any(form in path.read_bytes() for form in forms(canary))
    ]


def worked(house: House) -> None:
    """Whatever people do at a desk, by the services that they do it with."""
    (waiting,) = cases.queue(house.db, MODERATOR, View.OPEN, now_ms=house.clock).cases
    cases.take(house.db, MODERATOR, waiting.number, house.clock)
    cases.note(house.db, MODERATOR, waiting.number, REMARK, house.clock)
    (record, *_) = cases.case(house.db, MODERATOR, waiting.number).evidence
    evidence.open_record(house.db, house.keys.evidence, record, who="staff:1", reason=PURPOSE, now_ms=house.clock)
    made = house.decide(waiting.number, Action.SUSPEND, reason=REASON)
    house.appeal(About.DECISION, made.reference, made.against, APPEAL)
    appeals.answer(house.db, APPEALS, 1, Answer.OVERTURN, ANSWER, house.clock, house.random)
    office = Office(house.db, Door(PLACE, Challenges(os.urandom), Tries(), os.urandom), house.clock)
    office.invited(Role.MODERATOR, name=NAME)


def everything(db: Db) -> str:
    """All that the open database holds."""
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    return "\n".join(str(row) for name in names for row in db.execute(f"SELECT * FROM {name}").fetchall())


async def test_nothing_on_the_disk_or_on_the_screen_is_readable(
    home: Home, world: World, hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    folder = home.folder / "desk"
    people = [world.alice.user_uri, world.bob.user_uri, world.room_uri]
    plain = [*people, REASON, REMARK, NAME, ANSWER, PURPOSE]
    sealed = [WORDS, NOTE, APPEAL]

    world.relay(world.sent(world.text(WORDS)), note=NOTE)
    process = await child(home.file(hub.url))
    await all_forgotten(hub)
    config = home.configured(hub.url)
    with closing(open_existing(config.database, home.keys())) as db:
        house = House(db, home.keys(), world.clock + 60_000)
        worked(house)
        Signing(db, config.audit_name, home.keys().audit, config.audit_checkpoint).sign()
        backup(db, home.keys(), folder / "backup.db")

        held = everything(db)
        assert [word for word in plain if word not in held] == []
        assert [word for word in sealed if word in held] == []
        opened = [
            evidence.open_record(db, home.keys().evidence, number, who="a test", reason="to see", now_ms=1).content
            for (number,) in db.execute("SELECT id FROM evidence").fetchall()
        ]
        assert all(any(word.encode() in content for content in opened) for word in sealed)

        there = {path.name for path in folder.iterdir()}
        assert there >= {"desk.db", "desk.db-wal", "desk.db-shm", "backup.db", "audit.checkpoint", "keys"}
        assert found(tmp_path, plain + sealed) == []
        assert (folder / "desk.db-wal").stat().st_size > 0
        size = log.size(db)
    out, err = await stop(process)
    assert size > 5
    (tmp_path / "out").write_bytes(out)
    (tmp_path / "err").write_bytes(err)
    assert b"desk.report" in err
    assert found(tmp_path, plain + sealed) == []
    for path in (folder / "desk.db", folder / "backup.db"):
        assert b"SQLite format 3" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


async def test_without_the_intake_key_no_copy_of_it_opens(home: Home, world: World, desk: Desk) -> None:
    """Whoever takes the whole folder but one key file has nothing."""
    world.relay(world.sent())
    await desk.intake.step()
    assert world.alice.user_uri in everything(desk.db)
    database = home.folder / "desk" / "desk.db"
    keys = home.keys()
    for other in (dataclasses.replace(keys, intake=b"\x01" * 32), dataclasses.replace(keys, evidence=b"\x01" * 32)):
        with pytest.raises(DatabaseKeyWrong):
            open_existing(database, other)


def test_the_search_finds_what_lies_open(tmp_path: Path) -> None:
    """The search above can fail: it sees each way in which a word could stand in a file."""
    for number, form in enumerate(forms(WORDS)):
        (tmp_path / "open").write_bytes(b"\x00" * 7 + form + b"\xff" * 5)
        assert found(tmp_path, [WORDS]) == [("open", WORDS)], number
    (tmp_path / "open").write_bytes(base64.b64encode(b"xy" + WORDS.encode() + b"z"))
    assert found(tmp_path, [WORDS, NOTE]) == [("open", WORDS)]
