# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The configuration of destinations, and the commands beside the running desk."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest
from tests.desk.clearinghouse.fake import PASSWORD, USER, XSD, FakeClearinghouse
from tests.desk.clearinghouse.made import approved
from tests.desk.clearinghouse.senders import now_ms, run_out

from privity.desk import config as desk_config
from privity.desk.clearinghouse import commands, store
from privity.desk.clearinghouse.errors import SchemaInvalid
from privity.desk.clearinghouse.model import Destination, ReferralState
from privity.desk.clearinghouse.setting import desk_of, fetched_schema, outbox_of, transport_of
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.destinations import read_secret
from privity.desk.errors import ConfigInvalid, KeysInvalid, PlaintextRefused
from privity.desk.init import write_fresh
from privity.desk.keys import open_keys

CLEARINGHOUSE = '[desk.clearinghouse]\nuser = "{user}"\npassword_file = "secret"\nurl = "{url}"\n'
OFFICE = '[desk.office]\nplatform = "Teapot Talk"\ncontact_email = "safety@teapots.example"\n'


class Home:
    """A desk's folder with a configuration and a password."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "privity.toml"
        write_fresh(folder / "desk" / "keys")
        self.secret(PASSWORD)

    def secret(self, text: str, mode: int = 0o600) -> Path:
        path = self.folder / "secret"
        path.write_text(text)
        path.chmod(mode)
        return path

    def write(self, more: str) -> desk_config.DeskConfig:
        self.file.write_text(f'[desk]\nhub_url = "http://127.0.0.1:1"\n{more}')
        return desk_config.load(self.file)

    @contextmanager
    def open(self, config: desk_config.DeskConfig) -> Iterator[Db]:
        db = open_database(config.database, open_keys(config))
        try:
            yield db
        finally:
            db.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


async def test_what_is_configured_is_sent(
    home: Home, fake: FakeClearinghouse, session: aiohttp.ClientSession, capsys: pytest.CaptureFixture[str]
) -> None:
    config = home.write(OFFICE + CLEARINGHOUSE.format(user=USER, url=fake.url + "/"))
    with home.open(config) as db:
        desk = desk_of(config.destinations, open_keys(config).evidence, os.urandom)
        n = approved(db, desk, 1)
        other = approved(db, desk, 2, destination=Destination.AGENCY) if config.destinations.agency else None
        await run_out(outbox_of(db, desk, config.destinations, session, now_ms), db)
        assert other is None
        assert store.read(db, n).state is ReferralState.FINISHED
    commands.referrals(config=home.file)
    assert "finished" in capsys.readouterr().out
    commands.referral(n, config=home.file)
    assert "4 calls, each as it was sent or came" in capsys.readouterr().out
    commands.referral(n, config=home.file, json=True)
    assert json.loads(capsys.readouterr().out)["checked"] == 4
    commands.referrals(config=home.file, json=True)
    listed = json.loads(capsys.readouterr().out)
    assert [one["state"] for one in listed["referrals"]] == ["finished"]
    with pytest.raises(SystemExit, match="ReferralUnknown"):
        commands.referral(99, config=home.file)


async def test_without_a_section_referrals_wait(home: Home, session: aiohttp.ClientSession) -> None:
    config = home.write(OFFICE)
    with home.open(config) as db:
        desk = desk_of(config.destinations, open_keys(config).evidence, os.urandom)
        n = approved(db, desk, 1)
        assert await outbox_of(db, desk, config.destinations, session, now_ms).step() == 0
        assert store.read(db, n).state is ReferralState.AWAITING_CREDENTIALS


def test_no_referrals_yet(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with home.open(home.write("")):
        pass
    commands.referrals(config=home.file)
    assert capsys.readouterr().out == "no referrals yet\n"


@pytest.mark.parametrize(
    ("section", "error"),
    [
        (
            '[desk.clearinghouse]\nurl = "http://reports.example.org"\nuser = "u"\npassword_file = "s"\n',
            PlaintextRefused,
        ),
        ('[desk.clearinghouse]\nurl = "reports"\nuser = "u"\npassword_file = "s"\n', ConfigInvalid),
        ('[desk.clearinghouse]\nurl = "https://a.example/b?c=d"\nuser = "u"\npassword_file = "s"\n', ConfigInvalid),
        ('[desk.clearinghouse]\nurl = "https://a.example"\nuser = "u:v"\npassword_file = "s"\n', ConfigInvalid),
        ('[desk.clearinghouse]\nurl = "https://a.example"\nuser = ""\npassword_file = "s"\n', ConfigInvalid),
        (
            '[desk.clearinghouse]\nurl = "https://a.example"\nuser = "u"\npassword_file = "s"\nschema_sha256 = "00"\n',
            ConfigInvalid,
        ),
        (
            '[desk.agency]\nurl = "https://a.example"\ntoken_file = "s"\norganisation = "1"\ncalls_per_s = 0\n',
            ConfigInvalid,
        ),
        ('[desk.eu_statements]\nurl = "https://a.example"\ntoken_file = "s"\ncalls_per_s = 201\n', ConfigInvalid),
    ],
)
def test_a_section_that_cannot_be_used_is_named(home: Home, section: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        home.write(section)


def test_a_path_may_follow_the_host(home: Home) -> None:
    section = CLEARINGHOUSE.format(user="u", url="https://reports.example.org/ispws/")
    found = home.write(section).destinations.clearinghouse
    assert found is not None
    assert found.url == "https://reports.example.org/ispws"


@pytest.mark.parametrize(
    ("text", "mode"), [("ok", 0o644), ("", 0o600), ("two words", 0o600), ("x" * 2000, 0o600), ("tèapot", 0o600)]
)
def test_a_secret_is_one_word_in_a_file_of_its_own(home: Home, text: str, mode: int) -> None:
    assert read_secret(home.secret("invented\n")) == "invented"
    with pytest.raises(KeysInvalid):
        read_secret(home.secret(text, mode))
    with pytest.raises(KeysInvalid):
        read_secret(home.folder / "none")


@pytest.mark.skipif(not XSD.is_file(), reason="the schema is not here: ../shared or PRIVITY_SHARED")
async def test_the_schema_of_today_counts_if_it_is_the_pinned_one(
    home: Home, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    config = home.write(CLEARINGHOUSE.format(user=USER, url=fake.url))
    assert config.destinations.clearinghouse is not None
    line = transport_of(config.destinations.clearinghouse, session)
    assert await fetched_schema(line, hashlib.sha256(XSD.read_bytes()).digest()) == XSD.read_bytes()
    with pytest.raises(SchemaInvalid, match="pinned"):
        await fetched_schema(line, b"\x00" * 32)
    home.secret("another")
    with pytest.raises(SchemaInvalid):
        await fetched_schema(transport_of(config.destinations.clearinghouse, session), None)


def test_nobody_to_ask_for_a_schema(home: Home) -> None:
    home.write("")
    with pytest.raises(SystemExit, match="SchemaInvalid"):
        commands.clearinghouse_schema(home.folder / "new.xsd", config=home.file)
